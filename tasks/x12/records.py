"""Tables as records one by one, for what is small: each value in its Python type, with its place and its faults."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

import numpy as np

from schemas.errors import Fault
from tasks.x12.columns import Array, Rows, Values
from tasks.x12.convert import QUANTITY_PLACES
from tasks.x12.index import numbers_of, tag_code
from tasks.x12.rulings import fault
from tasks.x12.segments import Segment, X12File, segment_at
from tasks.x12.tables import Tables, read_tables
from tasks.x12.walk import ORPHAN_SEGMENT

Row = dict[str, object]

_EPOCH = date(1970, 1, 1).toordinal()
_MOST_DIGITS = 18
_NUMBERS = ("cents", "quantity")
BAD_AMOUNT = "expected dollars and whole cents: not a plain decimal amount of at most 10 digits before the point"


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table.

    Shape: `values` by column, None where it is empty or cannot be read; `parents` the numbers of rows by table, -1 for
    none; it stands in the segments `segment` to `last_segment`.
    """

    table: str
    number: int
    values: Row
    segment: int
    last_segment: int
    byte_start: int
    byte_end: int
    place: int
    transaction: int
    parents: Mapping[str, int]

    def text(self, column: str) -> str:
        """Give a column of text, '' where it is empty."""
        return str(self.values[column] or "")

    @property
    def key(self) -> tuple[str, int]:
        """Give the name of its table and its number there."""
        return self.table, self.number


def records(tables: Tables, name: str) -> list[Record]:
    """Give the rows of a table one by one."""
    rows = tables.rows[name]
    columns = {column: list(values_of(tables, rows, name, column)) for column in column_names(rows)}
    parents = {parent: rows.parent(parent).tolist() for parent in rows.table.parents}
    starts, ends, places = rows.byte_start.tolist(), rows.byte_end.tolist(), rows.places.tolist()
    firsts, lasts, transactions = rows.segments.tolist(), rows.last_segments.tolist(), rows.transactions.tolist()
    return [
        Record(
            name,
            n,
            {column: values[n] for column, values in columns.items()},
            firsts[n],
            lasts[n],
            starts[n],
            ends[n],
            places[n],
            transactions[n],
            {parent: numbers[n] for parent, numbers in parents.items()},
        )
        for n in range(len(rows))
    ]


def column_names(rows: Rows) -> list[str]:
    """Give the columns of a table in its order."""
    return [column.name for column in rows.table.columns]


def values_of(tables: Tables, rows: Rows, table: str, column: str) -> Iterator[object]:
    """Give the values of a column, None where one is empty or cannot be read."""
    if (table, column) in tables.joined:
        offsets, text = tables.joined[table, column]
        for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
            yield text[start:end].tobytes().decode() or None
        return
    values = rows.values[column]
    if values.numbers is None:
        for start, size in zip(values.starts.tolist(), values.sizes.tolist(), strict=True):
            yield bytes(tables.index.content[start : start + size]).decode() if size else None
        return
    for number, is_filled in zip(values.numbers.tolist(), values.is_filled.tolist(), strict=True):
        yield _value(values, number) if is_filled else None


def _value(values: Values, number: int) -> object:
    match values.column.type:
        case "cents":
            return number
        case "quantity":
            return Decimal(number).scaleb(-QUANTITY_PLACES)
    return date.fromordinal(number + _EPOCH)


def by_parent(found: Iterable[Record], *parents: str) -> dict[tuple[str, int], list[Record]]:
    """Give records by the innermost of these parents (named from the outside in) under which they stand."""
    groups: dict[tuple[str, int], list[Record]] = {}
    for record in found:
        under = [(parent, record.parents[parent]) for parent in reversed(parents) if record.parents[parent] >= 0]
        for key in under[:1]:
            groups.setdefault(key, []).append(record)
    return groups


@dataclass
class Reading:
    """The tables of one kind in one file, and the faults found while their records are read."""

    tables: Tables
    faults: list[Fault]
    tags: Array = field(init=False)
    made: dict[str, Sequence[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the ids of all segments."""
        self.tags = numbers_of(self.tables.index.scanned.tags, len(self.tables.starts))

    @cached_property
    def orphans(self) -> Sequence[Segment]:
        """Give the segments that stand where they have no place."""
        notes = self.tables.notes
        return [self.segment(segment) for segment in notes[notes[:, 0] == ORPHAN_SEGMENT, 1].tolist()]

    def records(self, name: str) -> list[Record]:
        """Give the rows of a table."""
        return records(self.tables, name)

    def under(self, record: Record, *names: str) -> Mapping[str, object]:
        """Give the columns of the innermost of these tables (named from the outside in) under which a record stands."""
        for name in reversed(names):
            if record.parents.get(name, -1) >= 0:
                return self.of(name)[record.parents[name]].values
        return {}

    def of(self, name: str) -> Sequence[Record]:
        """Give the rows of a table, made once."""
        if name not in self.made:
            self.made[name] = self.records(name)
        return self.made[name]

    def segment(self, number: int) -> Segment:
        """Give a segment, placed in its file."""
        transaction = int(self.tables.transactions_of(np.array([number]))[0])
        return segment_at(self.tables.index, number, self.tables.transactions[transaction].base)

    def segments(self, record: Record, *tags: str) -> list[int]:
        """Give the segments of a record that have one of these ids."""
        part = self.tags[record.segment : record.last_segment + 1]
        found: list[int] = np.flatnonzero(np.isin(part, [tag_code(tag) for tag in tags])).tolist()
        return [record.segment + number for number in found]

    def refuse(self, code: str, message: str, record: Record, tag: str, element: int = 0) -> None:
        """Note a Fault at the record's first segment with this id, or at its first one."""
        number = (self.segments(record, tag) or [record.segment])[0]
        self.refuse_segment(code, message, self.segment(number), element)

    def refuse_segment(self, code: str, message: str, segment: Segment, element: int = 0) -> None:
        """Note a Fault at a segment."""
        self.faults.append(fault(code, message, segment.byte_start, segment.tag, element))

    def refuse_empty(self, table: str, tag: str, message: str) -> None:
        """Note MISSING_ELEMENT for each segment of a table without any element, which is no row."""
        numbers = np.setdiff1d(np.flatnonzero(self.tags == tag_code(tag)), self.tables.rows[table].segments)
        transactions = self.tables.transactions
        for number, place in zip(numbers.tolist(), self.tables.transactions_of(numbers).tolist(), strict=True):
            if number in transactions[place].numbers:
                self.refuse_segment("MISSING_ELEMENT", message, self.segment(number), 1)

    def refuse_rows(self, table: str, message: str) -> None:
        """Note BAD_SEGMENT for each row of a table that this kind of transaction does not have."""
        for segment in self.tables.rows[table].segments.tolist():
            self.refuse_segment("BAD_SEGMENT", message, self.segment(segment))

    def number(self, record: Record, column: str, tag: str, element: int) -> int:
        """Give a number, such as a control number, as an integer, or note BAD_NUMBER."""
        text = record.text(column)
        if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
            self.refuse("BAD_NUMBER", "expected a number of digits", record, tag, element)
            return 0
        return int(text)

    def coded(self, record: Record, column: str, tag: str, element: int, known: str) -> str:
        """Give a code, or note BAD_CODE where it is not one of the blank-separated `known` ones."""
        text = record.text(column)
        if text not in known.split():
            self.refuse("BAD_CODE", f"expected one of {known}", record, tag, element)
        return text

    def cents(self, record: Record, column: str, tag: str, element: int) -> object:
        """Give an amount, None where it is empty, or note BAD_AMOUNT."""
        if self.tables.rows[record.table].values[column].is_bad[record.number]:
            self.refuse("BAD_AMOUNT", BAD_AMOUNT, record, tag, element)
        return record.values[column]

    def refuse_unreadable(self) -> None:
        """Note a Fault for each amount and quantity, in whatever table, that cannot be read."""
        for rows in self.tables.rows.values():
            for values in rows.values.values():
                for start in values.starts[values.is_bad].tolist() if values.column.type in _NUMBERS else ():
                    self._refuse_value(values.column.type, start)

    def _refuse_value(self, type_: str, start: int) -> None:
        scanned = self.tables.index.scanned
        number = int(np.searchsorted(self.tables.starts, start, side="right")) - 1
        places = scanned.places[scanned.firsts[number] : scanned.firsts[number + 1]]
        segment, element = self.segment(number), int(np.searchsorted(places, start))
        if type_ == "cents":
            self.refuse_segment("BAD_AMOUNT", BAD_AMOUNT, segment, element)
        else:
            self.refuse_segment("BAD_QUANTITY", "expected a decimal with at most three places", segment, element)

    def filled(self, record: Record, column: str, tag: str, element: int, message: str) -> str:
        """Give a text, or note MISSING_ELEMENT."""
        if not record.values[column]:
            self.refuse("MISSING_ELEMENT", message, record, tag, element)
        return record.text(column)


def readings(x12: X12File, *kinds: str) -> Iterator[Reading]:
    """Give the tables of these kinds.

    Raises: after the last one, the first Fault in file order that was noted.
    """
    faults: list[Fault] = []
    for kind in kinds:
        for tables in read_tables(x12.transactions, kind):
            yield Reading(tables, faults)
    if faults:
        raise min(faults, key=lambda found: found.byte_start)
