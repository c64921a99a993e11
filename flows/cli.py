"""Run billing nights and ask questions of the warehouse.

Exit status: 0 done; 1 what ran says no; 2 it could not run, one line says what to do; 3 done, and bad input waits.
"""

import atexit
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from flows import aside_commands, bank_commands, patients_commands, remits_commands, unmatched_commands
from flows.contracts_commands import contracts_app
from flows.ledger_commands import ledger_app
from flows.options import DEFAULT_HOME, Home, console, parse_day
from flows.replay_commands import app as replay_app
from flows.suspense_commands import suspense_app
from schemas.errors import ClaimcycleError, NightFailed

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
x12_app = typer.Typer(help="Read X12 files.", no_args_is_help=True)
practice_app = typer.Typer(help="Make a synthetic practice.", no_args_is_help=True)
payer_app = typer.Typer(help="Play the synthetic payer.", no_args_is_help=True)
app.add_typer(replay_app)
app.add_typer(x12_app, name="x12")
app.add_typer(practice_app, name="practice")
app.add_typer(payer_app, name="payer")
app.add_typer(aside_commands.app, name="aside")
app.add_typer(bank_commands.app, name="bank")
app.add_typer(remits_commands.app, name="remits")
app.add_typer(unmatched_commands.app, name="unmatched")
app.add_typer(patients_commands.app, name="patients")
app.add_typer(contracts_app, name="contracts")
app.add_typer(ledger_app, name="ledger")
app.add_typer(suspense_app, name="suspense")
UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""What every wrong option or argument is; typer exports only its children."""


Night = Annotated[
    date | None,
    typer.Option("--date", parser=parse_day, metavar="YYYY-MM-DD", help="Business date of the (first) night."),
]
WAITS = 3
"""Exit status of nights that are done while bad input waits: files in quarantine, money held, answers that fit nothing."""


@app.command()
def nightly(
    home: Home = DEFAULT_HOME,
    night: Night = None,
    encounters: Annotated[
        Path | None,
        typer.Option(help="Folder of a Synthea CSV export; a home is made for it."),
    ] = None,
    nights: Annotated[
        int | None, typer.Option(min=1, help="Consecutive nights; what practice.toml says by default.")
    ] = None,
) -> None:
    """Run the night: exports in, claims out, money posted, report made.

    Prefect runs embedded, without a server. Exit status 3: the night is done, and bad input waits for a person.
    """
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
    since: Annotated[date, typer.Option(parser=parse_day, metavar="YYYY-MM-DD", help="First business date.")],
    until: Annotated[date, typer.Option(parser=parse_day, metavar="YYYY-MM-DD", help="Last business date.")],
    home: Home = DEFAULT_HOME,
    step: Annotated[str | None, typer.Option(help="Run this step only.")] = None,
    payer: Annotated[str | None, typer.Option(help="Release quarantined files of this payer's mailbox first.")] = None,
    file: Annotated[str | None, typer.Option(help="Release this quarantined file (name or SHA-256) first.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing.")] = False,
) -> None:
    """Run the same steps again over a range of dates.

    Quarantined files that --payer or --file names are released first, to be read again.
    """
    _embed_prefect()
    from flows.backfill import backfill as run
    from flows.backfill import chosen_steps
    from tasks.stores.home import load_practice

    load_practice(home)
    chosen_steps(since, until, step)
    for line in run(str(home), since, until, step, payer, file, dry_run):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


@app.command()
def census(
    home: Home = DEFAULT_HOME,
    night: Annotated[
        date | None,
        typer.Option("--date", parser=parse_day, metavar="YYYY-MM-DD", help="As of this night; the newest by default."),
    ] = None,
) -> None:
    """Count every encounter and claim once; exit 1 if it does not tie.

    Each stage against the one before, in counts and in dollars.
    """
    from flows.summary import print_census

    if not print_census(console, home, night):
        raise typer.Exit(1)


@app.command()
def explain(identifier: str, home: Home = DEFAULT_HOME) -> None:
    """Tell the life of a claim, encounter, file, entry or denial.

    Rows, files, byte ranges, rules, dollars. IDENTIFIER: a key or its first digits, a patient or payer control number, a file name.
    """
    from flows.explanation import print_life

    print_life(console, home, identifier)


@x12_app.command("summary")
def x12_summary(
    files: Annotated[list[Path], typer.Argument(help="X12 files.")],
    _as_json: Annotated[bool, typer.Option("--json", help="One JSON object per file and kind: the one form.")] = True,
) -> None:
    """Count what X12 files hold, in cents, with verdicts and faults."""
    from tasks.x12.summary import summarize_file

    faults = 0
    for path in files:
        for row in summarize_file(path):
            faults += len(row["faults"])  # type: ignore[arg-type]
            sys.stdout.write(json.dumps(row) + "\n")
    if faults:
        raise typer.Exit(1)


@app.command()
def sql(query: str, home: Home = DEFAULT_HOME) -> None:
    """Run a query on the analysts' snapshot, read-only."""
    from flows.tables import print_answer
    from tasks.stores.snapshot import ask

    print_answer(console, ask(home, query))


@app.command()
def doctor(home: Home = DEFAULT_HOME) -> None:
    """Say whether tonight can run, and if not, what to do."""
    from flows.doctor import examine

    findings = examine(home)
    for finding in findings:
        console.print("ok " if finding.is_well else "no ", style="green" if finding.is_well else "red", end=" ")
        console.print(f"{finding.what}: {finding.said}", highlight=False, markup=False, soft_wrap=True)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


@practice_app.command("make")
def practice_make(
    folder: Annotated[Path, typer.Argument(help="Where to make it.")],
    plan: Annotated[Path, typer.Option(help="The plan: seed, dates, rates.")] = Path("data/sample/plan.toml"),
) -> None:
    """Make a synthetic practice's home.

    Settings, registries and dated encounter drops: the same bytes for the same plan.
    """
    from tasks.simulation.practice import load_plan, write_practice

    written = write_practice(load_plan(plan), folder)
    shutil.copyfile(plan.with_name("payer.toml"), folder / "payer.toml")
    (folder / "payer.toml").chmod(0o600)
    console.print(f"{len(written)} files in {folder}", highlight=False)


@payer_app.command("answer")
def payer_answer(home: Home = DEFAULT_HOME, night: Night = None) -> None:
    """Answer what lies in the synthetic payer's mailbox, as of that date."""
    _embed_prefect()
    from flows.rehearsal import rehearse
    from tasks.stores.home import load_practice

    load_practice(home)
    console.print(rehearse(str(home), night or datetime.now(UTC).date()))


def _embed_prefect() -> None:
    """Prefect runs embedded and quiet unless the caller names a server; nothing is sent anywhere."""
    defaults = {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",  # a busy machine takes more than the usual 20
        "PREFECT_LOGGING_LEVEL": "CRITICAL",  # main() says it in one line
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


def _end(said: str, status: int) -> NoReturn:
    """Say why in one line, and end."""
    line = " ".join(said.split())
    Console(stderr=True).print(
        f"claims: {line}", style="red", highlight=False, markup=False, emoji=False, soft_wrap=True
    )
    raise SystemExit(status) from None


def _explain_usage(error: Any) -> NoReturn:
    """Say what is wrong with the words after `claims`; where none follow, the help has been shown."""
    if not error.format_message():
        raise SystemExit(2) from None
    command = error.ctx.command_path if error.ctx else "claims"
    _end(f"{error.format_message().rstrip('.')}; see `{command} --help`", 2)


def main() -> None:
    """Run the command; an error is one line and exit status 2, a night that ran and failed gives 1."""
    atexit.register(_quiet_the_end)  # registered first, so that it runs last
    try:
        raise SystemExit(app(standalone_mode=False) or 0)
    except UsageError as error:
        _explain_usage(error)
    except ClaimcycleError as error:
        _end(str(error), 1 if isinstance(error, NightFailed) else 2)
    except (KeyboardInterrupt, typer.Abort):
        _end("stopped; run the same command again, it goes on behind the last step done", 130)
    except OSError as error:
        _end(f"{error.filename}: {error.strerror}; check that it is there and who may read or write it", 2)


if __name__ == "__main__":
    main()
