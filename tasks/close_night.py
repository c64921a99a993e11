"""Close: the counts of all stages tie, and every view that must be empty is empty, or the night has failed and says which."""

from datetime import date
from pathlib import Path
from typing import Any

from tasks.step import night_step
from tasks.stores.invariants import count_waiting, invariant_counts
from tasks.stores.journal import note_seal
from tasks.stores.seals import last_seal, seal_days
from tasks.stores.warehouse import writer

TOTALS = """
select (select count(*) from encounters.outcome) as encounter_count,
       (select count(*) from encounters.outcome where outcome = 'billed') as billed_count,
       (select count(*) from encounters.outcome where outcome = 'held') as held_count,
       (select count(*) from encounters.outcome where outcome = 'not_billable') as not_billable_count,
       (select count(*) from encounters.outcome where outcome = 'rejected') as rejected_count,
       (select count(*) from claims.claim) as claim_count,
       coalesce(sum(charged_cents), 0) as charged_cents, coalesce(sum(paid_cents), 0) as paid_cents,
       coalesce(sum(contractual_cents), 0) as adjusted_cents, coalesce(sum(patient_cents), 0) as patient_cents,
       coalesce(sum(payer_open_cents + denied_cents), 0) as open_cents,
       (select count(*) from denials.case) as denial_case_count,
       (select count(*) from encounters.quarantine) as quarantined_row_count,
       (select count(*) from files.quarantined) as quarantined_file_count
from ledger.claim_balance
"""

KEEP_MEASURES = """
insert or ignore into reports.kpi by name
select window_to_on, kpi, value, unit, parts_unit, numerator, denominator, window_from_on, definition_version from analytics.kpi
"""
"""The measures as this night leaves them; what an earlier run of the night kept stays."""


@night_step
def close_night(home: Path, night: date) -> dict[str, int]:
    """The night has its row in reports.night, its books are sealed, and no view that must be empty has a row.

    Shape: reports.night, reports.waiting, reports.invariant, reports.kpi, ledger.day_seal. Holds: a view that has rows is
    counted and kept; `require_sound_night` says so once the report is out. The log names the newest seal once it is kept:
    before, a crash could leave a name for a seal that never was.
    """
    with writer(home) as warehouse:
        seal_days(warehouse)
        invariants, waiting = invariant_counts(warehouse), count_waiting(warehouse)
        row: dict[str, Any] = warehouse.rows(TOTALS)[0]
        row |= {"waiting_count": sum(waiting.values()), "violation_count": sum(invariants.values())}
        for table in ("night", "waiting", "invariant"):
            warehouse.execute(f"delete from reports.{table} where night = $1", [night])
        warehouse.insert("reports.night", [{"night": night, **row}])
        warehouse.insert(
            "reports.waiting", [{"night": night, "what": what, "count": count} for what, count in waiting.items()]
        )
        warehouse.insert(
            "reports.invariant",
            [{"night": night, "invariant": name, "rows": count} for name, count in invariants.items()],
        )
        warehouse.execute(KEEP_MEASURES)
        seal = last_seal(warehouse)
    if seal:
        note_seal(home, seal, night)
    return {
        "encounters": row["encounter_count"],
        "waiting": row["waiting_count"],
        "violations": row["violation_count"],
    }
