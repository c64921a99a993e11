"""Heads: the log names the newest seal of each closed night, so books that were changed and sealed anew contradict it.

The seals lie beside the entries and can be made again from whatever these say; the log is a chain of its own.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from tasks.stores.decisions import Line
from tasks.stores.journal import POSTED, SEAL, STEP, reopens
from tasks.stores.warehouse import Warehouse

CLOSE = "close_night"
_POSTS_NOTHING = (CLOSE, "publish_reports")


def find_contradictions(warehouse: Warehouse, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Give what the log tells of the seals and the books do not have, as `find_tampering` gives it.

    Holds: nothing is held against a log of an edition that named no seals, but that a closed night has no unsealed entry.
    """
    return _lost_seals(warehouse, lines) + _unsealed_nights(warehouse, lines)


def _lost_seals(warehouse: Warehouse, lines: Sequence[Line]) -> list[dict[str, Any]]:
    rows = warehouse.rows("select seal_number, seal_hash from ledger.day_seal")
    hashes, found = {row["seal_number"]: row["seal_hash"] for row in rows}, []
    for line in lines:
        said = json.loads(line["choice"]) if line["kind"] == SEAL else {}
        if not said or hashes.get(said["seal_number"]) == said["seal_hash"]:
            continue
        how = "has another hash in the chain" if said["seal_number"] in hashes else "is not in the chain"
        what = f"seal {said['seal_number']}, which the log names, {how}"
        found.append({"posted_on": date.fromisoformat(line["made_on"]), "posting_id": None, "what": what})
    return found


def _unsealed_nights(warehouse: Warehouse, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Give the closed nights with entries that no seal covers and that nothing in the log accounts for."""
    closed = {row["night"] for row in warehouse.rows("select night from reports.night")}
    closed |= {date.fromisoformat(line["made_on"]) for line in lines if _is_close(line)}
    rows = warehouse.rows(
        """select e.posted_on, count(*) as entries from ledger.entry e anti join ledger.posting_seal s using (posting_id)
           group by 1 order by 1"""
    )
    return [
        {
            "posted_on": row["posted_on"],
            "posting_id": None,
            "what": f"{row['entries']} entries of a closed night that no seal covers",
        }
        for row in rows
        if row["posted_on"] in closed and not _awaits_a_close(lines, row["posted_on"])
    ]


def _awaits_a_close(lines: Sequence[Line], day: date) -> bool:
    """Tell whether the night was posted to since the last close, as the log says, or is open again: the next close seals it."""
    last = max((n for n, line in enumerate(lines, 1) if _is_close(line)), default=0)
    opened = max((n for n, line in enumerate(lines, 1) if reopens(line, day, CLOSE)), default=0)
    is_open = opened > 0 and not any(_is_close(line) and line["made_on"] == str(day) for line in lines[opened:])
    return is_open or any(_posts(line, day) or reopens(line, day) for line in lines[last:])


def _is_close(line: Line) -> bool:
    return (line["kind"], line["subject_id"]) == (STEP, CLOSE)


def _posts(line: Line, day: date) -> bool:
    is_posting = line["kind"] == POSTED or (line["kind"] == STEP and line["subject_id"] not in _POSTS_NOTHING)
    return bool(is_posting and line["made_on"] == str(day))
