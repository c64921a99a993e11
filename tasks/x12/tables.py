"""Transactions become tables: a walk by the plan of their kind, then every span a value of its column's type.

Units: cents in int64, quantities in thousandths, dates in days since 1970-01-01; byte offsets are those of the file.
Holds: every segment of a transaction is in a row of its own, in columns of its loop's row, or in a row of `segment`; one with a date that is no day is in both.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from tasks.x12 import convert as convert_module
from tasks.x12 import rooms
from tasks.x12 import walk as walk_module
from tasks.x12.columns import Array, Rows, Values
from tasks.x12.filling import DAYS, Filling, spare_spans
from tasks.x12.index import Index, numbers_of
from tasks.x12.layout import Column, Layout, Table, layout
from tasks.x12.segments import Transaction
from tasks.x12.shapes import SEGMENTS, Walked


@dataclass
class Tables:
    """All tables of transactions of one kind that share an index, and the notes of their walk.

    Shape: `numbers` are those of all tables that have 64 bits; `joined` has the text of columns that join several spans,
    by table and column: offsets, then bytes.
    """

    layout: Layout
    index: Index
    transactions: Sequence[Transaction]
    walked: Walked
    rows: dict[str, Rows] = field(default_factory=dict)
    numbers: Array = field(default_factory=lambda: np.empty(0, np.int64))
    notes: Array = field(default_factory=lambda: np.zeros((0, 3), np.int32))
    joined: dict[tuple[str, str], tuple[Array, Array]] = field(default_factory=dict)

    def release(self) -> None:
        """Give the room of the walk back: the tables were taken away, and nothing else is asked of these."""
        rooms.give(array for name, array in self.walked._asdict().items() if name not in _OWN)
        self.rows.clear()

    @cached_property
    def starts(self) -> Array:
        """Give the first byte of every segment in the buffer."""
        return numbers_of(self.index.scanned.starts, int(self.index.scanned.state[SEGMENTS]))

    @cached_property
    def bases(self) -> Array:
        """Give, for each transaction, what is to be taken from a place in the buffer for the place in its file."""
        return np.array([transaction.base for transaction in self.transactions], np.int64)

    @cached_property
    def files(self) -> Array:
        """Give the file number of each transaction."""
        return np.array([transaction.file for transaction in self.transactions], np.int32)

    @cached_property
    def firsts(self) -> Array:
        """Give the first segment of each transaction."""
        return np.array([transaction.numbers.start for transaction in self.transactions], np.int64)

    def transactions_of(self, segments: Array) -> Array:
        """Give the place of each segment's transaction."""
        return np.searchsorted(self.firsts, segments, side="right") - 1

    def says(self, values: Values, *codes: str) -> Array:
        """Tell which rows hold one of these codes, of at most seven bytes each."""
        known = np.array([int.from_bytes(b"\1" + code.encode(), "big") for code in codes], np.int64)
        is_known = np.empty(len(values.starts), np.bool_)
        kernels = self.index.fitting(convert_module)
        kernels.are_codes(self.index.data, values.starts, values.sizes, known, is_known)
        return is_known


_OWN = frozenset({"row_base", "columns", "counts"})
"""Arrays of a walk that are made for it alone."""


def read_tables(transactions: Sequence[Transaction], kind: str) -> list[Tables]:
    """Give the tables of the transactions of this kind, one for each index that they share."""
    return read_as([transaction for transaction in transactions if transaction.kind == kind], kind)


def read_as(transactions: Sequence[Transaction], kind: str) -> list[Tables]:
    """Give the tables of transactions read by the layout of a kind, one for each index that they share."""
    found: dict[int, list[Transaction]] = {}
    for transaction in transactions:
        found.setdefault(id(transaction.index), []).append(transaction)
    return [_Walk(layout(kind), group).tables() for group in found.values()]


def _no_days(tables: Tables) -> Iterator[tuple[Table, Array, Array]]:
    """Give the rows, and where it starts, of each text that stands for a day and is none."""
    for rows in tables.rows.values():
        for values in rows.values.values():
            if values.bad and values.column.type in DAYS:
                yield rows.table, np.flatnonzero(values.is_bad), values.starts[values.is_bad]


@dataclass(slots=True)
class _Walk:
    """One walk: makes room, walks, and gives what was found.

    Shape: `told` has for each source what `walk.BASE` and those behind it tell of its column; `spare` is where spans begin
    that are put together of others.
    """

    layout: Layout
    transactions: Sequence[Transaction]
    index: Index = field(init=False)
    bounds: list[int] = field(init=False)
    walked: Walked = field(init=False)
    told: list[list[int]] = field(init=False)
    spare: int = field(init=False)

    def __post_init__(self) -> None:
        """Count what the transactions can hold at the most."""
        self.index = self.transactions[0].index
        scanned = self.index.scanned
        count = int(scanned.state[SEGMENTS])
        counts, elements = (np.zeros(len(self.layout.plan.plain_kind), np.int64) for _ in range(2))
        self.index.fitting(walk_module).tell_segments(scanned, self.plan, count, counts, elements)
        self.bounds = [count]
        for table in self.layout.tables:
            heads = self.layout.heads[table.name]
            most = int(counts[list(heads)].sum())
            if step := self.layout.steps.get(table.name, 0):
                most += int(elements[list(heads)].sum()) // step
            self.bounds.append(most)
        self.walked = self._room(self.layout.most_joined * (count + int(elements.sum())))

    @property
    def plan(self) -> Any:
        """Give the plan as the kernels at hand want it."""
        return self.layout.plain_plan if self.index.is_plain else self.layout.plan

    def _room(self, most_joined: int) -> Walked:
        """Give arrays of the size that can be needed; what is never written takes no memory."""
        row_base = np.cumsum([0, *self.bounds])
        sizes = [self.bounds[table] for table in self.layout.raw_tables]
        column_base = np.cumsum([0, *sizes])
        rows, hosts = int(row_base[-1]), len(self.layout.hosts)
        self.spare = int(column_base[-1])
        spans = self.spare + spare_spans(self.layout, self.bounds)
        columns = np.zeros((len(sizes), walk_module.TOLD), np.int64)
        columns[:, walk_module.BASE], columns[:, walk_module.LAST] = column_base[:-1], -1
        return Walked(
            row_base.astype(np.int64),
            rooms.take(rows),
            rooms.take(rows),
            rooms.take(rows),
            rooms.take(rows * hosts),
            columns.reshape(-1),
            rooms.take(spans),
            rooms.take(spans),
            rooms.take(4 * most_joined),
            rooms.take(3 * (self.bounds[0] * 8 + 8)),
            np.zeros(len(self.bounds) + 2, np.int64),
        )

    def tables(self) -> Tables:
        """Walk and convert."""
        data = self.index.data
        told = [(t.numbers.start, t.numbers[-1], ord(t.delimiters.component)) for t in self.transactions]
        numbers = np.array(told, np.int64).reshape(-1)
        open_rows = np.full(len(self.layout.hosts), -1, np.int64)
        kernels = self.index.fitting(walk_module)
        kernels.walk(data, self.index.scanned, self.plan, numbers, self.walked, open_rows)
        kernels.close_columns(self.walked, np.array(self.layout.raw_tables, np.int64))
        self.told = self.walked.columns.reshape(-1, walk_module.TOLD).tolist()
        counts = self.walked.counts
        tables = Tables(self.layout, self.index, self.transactions, self.walked)
        tables.notes = self.walked.notes[: 3 * int(counts[-1])].reshape(-1, 3)
        for table in self.layout.tables:
            for column in table.columns:
                if column.joined_by is not None:
                    tables.joined[table.name, column.name] = self._joined(column, int(counts[table.number]))
        self._keep_lost(tables, self._passed_over())
        self._fill(tables)
        if self._keep_lost(tables, _no_days(tables)):
            self._fill(tables)
        return tables

    def _fill(self, tables: Tables) -> None:
        """Make the rows of what was found."""
        filling = Filling(self.layout, self.index, self.walked, self.told, tables.bases, self.spare)
        tables.rows, tables.numbers = filling.rows()

    def _passed_over(self) -> Iterator[tuple[Table, Array, Array]]:
        """Give the rows, and where it starts, of each value that a column has not, for an earlier source is filled, too."""
        for table in self.layout.tables:
            for raw, earlier in [(raw, c.raws[:n]) for c in table.columns for n, raw in enumerate(c.raws) if n]:
                if not self.told[raw][walk_module.SPANS]:
                    continue
                starts, sizes = self._spans(raw, int(self.walked.counts[table.number]))
                is_over = (sizes > 0) & np.any([self._spans(other, len(sizes))[1] > 0 for other in earlier], axis=0)
                yield table, np.flatnonzero(is_over), starts[is_over]

    def _keep_lost(self, tables: Tables, lost: Iterable[tuple[Table, Array, Array]]) -> bool:
        """Keep the segments in which these values stand, but those that are kept already; tell whether there is any."""
        kept = self.walked.row_first[: int(self.walked.counts[0])].copy()
        found: dict[int, tuple[int, int]] = {}
        for table, rows, starts in lost:
            segments = np.searchsorted(tables.starts, starts, side="right") - 1
            is_lost = np.searchsorted(kept, segments) == np.searchsorted(kept, segments, side="right")
            for segment, row in zip(segments[is_lost].tolist(), rows[is_lost].tolist(), strict=True):
                found[segment] = (table.number, row)
        for segment, (number, row) in found.items():
            self._keep(segment, number, row)
        if found:
            self._sort_kept()
        return bool(found)

    def _keep(self, segment: int, table: int, row: int) -> None:
        """Add a kept segment under a row and what that stands under."""
        walked, hosts, number = self.walked, len(self.layout.hosts), int(self.walked.counts[0])
        owner = int(walked.row_base[table]) + row
        walked.row_first[number] = walked.row_last[number] = segment
        walked.row_parents[number * hosts : (number + 1) * hosts] = walked.row_parents[
            owner * hosts : (owner + 1) * hosts
        ]
        if table < hosts:
            walked.row_parents[number * hosts + table] = row
        walked.row_place[number] = 0
        walked.counts[0] = number + 1

    def _sort_kept(self) -> None:
        """Bring kept segments into the order of the file."""
        walked, hosts, count = self.walked, len(self.layout.hosts), int(self.walked.counts[0])
        order = np.argsort(walked.row_first[:count])
        for numbers in (walked.row_first, walked.row_last, walked.row_place):
            numbers[:count] = numbers[:count][order]
        walked.row_parents[: count * hosts] = walked.row_parents[: count * hosts].reshape(-1, hosts)[order].reshape(-1)

    def _spans(self, raw: int, count: int) -> tuple[Array, Array]:
        base, _, filled, _ = self.told[raw]
        if not filled:
            return (np.zeros(count, np.int32),) * 2
        return self.walked.span_starts[base : base + count], self.walked.span_sizes[base : base + count]

    def _joined(self, column: Column, count: int) -> tuple[Array, Array]:
        """Give text of several spans, joined."""
        raw = column.raws[0]
        _, _, filled, size = self.told[raw]
        if not filled:
            return np.zeros(count + 1, np.int32), np.empty(0, np.uint8)
        spans = self.walked.joined[: 4 * int(self.walked.counts[-2])]
        offsets, text = self.index.room(count + 1, np.int32), self.index.room(size + filled, np.uint8)
        kernels = self.index.fitting(convert_module)
        kernels.join(self.index.data, spans, raw, ord(str(column.joined_by)), offsets, text)
        return offsets, text
