"""The `claims` command: starts nights and asks questions of the warehouse; each error is one line with the next step."""

import atexit
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from schemas.errors import ClaimcycleError

if TYPE_CHECKING:
    from tasks.stores.warehouse import Warehouse

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
x12_app = typer.Typer(help="Read X12 files.", no_args_is_help=True)
practice_app = typer.Typer(help="Make a synthetic practice.", no_args_is_help=True)
payer_app = typer.Typer(help="Play the synthetic payer.", no_args_is_help=True)
app.add_typer(x12_app, name="x12")
app.add_typer(practice_app, name="practice")
app.add_typer(payer_app, name="payer")
console = Console(width=None if sys.stdout.isatty() else 140)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write YYYY-MM-DD") from None


Home = Annotated[Path, typer.Option("--home", help="The practice's folder.", envvar="CLAIMS_HOME")]
Night = Annotated[
    date | None, typer.Option("--date", parser=_day, metavar="YYYY-MM-DD", help="Business date of the (first) night.")
]
DEFAULT_HOME = Path("data")
WAITS = 3
"""Exit status of nights that are done while bad input waits: files in quarantine, money held, answers that fit nothing."""


@app.command()
def nightly(
    home: Home = DEFAULT_HOME,
    night: Night = None,
    encounters: Annotated[
        Path | None,
        typer.Option(help="Folder of an export (Synthea CSV or canonical) to take instead of the practice's drops."),
    ] = None,
    nights: Annotated[
        int | None, typer.Option(min=1, help="Consecutive nights; what practice.toml says by default.")
    ] = None,
) -> None:
    """Run the night (embedded, no server): exports in, claims out, money posted, denials worked, report published."""
    _embed_prefect()
    from flows.opening import open_home
    from flows.rehearsal import run_nights
    from flows.summary import print_summary

    folder, practice = open_home(home, encounters)
    first = night or practice.first_night or datetime.now(UTC).date()
    count = nights or (1 if night else practice.nights)
    with _progress(count) as progress:
        run_nights(folder, first, count, progress)
    if print_summary(console, folder):
        console.print(
            "The nights are done; bad input waits for a person, see above and the report page (exit status 3)."
        )
        raise typer.Exit(WAITS)


@app.command()
def backfill(
    since: Annotated[date, typer.Option(parser=_day, metavar="YYYY-MM-DD", help="First business date.")],
    until: Annotated[date, typer.Option(parser=_day, metavar="YYYY-MM-DD", help="Last business date.")],
    home: Home = DEFAULT_HOME,
    step: Annotated[str | None, typer.Option(help="Run this step only.")] = None,
    payer: Annotated[str | None, typer.Option(help="Release quarantined files of this payer's mailbox first.")] = None,
    file: Annotated[str | None, typer.Option(help="Release this quarantined file (name or SHA-256) first.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing.")] = False,
) -> None:
    """Run the same steps over a range of dates, after releasing quarantined files to be read again."""
    _embed_prefect()
    from flows.backfill import backfill as run

    for line in run(str(home), since, until, step, payer, file, dry_run):
        console.print(line, highlight=False)


@app.command()
def census(home: Home = DEFAULT_HOME, night: Night = None) -> None:
    """Count every encounter and claim in exactly one state, with dollars; exit 1 when it does not tie."""
    from flows.summary import print_census

    if not print_census(console, home, night):
        raise typer.Exit(1)


@app.command()
def explain(identifier: str, home: Home = DEFAULT_HOME) -> None:
    """Print the life of a claim, encounter, file, ledger entry or denial: rows, files, byte ranges, rules, cents."""
    from flows.explanation import print_life

    print_life(console, home, identifier)


@x12_app.command("summary")
def x12_summary(
    files: Annotated[list[Path], typer.Argument(help="X12 files.")],
    _as_json: Annotated[bool, typer.Option("--json", help="One JSON object per file and kind: the one form.")] = True,
) -> None:
    """Count what is in X12 files, in cents, with balance verdicts and faults (docs/x12.md)."""
    from tasks.x12.summary import summarize

    faults = 0
    for path in files:
        try:
            rows = summarize(str(path), path.read_bytes())
        except OSError as error:
            raise ClaimcycleError(f"{path}: {error.strerror}; name a file that can be read") from error
        for row in rows:
            faults += len(row["faults"])  # type: ignore[arg-type]
            sys.stdout.write(json.dumps(row) + "\n")
    if faults:
        raise typer.Exit(1)


@app.command()
def sql(query: str, home: Home = DEFAULT_HOME) -> None:
    """Run a query on the analysts' snapshot, read-only."""
    from rich.table import Table

    with _snapshot(home) as warehouse:
        rows = warehouse.rows(query)
    table = Table(*(rows[0] if rows else ["no rows"]))
    for row in rows:
        table.add_row(*("" if v is None else str(v) for v in row.values()))
    console.print(table)


@app.command()
def doctor(home: Home = DEFAULT_HOME) -> None:
    """Say whether this installation is fit to run tonight, and if not, what to do."""
    from flows.doctor import examine

    findings = examine(home)
    for finding in findings:
        mark = "[green]ok [/]" if finding.is_well else "[red]no [/]"
        console.print(f"{mark} {finding.what}: {finding.said}")
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


@practice_app.command("make")
def practice_make(
    folder: Annotated[Path, typer.Argument(help="Where to make it.")],
    plan: Annotated[Path, typer.Option(help="The plan: seed, dates, rates.")] = Path("data/sample/plan.toml"),
) -> None:
    """Make a synthetic practice's home: settings, registries and dated encounter drops, the same bytes for the same plan."""
    from tasks.simulation.practice import load_plan, write_practice

    written = write_practice(load_plan(plan), folder)
    shutil.copyfile(plan.with_name("payer.toml"), folder / "payer.toml")
    console.print(f"{len(written)} files in {folder}", highlight=False)


@payer_app.command("answer")
def payer_answer(home: Home = DEFAULT_HOME, night: Night = None) -> None:
    """Let the synthetic payer answer what lies in its mailbox, as of that date."""
    _embed_prefect()
    from flows.rehearsal import rehearse

    console.print(rehearse(str(home), night or datetime.now(UTC).date()))


@contextmanager
def _snapshot(home: Path) -> Iterator["Warehouse"]:
    from tasks.stores.snapshot import current_snapshot
    from tasks.stores.warehouse import reader

    with reader(current_snapshot(home)) as warehouse:
        yield warehouse


def _embed_prefect() -> None:
    """Prefect runs embedded and quiet unless the caller names a server; nothing is sent anywhere."""
    defaults = {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "ERROR",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "claimcycle.night",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


@contextmanager
def _progress(nights: int) -> Iterator[Any]:
    """Show which night and which step is at work, and how far the whole has come."""
    from flows.progress import shown_on

    with shown_on(console, nights) as progress:
        yield progress


def _quiet_the_end() -> None:
    """Say nothing after the last word: DuckDB 2.0.0's binding prints pages about its own leaks while Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def main() -> None:
    """Run the command; errors of ours are one line and exit status 2, what ran and failed gives 1."""
    atexit.register(_quiet_the_end)  # registered first, so that it runs last
    try:
        app()
    except ClaimcycleError as error:
        Console(stderr=True).print(f"claims: {error}", style="red", highlight=False, markup=False, soft_wrap=True)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
