"""Whether the last rows of a file name the very bytes they came from: past 2^31 an offset that is too narrow shows."""

import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

Row = Mapping[str, object]
_HEADS = {"claim": b"CLP", "service": b"SVC", "adjustment": b"CAS"}
_END = {"claim": re.compile(b"~(?=PLB|SE)"), "service": re.compile(b"~(?=PLB|SE)"), "adjustment": re.compile(b"~")}
"""The end of what belongs to each, where it is the last of its kind."""

_TAIL = 1_000_000
"""Bytes at the end of a file in which the last of each stands."""


def last_rows(tables: Mapping[str, pa.Table]) -> dict[str, Row]:
    """Give the last row of each table that has one."""
    return {
        name: tables[name].slice(tables[name].num_rows - 1).to_pylist()[0] for name in _HEADS if tables[name].num_rows
    }


def misplaced(path: Path, last: Mapping[str, Row]) -> int:
    """Count the tables whose last row names other bytes than those of the file's last claim, line or adjustment, found from its end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _TAIL))
        origin, tail = file.tell(), file.read()
    found = 0
    for name, head in _HEADS.items():
        start = tail.rindex(b"~" + head + b"*") + 1
        end = _END[name].search(tail, start).start() + 1
        found += (last[name]["byte_start"], last[name]["byte_end"]) != (origin + start, origin + end)
    return found
