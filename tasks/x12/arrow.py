"""Columns of tables as Arrow: text as views into the buffer that was read, numbers without a copy."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from tasks.x12 import convert
from tasks.x12.compiling import fitting
from tasks.x12.convert import FILLED, QUANTITY_PLACES
from tasks.x12.tables import Array, Tables, Values

_TYPES: Mapping[str, pa.DataType] = {
    "cents": pa.int64(),
    "quantity": pa.decimal128(15, QUANTITY_PLACES),
    "date": pa.date32(),
}


def text_column(tables: Tables, starts: Array, sizes: Array, *, has_null: bool = True) -> pa.Array:
    """Give spans as text that points into the buffer; an empty one is null, or '' where the column has no null."""
    words = np.empty(4 * len(starts), np.int32)
    kernels = fitting(convert, len(tables.index.content))
    kernels.views(tables.index.data, starts, sizes, 0, words, words.view(np.uint8))
    buffers = [validity(sizes > 0) if has_null else None, pa.py_buffer(words), pa.py_buffer(tables.index.content)]
    return pa.Array.from_buffers(pa.string_view(), len(starts), buffers)


def joined_column(tables: Tables, table: str, column: str) -> pa.Array:
    """Give a column whose text is joined of several spans; '' where there is none."""
    offsets, text = tables.joined[table, column]
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text))


def filled_column(values: Values) -> pa.Array:
    """Give a column of cents; what is empty or cannot be read is 0."""
    return pa.array(values.numbers)


def value_column(tables: Tables, values: Values) -> pa.Array:
    """Give a column in its type; what is empty or cannot be read is null."""
    if values.numbers is None or values.verdicts is None:
        return text_column(tables, values.starts, values.sizes)
    numbers, type_ = values.numbers, _TYPES[values.column.type]
    if values.column.type == "date":
        numbers = numbers.astype(np.int32)
    elif values.column.type == "quantity":
        numbers = np.stack((numbers, numbers >> 63), axis=1)
    buffers = [validity(values.verdicts == FILLED), pa.py_buffer(np.ascontiguousarray(numbers))]
    return pa.Array.from_buffers(type_, len(values.starts), buffers)


def validity(is_filled: Array) -> pa.Buffer | None:
    """Give the bits of a column's null values; none where all are filled."""
    return None if is_filled.all() else pa.py_buffer(np.packbits(is_filled, bitorder="little"))
