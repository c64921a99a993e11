"""`claims contracts`: load fee schedules, list what was paid too little."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flows.options import Home, parse_day

contracts_app = typer.Typer(help="Load contracts, list what was paid too little.", no_args_is_help=True)


@contracts_app.command("load")
def load(
    file: Annotated[Path, typer.Argument(help="A CSV file.")],
    kind: Annotated[str, typer.Option(help="rvu, gpci (CMS's files), fees or terms (of a contract).")],
    effective: Annotated[date, typer.Option(parser=parse_day, metavar="YYYY-MM-DD", help="First date of service.")],
    home: Home = Path("data"),
) -> None:
    """Put a schedule into the practice's registry; the next night uses it.

    The file is read first and refused where it is not what --kind says.
    """
    from schemas.errors import ClaimcycleError
    from tasks.contracts.schedules import ScheduleFault, read_schedule
    from tasks.stores.fee_schedules import keep_schedule
    from tasks.stores.home import load_practice

    load_practice(home)
    content = file.read_bytes()
    try:
        schedule = read_schedule(content, "", effective)
    except ScheduleFault as fault:
        raise ClaimcycleError(f"{file}: {fault}; correct the file") from None
    if schedule.kind != kind:
        raise ClaimcycleError(f"{file} holds {schedule.kind}, not {kind}; name it --kind {schedule.kind}")
    kept = keep_schedule(home, file.name, content, effective, kind)
    typer.echo(f"{len(schedule.rows)} rows of {kind} in {kept}; the next night uses them")


@contracts_app.command("underpaid")
def underpaid(
    home: Home = Path("data"),
    payer: Annotated[str | None, typer.Option(help="Lines of this payer only.")] = None,
) -> None:
    """List lines paid too little, paid as a lesser code, or mended since.

    Each with what was expected and why, what was allowed, and the bytes that said so.
    """
    from flows.tables import print_table
    from tasks.stores.fee_schedules import shortfalls
    from tasks.stores.snapshot import current_snapshot
    from tasks.stores.warehouse import reader

    console = Console(width=None if Console().is_terminal else 180, emoji=False)
    with reader(current_snapshot(home)) as warehouse:
        found = shortfalls(warehouse, payer)
    for title, rows in found.items():
        print_table(console, f"{title}: {len(rows)}", rows)
        if not rows:
            console.print(f"{title}: none", highlight=False)
