"""The journal: the lines of the log that nights write: what they took from outside, and which steps are done.

A step that takes something from outside writes its line first and then does what the line says; where the line is there
already, after a crash or in a replay, it does what the line says and looks at nothing outside. So the same lines in the same
order give the same warehouse.

| kind | subject | says |
|---|---|---|
| night.settings | '' | the SHA-256 in the vault of practice.toml, the registries and the practice's reference tables; the program's edition |
| night.arrival | '' | the files that collect_files took; decisions that stand before it are taken up with it |
| night.delivery | batch_id:attempt | what became of a try to send: outcome and proof |
| night.step | the step | it is done, for that night |
| night.seal | '' | number and hash of the ledger's newest seal when the night's books were closed |
| night.reopen | '' | these steps of these nights run again |
| night.release | '' | quarantined files are read again |
| night.post | '' | the remittance files that a person named to be posted outside the night |
"""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from schemas.keys import key_of
from tasks.stores.decisions import OF_A_NIGHT, Line, decide, log_lines
from tasks.stores.home import is_replayed
from tasks.stores.vault import put_bytes

SETTINGS, ARRIVAL, DELIVERY = f"{OF_A_NIGHT}settings", f"{OF_A_NIGHT}arrival", f"{OF_A_NIGHT}delivery"
STEP, REOPEN, RELEASE = f"{OF_A_NIGHT}step", f"{OF_A_NIGHT}reopen", f"{OF_A_NIGHT}release"
POSTED, SEAL = f"{OF_A_NIGHT}post", f"{OF_A_NIGHT}seal"
RUNS = (STEP, REOPEN, RELEASE, POSTED)
"""Kinds of lines that something of the program ran for; the others say with what."""

PROGRAM = ("flows", "tasks", "schemas", "data/reference")
READ = {".py", ".sql", ".csv", ".toml", ".json", ".html"}


def note(home: Path, kind: str, subject_id: str, choice: Mapping[str, Any], night: date) -> Line:
    """The line stands in the log, and is given; nights do not write the same line twice in a row."""
    said = {"kind": kind, "subject_id": subject_id, "choice": json.dumps(choice, sort_keys=True), "made_on": str(night)}
    last = next((line for line in reversed(log_lines(home)) if line["kind"].startswith(OF_A_NIGHT)), None)
    if last is not None and all(last[name] == value for name, value in said.items()):
        return last
    made = decide(home, kind, subject_id, choice, "", "claims", night)
    return next(line for line in reversed(log_lines(home)) if line["decision_id"] == made)


def note_step(home: Path, name: str, night: date) -> None:
    """The log says that the step is done for the night, once each time it was opened."""
    lines = _since_opened(home, name, night)
    if not any(line["kind"] == STEP and line["subject_id"] == name for line in lines):
        note(home, STEP, name, {}, night)


def note_seal(home: Path, seal: Mapping[str, Any], night: date) -> None:
    """The log names this seal as the newest, where it does not yet.

    Shape: a row of ledger.day_seal that is committed. Holds: a replay adds nothing, its log is the original's.
    """
    choice = {"seal_number": seal["seal_number"], "seal_hash": seal["seal_hash"]}
    last = next((line for line in reversed(log_lines(home)) if line["kind"] == SEAL), None)
    if not is_replayed(home) and (last is None or json.loads(last["choice"]) != choice):
        note(home, SEAL, "", choice, night)


def arrival_of(home: Path, name: str, night: date) -> Line | None:
    """Give the line of what this step took for the night since it was last opened; None where it has not looked yet."""
    return next((line for line in _since_opened(home, name, night) if line["kind"] == ARRIVAL), None)


def delivery_of(home: Path, subject_id: str) -> dict[str, str] | None:
    """Give outcome, proof and first night of a try to send, None where the log does not say what became of it."""
    for line in reversed(log_lines(home)):
        if line["kind"] == DELIVERY and line["subject_id"] == subject_id:
            said: dict[str, str] = json.loads(line["choice"])
            return said
    return None


def note_settings(home: Path, night: date) -> None:
    """What people set (practice.toml, registries, reference tables) lies in the vault, and the log names it where it is new.

    Holds: in a replay the settings are those that the log names already.
    """
    if is_replayed(home):
        return
    found = [home / "practice.toml", *sorted((home / "registry").rglob("*")), *sorted((home / "reference").rglob("*"))]
    kept = {str(p.relative_to(home)): put_bytes(home, p.read_bytes()) for p in found if p.is_file()}
    choice = {"edition": edition(), "files": kept}
    last = next((line for line in reversed(log_lines(home)) if line["kind"] == SETTINGS), None)
    if last is None or json.loads(last["choice"]) != choice:
        note(home, SETTINGS, "", choice, night)


@cache
def edition() -> str:
    """Give a hash of the program and its reference tables: another edition may make other rows of the same files."""
    root = Path(str(files("schemas"))).parent
    found = sorted(p for folder in PROGRAM for p in (root / folder).rglob("*") if p.suffix in READ)
    return key_of(*(part for p in found for part in (p.relative_to(root), sha256(p.read_bytes()).hexdigest())))


def _since_opened(home: Path, name: str, night: date) -> list[Line]:
    """Give the night's lines since that step of it was last reopened."""
    lines = log_lines(home)
    opened = max((n for n, line in enumerate(lines, 1) if reopens(line, night, name)), default=0)
    return [line for line in lines[opened:] if line["made_on"] == night.isoformat()]


def reopens(line: Line, night: date, name: str | None = None) -> bool:
    """Tell whether the line opens that step of the night again, or any step where none is named."""
    if line["kind"] != REOPEN:
        return False
    said = json.loads(line["choice"])
    return said["since"] <= night.isoformat() <= said["until"] and (name is None or name in said["steps"])
