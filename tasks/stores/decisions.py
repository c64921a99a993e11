"""The log: what people decided and what each night took from outside, a line each, added and never changed.

With the vault it is all that replay needs. People's lines are decisions; the nights' own (tasks/stores/journal.py) have a kind that begins with `night.`.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from schemas.errors import ClaimcycleError
from schemas.keys import key_of
from tasks.stores.vault import make_folder
from tasks.stores.warehouse import Warehouse

Line = dict[str, Any]
OF_A_NIGHT = "night."
"""How the kinds of lines begin that no person wrote."""

_SAID = ("sequence", "kind", "subject_id", "choice", "reason", "made_by", "made_on", "previous_id")
_PROVED: dict[Path, tuple[int, str, list[Line]]] = {}
"""What this process has proved of each log: how many bytes, their SHA-256, and their lines."""


def decide(
    home: Path, kind: str, subject_id: str, choice: Mapping[str, Any], reason: str, made_by: str, made_on: date
) -> str:
    """The decision is the last line of the log, on disk; its id is given.

    Shape: kind and subject_id say what is decided on (docs/operations.md lists the kinds), choice is plain JSON.
    Holds: each line's id is a hash of what it says and of the id before it, so no line can be changed, dropped or moved
    unseen; one writer at a time; the file is its owner's alone (0600).
    """
    said = {"kind": kind, "subject_id": subject_id, "choice": json.dumps(choice, sort_keys=True), "reason": reason}
    with _opened(home) as log:
        content = log.read()
        before = _checked(home, content)
        row = {"sequence": len(before) + 1, **said, "made_by": made_by, "made_on": made_on.isoformat()}
        row["previous_id"] = before[-1]["decision_id"] if before else ""
        row["decision_id"] = key_of(*(row[name] for name in _SAID))
        _append(log, content, [row])
    return str(row["decision_id"])


def copy_lines(home: Path, lines: Sequence[Line]) -> None:
    """The lines of another home's log stand in this one's, as they are there; each must follow the one before.

    Raises: ClaimcycleError where this log does not end before the first of them.
    """
    with _opened(home) as log:
        content = log.read()
        before = _checked(home, content)
        if lines and lines[0]["previous_id"] != (before[-1]["decision_id"] if before else ""):
            raise ClaimcycleError(
                f"decision log, line {len(before)}: the other log says something else there; name a new folder"
            )
        _append(log, content, lines)


def log_lines(home: Path) -> list[Line]:
    """Give every line of the log in order, people's and nights'.

    Shape: decisions.decision without taken_up_on. Raises: ClaimcycleError naming the first line that was tampered with.
    """
    path = _path(home)
    return _checked(home, path.read_bytes()) if path.exists() else []


def decisions(home: Path) -> list[Line]:
    """Give people's lines in order.

    Shape: decisions.decision without taken_up_on. Raises: ClaimcycleError naming the first line that was tampered with.
    """
    return [line for line in log_lines(home) if not line["kind"].startswith(OF_A_NIGHT)]


def line_of(decision: Mapping[str, Any]) -> bytes:
    """Give the line of the log that a row of decisions.decision stands for, without its line break.

    Holds: a ledger entry made by a decision names these bytes, kept in the vault.
    """
    said = {name: decision[name] for name in (*_SAID, "decision_id")}
    return json.dumps({**said, "made_on": str(said["made_on"])}).encode()


def take_up(warehouse: Warehouse, home: Path, night: date, before: int | None = None) -> int:
    """Every decision of the log (that stands before that line) is a row of decisions.decision; give how many are new.

    Raises: ClaimcycleError where a decision taken up earlier stands in the log no more.
    """
    rows = decisions(home)
    kept = {row["decision_id"] for row in warehouse.rows("select decision_id from decisions.decision")}
    if kept - {row["decision_id"] for row in rows}:
        raise ClaimcycleError(
            f"decision log: it ends after line {len(log_lines(home))} and lacks a decision taken up before;"
            " restore decisions/log.jsonl from a backup"
        )
    return warehouse.insert(
        "decisions.decision",
        [
            {**row, "made_on": date.fromisoformat(row["made_on"]), "taken_up_on": night}
            for row in rows
            if before is None or row["sequence"] < before
        ],
    )


def _path(home: Path) -> Path:
    return home / "decisions" / "log.jsonl"


@contextmanager
def _opened(home: Path) -> Iterator[BinaryIO]:
    """Give the log, open for this process alone until the block ends."""
    path = _path(home)
    make_folder(path.parent)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        yield log


def _append(log: BinaryIO, content: bytes, lines: Iterable[Line]) -> None:
    """The lines stand behind that content, on disk; what a crash left there of a line that was never whole is gone."""
    log.truncate(content.rfind(b"\n") + 1)
    log.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    log.flush()
    os.fsync(log.fileno())


def _checked(home: Path, content: bytes) -> list[Line]:
    """Give the lines of a log, each proved to be as it was written; what follows the last line's end never was one.

    Holds: what this process has proved before is known again by its hash, so only what is new is proved.
    """
    path = _path(home).absolute()
    proved, digest, rows = _PROVED.get(path, (0, sha256(b"").hexdigest(), []))
    if sha256(content[:proved]).hexdigest() != digest:
        proved, rows = 0, []
    rows = list(rows)
    previous = rows[-1]["decision_id"] if rows else ""
    end = content.rfind(b"\n") + 1
    if end == proved:
        return rows
    for number, line in enumerate(content[proved:end].splitlines(), len(rows) + 1):
        try:
            row = json.loads(line)
            is_whole = row["decision_id"] == key_of(*(row[name] for name in _SAID)) and row["previous_id"] == previous
        except (ValueError, KeyError, TypeError):
            is_whole = False
        if not is_whole:
            raise ClaimcycleError(
                f"decision log, line {number}: it is not as it was written; restore decisions/log.jsonl from a backup"
            )
        previous = row["decision_id"]
        rows.append(row)
    _PROVED[path] = end, sha256(content[:end]).hexdigest(), list(rows)
    return rows
