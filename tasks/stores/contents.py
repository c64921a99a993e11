"""Contents: which files a step has still to read, and what became of those it read."""

from collections.abc import Sequence
from datetime import date

from schemas.errors import Fault
from tasks.stores.warehouse import Warehouse

HANDLED = ("encounters", "TA1", "999", "997", "277CA", "277", "277RFI", "271", "835", "bank", "unknown")
"""Kinds that a step of the night reads; others are parked for a person, whole."""


def unread(warehouse: Warehouse, kinds: Sequence[str]) -> list[tuple[str, str]]:
    """Give (file_sha256, kind) of every content of these kinds that no step finished with, in order of arrival."""
    found = warehouse.rows(
        """select c.file_sha256, c.kind, min(a.arrived_on) as arrived_on, min(a.file_name) as file_name
           from files.content c left join files.arrival a using (file_sha256)
           anti join files.reading r on r.file_sha256 = c.file_sha256 and r.kind = c.kind
           where c.kind in (select unnest($1)) group by all order by arrived_on, file_name, c.file_sha256, c.kind""",
        [list(kinds)],
    )
    return [(row["file_sha256"], row["kind"]) for row in found]


def finish(warehouse: Warehouse, file_sha256: str, kind: str, outcome: str, night: date) -> None:
    """Note that a step is done with a content: read, quarantined or parked."""
    finish_all(warehouse, [file_sha256], kind, outcome, night)


def finish_all(warehouse: Warehouse, file_sha256s: Sequence[str], kind: str, outcome: str, night: date) -> None:
    """Note that a step is done with these contents."""
    named = {"kind": kind, "outcome": outcome, "read_on": night}
    warehouse.insert("files.reading", [{"file_sha256": digest, **named} for digest in file_sha256s])


def quarantine(warehouse: Warehouse, file_sha256: str, kind: str, fault: Fault, night: date) -> None:
    """Set a file aside whole, with place, reason and remedy; the others go on."""
    warehouse.insert("files.fault", [fault.row(file_sha256, night)])
    finish(warehouse, file_sha256, kind, "quarantined", night)


def park_unhandled(warehouse: Warehouse, night: date) -> None:
    """Park every content of a kind that no step reads (837I, 834, ...): known, kept, left to a person."""
    for row in warehouse.rows(
        "select c.file_sha256, c.kind from files.content c anti join files.reading r on r.file_sha256 = c.file_sha256 and r.kind = c.kind"
        " where c.kind not in (select unnest($1)) order by all",
        [list(HANDLED)],
    ):
        fault = Fault(
            "PARKED", f"a {row['kind']} is no answer that this practice expects", "pass it to whoever handles it"
        )
        quarantine(warehouse, row["file_sha256"], row["kind"], fault, night)
