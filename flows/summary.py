"""The tables a night ends with, and the census, for people."""

from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console

from flows.tables import print_table
from tasks.stores.census import Census, take_census
from tasks.stores.home import load_practice
from tasks.stores.invariants import BAD_INPUT, DEPOSITS, SET_ASIDE, count_waiting
from tasks.stores.snapshot import current_snapshot, snapshot_of
from tasks.stores.warehouse import reader, warehouse_path

FOOTS = "Across: the charge is the sum of what follows it; what a patient paid ahead of the payer's answer is owed below zero."


def print_summary(console: Console, home: Path) -> bool:
    """Print what the nights did and where it lies; give whether bad input waits for a person."""
    with reader(current_snapshot(home)) as warehouse:
        census = take_census(warehouse)
        waiting = {what: count for what, count in count_waiting(warehouse).items() if count}
        set_aside = warehouse.rows(SET_ASIDE)
        deposits = warehouse.rows(DEPOSITS)
        patients = warehouse.rows("select what, count, cents as amount_cents from patients.summary order by position")
    night = census.nights[-1]
    counts = {
        "denials opened": night["denial_case_count"],
        "encounter rows quarantined": night["quarantined_row_count"],
        "files quarantined": night["quarantined_file_count"],
    }
    print_table(console, "Encounters by outcome", _by_outcome(census))
    _print_states(console, census)
    print_table(console, f"Counts after the night of {night['night']}", _listed(counts))
    print_table(console, "Remittances against the bank", deposits)
    print_table(console, "Patients' money", patients)
    print_table(console, "Waits for a person", _listed(waiting))
    print_table(console, "Bad input set aside", set_aside)
    _print_paths(console, home)
    return any(what in BAD_INPUT for what in waiting)


def print_census(console: Console, home: Path, night: date | None) -> bool:
    """Print the census, as of a night whose snapshot is kept, else of the newest; give whether everything ties."""
    with reader(snapshot_of(home, night)) as warehouse:
        census = take_census(warehouse)
    print_table(console, "Encounters by outcome", census.outcomes)
    _print_states(console, census)
    ties = [{**tie, "ties": "yes" if (tie["expected"] or 0) == (tie["found"] or 0) else "NO"} for tie in census.ties]
    print_table(console, "Counts, stage against stage", [tie for tie in ties if not _is_money(tie)])
    print_table(console, "Dollars, stage against stage", [_in_cents(tie) for tie in ties if _is_money(tie)])
    for name, count in census.violations.items():
        console.print(f"[red]{name} must be empty and has {count} rows")
    console.print("[green]everything ties" if census.is_tied else "[red]it does not tie: see the rows marked NO")
    return census.is_tied


def _print_states(console: Console, census: Census) -> None:
    """Print the claims of each state and of all: what became of each dollar charged; columns without money left out."""
    every = {"state": "all", "claims": sum(state["claims"] for state in census.states), **census.money}
    empty = {name for name, cents in census.money.items() if not any(state[name] for state in census.states)}
    rows = [{name: value for name, value in row.items() if name not in empty} for row in (*census.states, every)]
    print_table(console, "Claims by state, in dollars", rows, FOOTS)


def _is_money(tie: dict[str, Any]) -> bool:
    return "cents" in tie["tie"] or "debits" in tie["tie"]


def _in_cents(tie: dict[str, Any]) -> dict[str, Any]:
    return {
        "tie": tie["tie"].replace("cents", "dollars"),
        "expected_cents": tie["expected"],
        "found_cents": tie["found"],
        "ties": tie["ties"],
    }


def _listed(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [{"what": what, "count": count} for what, count in counts.items()]


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


def _print_paths(console: Console, home: Path) -> None:
    folders = [home / partner.folder / "to_partner" for partner in load_practice(home).partners]
    paths = {
        "837P and 270 files sent": ", ".join(str(f) for f in folders),
        "answers received": ", ".join(str(f.parent / "from_partner") for f in folders),
        "vault": str(home / "vault"),
        "warehouse (the night's own)": str(warehouse_path(home)),
        "analysts' snapshot": str(current_snapshot(home)),
        "patients' statements": str(home / "statements"),
        "report page": str(home / "reports" / "report.html"),
    }
    for what, path in paths.items():
        console.print(f"{what:<28} {path}", highlight=False, markup=False, soft_wrap=True)
