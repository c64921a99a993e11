"""`claims explain`: a life, printed with the bytes that said it."""

from pathlib import Path
from typing import Any

from rich.console import Console

from flows.tables import print_table
from tasks.stores.lives import live_of, said_at
from tasks.stores.snapshot import current_snapshot
from tasks.stores.warehouse import reader

SHOWN_DIGITS = 12


def print_life(console: Console, home: Path, identifier: str) -> None:
    """Print every section of the thing's life; rows that come from an X12 file are followed by the file's own segments."""
    with reader(current_snapshot(home)) as warehouse:
        life = live_of(warehouse, identifier)
    console.print(f"{life.kind} {life.key}", style="bold", highlight=False, markup=False)
    for name, rows in life.sections.items():
        print_table(console, name, [_shortened(row) for row in rows])
        for row in rows:
            for segment in _segments(home, row):
                console.print(
                    f"  {row['file_sha256'][:SHOWN_DIGITS]} bytes {row['byte_start']}-{row['byte_end']}: {segment}",
                    highlight=False,
                    markup=False,
                )


def _segments(home: Path, row: dict[str, Any]) -> list[str]:
    if row.get("file_sha256") is None or row.get("byte_start") is None or row.get("byte_end") is None:
        return []
    return said_at(home, row["file_sha256"], row["byte_start"], row["byte_end"])


def _shortened(row: dict[str, Any]) -> dict[str, Any]:
    """Give the row with its file's hash cut to what `claims explain` takes, its other numbers as they are written."""
    return {name: _written(name, value) for name, value in row.items()}


def _written(name: str, value: Any) -> Any:
    if name == "file_sha256" and value:
        return value[:SHOWN_DIGITS]
    return value if value is None or name.endswith("_cents") else str(value)
