"""What commands share: options, the console that they speak to, and rows of the newest snapshot."""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from schemas.errors import ClaimcycleError

console = Console(width=None if sys.stdout.isatty() else 140, emoji=False)


def parse_day(text: str) -> date:
    """Give the date that an option says.

    Raises: typer.BadParameter.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write YYYY-MM-DD") from None


Home = Annotated[Path, typer.Option("--home", help="The practice's folder.", envvar="CLAIMS_HOME")]
DEFAULT_HOME = Path("data")
By = Annotated[str | None, typer.Option("--by", help="Who decides; the login name by default.", envvar="CLAIMS_USER")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in your words; no names of patients.")]
Day = Annotated[
    date | None, typer.Option("--date", parser=parse_day, metavar="YYYY-MM-DD", help="Business date; today by default.")
]


def say(line: str) -> None:
    """Print a line as it is, however long."""
    console.print(line, highlight=False, markup=False, soft_wrap=True)


def snapshot_rows(home: Path, sql: str, *values: object) -> list[dict[str, Any]]:
    """Give the rows of a query on the newest snapshot."""
    from tasks.stores.snapshot import current_snapshot
    from tasks.stores.warehouse import reader

    with reader(current_snapshot(home)) as warehouse:
        return warehouse.rows(sql, list(values))


def only_one(ids: Iterable[str], start: str, what: str, listed_by: str) -> str:
    """Give the id that begins so.

    Raises: ClaimcycleError where none or several do.
    """
    found = [one for one in ids if one.startswith(start)]
    if len(found) != 1:
        raise ClaimcycleError(f"{len(found)} {what} begin with {start!r}; choose one of `{listed_by}`")
    return found[0]
