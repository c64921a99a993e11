"""Release: quarantined files go back to be read, after a person has mended what kept them out."""

from datetime import date
from pathlib import Path

from schemas.errors import ClaimcycleError
from tasks.step import step
from tasks.stores.journal import RELEASE, REOPEN, note
from tasks.stores.warehouse import Warehouse, writer

CHOSEN = """
select distinct r.file_sha256, r.kind from files.reading r join files.arrival a using (file_sha256)
where r.outcome = 'quarantined' and ($1::varchar is null or a.source in (select partner_id from encounters.payer where payer_id = $1))
  and ($2::varchar is null or a.file_name = $2 or a.drop_name = $2 or a.file_sha256 like $2 || '%')
"""


@step
def release_files(home: Path, payer: str | None, file: str | None, is_dry_run: bool) -> dict[str, int]:
    """Quarantined files of that payer's mailbox, or of that name or hash, are unread again; their faults stay on record.

    Holds: nothing received is changed; a file still at fault goes back to quarantine.
    Raises: ClaimcycleError where no quarantined file is meant.
    """
    with writer(home) as warehouse:
        chosen = warehouse.rows(CHOSEN, [payer, file])
        if not chosen:
            said = " and ".join(f"{what} {name}" for what, name in (("payer", payer), ("file", file)) if name)
            raise ClaimcycleError(f'nothing in quarantine of {said}; `claims sql "from files.quarantined"` lists it')
        if not is_dry_run:
            note(home, RELEASE, "", {"payer": payer, "file": file}, _newest_night(warehouse))
        for row in chosen if not is_dry_run else []:
            warehouse.execute(
                "delete from files.reading where file_sha256 = $1 and kind = $2", [row["file_sha256"], row["kind"]]
            )
            if row["kind"] == "unknown":
                warehouse.execute("delete from files.content where file_sha256 = $1", [row["file_sha256"]])
    return {"released": len(chosen)}


@step
def reopen_steps(home: Path, since: date, until: date, names: list[str]) -> dict[str, int]:
    """These steps of these nights will run again; what they made stays, and they add only what is missing."""
    with writer(home) as warehouse:
        note(home, REOPEN, "", {"since": str(since), "until": str(until), "steps": names}, _newest_night(warehouse))
        chosen = [since, until, names]
        reopened = warehouse.rows(
            "select * from reports.step where night between $1 and $2 and step in (select unnest($3))", chosen
        )
        warehouse.execute(
            "delete from reports.step where night between $1 and $2 and step in (select unnest($3))", chosen
        )
    return {"reopened": len(reopened)}


def _newest_night(warehouse: Warehouse) -> date:
    """Give the newest night with a step done: what is decided now is decided on what that night left."""
    newest: date = warehouse.value("select coalesce(max(night), '1970-01-01'::date) from reports.step")
    return newest
