"""Replay: the recorded nights run again in a new home, from vault and log alone, and are held against the original."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flows.nightly import STEPS
from flows.posting import post_unread
from schemas.errors import ClaimcycleError
from tasks.publish_reports import publish_reports
from tasks.release_files import release_files, reopen_steps
from tasks.stores.decisions import Line
from tasks.stores.journal import POSTED, RELEASE, REOPEN, STEP
from tasks.stores.replay import (
    differing_kpis,
    differing_seals,
    differing_tables,
    found_replay,
    known_on,
    last_night_of,
    lay_down,
    other_editions,
    read_original,
    runs_of,
)
from tasks.stores.warehouse import reader, session, warehouse_path
from tasks.take_files import register_taken

STEP_OF = {step.name: step for step in STEPS}
Progress = Callable[[str, int, int], None]
"""Called with what is at work, how many lines are done, and how many there are."""


@dataclass(frozen=True)
class Replayed:
    """What a replay found.

    Shape: tables maps each table to '' where it is equal, else to the difference; empty where there was nothing to compare.
    """

    lines: int
    last_night: date
    other_editions: list[str]
    tables: dict[str, str] = field(default_factory=dict)
    kpis: tuple[int, list[str]] = (0, [])
    seals: tuple[int, list[str]] = (0, [])

    @property
    def is_equal(self) -> bool:
        """Nothing that could be compared differs."""
        return not (any(self.tables.values()) or self.kpis[1] or self.seals[1])


def replay(home: Path, into: Path, as_of: date | None, threads: int | None, progress: Progress) -> Replayed:
    """The new home holds the books that the log tells of, up to that day; its snapshot is published.

    Holds: the home stays as it is; nothing is sent or fetched: what came of it stands in the log. Without `as_of` every table
    is compared, with it the measures kept by those nights; what was sealed anew is compared with the vault in both cases.
    """
    original = read_original(home)
    lines = known_on(original.lines, as_of)
    found_replay(home, into)
    done = 0
    with session(into, threads):
        for part in runs_of(lines):
            progress(f"{part[-1]['made_on']} {part[-1]['subject_id'] or part[-1]['kind']}", done, len(lines))
            lay_down(home, into, part)
            _run(into, part[-1])
            done += len(part)
    last_night = last_night_of(lines)
    progress(f"{last_night} {publish_reports.name}", done, len(lines))
    publish_reports.fn(into, last_night)
    with reader(warehouse_path(into)) as warehouse:
        return Replayed(
            lines=len(lines),
            last_night=last_night,
            other_editions=other_editions(lines),
            tables=differing_tables(original, warehouse) if original.hashes and as_of is None else {},
            kpis=differing_kpis(original, warehouse),
            seals=differing_seals(home, warehouse),
        )


def _run(into: Path, line: Line) -> None:
    """What the line tells of is done again; lines that nothing ran for are there to be taken up."""
    said = json.loads(line["choice"])
    if line["kind"] == STEP:
        step = STEP_OF.get(line["subject_id"])
        if step is None:
            raise ClaimcycleError(
                f"decision log, line {line['sequence']}: this edition has no step {line['subject_id']}; replay with the one that wrote it"
            )
        step.fn(into, date.fromisoformat(line["made_on"]))
    elif line["kind"] == REOPEN:
        reopen_steps.fn(into, date.fromisoformat(said["since"]), date.fromisoformat(said["until"]), said["steps"])
    elif line["kind"] == RELEASE:
        release_files.fn(into, said["payer"], said["file"], False)
    elif line["kind"] == POSTED:
        night = date.fromisoformat(line["made_on"])
        register_taken(into, said["files"], night)
        post_unread(into, night)
