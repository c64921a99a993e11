"""Options that commands share, and the console that they speak to."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

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
