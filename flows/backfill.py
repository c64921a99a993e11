"""The same steps over a range of dates in one run, after releasing quarantined files that are to be read again."""

from datetime import date, timedelta
from pathlib import Path

from prefect import Task, flow

from flows.nightly import STEPS, nightly
from schemas.errors import ClaimcycleError
from tasks.release_files import release_files, reopen_steps


@flow(name="backfill", description=__doc__)
def backfill(
    home: str,
    since: date,
    until: date,
    step: str | None = None,
    payer: str | None = None,
    file: str | None = None,
    dry_run: bool = False,
) -> list[str]:
    """Every date of the range has been worked again; what was done, or would be done, is given in lines.

    Holds: steps add only what is missing: what was sent, read and posted is not sent, read or posted again.
    """
    chosen = chosen_steps(since, until, step)
    lines = []
    if payer or file:
        released = release_files(Path(home), payer, file, dry_run)
        lines.append(f"{'would release' if dry_run else 'released'} {released['released']} quarantined files")
    if not dry_run:
        reopen_steps(Path(home), since, until, [s.name for s in chosen])
    for offset in range((until - since).days + 1):
        day = since + timedelta(days=offset)
        names = ", ".join(s.name for s in chosen)
        lines.append(f"{day}: {'would run' if dry_run else 'ran'} {names}")
        if dry_run:
            continue
        if step is None:
            nightly(home, day)
        else:
            chosen[0](Path(home), day)
    return lines


def chosen_steps(since: date, until: date, step: str | None) -> list[Task[[Path, date], dict[str, int]]]:
    """Give the steps to run again: the one named, else all.

    Raises: ClaimcycleError where no such step or range of dates is.
    """
    if until < since:
        raise ClaimcycleError(f"--until {until} lies before --since {since}; swap them")
    chosen = [s for s in STEPS if step in (None, s.name)]
    if not chosen:
        raise ClaimcycleError(f"no step {step!r}; one of: {', '.join(s.name for s in STEPS)}")
    return chosen
