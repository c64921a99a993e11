"""The money of one remitted claim: the account of each adjustment, and the legs of what the claim says."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from tasks.ledger.accounts import CONTRACTUAL, DENIED, PATIENT_RECEIVABLE, PRIOR_PAYER
from tasks.ledger.entries import Leg, Place, Row
from tasks.ledger.rules import BY_ID, CONTRACTUAL_ADJUSTMENT, DENIAL, PATIENT_SHARE, PRIOR_PAYER_EFFECT, Rule

ADJUSTMENT_ACCOUNTS = (CONTRACTUAL, DENIED, PATIENT_RECEIVABLE, PRIOR_PAYER)
"""Accounts that a payer's adjustments move money to."""

ANY = "*"
GROUPS = ("CO", "OA", "PI", "PR", ANY)
"""Groups of CAS01 that ledger.adjustment_account tells apart; CR is not used in 5010 (RFI 1147)."""

_BY_KIND: dict[str, tuple[str, Rule] | None] = {
    "contractual": (CONTRACTUAL, CONTRACTUAL_ADJUSTMENT),
    "denial": (DENIED, DENIAL),
    "patient": (PATIENT_RECEIVABLE, PATIENT_SHARE),
    "prior_payer": (PRIOR_PAYER, PRIOR_PAYER_EFFECT),
    "informational": None,
}


class Meaning(Protocol):
    """What a taxonomy says of one adjustment; `kind` picks the account."""

    @property
    def kind(self) -> str:
        """One of denial, contractual, patient, prior_payer, informational."""

    @property
    def opens_case(self) -> bool:
        """Whether a person works it."""


class Taxonomy(Protocol):
    """What the ledger asks of the denial science's taxonomy: it is handed in, never imported."""

    def classify(self, group_code: str, reason_code: str, remark_codes: Sequence[str]) -> Meaning:
        """Give the meaning of an adjustment."""


def adjustment_accounts(taxonomy: Taxonomy, reason_codes: Iterable[str]) -> list[dict[str, object]]:
    """Give the rows of ledger.adjustment_account: every group with every reason, and with any other.

    Holds: informational adjustments have no account in any group, so their cents stay open with the payer; of the others
    group PR is the patient's whatever the reason, else the taxonomy's kind decides; remarks move no money, so a reversal,
    which has none, finds the account of what it takes back.
    Source: domain notes 2: the group says who is liable; 8: a duplicate (18) asks for nothing. That PR-18 follows the
    reason and not the group is ours: the first answer has billed the patient; ledger.unposted_share lists it.
    """
    return [_account(taxonomy, group, reason) for reason in (*reason_codes, ANY) for group in GROUPS]


def _account(taxonomy: Taxonomy, group_code: str, reason_code: str) -> dict[str, object]:
    meaning = taxonomy.classify(group_code, reason_code, ())
    target = _BY_KIND[meaning.kind]
    if target is not None and group_code == "PR":
        target = PATIENT_RECEIVABLE, PATIENT_SHARE
    return {
        "group_code": group_code,
        "reason_code": reason_code,
        "kind": meaning.kind,
        "opens_case": meaning.opens_case,
        "account": target[0] if target else None,
        "rule_id": target[1].rule_id if target else None,
    }


def said_legs(said: Iterable[Row]) -> list[Leg]:
    """Give the legs of what a remitted claim says: its payments, then its adjustments, in the order of the file.

    Shape: rows of ledger.said_amount. Holds: the entries are those of ledger.said_entry, key for key.
    """
    ordered = sorted(said, key=lambda row: (row["code"] is not None, row["said_start"], row["amount_id"]))
    return [leg for row in ordered for leg in _sides(row)]


def _sides(row: Row) -> tuple[Leg, Leg]:
    place, rule = Place(row["file_sha256"], row["said_start"], row["said_end"]), BY_ID[row["rule_id"]]

    def side(letter: str, account: str, cents: int) -> Leg:
        key = row["amount_id"] + letter
        return Leg(account, cents, place, rule, row["line_number"], row["code"], entry_id=key)

    return side("d", row["debit"], row["amount_cents"]), side("c", row["credit"], -row["amount_cents"])
