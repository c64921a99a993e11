"""Legs become entries of one posting; a posting that does not sum to zero is refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.errors import Unbalanced
from tasks.ledger.rules import Rule

Entry = dict[str, Any]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the money was read: the bytes of one file."""

    file_sha256: str
    byte_start: int
    byte_end: int

    @classmethod
    def of(cls, row: Row) -> "Place":
        """Give the place that a row names."""
        return cls(row["file_sha256"], row["byte_start"], row["byte_end"])


@dataclass(frozen=True, slots=True)
class Subject:
    """What all entries of a posting speak of."""

    posted_on: date
    claim_id: str | None = None
    claim_version: int | None = None
    encounter_id: str | None = None
    trace_number: str | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One debit (positive) or credit (negative) before it has a key.

    Units: cents. `claim_version` is given where the leg speaks of another version than its posting; `entry_id` where
    the place it was read at gives the key, else the key is the posting and the position in it.
    """

    account: str
    amount_cents: int
    place: Place
    rule: Rule
    line_number: int | None = None
    code: str | None = None
    claim_version: int | None = None
    entry_id: str | None = None


def pair(
    debit: str,
    credit: str,
    amount_cents: int,
    place: Place,
    rule: Rule,
    line_number: int | None = None,
    code: str | None = None,
) -> tuple[Leg, ...]:
    """Give the two legs of an amount; a negative amount swaps the sides, none gives no leg."""
    if not amount_cents:
        return ()
    return (
        Leg(debit, amount_cents, place, rule, line_number, code),
        Leg(credit, -amount_cents, place, rule, line_number, code),
    )


def post(posting_id: str, subject: Subject, legs: Iterable[Leg]) -> list[Entry]:
    """Give the ledger rows of one posting.

    Shape: ledger.entry. Holds: they sum to zero; the same legs have the same keys.
    Raises: Unbalanced.
    """
    entries = [_entry(posting_id, position, subject, leg) for position, leg in enumerate(legs, start=1)]
    refuse_unbalanced(entries)
    return entries


def refuse_unbalanced(entries: Sequence[Row]) -> None:
    """Let pass what sums to zero.

    Raises: Unbalanced.
    """
    difference = sum(entry["amount_cents"] for entry in entries)
    if difference:
        raise Unbalanced(
            f"posting {entries[0]['posting_id']} of rule {entries[0]['rule_id']} sums to {difference} cents, "
            "expected 0; nothing of it was posted: report the posting rule"
        )


def _entry(posting_id: str, position: int, subject: Subject, leg: Leg) -> Entry:
    return {
        "entry_id": leg.entry_id or f"{posting_id}-{position:03d}",
        "posting_id": posting_id,
        "account": leg.account,
        "amount_cents": leg.amount_cents,
        "claim_id": subject.claim_id,
        "claim_version": subject.claim_version if leg.claim_version is None else leg.claim_version,
        "encounter_id": subject.encounter_id,
        "line_number": leg.line_number,
        "trace_number": subject.trace_number,
        "code": leg.code,
        "file_sha256": leg.place.file_sha256,
        "byte_start": leg.place.byte_start,
        "byte_end": leg.place.byte_end,
        "rule_id": leg.rule.rule_id,
        "rule_version": leg.rule.version,
        "posted_on": subject.posted_on,
    }
