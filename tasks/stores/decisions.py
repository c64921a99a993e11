"""The decision log: what people decided, one line each, added and never changed; with the vault it is all that replay needs."""

import fcntl
import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import ClaimcycleError
from schemas.keys import key_of
from tasks.stores.vault import make_folder
from tasks.stores.warehouse import Warehouse

_SAID = ("sequence", "kind", "subject_id", "choice", "reason", "made_by", "made_on", "previous_id")


def decide(
    home: Path, kind: str, subject_id: str, choice: Mapping[str, Any], reason: str, made_by: str, made_on: date
) -> str:
    """The decision is the last line of the log, on disk; its id is given.

    Shape: kind and subject_id say what is decided on (docs/operations.md lists the kinds), choice is plain JSON.
    Holds: each line's id is a hash of what it says and of the id before it, so no line can be changed, dropped or moved
    unseen; one writer at a time; the file is its owner's alone (0600).
    """
    path = _path(home)
    make_folder(path.parent)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+", encoding="utf-8") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        before = _checked(log.read())
        row = {
            "sequence": len(before) + 1,
            "kind": kind,
            "subject_id": subject_id,
            "choice": json.dumps(choice, sort_keys=True),
            "reason": reason,
            "made_by": made_by,
            "made_on": made_on.isoformat(),
            "previous_id": before[-1]["decision_id"] if before else "",
        }
        row["decision_id"] = key_of(*(row[name] for name in _SAID))
        log.write(json.dumps(row) + "\n")
        log.flush()
        os.fsync(log.fileno())
    return str(row["decision_id"])


def decisions(home: Path) -> list[dict[str, Any]]:
    """Give the log's rows in order.

    Shape: decisions.decision without taken_up_on. Raises: ClaimcycleError naming the first line that was tampered with.
    """
    path = _path(home)
    return _checked(path.read_text(encoding="utf-8")) if path.exists() else []


def line_of(decision: Mapping[str, Any]) -> bytes:
    """Give the line of the log that a row of decisions.decision stands for, without its line break.

    Holds: a ledger entry made by a decision names these bytes, kept in the vault.
    """
    said = {name: decision[name] for name in (*_SAID, "decision_id")}
    return json.dumps({**said, "made_on": str(said["made_on"])}).encode()


def take_up(warehouse: Warehouse, home: Path, night: date) -> int:
    """Every decision of the log is a row of decisions.decision; give how many this night took up."""
    return warehouse.insert(
        "decisions.decision",
        [{**row, "made_on": date.fromisoformat(row["made_on"]), "taken_up_on": night} for row in decisions(home)],
    )


def _path(home: Path) -> Path:
    return home / "decisions" / "log.jsonl"


def _checked(text: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    previous = ""
    for number, line in enumerate(text.splitlines(), 1):
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
    return rows
