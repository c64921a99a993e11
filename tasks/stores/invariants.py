"""Invariants: views that must be empty, and the counts of what waits for a person."""

from tasks.stores.warehouse import Warehouse

WAITING = {
    "files in quarantine": "select count(*) from files.quarantined",
    "encounter rows in quarantine": "select count(*) from encounters.quarantine",
    "encounters held": "select count(*) from encounters.outcome where outcome = 'held'",
    "remitted claims that match none of ours": "select count(*) from remittances.unmatched",
    "payments held": "select count(*) from remittances.held",
    "posting exceptions": "select count(*) from ledger.exception",
    "events refused": "select count(*) from claims.refused_event where kind = 'illegal'",
    "answers for claims never sent": "select count(*) from acknowledgments.unknown_claim",
    "batches not delivered": "select count(*) from claims.unsent",
    "amendments of claims already out": "select count(*) from claims.pending_amendment",
    "denials open": "select count(*) from denials.worklist",
}
"""What waits for a person, each with the query that counts it."""


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
