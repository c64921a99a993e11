"""Columns and rows of one piece as arrays: what a walk found, before it becomes Arrow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.x12.layout import Column, Table
from tasks.x12.shapes import BAD, FILLED

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Values:
    """A column: spans in the buffer and, but for text, the numbers they say and a verdict on each.

    Shape: `filled` and `bad` are how many rows have a value and how many one that cannot be read; `size` is the bytes of
    all spans of text; `spans_at` is where they begin among those of the walk.
    """

    column: Column
    starts: Array
    sizes: Array
    filled: int
    size: int = 0
    bad: int = 0
    numbers: Array | None = None
    verdicts: Array | None = None
    spans_at: int = -1

    @property
    def is_bad(self) -> Array:
        """Tell which rows have a value that cannot be read."""
        return np.zeros(len(self.starts), np.bool_) if self.verdicts is None else self.verdicts == BAD

    @property
    def is_filled(self) -> Array:
        """Tell which rows have a value."""
        return self.sizes > 0 if self.verdicts is None else self.verdicts == FILLED


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one table of one piece, in the order of the file.

    Shape: `transactions` has each row's place among the piece's transactions; `above` the rows that were open at each row,
    one for every level; `places` is the number of a triple or pair, else of the row among those of its parent, from 1; `first_row`
    is the row of the walk with which the table begins, `starts_at` where its first bytes begin among `Tables.numbers`.
    """

    table: Table
    segments: Array
    last_segments: Array
    byte_start: Array
    byte_end: Array
    transactions: Array
    above: Array
    levels: Mapping[str, int]
    places: Array
    values: Mapping[str, Values]
    first_row: int
    starts_at: int

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self.segments)

    def parent(self, name: str) -> Array:
        """Give the number of each row's parent in a table, -1 for none."""
        return self.above[self.levels[name] :: len(self.levels)]

    def cents(self, name: str) -> Array:
        """Give a column of numbers, 0 where it has none."""
        numbers = self.values[name].numbers
        assert numbers is not None
        return numbers
