"""Rows of the warehouse as tables for people: cents as dollars, numbers to the right, nothing cut off, nothing read as markup."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.money import dollars


def print_table(console: Console, title: str, rows: Sequence[Mapping[str, Any]], note: str = "") -> None:
    """Print the rows under their title; nothing where there is none."""
    if not rows:
        return
    table = Table(title=title, title_justify="left", caption=note or None, caption_justify="left")
    for name, value in rows[0].items():
        is_number = name.endswith("_cents") or isinstance(value, int)
        head = name.removesuffix("_cents").replace("_", " ")
        table.add_column(head, justify="right" if is_number else "left", no_wrap=is_number, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(name, value)) for name, value in row.items()))
    console.print(table)


def print_answer(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the answer to a query as it came: names, cents and all."""
    if not rows:
        console.print("no rows")
        return
    table = Table()
    for name in rows[0]:
        table.add_column(Text(name), overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    console.print(table)


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name.endswith("_cents"):
        return dollars(int(value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
