"""The page's tables: which columns each has, in which words, and the rows as cells ready to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.reports.figures import show_value, sort_key

Row = Mapping[str, Any]
NUMBERS = ("cents", "rate", "days", "count")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the row's field, its heading, how values are written, and the field it sorts by where that is another."""

    field: str
    heading: str
    kind: str = "text"
    sorted_by: str = ""

    @property
    def css(self) -> str:
        """Give the style of its cells: numbers stand right, ids are cut short on screen and copied whole."""
        return "number" if self.kind in NUMBERS else self.kind


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page: the section its rows come from, its caption, and what it says when it has none."""

    section: str
    caption: str
    columns: tuple[Column, ...]
    when_empty: str = "None."
    note: str = ""

    @property
    def css(self) -> str:
        """Give the style of the table: one of few columns does not stretch over the page."""
        return "narrow" if len(self.columns) < 4 else "full"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text to read, key to sort by, style."""

    text: str
    key: str
    css: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A table with its rows; `total` counts the rows there are, shown or not."""

    table: Table
    rows: list[list[Cell]]
    total: int


def fill(table: Table, rows: Sequence[Row]) -> Filled:
    """Give the table with these rows, in their order.

    Holds: only the fields that the table names are read, so a field of the query that is not meant for the page stays out.
    """
    cells = [[_cell(row, c) for c in table.columns] for row in rows]
    return Filled(table, cells, int(rows[0].get("total_count", len(rows))) if rows else 0)


def _cell(row: Row, column: Column) -> Cell:
    value = row.get(column.field)
    css = f"verdict {value}" if column.kind == "verdict" else column.css
    return Cell(show_value(value, column.kind), sort_key(row.get(column.sorted_by or column.field), column.kind), css)


CLAIM = Column("claim_id", "Claim", "id")
CONTROL = Column("patient_control_number", "Control number", "code")
FILE = Column("file_sha256", "File (SHA-256)", "id")
PAYER = Column("payer", "Payer")
OWNER = Column("owner", "Owner", "words")
"""Columns that several tables have."""
