"""How remitted claims move ours: what the steps that post them have in common."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from schemas.keys import key_of
from tasks.claims.lifecycle import Advance, Happening, Standing, advance
from tasks.denials.answers import RemittanceEvent, event_of
from tasks.stores import postings
from tasks.stores.threads import keep_moves
from tasks.stores.warehouse import Warehouse

ANSWERED = ("PAID", "PART_DENIED", "DENIED", "UNDERPAID", "APPEALED")
"""States in which an answer of the payer stands, so that more money is supplemental."""


def move_claims(warehouse: Warehouse, run: int, parts: int, part: int, night: date) -> None:
    """Our claims have moved as the remitted ones of a posting run say, one after another; nothing where one speaks of no money.

    Holds: a posting is made once, so its event is a new one.
    """
    standing: dict[str, Standing] = {}
    moved = Advance([], [])
    for said in postings.moving(warehouse, run, parts, part):
        at = standing.setdefault(said["claim_id"], _standing(said))
        event = event_of(said, lines_missing=said["lines_missing"], is_answered=at.state in ANSWERED)
        if event is not None:
            step = advance(standing, [_happening(said, event)], night)
            moved.events.extend(step.events)
            moved.refused.extend(step.refused)
    keep_moves(warehouse, moved)


def _standing(said: Mapping[str, Any]) -> Standing:
    return Standing() if said["state"] is None else Standing(said["state"], said["sequence"], said["newest_version"])


def _happening(said: Mapping[str, Any], event: RemittanceEvent) -> Happening:
    return Happening(
        said["claim_id"],
        said["claim_version"],
        event.event,
        f"{said['file_sha256']}:{said['byte_start']}",
        event.detail,
        file_sha256=said["file_sha256"],
        byte_start=said["byte_start"],
        byte_end=said["byte_end"],
    )


def exception_row(said: Mapping[str, Any], night: date) -> dict[str, Any]:
    """Give what could not be posted as said as a row of ledger.exception."""
    return {
        "exception_id": key_of(said["posting_id"], said["code"]),
        "claim_id": said["claim_id"],
        "payment_id": said["payment_id"],
        "exception_code": said["code"],
        "message": said["message"],
        "difference_cents": said["difference_cents"],
        "found_on": night,
    }


def grouped(rows: Iterable[dict[str, Any]], column: str) -> dict[str, list[dict[str, Any]]]:
    """Give the rows by what they have in a column, in the order they came."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
