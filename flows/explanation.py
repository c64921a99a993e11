"""`claims explain`: a life, printed with the bytes that said it."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from schemas.money import dollars
from tasks.stores.lives import live_of, said_at
from tasks.stores.snapshot import current_snapshot
from tasks.stores.warehouse import reader

SHOWN_DIGITS = 12


def print_life(console: Console, home: Path, identifier: str) -> None:
    """Print every section of the thing's life; rows that come from an X12 file are followed by the file's own segments."""
    with reader(current_snapshot(home)) as warehouse:
        life = live_of(warehouse, identifier)
    console.print(f"[bold]{life.kind} {life.key}")
    for name, rows in life.sections.items():
        table = Table(title=name, title_justify="left")
        for column in rows[0]:
            table.add_column(
                column.removesuffix("_cents").replace("_", " "),
                justify="right" if column.endswith("_cents") else "left",
            )
        for row in rows:
            table.add_row(*(_shown(column, value) for column, value in row.items()))
        console.print(table)
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


def _shown(column: str, value: Any) -> str:
    if value is None:
        return ""
    if column.endswith("_cents"):
        return dollars(int(value))
    if column == "file_sha256":
        return str(value)[:SHOWN_DIGITS]
    return str(value)
