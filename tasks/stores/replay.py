"""Replay: a new home laid out line by line from the log and the vault of another, which stays as it is."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import ClaimcycleError
from tasks.stores.decisions import Line, copy_lines, log_lines
from tasks.stores.home import REPLAYED
from tasks.stores.journal import ARRIVAL, POSTED, RUNS, SETTINGS, STEP, edition
from tasks.stores.vault import get_bytes, link_content, make_folder, open_content, write_once, write_over
from tasks.stores.warehouse import Warehouse, locked, reader, warehouse_path

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Original:
    """What a home says of itself at one moment: its log, and its warehouse where it has one.

    Shape: hashes by table; kpis are rows of reports.kpi.
    """

    lines: list[Line]
    hashes: dict[str, str]
    kpis: Rows


def read_original(home: Path) -> Original:
    """Give log, table hashes and kept measures of a home, all of the same moment.

    Raises: ClaimcycleError where a night is writing, a line was tampered with, or no night stands in the log.
    """
    if warehouse_path(home).exists():
        with locked(home), reader(warehouse_path(home)) as warehouse:
            original = Original(log_lines(home), warehouse.table_hashes(), kept_kpis(warehouse))
    else:
        original = Original(log_lines(home), {}, [])
    if not any(line["kind"] == STEP for line in original.lines):
        raise ClaimcycleError(
            f"the log of {home} tells of no night; nights that this edition or a later one ran can be replayed"
        )
    return original


def kept_kpis(warehouse: Warehouse) -> Rows:
    """Give the measures that each night kept; none in a warehouse of an edition that kept none."""
    if not warehouse.rows("select 1 from duckdb_tables() where schema_name = 'reports' and table_name = 'kpi'"):
        return []
    return warehouse.rows("select * from reports.kpi order by window_to_on, kpi")


def known_on(lines: Sequence[Line], day: date | None) -> list[Line]:
    """Give the lines that stood in the log when the last step of the nights up to that day was done; all without a day.

    Holds: what was worked again after a later night is left out, whatever night it was for.
    Raises: ClaimcycleError where no night is that early.
    """
    if day is None:
        return list(lines)
    later = (
        n
        for n, line in enumerate(lines)
        if line["kind"] in (ARRIVAL, STEP, POSTED) and line["made_on"] > day.isoformat()
    )
    before = lines[: next(later, len(lines))]
    last = max((n for n, line in enumerate(before, 1) if line["kind"] in (STEP, POSTED)), default=0)
    if not last:
        first = next(line["made_on"] for line in lines if line["kind"] == STEP)
        raise ClaimcycleError(f"no night up to {day} stands in the log; the first is {first}")
    return list(before[:last])


def runs_of(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Give the lines in parts, each ending with what ran; the last may hold what nothing ran for yet."""
    part: list[Line] = []
    for line in lines:
        part.append(line)
        if line["kind"] in RUNS:
            yield part
            part = []
    if part:
        yield part


def found_replay(home: Path, into: Path) -> None:
    """The folder is a home from which nothing can be sent and that fetches nothing: it says whose replay it is.

    Raises: ClaimcycleError where the folder holds something.
    """
    if into.exists() and any(into.iterdir()):
        raise ClaimcycleError(f"{into} is not empty; name a new folder for --into")
    make_folder(into)
    write_once(into / REPLAYED, json.dumps({"replay_of": str(home.absolute())}).encode())


def lay_down(home: Path, into: Path, lines: Sequence[Line]) -> None:
    """The lines stand in the new home's log; its vault has the files they name, and its settings are as they say.

    Raises: ClaimcycleError naming a file of the vault that is missing or was changed.
    """
    for line in lines:
        if line["kind"] in (ARRIVAL, POSTED):
            for file in json.loads(line["choice"])["files"]:
                link_content(home, file["file_sha256"], into)
        elif line["kind"] == SETTINGS:
            _restore_settings(home, into, json.loads(line["choice"])["files"])
    copy_lines(into, lines)


def _restore_settings(home: Path, into: Path, kept: dict[str, str]) -> None:
    """The files that people set are those, and no others."""
    for folder in ("registry", "reference"):
        for path in (into / folder).rglob("*"):
            if path.is_file() and str(path.relative_to(into)) not in kept:
                path.unlink()
    for name, digest in kept.items():
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise ClaimcycleError(
                f"decision log: settings name {name}, which lies outside the home; restore the log from a backup"
            )
        link_content(home, digest, into)
        write_over(into / name, get_bytes(home, digest))


def other_editions(lines: Sequence[Line]) -> list[str]:
    """Give the nights from which on another edition of the program than this one ran."""
    settings = [line for line in lines if line["kind"] == SETTINGS]
    return [line["made_on"] for line in settings if json.loads(line["choice"])["edition"] != edition()]


def differing_tables(original: Original, warehouse: Warehouse) -> dict[str, str]:
    """Give each table of either warehouse, with '' where both hold the same rows, else with what is known of the difference."""
    found = warehouse.table_hashes()
    return {
        name: _difference(original.hashes.get(name), found.get(name)) for name in sorted({*original.hashes, *found})
    }


def _difference(was: str | None, found: str | None) -> str:
    if was == found:
        return ""
    rows = [said.split(":")[0] if said else "no such table" for said in (was, found)]
    return (
        f"{rows[0]} rows in the original, {rows[1]} in the replay"
        if rows[0] != rows[1]
        else f"{rows[0]} rows, not all alike"
    )


def differing_kpis(original: Original, warehouse: Warehouse) -> tuple[int, list[str]]:
    """Give how many measures that the original kept for these nights there are, and those that the replay has otherwise."""
    found = kept_kpis(warehouse)
    nights = {row["window_to_on"] for row in found}
    were = [row for row in original.kpis if row["window_to_on"] in nights]
    return len(were), [f"{row['kpi']} of {row['window_to_on']}" for row in were if row not in found]


def differing_seals(home: Path, warehouse: Warehouse) -> tuple[int, list[str]]:
    """Give how many files were sealed anew, and those whose very bytes do not lie in the original's vault."""
    sealed = warehouse.rows("select file_name, file_sha256 from claims.batch order by interchange_control_number")
    missing = []
    for batch in sealed:
        try:
            open_content(home, batch["file_sha256"])
        except ClaimcycleError as error:
            missing.append(f"{batch['file_name']}: {error}")
    return len(sealed), missing


def last_night_of(lines: Sequence[Line]) -> date:
    """Give the newest night with a step done."""
    return date.fromisoformat(max(line["made_on"] for line in lines if line["kind"] == STEP))
