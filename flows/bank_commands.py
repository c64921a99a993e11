"""`claims bank`: which remittance each deposit belongs to, and what a person decides where that is not plain."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.options import DEFAULT_HOME, By, Home, Reason, console
from schemas.errors import ClaimcycleError

app = typer.Typer(help="Tie deposits to remittances.", no_args_is_help=True)
Deposit = Annotated[str, typer.Argument(help="The deposit's id or its first digits.")]

SHOWN = """
select state, coalesce(payer_name, payer_id) as payer, trace_number, paid_on, settled_on, banking_days, expected_cents, deposit_cents, difference_cents,
       left(deposit_id, 12) as deposit from {view} order by state, paid_on, settled_on, trace_number, deposit_id
"""
FIND_DEPOSIT = "select deposit_id from bank.deposit where deposit_id like $1 || '%'"
FIND_PAYMENT = "select payment_id from bank.expected where trace_number = $1 or payment_id = $1"


@app.command("list")
def list_deposits(
    home: Home = DEFAULT_HOME,
    every: Annotated[bool, typer.Option("--all", help="Every remittance and deposit, reconciled ones too.")] = False,
) -> None:
    """Show what is not reconciled, the books against the bank, and decisions that fit nothing."""
    from flows.tables import print_table
    from tasks.stores.snapshot import ask

    rows = ask(home, SHOWN.format(view="bank.reassociation" if every else "bank.open"))
    print_table(console, "Remittances and deposits", rows)
    if not rows:
        console.print("nothing to look at", highlight=False)
    print_table(
        console,
        "Books against bank",
        ask(home, "select line, cents as amount_cents from bank.cash order by position, line"),
    )
    print_table(console, "Decisions that fit nothing", ask(home, "select * from bank.idle_decision order by made_on"))


@app.command()
def match(
    deposit: Deposit,
    payment: Annotated[str, typer.Argument(help="The remittance's trace number (TRN02) or payment_id.")],
    reason: Reason,
    home: Home = DEFAULT_HOME,
    by: By = None,
) -> None:
    """Decide that a deposit belongs to a remittance; a difference in cents is accepted with it."""
    chosen = _only(home, FIND_PAYMENT, payment, "payment_id", "remittance")
    _decide(home, "match_deposit", deposit, {"payment_id": chosen}, reason, by)


@app.command()
def unmatch(deposit: Deposit, reason: Reason, home: Home = DEFAULT_HOME, by: By = None) -> None:
    """Decide that a deposit belongs to no remittance known so far."""
    _decide(home, "unmatch_deposit", deposit, {}, reason, by)


def _decide(home: Path, kind: str, deposit: str, choice: dict[str, Any], reason: str, by: str | None) -> None:
    from tasks.stores.decisions import decide

    subject = _only(home, FIND_DEPOSIT, deposit, "deposit_id", "deposit")
    made_on = datetime.now(UTC).date()
    decision_id = decide(home, kind, subject, choice, reason, by or getpass.getuser(), made_on)
    console.print(f"decision {decision_id[:12]} is noted; the next night takes it up", highlight=False)


def _only(home: Path, query: str, said: str, column: str, what: str) -> str:
    """Give the key of the one thing meant.

    Raises: ClaimcycleError where it names nothing, or several.
    """
    from tasks.stores.snapshot import current_snapshot
    from tasks.stores.warehouse import reader

    with reader(current_snapshot(home)) as warehouse:
        found = warehouse.rows(query, [said.replace("%", "")])
    if len(found) != 1:
        count = "no" if not found else str(len(found))
        raise ClaimcycleError(f"{said!r} names {count} {what}; `claims bank list --all` shows them")
    return str(found[0][column])
