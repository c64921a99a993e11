"""Where every segment of an interchange begins and ends: arrays over the bytes, from which all else is arithmetic.

Shape: one entry per non-empty segment, in file order.
Units: offsets are bytes from the start of the file.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.x12.delimiters import Delimiters

_BLANKS = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"
_ROUNDS = 64  # deeper indents are stripped one by one


@dataclass(frozen=True, slots=True)
class SegmentIndex:
    """Segments of content[start:end]; `tag_codes` is 0 where the id is irregular (see `cleaned`)."""

    content: bytes
    delimiters: Delimiters
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    tag_codes: NDArray[np.uint32]
    is_terminated: bool


def tag_code(tag: str) -> int:
    """Give the number that stands for a segment id of two or three characters."""
    return int.from_bytes(tag.encode().ljust(3, b"\0"), "big")


def index_segments(
    content: bytes, start: int, end: int, delimiters: Delimiters, tolerances: Counter[str]
) -> SegmentIndex:
    """Find all segments between two offsets; empty ones are counted and left out.

    Holds: starts ascend, content[starts[i]] is the first byte of an id, ends[i] is the offset after its terminator.
    """
    data = np.frombuffer(content, np.uint8, end - start, start)
    ends = np.flatnonzero(data == ord(delimiters.segment)).astype(np.int64) + (start + 1)
    last = int(ends[-1]) if len(ends) else start
    tail = content[last:end].rstrip(_BLANKS + b"\0\x1a")
    is_terminated = not tail.strip(_BLANKS)
    bodies = ends - 1
    if not is_terminated:
        ends = np.append(ends, last + len(tail))
        bodies = np.append(bodies, last + len(tail))
    starts = np.concatenate(([start], ends[:-1])) if len(ends) else ends
    starts = _skip_blanks(content, starts, bodies, delimiters, tolerances)
    full = starts < bodies
    tolerances["EMPTY_SEGMENT"] += int(len(full) - full.sum())
    starts, ends, bodies = starts[full], ends[full], bodies[full]
    codes = _tag_codes(content, starts, bodies, ord(delimiters.element))
    index = SegmentIndex(content, delimiters, starts, ends, codes, is_terminated)
    _name_irregular(index, tolerances)
    return index


def _skip_blanks(
    content: bytes,
    starts: NDArray[np.int64],
    bodies: NDArray[np.int64],
    delimiters: Delimiters,
    tolerances: Counter[str],
) -> NDArray[np.int64]:
    """Move each start over line breaks, indents and a byte-order mark."""
    blanks = bytes(byte for byte in _BLANKS if chr(byte) not in (delimiters.element, delimiters.segment))
    is_blank = np.zeros(256, np.bool_)
    is_blank[list(blanks)] = True
    data = np.frombuffer(content, np.uint8)
    moved = starts.copy()
    active = np.arange(len(starts))
    for _ in range(_ROUNDS):
        active = active[moved[active] < bodies[active]]
        active = active[is_blank[data[moved[active]]]]
        if not len(active):
            break
        moved[active] += 1
    for row in active:
        body = content[moved[row] : bodies[row]]
        moved[row] += len(body) - len(body.lstrip(blanks))
    _count_indents(data, moved, starts, bodies, tolerances)
    return moved


def _count_indents(
    data: NDArray[np.uint8],
    moved: NDArray[np.int64],
    starts: NDArray[np.int64],
    bodies: NDArray[np.int64],
    tolerances: Counter[str],
) -> None:
    """Count the segments that stand behind a blank or a tab rather than a line break."""
    indented = (moved > starts) & (moved < bodies)
    before = data[moved[indented] - 1]
    tolerances["INDENT"] += int(np.count_nonzero((before == ord(" ")) | (before == ord("\t"))))


def _tag_codes(
    content: bytes, starts: NDArray[np.int64], bodies: NDArray[np.int64], element: int
) -> NDArray[np.uint32]:
    """Give the number of each regular id (two or three capitals or digits, then a separator or the end), else 0."""
    data = np.frombuffer(content, np.uint8)
    is_capital = np.zeros(256, np.bool_)
    is_capital[ord("A") : ord("Z") + 1] = True
    is_word = is_capital.copy()
    is_word[ord("0") : ord("9") + 1] = True
    columns = [_byte_at(data, starts + place, bodies, element) for place in range(4)]
    first, second, third, fourth = columns
    is_short = third == element
    regular = is_capital[first] & is_word[second] & (is_short | (is_word[third] & (fourth == element)))
    codes = first.astype(np.uint32) << 16 | second.astype(np.uint32) << 8 | np.where(is_short, 0, third)
    return np.where(regular, codes, 0).astype(np.uint32)


def _byte_at(
    data: NDArray[np.uint8], places: NDArray[np.int64], bodies: NDArray[np.int64], element: int
) -> NDArray[np.uint8]:
    """Give the byte at each place, and the element separator past the end of the segment."""
    inside = places < bodies
    return np.where(inside, data[np.where(inside, places, 0)], element).astype(np.uint8)


def _name_irregular(index: SegmentIndex, tolerances: Counter[str]) -> None:
    """Give ids in lower case or broken by a line break their number; the rest stay 0."""
    for row in np.flatnonzero(index.tag_codes == 0):
        tag = cleaned(index, int(index.starts[row]), int(index.ends[row])).split(
            index.delimiters.element.encode("latin-1"), 1
        )[0]
        if tag.isalnum() and tag.isascii() and tag[:1].isalpha() and len(tag) in (2, 3):
            tolerances["LOWER_CASE_ID"] += tag != tag.upper()
            index.tag_codes[row] = tag_code(tag.upper().decode())


def cleaned(index: SegmentIndex, start: int, end: int) -> bytes:
    """Give the bytes of the segment at these offsets without terminator and without line breaks."""
    body = index.content[start:end]
    terminator = index.delimiters.segment.encode("latin-1")
    if body.endswith(terminator):
        body = body[:-1]
    if b"\n" not in body and b"\r" not in body:
        return body
    tail = len(body.rstrip(b" \t\r\n"))
    return (body[:tail] if body[tail:].strip(b" \t") else body).translate(None, b"\r\n")
