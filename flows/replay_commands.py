"""The command that rebuilds a warehouse from vault and log, and says whether it is the same."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from flows.options import parse_day

if TYPE_CHECKING:
    from flows.replay import Replayed

app = typer.Typer()


@app.command()
def replay(
    into: Annotated[Path, typer.Option(help="A new folder; the rebuilt books go there.")],
    home: Annotated[Path, typer.Option("--home", help="The practice's folder.", envvar="CLAIMS_HOME")] = Path("data"),
    as_of: Annotated[
        date | None,
        typer.Option(
            parser=parse_day, metavar="YYYY-MM-DD", help="Nights up to that day only: the books as known then."
        ),
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of the database.")] = None,
) -> None:
    """Rebuild the warehouse from vault and log alone, and compare.

    Nothing is sent or fetched. Exit 1 where a table, a kept measure or a sealed file differs from the original.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from flows.replay import replay as run

    console = Console(emoji=False)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<36}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("lines"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        bar = progress.add_task("replay", total=None)
        found = run(
            home,
            into,
            as_of,
            threads,
            lambda what, done, of: progress.update(bar, description=what, completed=done, total=of),
        )
        progress.update(bar, description="done", completed=found.lines)
    for line in _told(found, into):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if not found.is_equal:
        raise typer.Exit(1)


def _told(found: "Replayed", into: Path) -> list[str]:
    """Say what was compared and what differs, a line each."""
    said = [f"{found.lines} lines of the log up to the night of {found.last_night} replayed into {into}"]
    if found.other_editions:
        said.append(
            f"another edition of the program ran from {', '.join(found.other_editions)}: a difference may come from it"
        )
    differing = {name: what for name, what in found.tables.items() if what}
    compared = (
        ("tables", len(found.tables), [f"{name}: {what}" for name, what in differing.items()]),
        ("kept measures", *found.kpis),
        ("sealed files", *found.seals),
    )
    for what, count, others in compared:
        said.append(f"{what}: {count - len(others)} of {count} equal" if count else f"{what}: none to compare with")
        said += [f"  differs: {other}" for other in others]
    return said
