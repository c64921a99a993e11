"""Invariants: views that must be empty, and the counts of what waits for a person."""

from pathlib import Path

from schemas.errors import NightFailed
from tasks.stores.snapshot import current_snapshot
from tasks.stores.warehouse import Warehouse, reader

_SET_ASIDE_PART = "select coalesce(sum(count), 0) from reports.set_aside where part = '{}'"

WAITING = {
    "files in quarantine": _SET_ASIDE_PART.format("file"),
    "encounter rows in quarantine": _SET_ASIDE_PART.format("row"),
    "encounters held": "select count(*) from encounters.outcome where outcome = 'held'",
    "encounters whose coverage cannot be asked about": "select count(*) from encounters.unasked",
    "remitted claims that match none of ours": "select count(*) from remittances.unmatched",
    "payments held": "select count(*) from remittances.held",
    "posting exceptions": "select count(*) from ledger.open_exception",
    "events refused": _SET_ASIDE_PART.format("event"),
    "answers for claims never sent": _SET_ASIDE_PART.format("answer"),
    "batches not delivered": "select count(*) from claims.unsent",
    "amendments of claims already out": "select count(*) from claims.pending_amendment",
    "remittances and deposits to reassociate": "select count(*) from bank.open",
    "payers from whom no 835 has come": "select count(*) from analytics.last_era where is_silent",
    "chains of provider level money unexplained": "select count(*) from ledger.chain where is_unexplained",
    "denials open": "select count(*) from denials.worklist",
    "write-offs and refunds proposed": "select count(*) from patients.standing where state = 'open'",
    "credits to give back": "select count(*) from patients.credit where next_step not in ('wait_for_payer', 'approve_refund')",
    "patients' decisions refused": "select count(*) from patients.decided where verdict = 'refused' and taken_up_on = (select max(night) from patients.night)",
}
"""What waits for a person, each with the query that counts it."""

BAD_INPUT = frozenset(WAITING) - {
    "encounters held",
    "amendments of claims already out",
    "denials open",
    "remittances and deposits to reassociate",
    "payers from whom no 835 has come",
    "chains of provider level money unexplained",
    "write-offs and refunds proposed",
    "credits to give back",
    "patients' decisions refused",
}
"""What waits because something was not as it should be; the others are a biller's daily work."""

SET_ASIDE = """
select file_name, left(file_sha256, 12) as file, part, code, byte_start as byte, message, remedy from reports.bad_input order by all limit 20
"""
"""What was set aside: what is wrong, where, and what to do."""

DEPOSITS = """
select state, count(*) as count, sum(expected_cents)::bigint as expected_cents, sum(deposit_cents)::bigint as deposit_cents, sum(difference_cents)::bigint as difference_cents
from bank.reassociation group by 1 order by 1
"""
"""What became of the remittances and deposits, by state."""


def invariant_counts(warehouse: Warehouse) -> dict[str, int]:
    """Give the row count of each view that must be empty."""
    views = warehouse.rows(
        "select schema_name || '.' || view_name as name from duckdb_views() where comment like 'MUST BE EMPTY%' order by 1"
    )
    return {view["name"]: int(warehouse.value(f"select count(*) from {view['name']}")) for view in views}


def find_violations(warehouse: Warehouse) -> dict[str, int]:
    """Give the views that must be empty and are not, with their row counts."""
    return {name: count for name, count in invariant_counts(warehouse).items() if count}


def count_waiting(warehouse: Warehouse) -> dict[str, int]:
    """Give how many of each thing wait for a person."""
    return {what: int(warehouse.value(sql)) for what, sql in WAITING.items()}


def require_sound_night(home: Path) -> None:
    """Say nothing where the last night, as published, left every view empty that must be.

    Holds: what its close found broken is counted again, so a night run again after it was mended is sound; where an earlier
    edition closed it, all are. Raises: NightFailed naming the views and their counts.
    """
    last = "night = (select max(night) from reports.night)"
    with reader(current_snapshot(home)) as warehouse:
        was_counted = warehouse.value(f"select count(*) from reports.invariant where {last}")
        was_broken = warehouse.value(f"select count(*) from reports.invariant where {last} and rows > 0")
        violations = find_violations(warehouse) if was_broken or not was_counted else {}
    if violations:
        said = ", ".join(f"{name} ({count})" for name, count in violations.items())
        raise NightFailed(f'rows in views that must be empty: {said}; ask `claims sql "select * from <view>"`')
