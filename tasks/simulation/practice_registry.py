"""The registries of the synthetic practice: its payers, its fees, the codes that need authorization.

Every payer, limit and fee here is invented; none is a claim about a real payer.
"""

from dataclasses import dataclass
from datetime import date

from tasks.simulation.practice_layout import money, write_csv

# Source: CMS, Medicare Beneficiary Identifier format (11 characters; no S, L, O, I, B, Z).
_MBI_LETTER = "[AC-HJKMNP-RT-Y]"
_MBI_EITHER = "[AC-HJKMNP-RT-Y0-9]"
_MBI = f"^[1-9]{_MBI_LETTER}{_MBI_EITHER}[0-9]{_MBI_LETTER}{_MBI_EITHER}[0-9]{_MBI_LETTER}{{2}}[0-9]{{2}}$"

COMMERCIAL = ("BCNE1", "AETN2", "UNIT3")
AUTHORIZATION_CODES = ("70553", "73721", "72148", "45378")
RULE_NOT_LEARNED = "BCNE1"
"""The commercial payer whose authorization rule the practice does not know yet: it denies (CO-197) what no edit holds."""
CONTRACTED = "BCNE1"
"""The payer whose fee schedule the practice has."""
CONTRACTED_PERCENT = 70
PARTNER_ID = "CLEARWAY"
_CONTRACT_FIELDS = (
    "payer_id", "procedure_code", "modifier", "place_of_service", "effective_from", "effective_to",
    "allowed", "percent_of_charge", "percent_of_medicare",
)  # fmt: skip
_TERM_FIELDS = (
    "payer_id", "effective_from", "effective_to", "locality", "payment_rules", "is_lesser_of_charge",
    "tolerance_cents", "tolerance_percent",
)  # fmt: skip


@dataclass(frozen=True)
class Payer:
    """One payer of the practice, as registry/payers.csv lists it.

    Units: limits in days from the date of service (filing) or from the remittance (corrected, appeal).
    """

    payer_id: str
    payer_name: str
    claim_filing_code: str
    member_id_pattern: str
    filing_limit_days: int
    corrected_limit_days: int
    appeal_limit_days: int
    accepts_replacement: str
    expected_answer_days: int


PAYERS = {
    payer.payer_id: payer
    for payer in (
        Payer("MEDCR", "Harbor Medicare", "MB", _MBI, 365, 365, 120, "N", 8),
        Payer("MEDCD", "Harbor Medicaid", "MC", "^[0-9]{12}$", 365, 365, 90, "Y", 9),
        Payer("BCNE1", "Blue Harbor", "BL", "^[A-Z]{3}[0-9]{9}$", 365, 365, 180, "Y", 7),
        Payer("AETN2", "Northwind Health", "CI", "^W[0-9]{9}$", 180, 180, 180, "Y", 7),
        Payer("UNIT3", "Summit Mutual", "CI", "^U[0-9]{8}$", 90, 180, 65, "Y", 6),
    )
}

# Cents per unit from 2026-01-01. Invented; the numbers are CPT and HCPCS, without their texts.
FEES_2026_CENTS = {
    "99202": 12500, "99203": 18900, "99204": 28200, "99212": 9800, "99213": 15600, "99214": 22100, "99215": 31000,
    "99231": 9900, "99232": 16400, "99233": 24600,
    "99382": 21400, "99383": 22000, "99384": 24800, "99385": 24100, "99386": 27900,
    "99392": 19300, "99393": 19200, "99394": 21000, "99395": 21500, "99396": 22900, "G0439": 21800,
    "90471": 3800, "90656": 3400, "90662": 9200, "90677": 33500, "90715": 6100, "90750": 25400, "G0008": 3900,
    "36415": 1500, "80053": 3600, "80061": 4200, "81002": 1200, "83036": 3500, "84443": 5200, "85025": 2900,
    "93000": 5400, "94010": 8700, "71046": 9900, "70553": 121500, "72148": 78400, "73721": 80600, "45378": 98700,
    "96372": 4600, "97110": 6200, "97112": 6500,
    "J0696": 700, "J1100": 150, "J1885": 350, "J3301": 550, "J3420": 450,
}  # fmt: skip
_RAISED_ON = date(2026, 1, 1)


def fee_cents(procedure_code: str, on: date) -> int:
    """Give the charge of one unit on a date.

    Units: cents. The 2025 fee is 96 % of the 2026 one, down to whole half dollars.
    """
    fee = FEES_2026_CENTS[procedure_code]
    return fee if on >= _RAISED_ON else fee * 96 // 100 // 50 * 50


def _payers_csv() -> bytes:
    names = (*Payer.__dataclass_fields__, "partner_id")
    texts = [{name: str(value) for name, value in vars(payer).items()} for payer in PAYERS.values()]
    rows = [{**text, "partner_id": PARTNER_ID} for text in texts]
    return write_csv(names, rows)


def _fees_csv() -> bytes:
    rows = []
    for code in sorted(FEES_2026_CENTS):
        for start, end in ((date(2025, 1, 1), "2025-12-31"), (_RAISED_ON, "")):
            charge = money(fee_cents(code, start))
            rows.append({"procedure_code": code, "charge": charge, "valid_from": start.isoformat(), "valid_to": end})
    return write_csv(("procedure_code", "charge", "valid_from", "valid_to"), rows)


def _authorizations_csv() -> bytes:
    known = [payer for payer in COMMERCIAL if payer != RULE_NOT_LEARNED]
    rows = [{"payer_id": payer, "procedure_code": code} for payer in known for code in AUTHORIZATION_CODES]
    return write_csv(("payer_id", "procedure_code"), rows)


def _contract_csv() -> bytes:
    """Give the fee schedule of the one payer whose contract the practice has: a share of its fees, by code, as payer.toml pays."""
    rows = [
        {
            "payer_id": CONTRACTED,
            "procedure_code": code,
            "effective_from": _RAISED_ON.isoformat(),
            "allowed": money(fee_cents(code, _RAISED_ON) * CONTRACTED_PERCENT // 100),
        }
        for code in sorted(FEES_2026_CENTS)
    ]
    return write_csv(_CONTRACT_FIELDS, rows)


def _terms_csv() -> bytes:
    row = {
        "payer_id": CONTRACTED,
        "effective_from": _RAISED_ON.isoformat(),
        "payment_rules": "none",
        "is_lesser_of_charge": "Y",
        "tolerance_cents": "0",
        "tolerance_percent": "1",
    }
    return write_csv(_TERM_FIELDS, [row])


def write_registries() -> dict[str, bytes]:
    """Give the registry files of the home folder, by relative path."""
    return {
        "registry/payers.csv": _payers_csv(),
        "registry/fees.csv": _fees_csv(),
        "registry/authorizations.csv": _authorizations_csv(),
        "registry/contracts/blue_harbor.csv": _contract_csv(),
        "registry/contracts/terms.csv": _terms_csv(),
    }
