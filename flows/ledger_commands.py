"""`claims ledger`: are the books as they were sealed, and what could not be posted as it was said?"""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.options import By, Home, Reason, only_one, say, snapshot_rows
from schemas.money import dollars

ledger_app = typer.Typer(help="The ledger: is it as it was sealed, and what did not fit?", no_args_is_help=True)
SHOWN = 50
OPEN_EXCEPTIONS = "select * from ledger.open_exception order by found_on, exception_id"


@ledger_app.command("verify")
def verify(
    home: Home = Path("data"),
    reread: Annotated[
        bool, typer.Option("--bytes", help="Also read again the bytes that every entry names, and compare the cents.")
    ] = False,
    head: Annotated[str, typer.Option(help="The hash of a seal that you noted: the chain must still have it.")] = "",
) -> None:
    """Recompute every seal; exit 1 and name day and posting where a row is not as it was sealed.

    Every posting must sum to zero, too, and every seal that the log names must be in the chain.
    """
    from tasks.ledger.rereading import misread
    from tasks.stores.decisions import log_lines
    from tasks.stores.heads import find_contradictions
    from tasks.stores.home import load_practice
    from tasks.stores.rereading import misread_entries
    from tasks.stores.seals import count_unsealed, find_tampering, last_seal
    from tasks.stores.warehouse import session

    load_practice(home)
    with session(home) as warehouse:
        found = find_contradictions(warehouse, log_lines(home)) + find_tampering(warehouse, head)
        if reread:
            found += misread_entries(warehouse, home, misread)
        seal, unsealed = last_seal(warehouse), count_unsealed(warehouse)
    for row in found[:SHOWN]:
        say(f"{row['posted_on'] or '-'} {row['posting_id'] or '-'} {row['what']}")
    if seal:
        say(f"seal {seal['seal_number']} of {seal['posted_on']}: {seal['seal_hash']}")
    shown = f", the first {SHOWN} shown" if len(found) > SHOWN else ""
    say(
        f"{len(found)} things wrong{shown}; {unsealed} entries since the last seal; note the seal's hash elsewhere for --head"
    )
    if found:
        raise typer.Exit(1)


@ledger_app.command("exceptions")
def list_exceptions(home: Home = Path("data")) -> None:
    """List what could not be posted as the payer said it, with the cents that do not fit, until somebody closes it."""
    for row in snapshot_rows(home, OPEN_EXCEPTIONS):
        say(
            f"{row['exception_id']} {row['found_on']} claim {row['claim_id'] or '-'} {row['exception_code']} by "
            f"{dollars(row['difference_cents'])}: {row['message']}"
        )


@ledger_app.command("close")
def close(
    exception: Annotated[str, typer.Argument(help="One of `claims ledger exceptions`, or its first digits.")],
    reason: Reason,
    by: By = None,
    home: Home = Path("data"),
) -> None:
    """Decide that an exception is dealt with: the books stay as they are, and from the next night on it waits no more."""
    from tasks.stores.decisions import decide

    ids = [row["exception_id"] for row in snapshot_rows(home, OPEN_EXCEPTIONS)]
    chosen = only_one(ids, exception, "open exceptions", "claims ledger exceptions")
    today = datetime.now(UTC).date()
    decision_id = decide(home, "close_exception", chosen, {}, reason, by or getpass.getuser(), today)
    say(f"decision {decision_id}: the next night closes it")
