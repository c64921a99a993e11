"""The shape of what was read: segments in transactions in a file, each with the bytes it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from tasks.x12.delimiters import Delimiters
from tasks.x12.index import Index


class Segment(NamedTuple):
    """One segment; `elements[0]` is element 01, trailing empty elements are gone.

    Units: content[byte_start:byte_end] is the segment with its terminator.
    """

    tag: str
    elements: tuple[str, ...]
    byte_start: int
    byte_end: int

    def element(self, number: int) -> str:
        """Give element `number` (01 is 1), '' where it is absent."""
        return self.elements[number - 1] if number <= len(self.elements) else ""


def segment_at(index: Index, number: int, base: int) -> Segment:
    """Give segment `number` of an index, placed in the file that begins at `base` of its buffer.

    Holds: it is asked once for both ends whether bytes were taken out: half of reading a small file is its envelope.
    """
    elements = index.elements(number)
    start, end = index.numbers.starts[number], index.numbers.ends[number]
    if index.offsets is not None:
        start, end = index.place_in_file(start, base), index.end_in_file(end, base)
    else:
        start, end = start - base, end - base
    return Segment(elements[0].upper(), tuple(elements[1:]), start, end)


@dataclass(frozen=True)
class Transaction:
    """ST to SE inclusive (a TA1: that one segment); offsets of its envelope are None where it has none.

    Shape: it is segments `numbers` of `index`, in file number `file`, whose bytes begin at `base` of the buffer;
    `stated_count` is SE01.
    """

    kind: str
    version: str
    interchange_control_number: str
    group_control_number: str
    control_number: str
    byte_start: int
    byte_end: int
    delimiters: Delimiters
    interchange_start: int | None
    group_start: int | None
    index: Index
    numbers: range
    base: int
    file: int
    stated_count: str

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Give its segments one by one; tables of many are made without it."""
        return tuple(segment_at(self.index, number, self.base) for number in self.numbers)


@dataclass(frozen=True, slots=True)
class X12File:
    """All transactions of a file in file order, and what was tolerated (code to occurrences, see rulings)."""

    transactions: tuple[Transaction, ...]
    tolerances: Mapping[str, int]
