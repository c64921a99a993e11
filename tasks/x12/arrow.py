"""Tables as Arrow: numbers without a copy, text of a column in one piece.

Holds: a row's key is its file's hash, its byte and the number of its triple, pair or place: it names what said it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa

from tasks.x12 import convert
from tasks.x12.columns import Array, Rows, Values
from tasks.x12.convert import QUANTITY_PLACES, WORD_BYTES
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
    return {name: pa.table(arrow_columns(tables, name, file_sha256s)) for name in tables.rows}


def arrow_columns(
    tables: Tables, name: str, file_sha256s: Sequence[str] | None, names: Names = ORDINARY
) -> dict[str, pa.Array]:
    """Give keys, file, bytes and place of a table, then its columns."""
    rows = tables.rows[name]
    parents = names.parents.get(name, rows.table.parents)
    files = _files(tables, rows)
    found: dict[str, pa.Array] = {}
    if file_sha256s is None:
        found |= {f"{parent}_start": _parent_starts(tables, rows, parent) for parent in parents} | {"file": files}
    else:
        places = rows.places if rows.table.place else np.zeros(len(rows), np.int32)
        found[names.key(name)] = _keys(tables, file_sha256s, rows.transactions, rows.byte_start, places)
        found |= {names.key(parent): _parent_keys(tables, file_sha256s, rows, parent) for parent in parents}
        hashes = pa.array(list(file_sha256s), pa.string())
        found["file_sha256"] = pa.DictionaryArray.from_arrays(files, hashes)
    found |= {"byte_start": _numbers(pa.int64(), rows.byte_start), "byte_end": _numbers(pa.int64(), rows.byte_end)}
    if place := names.place(rows):
        found[place] = _numbers(pa.int32(), rows.places.copy())
    return found | (_kept_columns(tables) if name == KEPT else _columns(tables, rows, names))


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
    kernels = tables.index.fitting(convert)
    kernels.names(prefixes, tables.files[transactions], byte_start, places, text)
    offsets = np.arange(0, 32 * len(byte_start) + 1, 32, dtype=np.int32)
    valid = None if is_filled is None else validity(is_filled)
    return pa.StringArray.from_buffers(len(byte_start), pa.py_buffer(offsets), pa.py_buffer(text), valid)


def _parent_keys(tables: Tables, file_sha256s: Sequence[str], rows: Rows, parent: str) -> pa.Array:
    """Give the key of each row's parent, null where it has none."""
    above, numbers = tables.rows[parent], rows.parents[parent]
    starts = above.byte_start[numbers] if len(above) else np.zeros(len(rows), np.int64)
    return _keys(tables, file_sha256s, rows.transactions, starts, np.zeros(len(rows), np.int32), numbers >= 0)


def _parent_starts(tables: Tables, rows: Rows, parent: str) -> pa.Array:
    """Give the first byte of each row's parent, null where it has none."""
    above, numbers = tables.rows[parent], rows.parents[parent]
    starts = tables.index.room(len(rows), np.int64)
    count = tables.index.fitting(convert).parent_bytes(above.byte_start, numbers, starts)
    return _numbers(pa.int64(), starts, None if count == len(rows) else numbers >= 0)


def _files(tables: Tables, rows: Rows) -> pa.Array:
    """Give the file number of each row."""
    if not tables.files.any():
        return _empty_column(pa.int32(), len(rows), has_null=False)
    return _numbers(pa.int32(), tables.files[rows.transactions])


def _numbers(type_: pa.DataType, numbers: Array, is_filled: Array | None = None) -> pa.Array:
    """Give numbers as they lie there (pa.array would import pandas)."""
    valid = None if is_filled is None else validity(is_filled)
    return pa.Array.from_buffers(type_, len(numbers), [valid, pa.py_buffer(np.ascontiguousarray(numbers))])


def _columns(tables: Tables, rows: Rows, names: Names) -> dict[str, pa.Array]:
    found, name = {}, rows.table.name
    texts = _walked_texts(tables, rows, names.never_null.get(name, ()))
    for column in rows.table.columns:
        if column.name in texts:
            found[column.name] = texts[column.name]
            continue
        if column.joined_by is not None:
            found[column.name] = joined_column(tables, name, column.name)
            continue
        values = rows.values[column.name]
        if column.name in names.never_null.get(name, ()):
            found[column.name] = _told_text(tables, values, has_null=False)
        elif (name, column.name) in names.zero:
            found[column.name] = filled_column(values)
        else:
            found[column.name] = value_column(tables, values)
    return found


def _kept_columns(tables: Tables) -> dict[str, pa.Array]:
    """Give kept segments: the id and all of it, without its terminator."""
    segments = tables.rows[KEPT].segments
    starts, id_sizes, sizes = (np.empty(len(segments), np.int32) for _ in range(3))
    kernels = tables.index.fitting(convert)
    kernels.kept_spans(tables.index.scanned, segments, starts, id_sizes, sizes)
    return {
        "segment_code": text_column(tables, starts, id_sizes, has_null=False),
        "content": text_column(tables, starts, sizes, has_null=False),
    }


def text_column(tables: Tables, starts: Array, sizes: Array, *, has_null: bool = True) -> pa.Array:
    """Give spans as text; an empty one is null, or '' where the column has no null."""
    return _text(tables, starts, sizes, int(np.count_nonzero(sizes)), int(sizes.sum()), has_null)


def _told_text(tables: Tables, values: Values, *, has_null: bool) -> pa.Array:
    """Give a column of text, as `text_column` does."""
    return _text(tables, values.starts, values.sizes, values.filled, values.size, has_null)


def _text(tables: Tables, starts: Array, sizes: Array, filled: int, size: int, has_null: bool) -> pa.Array:
    if not size:
        return _empty_column(pa.string(), len(starts), has_null=has_null)
    ((offsets, text),) = _text_buffers(tables, starts, sizes, [(0, size)], len(starts))
    valid = _bits(sizes > 0) if has_null and filled < len(starts) else None
    return pa.StringArray.from_buffers(len(starts), offsets, text, valid)


def _walked_texts(tables: Tables, rows: Rows, never_null: Collection[str]) -> dict[str, pa.Array]:
    """Give the columns of text whose spans are the walk's own, all made at once."""
    told = {name: values for name, values in rows.values.items() if values.base >= 0 and values.size}
    walked, spans = tables.walked, [(values.base, values.size) for values in told.values()]
    made = _text_buffers(tables, walked.span_starts, walked.span_sizes, spans, len(rows)) if spans else ()
    found = {}
    for (name, values), (offsets, text) in zip(told.items(), made, strict=True):
        has_null = name not in never_null and values.filled < len(rows)
        valid = _bits(values.sizes > 0) if has_null else None
        found[name] = pa.StringArray.from_buffers(len(rows), offsets, text, valid)
    return found


def _text_buffers(
    tables: Tables, starts: Array, sizes: Array, columns: Sequence[tuple[int, int]], count: int
) -> list[tuple[pa.Buffer, pa.Buffer]]:
    """Give offsets and text of columns, each told by where its spans begin, and their bytes."""
    step = (count | 15) + 1
    told, place = [], 0
    for number, (base, size) in enumerate(columns):
        told.append((base, number * step, place))
        place += (size + 2 * WORD_BYTES) & -WORD_BYTES
    offsets, text = tables.index.room(step * len(columns), np.int32), tables.index.room(place, np.uint8)
    wide = -1 if tables.index.is_plain else len(tables.index.content) - WORD_BYTES
    kernels, data = tables.index.fitting(convert), tables.index.data
    kernels.texts(data, starts, sizes, np.array(told, np.int64).reshape(-1), count, wide, offsets, text)
    offset_bytes, text_bytes = pa.py_buffer(offsets), pa.py_buffer(text)
    return [
        (offset_bytes.slice(4 * at, 4 * (count + 1)), text_bytes.slice(place, size))
        for (_, at, place), (_, size) in zip(told, columns, strict=True)
    ]


def joined_column(tables: Tables, table: str, column: str) -> pa.Array:
    """Give a column whose text is joined of several spans; '' where there is none."""
    offsets, text = tables.joined[table, column]
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text))


def filled_column(values: Values) -> pa.Array:
    """Give a column of cents; what is empty or cannot be read is 0."""
    assert values.numbers is not None
    return _numbers(pa.int64(), values.numbers)


def value_column(tables: Tables, values: Values) -> pa.Array:
    """Give a column in its type; what is empty or cannot be read is null."""
    if values.numbers is None:
        return _told_text(tables, values, has_null=True)
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
