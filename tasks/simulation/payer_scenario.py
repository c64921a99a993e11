"""The scenario of the synthetic payer: what it does, how often, how late; read from one TOML file.

Every chance is drawn from a hash of (seed, key, purpose), so no order of files or claims changes what happens to one.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from schemas.errors import Fault

DENIAL_RULES = ("", "authorization", "duplicate", "filing_limit", "coverage_ended")
BAD_FILES = ("truncated_835", "not_x12", "unbalanced_835", "unknown_claim_277ca")

Table = Mapping[str, object]
T = TypeVar("T")


@dataclass(frozen=True)
class Terms:
    """What one payer pays and when.

    `fees_cents` is what it allows for a unit from `fees_from` on; codes without a fee are allowed by `allowed_percent` of the charge.
    At `underpaid_rate` it allows a line only `underpaid_percent` of that.

    Units: money in cents, shares in percent, filing limit in days, the rest in nights.
    """

    payer_id: str
    name: str
    originator_number: str
    allowed_percent: float
    coinsurance_percent: float
    deductible_cents: int
    copay_cents: int
    filing_limit_days: int
    payment_lag_nights: tuple[int, ...]
    pay_every_nights: int = 1
    fees_from: date = date.max
    fees_cents: Mapping[str, int] = field(default_factory=dict)
    underpaid_rate: float = 0.0
    underpaid_percent: float = 100.0


@dataclass(frozen=True)
class Denial:
    """One way to deny: drawn by `rate`, or decided by `rule`, on the whole claim or on one line."""

    reason_code: str
    group_code: str
    level: str
    remark_codes: tuple[str, ...] = ()
    rate: float = 0.0
    rule: str = ""


@dataclass(frozen=True)
class Rejection:
    """One way to reject a claim in a 277CA: `status` is category:status[:entity], `hop` who says so."""

    status: str
    hop: str
    rate: float


@dataclass(frozen=True)
class Acknowledgments:
    """How often an envelope or a transaction set is refused, when the payer's own 277CA comes, and how often it reviews a claim."""

    interchange_reject_rate: float = 0.0
    transaction_reject_rate: float = 0.0
    payer_lag_nights: int = 1
    review_rate: float = 0.0
    review_nights: int = 4


@dataclass(frozen=True)
class Payments:
    """What happens around a payment: splits, reversals, takebacks, interest, provider level adjustments."""

    split_rate: float = 0.0
    split_lag_nights: int = 2
    reversal_rate: float = 0.0
    reversal_lag_nights: int = 3
    correction_percent: float = 90.0
    correction_later_rate: float = 0.0
    correction_lag_nights: int = 2
    takeback_rate: float = 0.0
    takeback_lag_nights: int = 2
    interest_rate: float = 0.0
    interest_percent: float = 1.0
    other_adjustment_rate: float = 0.0
    other_adjustment_code: str = "CS"
    other_adjustment_cents: int = 0
    recode_rate: float = 0.0
    recode_percent: float = 80.0
    mend_rate: float = 0.0
    mend_lag_nights: int = 2


@dataclass(frozen=True)
class Eligibility:
    """How many members the payer does not cover or does not know (drawn per member, so it is stable)."""

    inactive_rate: float = 0.0
    not_found_rate: float = 0.0


@dataclass(frozen=True)
class Files:
    """What goes wrong with whole files."""

    lost_rate: float = 0.0
    delayed_rate: float = 0.0
    delay_nights: int = 1
    repeated_rate: float = 0.0
    bad_files: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Bank:
    """When the bank shows a payment, and how often late, never, twice or of another amount.

    Its BAI2 statement tells of the payers named, its ACH file of the others.
    """

    lag_nights: int = 1
    late_rate: float = 0.0
    late_nights: int = 5
    missing_rate: float = 0.0
    duplicated_rate: float = 0.0
    differing_rate: float = 0.0
    differing_cents: int = 1000
    bai2_payers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """Everything the synthetic payer is told to do.

    Holds: `terms` has a section "default" for payer ids it does not name; without `bank` no file of a bank is made.
    """

    clearinghouse_id: str
    clearinghouse_name: str
    terms: Mapping[str, Terms]
    acknowledgments: Acknowledgments = Acknowledgments()
    payments: Payments = Payments()
    eligibility: Eligibility = Eligibility()
    files: Files = field(default_factory=Files)
    denials: tuple[Denial, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    authorization_required: tuple[str, ...] = ()
    visit_codes: tuple[str, ...] = ()
    recodes: Mapping[str, str] = field(default_factory=dict)
    bundles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bank: Bank | None = None

    def terms_of(self, payer_id: str) -> Terms:
        """Give the payer's own section, or the default one."""
        return self.terms.get(payer_id, self.terms["default"])


def draw(seed: int, key: str, purpose: str) -> float:
    """Give a number in [0, 1) that depends on nothing but its three arguments."""
    digest = sha256(f"{seed}|{key}|{purpose}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def hits(seed: int, key: str, purpose: str, rate: float) -> bool:
    """Say whether an event of this rate happens to this key."""
    return draw(seed, key, purpose) < rate


def draw_between(seed: int, key: str, purpose: str, low: int, high: int) -> int:
    """Give a whole number from low to high, both included."""
    return low + int(draw(seed, key, purpose) * (high - low + 1))


def share_of(cents: int, percent: float) -> int:
    """Give this share of non-negative cents, halves rounded up.

    Units: cents in, cents out; the percent counts to two decimals.
    """
    basis_points = round(percent * 100)
    return (cents * basis_points * 2 + 10_000) // 20_000


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises: Fault where a key is unknown or missing, or a value is of the wrong kind; the message names it.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    payers = _table(table, "payer")
    if "default" not in payers:
        raise _fault("payer.default", "missing", "a section with every key of a payer")
    built: dict[str, object] = {
        "terms": {payer_id: _terms(payers, payer_id) for payer_id in payers},
        "acknowledgments": _build(Acknowledgments, _table(table, "acknowledgments"), "acknowledgments"),
        "payments": _build(Payments, _table(table, "payments"), "payments"),
        "eligibility": _build(Eligibility, _table(table, "eligibility"), "eligibility"),
        "files": _build(Files, _table(table, "files"), "files"),
        "denials": tuple(_build(Denial, row, "denial") for row in _rows(table, "denial")),
        "rejections": tuple(_build(Rejection, row, "rejection") for row in _rows(table, "rejection")),
    }
    if "bank" in table:
        built["bank"] = _build(Bank, _table(table, "bank"), "bank")
    taken = {"bank", "payer", "acknowledgments", "payments", "eligibility", "files", "denial", "rejection"}
    rest = {key: value for key, value in table.items() if key not in taken}
    scenario = _build(Scenario, {**rest, **built}, "scenario")
    _check_choices(scenario)
    return scenario


def _terms(payers: Table, payer_id: str) -> Terms:
    own = {**_table(payers, "default"), **_table(payers, payer_id), "payer_id": payer_id}
    return _build(Terms, own, f"payer.{payer_id}")


def _build(kind: type[T], table: Table, place: str) -> T:
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type] # every kind built here is a dataclass
    for key in table:
        if key not in known:
            raise _fault(f"{place}.{key}", "unknown key", f"one of {', '.join(sorted(known))}")
    for name, f in known.items():
        if name not in table and f.default is MISSING and f.default_factory is MISSING:
            raise _fault(f"{place}.{name}", "missing", "a value")
    return kind(**{key: _frozen(value) for key, value in table.items()})


def _frozen(value: object) -> object:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return {key: _frozen(inner) for key, inner in value.items()}
    return value


def _check_choices(scenario: Scenario) -> None:
    for denial in scenario.denials:
        if denial.rule not in DENIAL_RULES or denial.level not in ("claim", "line"):
            raise _fault(f"denial {denial.reason_code}", f"{denial.rule} {denial.level}", "a known rule and level")
    for rejection in scenario.rejections:
        if rejection.hop not in ("clearinghouse", "payer"):
            raise _fault(f"rejection {rejection.status}", rejection.hop, "clearinghouse or payer")
    for name in scenario.files.bad_files:
        if name not in BAD_FILES:
            raise _fault(f"files.bad_files.{name}", "unknown", f"one of {', '.join(BAD_FILES)}")


def _table(table: Table, key: str) -> Table:
    value = table.get(key, {})
    if not isinstance(value, Mapping):
        raise _fault(key, "not a table", f"a section [{key}]")
    return value


def _rows(table: Table, key: str) -> list[Table]:
    value = table.get(key, [])
    if not isinstance(value, list):
        raise _fault(key, "not a list", f"sections [[{key}]]")
    return value


def _fault(place: str, value: str, expected: str) -> Fault:
    return Fault(
        code="payer_scenario",
        message=f"{place} is {value}, expected {expected}",
        remedy="correct the scenario file",
    )
