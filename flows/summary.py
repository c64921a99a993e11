"""The table a night ends with, and the census, for people."""

from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from schemas.money import dollars
from tasks.stores.census import Census, take_census
from tasks.stores.home import load_practice
from tasks.stores.invariants import BAD_INPUT, QUARANTINED, count_waiting
from tasks.stores.snapshot import current_snapshot
from tasks.stores.warehouse import reader, warehouse_path


def print_summary(console: Console, home: Path) -> bool:
    """Print what the nights did and where it lies; give whether bad input waits for a person."""
    with reader(current_snapshot(home)) as warehouse:
        census = take_census(warehouse)
        waiting = {what: count for what, count in count_waiting(warehouse).items() if count}
        quarantined = warehouse.rows(QUARANTINED)
    night = census.nights[-1]
    money = ("charged_cents", "paid_cents", "adjusted_cents", "patient_cents", "open_cents")
    counts = {
        "denials opened": night["denial_case_count"],
        "encounter rows quarantined": night["quarantined_row_count"],
        "files quarantined": night["quarantined_file_count"],
    }
    _print_table(console, "Encounters by outcome", _by_outcome(census))
    _print_table(console, "Claims by state", census.states)
    _print_table(
        console, f"Money, in dollars, after the night of {night['night']}", [{key: night[key] for key in money}]
    )
    _print_table(console, "Counts", [{"what": what, "count": count} for what, count in counts.items()])
    _print_table(console, "Waits for a person", [{"what": what, "count": count} for what, count in waiting.items()])
    _print_table(console, "In quarantine, whole", quarantined)
    _print_paths(console, home)
    return any(what in BAD_INPUT for what in waiting)


def print_census(console: Console, home: Path, night: date | None) -> bool:
    """Print the census; give whether everything ties."""
    with reader(current_snapshot(home)) as warehouse:
        census = take_census(warehouse, night)
    _print_table(console, "Encounters by outcome", census.outcomes)
    _print_table(console, "Claims by state", census.states)
    _print_table(
        console,
        "Stage against stage",
        [{**t, "ties": "yes" if (t["expected"] or 0) == (t["found"] or 0) else "NO"} for t in census.ties],
    )
    for name, count in census.violations.items():
        console.print(f"[red]{name} must be empty and has {count} rows")
    console.print("[green]everything ties" if census.is_tied else "[red]it does not tie: see the rows marked NO")
    return census.is_tied


def _by_outcome(census: Census) -> list[dict[str, Any]]:
    totals: dict[str, dict[str, Any]] = {}
    for row in census.outcomes:
        total = totals.setdefault(row["outcome"], {"outcome": row["outcome"], "encounters": 0, "charge_cents": 0})
        total["encounters"] += row["encounters"]
        total["charge_cents"] += row["charge_cents"]
    every = {
        "outcome": "all",
        "encounters": sum(t["encounters"] for t in totals.values()),
        "charge_cents": sum(t["charge_cents"] for t in totals.values()),
    }
    return [*totals.values(), every]


def _print_table(console: Console, title: str, rows: list[dict[str, Any]]) -> None:
    """Print rows as a table: cents as dollars, numbers to the right."""
    if not rows:
        return
    table = Table(title=title, title_justify="left")
    for name in rows[0]:
        is_number = isinstance(rows[0][name], int)
        head = name.removesuffix("_cents").replace("_", " ")
        table.add_column(head, justify="right" if is_number else "left", no_wrap=is_number)
    for row in rows:
        table.add_row(*(_shown(name, value) for name, value in row.items()))
    console.print(table)


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name.endswith("_cents"):
        return dollars(int(value))
    return f"{value:,}" if isinstance(value, int) else str(value)


def _print_paths(console: Console, home: Path) -> None:
    folders = [home / partner.folder / "to_partner" for partner in load_practice(home).partners]
    paths = {
        "837P and 270 files sent": ", ".join(str(f) for f in folders),
        "answers received": ", ".join(str(f.parent / "from_partner") for f in folders),
        "vault": str(home / "vault"),
        "warehouse (the night's own)": str(warehouse_path(home)),
        "analysts' snapshot": str(current_snapshot(home)),
        "report page": str(home / "reports" / "report.html"),
    }
    for what, path in paths.items():
        console.print(f"{what:<28} {path}", highlight=False, soft_wrap=True)
