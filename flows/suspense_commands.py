"""`claims suspense`: money of remitted claims that do not balance waits for a corrected remittance, or for a person."""

import getpass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.options import By, Home, Reason, only_one, say, snapshot_rows
from schemas.errors import ClaimcycleError
from schemas.money import dollars

suspense_app = typer.Typer(help="Money in suspense: list it, release it.", no_args_is_help=True)
WAITING = "select * from ledger.suspense order by posted_on, posting_id"


@suspense_app.command("list")
def list_suspense(home: Home = Path("data")) -> None:
    """List the remitted claims whose money waits, with the cents that do not fit."""
    for row in snapshot_rows(home, WAITING):
        say(
            f"{row['posting_id']} {row['posted_on']} claim {row['claim_id']} trace {row['trace_number']}: {dollars(row['paid_cents'])} "
            f"waits, {row['condition']} by {dollars(row['difference_cents'])}; {row['reason']}"
        )


@suspense_app.command("release")
def release(
    posting: Annotated[str, typer.Argument(help="A posting of `claims suspense list`, or its first digits.")],
    to: Annotated[str, typer.Option(help="post: the claim as it says; payment: its payment alone.")],
    reason: Reason,
    by: By = None,
    home: Home = Path("data"),
) -> None:
    """Decide that money leaves suspense; the next night reverses it there and posts it."""
    from tasks.ledger.suspense import PAID_ONLY, POSTED
    from tasks.stores.decisions import decide

    if to not in (POSTED, PAID_ONLY):
        raise ClaimcycleError(f"--to {to!r} is no choice; write {POSTED} or {PAID_ONLY}")
    ids = [row["posting_id"] for row in snapshot_rows(home, WAITING)]
    chosen = only_one(ids, posting, "postings in suspense", "claims suspense list")
    today: date = datetime.now(UTC).date()
    decision_id = decide(home, "release_suspense", chosen, {"release": to}, reason, by or getpass.getuser(), today)
    say(f"decision {decision_id}: the next night posts it")
