"""Spans that a walk found become columns: first it is told what is to be made of every column of a piece, then all is made.

A kernel called once for a piece and not for each column finds the bytes of a row near, and threads seldom wait for the
interpreter between two calls. Measured: see docs/performance.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np

from tasks.x12 import convert, relations
from tasks.x12.columns import Array, Rows, Values
from tasks.x12.convert import CENTS, DAY, QUANTITY
from tasks.x12.index import Index, numbers_of
from tasks.x12.layout import KEPT, Column, Layout, Table, layout
from tasks.x12.shapes import BAD, EMPTY, FILLED, SEGMENTS, VERDICTS, Made, Walked

KEPT_COLUMNS = (Column("segment_code", "text", ()), Column("content", "text", ()))
"""The id of a kept segment and all of it, without its terminator."""

_PERIODS = ("first_day", "last_day")
DAYS = ("date", *_PERIODS)
_KINDS: Mapping[str, int] = {"cents": CENTS, "quantity": QUANTITY} | dict.fromkeys(DAYS, DAY)
"""Columns of other types are text."""

_DAY = 8
"""Bytes of a day CCYYMMDD."""


class _Told(NamedTuple):
    """A column: where its spans begin, how many are filled, their bytes, its kind; where its numbers, verdicts, counts begin."""

    column: Column
    spans_at: int
    filled: int
    size: int
    kind: int | None = None
    values_at: int = -1
    verdicts_at: int = -1
    counts_at: int = -1


class _Noted(NamedTuple):
    """A table, its number of rows, the first of them in the walk, where their first bytes begin; their ends follow these."""

    table: Table
    rows: int
    first_row: int
    starts_at: int
    columns: Sequence[_Told]


def spare_spans(layout: Layout, bounds: Sequence[int]) -> int:
    """Give how many spans are put together of others at the most; `bounds` are the rows that each table has at the most."""
    spare = len(KEPT_COLUMNS) * bounds[0]
    for table in layout.tables:
        for column in table.columns:
            spare += bounds[table.number] * (max(len(column.raws) - 1, 0) + (column.type in _PERIODS))
    return spare


@dataclass(slots=True)
class Filling:
    """Makes the rows of all tables of a finished walk.

    Shape: `told` has for each source what `walk.BASE` and those behind it tell of its column; `bases` has for each
    transaction what is to be taken from a place in the buffer for the place in its file; `spare` is where spans begin
    that are put together of others.
    """

    layout: Layout
    index: Index
    walked: Walked
    told: Sequence[Sequence[int]]
    bases: Array
    spare: int
    _numbers: list[int] = field(default_factory=list)
    _tables: list[int] = field(default_factory=list)
    _decimals: int = 0
    _days: int = 0
    _verdicts: int = 0

    def rows(self) -> tuple[dict[str, Rows], Array]:
        """Give the rows of every table, and the numbers among which their first bytes stand."""
        none = _no_rows(self.layout.kind)
        counts, first_rows = self.walked.counts.tolist(), self.walked.row_base.tolist()
        tables = [rows.table for rows in none.values() if counts[rows.table.number]]
        noted = [self._noted(table, counts[table.number], first_rows[table.number]) for table in tables]
        made, counts = self._made()
        return none | {note.table.name: self._rows(note, made, counts) for note in noted}, made.decimals

    def _noted(self, table: Table, count: int, first_row: int) -> _Noted:
        """Tell what is to be made of a table."""
        starts_at = self._room(2 * count)
        self._tables += first_row, count, starts_at
        if table.name == KEPT:
            return _Noted(table, count, first_row, starts_at, self._kept(count))
        columns = [self._told(column, count) for column in table.columns if column.joined_by is None]
        return _Noted(table, count, first_row, starts_at, columns)

    def _told(self, column: Column, count: int) -> _Told:
        """Tell what is to be made of a column."""
        kind = _KINDS.get(column.type)
        spans_at, _, filled, size = self.told[column.raws[0]]
        if len(column.raws) > 1:
            spans_at, filled, size = self._first_filled(column.raws, count)
        if kind is None or not filled:
            return _Told(column, spans_at, filled, size, kind)
        if column.type in _PERIODS:
            spans_at = self._day_spans(spans_at, count, is_last=column.type == "last_day")
        values_at = self._day_room(count) if kind == DAY else self._room(count)
        verdicts_at, self._verdicts = self._verdicts, self._verdicts + count
        counts_at = len(self._numbers) // convert.NUMBERS_TOLD * VERDICTS
        self._numbers += kind, count, spans_at, values_at, verdicts_at, counts_at
        return _Told(column, spans_at, filled, size, kind, values_at, verdicts_at, counts_at)

    def _room(self, count: int) -> int:
        at, self._decimals = self._decimals, self._decimals + count
        return at

    def _day_room(self, count: int) -> int:
        at, self._days = self._days, self._days + count
        return at

    def _spare(self, count: int) -> tuple[int, slice]:
        """Give room for spans: where it begins, and all of it."""
        at, self.spare = self.spare, self.spare + count
        return at, slice(at, at + count)

    def _first_filled(self, raws: Sequence[int], count: int) -> tuple[int, int, int]:
        """Give where the spans of the first source that is filled in each row begin, how many are, and their bytes."""
        spans_at, _, filled, size = self.told[raws[0]]
        for raw in raws[1:]:
            other_at, _, other_filled, other_size = self.told[raw]
            if not other_filled:
                continue
            if not filled:
                spans_at, filled, size = other_at, other_filled, other_size
                continue
            starts, sizes = self.walked.span_starts, self.walked.span_sizes
            own, other = (slice(at, at + count) for at in (spans_at, other_at))
            is_own = sizes[own] > 0
            spans_at, both = self._spare(count)
            starts[both] = np.where(is_own, starts[own], starts[other])
            sizes[both] = np.where(is_own, sizes[own], sizes[other])
            filled, size = int(np.count_nonzero(sizes[both])), int(sizes[both].sum())
        return spans_at, filled, size

    def _day_spans(self, spans_at: int, count: int, *, is_last: bool) -> int:
        """Give the spans of the first or last day where they say a period CCYYMMDD-CCYYMMDD; a single day is both."""
        data = np.frombuffer(self.index.content, np.uint8)
        own, (days_at, days) = slice(spans_at, spans_at + count), self._spare(count)
        starts, sizes = self.walked.span_starts[own], self.walked.span_sizes[own]
        is_period = sizes == 2 * _DAY + 1
        is_period[is_period] = data[starts[is_period] + _DAY] == ord("-")
        self.walked.span_starts[days] = np.where(is_period & is_last, starts + _DAY + 1, starts)
        self.walked.span_sizes[days] = np.where(is_period, _DAY, sizes)
        return days_at

    def _kept(self, count: int) -> list[_Told]:
        """Tell what is to be made of kept segments."""
        (ids, _), (contents, _) = self._spare(count), self._spare(count)
        kernels = self.index.fitting(relations)
        sizes = kernels.kept_spans(self.index.scanned, self.walked, count, ids, contents)
        return [
            _Told(column, spans_at, count, size)
            for column, spans_at, size in zip(KEPT_COLUMNS, (ids, contents), sizes, strict=True)
        ]

    def _made(self) -> tuple[Made, list[int]]:
        """Make all that was told, and give how often each verdict was given."""
        made = Made(
            self.index.room(self._decimals, np.int64),
            self.index.room(self._days, np.int32),
            np.empty(self._verdicts, np.int8),
            np.zeros(len(self._numbers) // convert.NUMBERS_TOLD * VERDICTS, np.int64),
        )
        kernels = self.index.fitting(convert)
        kernels.numbers(self.index.data, self.walked, np.array(self._numbers, np.int64), made)
        if self.index.offsets is None:
            levels, tables = len(self.layout.hosts), np.array(self._tables, np.int64)
            kernels = self.index.fitting(relations)
            kernels.row_bytes(self.index.scanned, self.walked, levels, self.bases, tables, made.decimals)
        return made, made.counts.tolist()

    def _rows(self, note: _Noted, made: Made, counts: Sequence[int]) -> Rows:
        table, count, walked, levels = note.table, note.rows, self.walked, len(self.layout.hosts)
        part = slice(note.first_row, note.first_row + count)
        first, last = walked.row_first[part], walked.row_last[part]
        above = walked.row_parents[part.start * levels : part.stop * levels]
        byte_start, byte_end = made.decimals[note.starts_at : note.starts_at + 2 * count].reshape(2, count)
        if self.index.offsets is not None:
            self._trace_back(first, last, byte_start, byte_end)
        return Rows(
            table,
            first,
            last,
            byte_start,
            byte_end,
            above[1::levels] if self.layout.hosts[1] in table.parents else np.arange(count),
            above,
            self.layout.levels,
            walked.row_place[part] if table.place or table.name == KEPT else self._positions(above, table, count),
            {told.column.name: self._values(told, count, made, counts) for told in note.columns},
            note.first_row,
            note.starts_at,
        )

    def _trace_back(self, first: Array, last: Array, byte_start: Array, byte_end: Array) -> None:
        """Fill in the bytes of rows where bytes of the file were taken out or rewritten: by way of the places they had."""
        assert self.index.offsets is not None
        scanned = self.index.scanned
        starts, ends = (numbers_of(of, int(scanned.state[SEGMENTS])) for of in (scanned.starts, scanned.ends))
        byte_start[:], byte_end[:] = self.index.offsets[starts[first]], self.index.offsets[ends[last] - 1] + 1

    def _positions(self, above: Array, table: Table, count: int) -> Array:
        """Give the number of each row among those of its parents, from 1; `above` has all that was open at each."""
        values = np.empty(count, np.int32)
        parents = np.array([self.layout.levels[name] for name in table.parents], np.int64)
        self.index.fitting(relations).positions(above, len(self.layout.hosts), parents, values)
        return values

    def _values(self, told: _Told, count: int, made: Made, counts: Sequence[int]) -> Values:
        """Give a column: its spans and, but for text, what was made of them."""
        column, spans_at, filled, size, kind, values_at, verdicts_at, counts_at = told
        if not filled:
            return _no_values(column, count)
        starts = self.walked.span_starts[spans_at : spans_at + count]
        sizes = self.walked.span_sizes[spans_at : spans_at + count]
        if kind is None:
            return Values(column, starts, sizes, filled, size, spans_at=spans_at)
        numbers = made.days if kind == DAY else made.decimals
        return Values(
            column,
            starts,
            sizes,
            counts[counts_at + FILLED],
            0,
            counts[counts_at + BAD],
            numbers[values_at : values_at + count],
            made.verdicts[verdicts_at : verdicts_at + count],
        )


@cache
def _no_rows(kind: str) -> dict[str, Rows]:
    """Give every table of a layout without a row: most tables of a piece are."""
    found, numbers, bytes_ = layout(kind), np.empty(0, np.int32), np.empty(0, np.int64)
    kept = Table(KEPT, 0, found.hosts[1:], KEPT_COLUMNS, "")
    made = {}
    for table in (kept, *found.tables):
        values = {column.name: _no_values(column, 0) for column in table.columns if column.joined_by is None}
        made[table.name] = Rows(
            table, numbers, numbers, bytes_, bytes_, numbers, numbers, found.levels, numbers, values, 0, 0
        )
    return made


def _no_values(column: Column, count: int) -> Values:
    """Give a column that has no value in any of so many rows."""
    kind, size = _KINDS.get(column.type), 1 << count.bit_length()
    spans = _no_spans(size)[:count]
    if kind is None:
        return Values(column, spans, spans, 0)
    numbers, verdicts = _nothing(size, "int32" if kind == DAY else "int64")
    return Values(column, spans, spans, 0, 0, 0, numbers[:count], verdicts[:count])


@cache
def _no_spans(size: int) -> Array:
    return np.zeros(size, np.int32)


@cache
def _nothing(size: int, kind: str) -> tuple[Array, Array]:
    """Give numbers and verdicts of rows without any value."""
    return np.zeros(size, kind), np.full(size, EMPTY, np.int8)
