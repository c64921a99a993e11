"""Tables as Arrow: numbers without a copy, text of a column in one piece.

Holds: a row's key is its file's hash, its byte and the number of its triple, pair or place: it names what said it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa

from tasks.x12 import convert, relations
from tasks.x12.columns import Array, Rows, Values
from tasks.x12.convert import QUANTITY_PLACES, TEXTS_TOLD, WORD_BYTES
from tasks.x12.layout import KEPT
from tasks.x12.tables import Tables

_TYPES: Mapping[str, pa.DataType] = {
    "cents": pa.int64(),
    "quantity": pa.decimal64(15, QUANTITY_PLACES),
    "date": pa.date32(),
    "first_day": pa.date32(),
    "last_day": pa.date32(),
}
_POSITION = "position"
_without_rows: dict[tuple[str, str, bool], pa.Table] = {}


@dataclass(frozen=True, slots=True)
class Names:
    """How the tables of a kind leave, where it is not the ordinary way.

    Shape: by table: the name of its key, the parents whose keys it has, the name of its place ('' for no such column),
    the columns of text that have '' for null; `zero` are the cents (table, column) that have 0 for null.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    never_null: Mapping[str, frozenset[str]] = field(default_factory=dict)
    zero: frozenset[tuple[str, str]] = frozenset()

    def key(self, table: str) -> str:
        """Give the name of a table's key."""
        return self.keys.get(table, f"{table}_id")

    def has_null(self, table: str, column: str) -> bool:
        """Tell whether a column of text has null where it is empty."""
        return table != KEPT and column not in self.never_null.get(table, ())

    def place(self, rows: Rows) -> str:
        """Give the name of a row's place."""
        ordinary = "" if rows.table.name == KEPT else rows.table.place or _POSITION
        return self.places.get(rows.table.name, ordinary)


ORDINARY = Names()
"""A key `claim_id` and the keys of all parents; a place `position` where the layout gives it no name."""


def arrow_tables(tables: Tables, file_sha256s: Sequence[str] | None = None) -> dict[str, pa.Table]:
    """Give the tables of the transactions that share an index.

    Shape: with `file_sha256s` (by number of the file) rows have keys of 32 digits and the file's hash; without, parents
    are named by their first byte (`claim_start`) and files by their number, which takes a third less time and memory.
    """
    filled = [name for name, rows in tables.rows.items() if len(rows)]
    made = arrow_columns(tables, file_sha256s, filled)
    return {
        name: pa.table(made[name]) if name in made else _no_rows(tables, name, file_sha256s) for name in tables.rows
    }


def arrow_columns(
    tables: Tables, file_sha256s: Sequence[str] | None, wanted: Collection[str], names: Names = ORDINARY
) -> dict[str, dict[str, pa.Array]]:
    """Give keys, file, bytes and place of the wanted tables, then their columns."""
    texts = _walked_texts(tables, wanted, names)
    starts = _parent_starts(tables, wanted, names) if file_sha256s is None else {}
    made = {}
    for name in wanted:
        rows = tables.rows[name]
        made[name] = _places(tables, rows, file_sha256s, names, starts) | _columns(tables, rows, names, texts)
    return made


def _no_rows(tables: Tables, name: str, file_sha256s: Sequence[str] | None) -> pa.Table:
    """Give a table that has no row; it is made once: most tables of a piece are such."""
    key = (tables.layout.kind, name, file_sha256s is None)
    if key not in _without_rows:
        columns = arrow_columns(tables, file_sha256s, [name])[name]
        _without_rows[key] = pa.table(columns).schema.empty_table()
    return _without_rows[key]


def _places(
    tables: Tables,
    rows: Rows,
    file_sha256s: Sequence[str] | None,
    names: Names,
    starts: Mapping[tuple[str, str], pa.Array],
) -> dict[str, pa.Array]:
    """Give keys, file, bytes and place of a table."""
    name = rows.table.name
    parents = names.parents.get(name, rows.table.parents)
    files = _files(tables, rows)
    found: dict[str, pa.Array] = {}
    if file_sha256s is None:
        found |= {f"{parent}_start": starts[name, parent] for parent in parents} | {"file": files}
    else:
        places = rows.places if rows.table.place else np.zeros(len(rows), np.int32)
        found[names.key(name)] = _keys(tables, file_sha256s, rows.transactions, rows.byte_start, places)
        found |= {names.key(parent): _parent_keys(tables, file_sha256s, rows, parent) for parent in parents}
        hashes = pa.array(list(file_sha256s), pa.string())
        found["file_sha256"] = pa.DictionaryArray.from_arrays(files, hashes)
    found |= {"byte_start": _numbers(pa.int64(), rows.byte_start), "byte_end": _numbers(pa.int64(), rows.byte_end)}
    if place := names.place(rows):
        numbers = tables.index.room(len(rows), np.int32)
        numbers[:] = rows.places
        found[place] = _numbers(pa.int32(), numbers)
    return found


def _keys(
    tables: Tables,
    file_sha256s: Sequence[str],
    transactions: Array,
    byte_start: Array,
    places: Array,
    is_filled: Array | None = None,
) -> pa.Array:
    """Give 32 hexadecimal digits: 16 of the file's hash, 12 of the byte, 4 of the place; null where not filled."""
    prefixes = np.frombuffer("".join(sha[:16] for sha in file_sha256s).encode("ascii"), np.int64)
    text = tables.index.room(4 * len(byte_start), np.int64)
    kernels = tables.index.fitting(relations)
    kernels.names(prefixes, tables.files[transactions], byte_start, places, text)
    offsets = np.arange(0, 32 * len(byte_start) + 1, 32, dtype=np.int32)
    valid = None if is_filled is None else validity(is_filled)
    return pa.StringArray.from_buffers(len(byte_start), pa.py_buffer(offsets), pa.py_buffer(text), valid)


def _parent_keys(tables: Tables, file_sha256s: Sequence[str], rows: Rows, parent: str) -> pa.Array:
    """Give the key of each row's parent, null where it has none."""
    above, numbers = tables.rows[parent], rows.parent(parent)
    starts = above.byte_start[numbers] if len(above) else np.zeros(len(rows), np.int64)
    return _keys(tables, file_sha256s, rows.transactions, starts, np.zeros(len(rows), np.int32), numbers >= 0)


def _parent_starts(tables: Tables, wanted: Iterable[str], names: Names) -> dict[tuple[str, str], pa.Array]:
    """Give the first byte of each row's parents, null where it has none, by table and parent."""
    found: dict[tuple[str, str], pa.Array] = {}
    told: list[tuple[str, str, int]] = []
    numbers: list[int] = []
    room = 0
    for name in wanted:
        rows = tables.rows[name]
        for parent in names.parents.get(name, rows.table.parents):
            above, level = tables.rows[parent], tables.layout.levels[parent]
            if not len(above):
                found[name, parent] = _empty_column(pa.int64(), len(rows), has_null=True)
                continue
            numbers += rows.first_row, len(rows), level, above.starts_at, room
            told.append((name, parent, room))
            room += len(rows)
    starts, counts = tables.index.room(room, np.int64), np.zeros(len(told), np.int64)
    kernels, levels = tables.index.fitting(relations), len(tables.layout.hosts)
    kernels.parent_bytes(tables.walked, levels, np.array(numbers, np.int64), tables.numbers, starts, counts)
    for (name, parent, at), count in zip(told, counts.tolist(), strict=True):
        rows = tables.rows[name]
        is_filled = None if count == len(rows) else rows.parent(parent) >= 0
        found[name, parent] = _numbers(pa.int64(), starts[at : at + len(rows)], is_filled)
    return found


def _files(tables: Tables, rows: Rows) -> pa.Array:
    """Give the file number of each row."""
    if not tables.files.any():
        return _empty_column(pa.int32(), len(rows), has_null=False)
    return _numbers(pa.int32(), tables.files[rows.transactions])


def _numbers(type_: pa.DataType, numbers: Array, is_filled: Array | None = None) -> pa.Array:
    """Give numbers as they lie there (pa.array would import pandas)."""
    valid = None if is_filled is None else validity(is_filled)
    return pa.Array.from_buffers(type_, len(numbers), [valid, pa.py_buffer(np.ascontiguousarray(numbers))])


def _columns(
    tables: Tables, rows: Rows, names: Names, texts: Mapping[tuple[str, str], pa.Array]
) -> dict[str, pa.Array]:
    found, name = {}, rows.table.name
    for column in rows.table.columns:
        if (name, column.name) in texts:
            found[column.name] = texts[name, column.name]
        elif column.joined_by is not None:
            found[column.name] = joined_column(tables, name, column.name)
        elif column.type == "text":
            found[column.name] = _empty_column(pa.string(), len(rows), has_null=names.has_null(name, column.name))
        elif (name, column.name) in names.zero:
            found[column.name] = filled_column(rows.values[column.name])
        else:
            found[column.name] = value_column(rows.values[column.name])
    return found


def text_column(tables: Tables, starts: Array, sizes: Array) -> pa.Array:
    """Give spans as text; an empty one is null."""
    filled, size = int(np.count_nonzero(sizes)), int(sizes.sum())
    if not size:
        return _empty_column(pa.string(), len(starts), has_null=True)
    ((offsets, text),) = _text_buffers(tables, starts, sizes, [(len(starts), 0, size)])
    valid = _bits(sizes > 0) if filled < len(starts) else None
    return pa.StringArray.from_buffers(len(starts), offsets, text, valid)


def _walked_texts(tables: Tables, wanted: Iterable[str], names: Names) -> dict[tuple[str, str], pa.Array]:
    """Give the columns of text that are not empty, by table and column, all made at once."""
    told = [(name, values) for name in wanted for values in tables.rows[name].values.values() if values.size]
    spans = [(len(values.starts), values.spans_at, values.size) for _, values in told]
    made = _text_buffers(tables, tables.walked.span_starts, tables.walked.span_sizes, spans)
    found = {}
    for (name, values), (offsets, text) in zip(told, made, strict=True):
        count, column = len(values.starts), values.column.name
        is_null = values.filled < count and names.has_null(name, column)
        valid = _bits(values.sizes > 0) if is_null else None
        found[name, column] = pa.StringArray.from_buffers(count, offsets, text, valid)
    return found


def _text_buffers(
    tables: Tables, starts: Array, sizes: Array, columns: Sequence[tuple[int, int, int]]
) -> list[tuple[pa.Buffer, pa.Buffer]]:
    """Give offsets and text of columns, each told by its rows, where its spans begin, and their bytes."""
    told: list[int] = []
    offsets_at = text_at = 0
    for count, spans_at, size in columns:
        told += count, spans_at, offsets_at, text_at
        offsets_at, text_at = offsets_at + count + 1, text_at + size + WORD_BYTES
    offsets, text = tables.index.room(offsets_at, np.int32), tables.index.room(text_at, np.uint8)
    wide = -1 if tables.index.is_plain else len(tables.index.content) - WORD_BYTES
    kernels, data = tables.index.fitting(convert), tables.index.data
    kernels.texts(data, starts, sizes, np.array(told, np.int64), wide, offsets, text)
    offset_bytes, text_bytes = pa.py_buffer(offsets), pa.py_buffer(text)
    return [
        (offset_bytes.slice(4 * told[at + 2], 4 * (count + 1)), text_bytes.slice(told[at + 3], size))
        for at, (count, _, size) in zip(range(0, len(told), TEXTS_TOLD), columns, strict=True)
    ]


def joined_column(tables: Tables, table: str, column: str) -> pa.Array:
    """Give a column whose text is joined of several spans; '' where there is none."""
    offsets, text = tables.joined[table, column]
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text))


def filled_column(values: Values) -> pa.Array:
    """Give a column of cents; what is empty or cannot be read is 0."""
    assert values.numbers is not None
    return _numbers(pa.int64(), values.numbers)


def value_column(values: Values) -> pa.Array:
    """Give a column of numbers in its type; what is empty or cannot be read is null."""
    count, type_ = len(values.starts), _TYPES[values.column.type]
    if not values.filled:
        return _empty_column(type_, count, has_null=True)
    valid = None if values.filled == count else _bits(values.is_filled)
    return pa.Array.from_buffers(type_, count, [valid, pa.py_buffer(values.numbers)])


def _empty_column(type_: pa.DataType, count: int, *, has_null: bool) -> pa.Array:
    """Give a column without any value; all of them share one buffer of zeros."""
    zeros = _zeros(1 << (16 * count + 15).bit_length())
    buffers = [zeros if has_null else None, zeros]
    return pa.Array.from_buffers(type_, count, [*buffers, zeros] if type_ == pa.string() else buffers)


@cache
def _zeros(size: int) -> pa.Buffer:
    return pa.py_buffer(bytes(size))


def validity(is_filled: Array) -> pa.Buffer | None:
    """Give the bits of a column's null values; none where all are filled."""
    return None if np.count_nonzero(is_filled) == len(is_filled) else _bits(is_filled)


def _bits(is_filled: Array) -> pa.Buffer:
    return pa.py_buffer(np.packbits(is_filled, bitorder="little"))
