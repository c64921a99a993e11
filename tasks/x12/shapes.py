"""What the kernels read and write: tuples of arrays, which numba knows."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Data = Any
"""The bytes of a buffer: `bytes` for plain Python, an array of them for compiled kernels."""

Numbers = NDArray[np.signedinteger[Any]]

LETTERS = 37
NO_TAG = LETTERS**3
"""The number of a segment id that is none; real ones are below it."""

EMPTY_SEGMENT, INDENT, NEWLINE_INSIDE, TRAILING_SEPARATOR, LEFT_TERMINATOR, LOWER_CASE_ID, NO_ID, COUNTS = range(8)
"""What a scan counts, and how many counts there are."""

SEGMENTS, MARKS, PLACE, SEEN, IS_OPEN, STATE = range(6)
"""What a scan leaves for the next: numbers written so far, the next byte, landmarks since ST, an unterminated end."""

ENVELOPE, FIRST_SEGMENT, LAST_SEGMENT, OTHERS = 1, 2, 4, 8
"""Bits of a landmark: an envelope segment; ST, which forgets what was seen; IEA, which ends the scan; then others."""

FILLED, EMPTY, BAD, VERDICTS = range(4)
"""What a verdict says of a span, and how many verdicts there are."""


class Scanned(NamedTuple):
    """The index of a buffer, filled up to state[SEGMENTS] and state[MARKS].

    Holds: segment s begins at starts[s], its terminator ends before ends[s]; its signs stand at
    places[firsts[s]:firsts[s + 1]]: the separators before its elements, then the end of its last element. Element n is
    thus data[places[firsts[s] + n - 1] + 1 : places[firsts[s] + n]]. marks[k] is the k-th segment of the envelope,
    seen[k] the other landmarks since ST.
    """

    starts: Numbers
    ends: Numbers
    tags: Numbers
    firsts: Numbers
    places: Numbers
    marks: Numbers
    seen: Numbers
    counts: Numbers
    state: Numbers


class Plan(NamedTuple):
    """A layout of schemas/x12 as arrays; see `layout`.

    Shape: kinds are segment ids told apart by a code in one element; a cell is loop * kinds + kind; moves[cell] is the
    loop that the segment opens there or -1, stops[cell] the loop up to which it closes what is open; its rules are
    rules_from[cell] up to rules_from[cell + 1], each `walk.RULE` numbers of `rules`; repeats[cell] is its place in
    `repeat_shape` or -1; bit n of mapped[cell] is element n.
    """

    locals: Numbers
    branch_from: Numbers
    branch_element: Numbers
    branch_code: Numbers
    branch_kind: Numbers
    plain_kind: Numbers
    natures: Numbers
    moves: Numbers
    stops: Numbers
    parents: Numbers
    loop_tables: Numbers
    rules_from: Numbers
    rules: Numbers
    mapped: Numbers
    repeats: Numbers
    repeat_shape: Numbers


class Walked(NamedTuple):
    """What a walk fills: rows of all tables one behind the other, their spans, and notes.

    Shape: row r of table t stands at row_base[t] + r; row_parents has, for each row, the open row of every table that is
    a loop; `columns` has the numbers of a column that `walk.BASE` tells: row r of it stands at the first of them + r in
    the spans, which are not set where no row of it is filled; `joined` has four numbers a span (column, row, start,
    size), `notes` three (code, segment, element); `counts` holds the rows of each table, then the joined spans, then
    the notes.
    """

    row_base: Numbers
    row_first: Numbers
    row_last: Numbers
    row_place: Numbers
    row_parents: Numbers
    columns: Numbers
    span_starts: Numbers
    span_sizes: Numbers
    joined: Numbers
    notes: Numbers
    counts: Numbers


class Made(NamedTuple):
    """What spans are made into: numbers of 64 bits, days, a verdict on each, and how often each verdict was given."""

    decimals: Numbers
    days: Numbers
    verdicts: Numbers
    counts: Numbers
