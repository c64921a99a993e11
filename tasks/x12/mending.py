"""Bytes that must be rewritten before they are indexed: line ends within segments, and Latin-1.

Both give, with the bytes, the offset that each had before.
"""

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from schemas.errors import Fault
from tasks.x12.delimiters import Delimiters, delimiters_at

BOM = b"\xef\xbb\xbf"
_LINE_ENDS = b"\r\n"
_FIRST_OTHER, _FIRST_OF_THREE, _FIRST_OF_FOUR = 0x80, 0x800, 0x10000
"""The first letters of which UTF-8 makes two, three and four bytes."""
_FIRST_ESCAPED = 0xDC80
"""What Python makes of the byte 0x80 where it is no UTF-8; those of the bytes above follow."""
_LATIN_1 = {_FIRST_ESCAPED + number: _FIRST_OTHER + number for number in range(_FIRST_OTHER)}


def unwrapped(content: bytes, delimiters: Delimiters) -> tuple[bytes, NDArray[np.int64]]:
    """Take line ends out of a content whose segments they break; give it and the offset of each byte that is left.

    Holds: blanks go with them where a terminator follows; what is a terminator stays, and so does all that stands behind
    the interchanges in which a line end is none.
    """
    terminator = delimiters.segment.encode("latin-1")
    sign, line_end = re.escape(terminator), re.escape(_LINE_ENDS.replace(terminator, b""))
    runs = re.compile(rb"[ \t]*[" + line_end + rb"][ \t" + line_end + rb"]*(?=" + sign + rb")|[" + line_end + rb"]+")
    keep = np.ones(len(content), np.bool_)
    for run in runs.finditer(content, 0, _end_of_wrapped(content, delimiters)):
        keep[run.start() : run.end()] = False
    offsets = np.flatnonzero(keep)
    return np.frombuffer(content, np.uint8)[keep].tobytes(), offsets


def _end_of_wrapped(content: bytes, delimiters: Delimiters) -> int:
    """Give where an interchange begins that would lose its terminators with the line ends of those before; else the end."""
    terminator, place = delimiters.segment, 0
    while last := _last_trailer(delimiters).search(content, place):
        place = last.end()
        try:
            delimiters = delimiters_at(content, place, Counter())
        except Fault:
            break
        if delimiters.segment in "\r\n" and delimiters.segment != terminator:
            return place
    return len(content)


def _last_trailer(delimiters: Delimiters) -> re.Pattern[bytes]:
    """Give an IEA, whose id may be broken, with its terminator and what may stand before the next ISA."""
    sign, element = (re.escape(one.encode("latin-1")) for one in (delimiters.segment, delimiters.element))
    broken_id = rb"I[\r\n]*E[\r\n]*A[\r\n]*" + element
    behind = rb"(?:[ \t\r\n\0\x1a" + sign + rb"]|" + BOM + rb")*"
    return re.compile(
        rb"(?:\A|" + sign + rb")[ \t\r\n]*" + broken_id + rb"[^" + sign + rb"]*" + sign + behind, re.IGNORECASE
    )


def transcoded(content: bytes) -> tuple[bytes, NDArray[np.int64] | None]:
    """Give bytes that are no UTF-8 as the Latin-1 that they are, in UTF-8, with the offset of each byte.

    Holds: UTF-8, ASCII and byte-order marks stay as they are, in the same file too: each interchange has its own character set.
    """
    text = content.decode("utf-8", "surrogateescape")
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    is_other = (letters >= _FIRST_ESCAPED) & (letters < _FIRST_ESCAPED + _FIRST_OTHER)
    if not is_other.any():
        return content, None
    sizes = 1 + (letters >= _FIRST_OTHER).astype(np.int64) + (letters >= _FIRST_OF_THREE) + (letters >= _FIRST_OF_FOUR)
    sizes[is_other] = 1
    bytes_of = np.ones(len(content), np.int64)
    bytes_of[(np.cumsum(sizes) - sizes)[is_other]] = 2
    return text.translate(_LATIN_1).encode("utf-8"), np.repeat(np.arange(len(content)), bytes_of)
