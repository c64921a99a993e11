"""The index of a piece of a file, or of many small files: where every segment and element stands.

Units: offsets of an index are bytes of its own buffer; `place_in_file` gives the offset in the file as it arrived.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from string import ascii_uppercase, digits
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.x12 import rooms
from tasks.x12 import scan as scan_module
from tasks.x12.bits import BLOCK
from tasks.x12.compiling import compiled
from tasks.x12.delimiters import Delimiters
from tasks.x12.scan import BLANK, DATA, ELEMENT, LEFT, LOWER, MEANINGS, NEWLINE, TERMINATOR, tag_number
from tasks.x12.shapes import (
    COUNTS,
    EMPTY_SEGMENT,
    ENVELOPE,
    FIRST_SEGMENT,
    INDENT,
    IS_OPEN,
    LAST_SEGMENT,
    LEFT_TERMINATOR,
    LOWER_CASE_ID,
    MARKS,
    NEWLINE_INSIDE,
    NO_ID,
    NO_TAG,
    OTHERS,
    PLACE,
    SEGMENTS,
    STATE,
    TRAILING_SEPARATOR,
    Scanned,
)

TELLING = ("CLP", "CLM", "SV1", "SV2", "SV3", "BHT")
"""Segments that tell what kind a transaction is."""

ENVELOPE_TAGS = ("ISA", "IEA", "GS", "GE", "ST", "SE", "TA1", "ISB", "ISE", "TA3")
COUNTED = {
    EMPTY_SEGMENT: "EMPTY_SEGMENT",
    INDENT: "INDENT",
    NEWLINE_INSIDE: "NEWLINE_INSIDE",
    TRAILING_SEPARATOR: "TRAILING_SEPARATOR",
    LEFT_TERMINATOR: "LEFT_TERMINATOR",
    LOWER_CASE_ID: "LOWER_CASE_ID",
    NO_ID: "SEGMENT_ID",
}
"""Tolerances that a scan counts."""


def _meanings() -> bytes:
    found = bytearray(MEANINGS)
    for number, letter in enumerate(ascii_uppercase + digits, 1):
        found[ord(letter.lower())] = number | LOWER
        found[ord(letter)] = number
    return bytes(found)


_MEANINGS = _meanings()


def tag_code(tag: str) -> int:
    """Give the number of a segment id, as a scan gives it."""
    return tag_number(tag.encode(), bytes(MEANINGS) + _MEANINGS, 0, len(tag), np.zeros(COUNTS, np.int64))


BITS = {tag: OTHERS << number for number, tag in enumerate(TELLING)}


def _landmarks() -> NDArray[np.int32]:
    found = np.zeros(NO_TAG + 1, np.int32)
    found[[tag_code(tag) for tag in ENVELOPE_TAGS]] = ENVELOPE
    found[tag_code("ST")] |= FIRST_SEGMENT
    found[tag_code("IEA")] |= LAST_SEGMENT
    found[[tag_code(tag) for tag in TELLING]] = list(BITS.values())
    return found


_LANDMARKS = _landmarks()
_PLAIN_LANDMARKS = _LANDMARKS.tolist()


class Found(NamedTuple):
    """What one scan found: segments first to last (not included), marks likewise, and whether the last is unterminated."""

    segments: range
    marks: range
    is_open: bool


@dataclass(slots=True)
class Index:
    """The segments of a buffer, scan after scan.

    Holds: `content` stands in a room where it is a bytearray; `offsets` gives for each byte of the buffer its offset in the
    file, where bytes were taken out or rewritten; `numbers` are those of `scanned` for whoever wants one of them, which an
    array is slower to give.
    """

    content: bytes | bytearray | memoryview
    scanned: Scanned
    offsets: NDArray[np.int64] | None = None
    is_plain: bool = True
    data: Any = field(init=False)
    numbers: Any = field(init=False)

    def __post_init__(self) -> None:
        self.content = bytes(self.content) if self.is_plain else self.content
        self.data = self.content if self.is_plain else np.frombuffer(memoryview(self.content).toreadonly(), np.uint8)
        self.numbers = self.scanned if self.is_plain else Scanned._make(part.data for part in self.scanned)

    def scan(self, place: int, end: int, delimiters: Delimiters, tolerances: Counter[str]) -> Found | None:
        """Index one interchange, or what of it stands before `end`; None, and no trace, where line ends break segments."""
        state, counts = self.numbers.state, self.numbers.counts
        before = list(state)
        state[PLACE] = place
        signs = _signs(delimiters, self.is_plain)
        landmarks = _PLAIN_LANDMARKS if self.is_plain else _LANDMARKS
        last_block = -1 if self.is_plain else end - BLOCK
        self.fitting(scan_module).scan(self.data, end, signs, landmarks, self.scanned, last_block)
        if counts[NEWLINE_INSIDE]:
            for number in range(STATE):
                state[number] = before[number]
            return None
        for number, code in COUNTED.items() if any(counts) else ():
            if counts[number]:
                tolerances[code] += counts[number]
        segments = range(before[SEGMENTS], state[SEGMENTS])
        return Found(segments, range(before[MARKS], state[MARKS]), bool(state[IS_OPEN]))

    def fitting(self, module: ModuleType) -> Any:
        """Give a module of kernels as this index needs it: plain, or compiled."""
        return module if self.is_plain else compiled(module)

    def room(self, count: int, kind: Any) -> NDArray[Any]:
        """Give an array for what leaves with a table: much of it stands on common ground."""
        return np.empty(count, kind) if self.is_plain else rooms.lasting(count, kind)

    def release(self) -> None:
        """Give the room of segments and bytes back: tables were made of them, and nothing else is asked of this index."""
        if not self.is_plain:
            rooms.give(self.scanned[:-2])
            if isinstance(self.content, bytearray):
                rooms.give_bytes(self.content)

    def elements(self, segment: int) -> list[str]:
        """Give the elements of a segment, the id first, the empty end trimmed."""
        numbers, content = self.numbers, self.content
        firsts, places = numbers.firsts, numbers.places
        separator, end = places[firsts[segment]], places[firsts[segment + 1] - 1]
        body = str(content[numbers.starts[segment] : end], "utf-8")
        if separator >= end:
            return [body]
        found = body.split(chr(content[separator]))
        while not found[-1] and len(found) > 1:
            found.pop()
        return found

    def place_in_file(self, place: int, base: int) -> int:
        """Give the offset in the file whose bytes begin at `base` of the buffer."""
        if self.offsets is None:
            return place - base
        return int(self.offsets[place]) if place < len(self.offsets) else int(self.offsets[-1]) + 1

    def end_in_file(self, end: int, base: int) -> int:
        """Give the offset in the file after the byte before `end`."""
        return self.place_in_file(end - 1, base) + 1


def new_index(
    content: bytes | bytearray | memoryview, offsets: NDArray[np.int64] | None = None, *, is_plain: bool = True
) -> Index:
    """Give an index without segments, with room for all that the content can hold, for plain kernels or compiled ones."""
    most = len(content) // 2 + 2
    sizes = (most, most, most, most + 1, len(content) + 2, most, most, COUNTS, STATE)
    if is_plain:
        lists: list[Any] = [[0] * size for size in sizes]
        return Index(content, Scanned._make(lists), offsets)
    arrays = [rooms.take(size) for size in sizes[:-2]]
    arrays[3][0] = 0
    whole = [*arrays, np.zeros(COUNTS, np.int64), np.zeros(STATE, np.int64)]
    return Index(content, Scanned._make(whole), offsets, is_plain=False)


@lru_cache(maxsize=256)
def _signs(delimiters: Delimiters, is_plain: bool) -> Any:
    """Give what each of the 256 bytes means to a scan, what it means in the id of a segment, and the two separators."""
    signs = bytearray([DATA]) * MEANINGS + _MEANINGS
    signs[ord(" ")] = signs[ord("\t")] = BLANK
    signs[ord("\n")] = signs[ord("\r")] = NEWLINE
    if delimiters.segment == "\n":
        signs[ord("~")] = LEFT
    for sign in (delimiters.component, delimiters.repetition):
        signs[ord(sign or " ")] = DATA if sign else BLANK
    signs[ord(delimiters.element)], signs[ord(delimiters.segment)] = ELEMENT, TERMINATOR
    signs += bytes([ord(delimiters.element), ord(delimiters.segment)])
    return bytes(signs) if is_plain else np.frombuffer(bytes(signs), np.uint8)


def numbers_of(values: Sequence[int] | NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """Give the first `count` numbers as an array."""
    return np.asarray(values[:count], np.int32)
