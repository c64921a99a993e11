"""`claims aside`: what was set aside of the files received, until a person says that it is dealt with."""

import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer

from flows.options import DEFAULT_HOME, By, Home, Reason, only_one, say, snapshot_rows

app = typer.Typer(help="Files, rows and answers that were set aside.", no_args_is_help=True)
SET_ASIDE = "select * from reports.set_aside order by since_on, file_name, file_sha256, part, code"


@app.command("list")
def show(home: Home = DEFAULT_HOME) -> None:
    """What was set aside and moves no money: by file, with what to do; until somebody closes the file."""
    waiting = snapshot_rows(home, SET_ASIDE)
    for row in waiting:
        say(
            f"{row['file_sha256'][:12]} {row['since_on']} {row['file_name']}: "
            f"{row['count']} x {row['part']} {row['code']}; {row['remedy']}"
        )
    if not waiting:
        say("nothing is set aside")


@app.command()
def close(
    file: Annotated[str, typer.Argument(help="A file of `claims aside list`: the first digits of its SHA-256.")],
    reason: Reason,
    by: By = None,
    home: Home = DEFAULT_HOME,
) -> None:
    """Decide that all that was set aside of a file is dealt with: it is kept as it is, and from the next night on waits no more."""
    from tasks.stores.decisions import decide

    hashes = {row["file_sha256"] for row in snapshot_rows(home, SET_ASIDE)}
    chosen = only_one(hashes, file, "files", "claims aside list")
    decision_id = decide(home, "close_file", chosen, {}, reason, by or getpass.getuser(), datetime.now(UTC).date())
    say(f"decision {decision_id}: the next night closes it; a file in quarantine is read again by `claims backfill`")
