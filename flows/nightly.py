"""The night, in billing order: read the tuple of steps as the table of contents of the process."""

import logging
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from prefect import flow
from prefect.artifacts import create_table_artifact
from prefect.runtime import flow_run

from tasks.acknowledge_remittances import acknowledge_remittances
from tasks.apply_matches import apply_matches
from tasks.assign_codes import assign_codes
from tasks.bill_patients import bill_patients
from tasks.check_eligibility import check_eligibility
from tasks.close_night import close_night
from tasks.collect_files import collect_files
from tasks.compare_payments import compare_payments
from tasks.draft_claims import draft_claims
from tasks.post_payments import post_payments
from tasks.publish_reports import publish_reports
from tasks.read_acknowledgments import read_acknowledgments
from tasks.read_remittances import read_remittances
from tasks.receive_encounters import receive_encounters
from tasks.reconcile_bank import reconcile_bank
from tasks.seal_batches import seal_batches
from tasks.send_batches import send_batches
from tasks.stores.home import load_practice
from tasks.stores.invariants import require_sound_night
from tasks.stores.warehouse import session
from tasks.work_denials import work_denials

LOG = logging.getLogger("claimcycle.night")

STEPS = (
    collect_files,
    receive_encounters,
    check_eligibility,
    assign_codes,
    draft_claims,
    seal_batches,
    send_batches,
    read_acknowledgments,
    read_remittances,
    acknowledge_remittances,
    post_payments,
    apply_matches,
    reconcile_bank,
    compare_payments,
    bill_patients,
    work_denials,
    close_night,
    publish_reports,
)


@flow(name="nightly", description=__doc__, timeout_seconds=4 * 3600, flow_run_name="night-{night}")
def nightly(home: str = "data", night: date | None = None) -> dict[str, dict[str, int]]:
    """The practice's night of that date is done: every stage has run once, in order, and the counts of each are given.

    Without `night` the scheduled start's date in the practice's own zone is taken. Raises: NightFailed when a view that
    must be empty is not; the report is published all the same.
    """
    folder = Path(home)
    day = night or _scheduled_night(folder)
    counts: dict[str, dict[str, int]] = {}
    with session(folder):  # one connection for the whole night; the report copies the file, so it comes after
        for step in STEPS[:-1]:
            counts[step.name] = step(folder, day)
            LOG.info("%s %s %s", day, step.name, counts[step.name])
    counts[publish_reports.name] = publish_reports(folder, day)
    LOG.info("%s %s %s", day, publish_reports.name, counts[publish_reports.name])
    create_table_artifact(
        key="night",
        table=[{"step": name, **said} for name, said in counts.items()],
        description=f"What each step did on {day}",
    )
    require_sound_night(folder)
    return counts


def _scheduled_night(home: Path) -> date:
    """Give the date, in the practice's zone, at which this run was to start: Prefect tells UTC."""
    started: datetime = flow_run.scheduled_start_time
    return started.astimezone(ZoneInfo(load_practice(home).timezone)).date()
