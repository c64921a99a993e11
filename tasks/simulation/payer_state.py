"""What the synthetic payer remembers from one night to the next, as rows that go to JSON and back unchanged."""

import json
from collections.abc import Callable, Hashable
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import date
from functools import cache
from types import GenericAlias
from typing import TypeVar, get_args, get_origin, get_type_hints

from tasks.simulation.payer_adjudication import ClaimDecision
from tasks.simulation.payer_reader import Claim, Party

T = TypeVar("T")


@dataclass(frozen=True)
class Partner:
    """How to address the practice: the sender of its last interchange."""

    our_qualifier_code: str = "ZZ"
    our_id: str = "PAYER"
    their_qualifier_code: str = "ZZ"
    their_id: str = "PRACTICE"
    our_group_id: str = "PAYER"
    their_group_id: str = "PRACTICE"
    usage_code: str = "T"


@dataclass(frozen=True)
class Batch:
    """The transaction set that brought a claim."""

    number: str
    received_on: date
    submitter: Party


@dataclass(frozen=True)
class Posting:
    """A decision that went out in an 835 and was not reversed since."""

    payer_claim_number: str
    decision: ClaimDecision


@dataclass(frozen=True)
class Record:
    """A claim as the payer keeps it.

    `status` is received, rejected, accepted, decided or replaced; `waiting` is the second half of a split payment.
    """

    payer_claim_number: str
    claim: Claim
    batch: Batch
    draw_key: str
    status: str = "received"
    posted: tuple[Posting, ...] = ()
    waiting: tuple[ClaimDecision, ...] = ()

    @property
    def account(self) -> str:
        """Who is paid by whom: payer id and billing provider number."""
        return f"{self.claim.payer_id}|{self.claim.billing.number}"


@dataclass(frozen=True)
class Due:
    """A thing to do for a claim: answer, review, pay, split_rest, reverse or correct."""

    due_on: date
    kind: str
    payer_claim_number: str


@dataclass(frozen=True)
class Balance:
    """Money to be taken from a later remittance: a deferred takeback (WO) or a forwarded balance (FB)."""

    account: str
    code: str
    reference: str
    amount_cents: int
    due_on: date


@dataclass(frozen=True)
class Deposit:
    """Money on its way to the practice's bank, to be shown there on the first banking day from `due_on`."""

    due_on: date
    payer_id: str
    payer_name: str
    originator_number: str
    trace_number: str
    amount_cents: int


@dataclass(frozen=True)
class Shortfall:
    """The payer's own record of a line that it allowed less than its schedule: the truth that a practice may find out."""

    patient_control_number: str
    line_number: str
    payer_claim_number: str
    cause: str
    scheduled_cents: int
    allowed_cents: int
    decided_on: date


@dataclass(frozen=True)
class HeldFile:
    """A finished answer that goes out on a later night."""

    due_on: date
    name: str
    content: str


@dataclass
class PayerState:
    """All that the payer remembers; `PayerState()` is a payer that has never received anything."""

    first_night: date | None = None
    partner: Partner = field(default_factory=Partner)
    counters: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    interchanges: dict[str, str] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    deductibles: dict[str, int] = field(default_factory=dict)
    due: list[Due] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)
    shortfalls: list[Shortfall] = field(default_factory=list)
    held: list[HeldFile] = field(default_factory=list)
    deposits: list[Deposit] = field(default_factory=list)
    bad_files_made: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Give the state as text; the same state gives the same text."""
        return json.dumps(asdict(self), default=_iso, sort_keys=True, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> "PayerState":
        """Read back what `to_json` wrote."""
        return _row(PayerState, json.loads(text))

    def copy(self) -> "PayerState":
        """Give a state that can be changed without changing this one; rows are shared, they are frozen."""
        copied = {f.name: getattr(self, f.name) for f in fields(self)}
        for name, value in copied.items():
            if isinstance(value, dict | list):
                copied[name] = value.copy()
        return PayerState(**copied)

    def next_number(self, counter: str) -> int:
        """Take the next number of a counter; the first is 1."""
        self.counters[counter] = self.counters.get(counter, 0) + 1
        return self.counters[counter]


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def _row(kind: type[T], table: dict[str, object]) -> T:
    readers = _readers(kind)  # type: ignore[arg-type] # mypy does not see that a class is hashable
    return kind(**{name: readers[name](value) for name, value in table.items()})


@cache
def _readers(kind: Hashable) -> dict[str, Callable[[object], object]]:
    return {name: _reader(hint) for name, hint in get_type_hints(kind).items()}


def _reader(hint: object) -> Callable[[object], object]:
    origin, inner = get_origin(hint), get_args(hint)
    if hint is date or date in inner:
        return _day
    if origin is tuple:
        item = _reader(inner[0])
        return lambda value: tuple(item(v) for v in _list(value))
    if origin is list:
        item = _reader(inner[0])
        return lambda value: [item(v) for v in _list(value)]
    if origin is dict:
        item = _reader(inner[1])
        return lambda value: {k: item(v) for k, v in _dict(value).items()}
    if isinstance(hint, type) and not isinstance(hint, GenericAlias) and is_dataclass(hint):
        return lambda value: _row(hint, _dict(value))
    return lambda value: value


def _day(value: object) -> date | None:
    return None if value is None else date.fromisoformat(str(value))


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("a list was expected")
    return value


def _dict(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError("a table was expected")
    return value
