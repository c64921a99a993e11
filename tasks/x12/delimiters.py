"""The separators of an interchange, taken from its first segment and never from fixed offsets.

Holds: separators are per interchange; each is an ASCII sign that is no letter, digit or blank; no two are equal. A tab is a
separator where nothing else can be it. Bytes above 127 are none: they are letters of one code or another.
"""

import re
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from tasks.x12.rulings import fault

_WORD = rb"A-Za-z0-9 \t\r\n\x80-\xff"
_FIRST_VERSION_WITH_REPETITION = "00402"
_ISA_WIDTH, _LONGEST_ISA = 106, 400
_LONGEST_SIGN = 8
_SIGN = rb"([^" + _WORD + rb"])"
_SIGN_OR_TAB = rb"([^" + _WORD + rb"]|\t)"
_FIRST = re.compile(rb"(ISA|GS|ST)" + _SIGN_OR_TAB, re.IGNORECASE)
_ONE_SIGN = re.compile(_SIGN_OR_TAB)


class Delimiters(NamedTuple):
    """One character each; `repetition` is empty where there is none, see `in_guide`."""

    element: str
    component: str
    repetition: str
    segment: str


def delimiters_at(content: bytes | bytearray, start: int, tolerances: Counter[str]) -> Delimiters:
    """Give the separators of the interchange that starts at `start` with ISA, GS or ST.

    Raises: Fault NOT_X12 where no such segment starts there, BAD_ISA where it cannot be read.
    """
    tag = _FIRST.match(content, start)
    if not tag:
        raise fault("NOT_X12", f"the file does not start with ISA, GS or ST ({_guess(content[start:])})", start)
    separator = tag[2]
    if tag[1].upper() == b"ISA":
        return _from_isa(content, start, separator, tolerances)
    tolerances["NO_ISA"] += 1
    return _from_group_or_transaction(content, start, separator)


def _guess(head: bytes | bytearray) -> str:
    """Say what a file that is no X12 looks like, though its bytes may have been taken as Latin-1 and made UTF-8."""
    arrived = head[:_LONGEST_SIGN].decode("utf-8", "ignore").encode("latin-1", "ignore")
    signs = (
        (b"\x1f\x8b", "it looks gzip-compressed"),
        (b"PK\x03\x04", "it looks like a zip archive"),
        (b"\xff\xfe", "it looks like UTF-16"),
        (b"\xfe\xff", "it looks like UTF-16"),
        (b"I\0S\0", "it looks like UTF-16"),
        (b"G\0S\0", "it looks like UTF-16"),
        (b"S\0T\0", "it looks like UTF-16"),
        (b"\xc9\xe2\xc1", "it looks like EBCDIC"),
        (b"%PDF", "it looks like a PDF"),
        (b"<", "it looks like XML or HTML"),
        (b"{", "it looks like JSON"),
    )
    return next((words for sign, words in signs if arrived.startswith(sign)), "empty" if not head else "unknown format")


def _from_isa(content: bytes | bytearray, start: int, separator: bytes, tolerances: Counter[str]) -> Delimiters:
    """Read the separators behind the sixteenth element separator of an ISA."""
    elements = content[start : start + _LONGEST_ISA].split(separator, 16)
    if len(elements) < 17:
        raise fault("BAD_ISA", "ISA has fewer than 16 elements", start, "ISA")
    place = start + len(separator.join(elements[:16])) + 1
    component, terminator = _component_and_terminator(content, place, separator)
    if not component:
        tolerances["ISA16"] += 1
    if place - start + 2 != _ISA_WIDTH:
        tolerances["ISA_WIDTH"] += 1
    repetition = _repetition(elements[11], elements[12].decode("latin-1"), tolerances)
    found = _different(separator, component or (b":" if separator != b":" else b">"), terminator, repetition)
    if not found:
        raise fault("BAD_ISA", "two separators are the same character", start, "ISA", 16)
    return found


@lru_cache(maxsize=256)
def _different(element: bytes, component: bytes, segment: bytes, repetition: str) -> Delimiters | None:
    """Give the separators where they are different signs; a repetition separator that is another one is none."""
    signs = [sign.decode("latin-1") for sign in (element, component, segment)]
    if len(set(signs)) < len(signs):
        return None
    return Delimiters(signs[0], signs[1], "" if repetition in signs else repetition, signs[2])


def _component_and_terminator(content: bytes | bytearray, place: int, separator: bytes) -> tuple[bytes, bytes]:
    """Give component separator (empty where ISA16 is missing) and terminator, from what stands before the next id."""
    if found := _both_signs(separator).match(content, place, place + 200):
        return found[1], found[2]
    following = rb"(?=[A-Za-z][A-Za-z0-9]{1,2}" + re.escape(separator) + rb")"
    window = content[place : place + 200]
    if found := re.match(_SIGN + rb"[ \t]*([\r\n]+)[ \t\r\n]*" + following, window):
        for component, sign in ((b"", found[1]), (found[1], b"\t")):
            if _ends_next_segment(content, place + found.end(), sign, separator):
                return component, sign
        return found[1], _newline(found[2])
    if found := re.match(_SIGN + following, window):
        return b"", found[1]
    if found := re.match(rb"([\r\n]+)[ \t\r\n]*" + following, window):
        return b"", _newline(found[1])
    if found := re.match(_SIGN + _SIGN, window):
        return found[1], found[2]
    if found := re.match(_SIGN_OR_TAB + rb"(?:" + _SIGN_OR_TAB + rb"|([\r\n]+))[ \t\r\n]*" + following, window):
        return found[1], found[2] or _newline(found[3])
    raise fault("BAD_ISA", "no segment terminator after ISA16", place, "ISA", 16)


@lru_cache(maxsize=256)
def _both_signs(separator: bytes) -> re.Pattern[bytes]:
    """Give the ordinary end of an ISA: both signs, then the id of the next segment."""
    following = rb"(?=[A-Za-z][A-Za-z0-9]{1,2}" + re.escape(separator) + rb")"
    return re.compile(_SIGN + rb"[ \t\r\n]*" + _SIGN + rb"[ \t\r\n]*" + following)


def _ends_next_segment(content: bytes | bytearray, place: int, sign: bytes, separator: bytes) -> bool:
    """Tell whether a sign that stands behind ISA before a line break also ends the next segment: then it is the terminator."""
    following = rb"[\r\n]+[ \t]*[A-Za-z][A-Za-z0-9]{1,2}" + re.escape(separator)
    line_end = re.compile(following).search(content, place, place + 400)
    return line_end is not None and content[: line_end.start()].endswith(sign)


def _newline(run: bytes) -> bytes:
    """Give the line break that ends segments: LF (also for CR LF), or CR alone."""
    return b"\n" if b"\n" in run else b"\r"


def _repetition(value: bytes | bytearray, version: str, tolerances: Counter[str]) -> str:
    """Give ISA11 where it can be a repetition separator; that it is one, the guide tells as well as ISA12."""
    if _ONE_SIGN.fullmatch(value):
        return value.decode("latin-1")
    tolerances["ISA11"] += _has_repetition(version)
    return ""


def _has_repetition(version: str) -> bool:
    """Tell whether a version such as 00501 or 005010X279A1 has repeated elements."""
    stated = version[: len(_FIRST_VERSION_WITH_REPETITION)]
    return stated.isdigit() and stated >= _FIRST_VERSION_WITH_REPETITION


@lru_cache(maxsize=256)
def in_guide(delimiters: Delimiters, interchange_version: str, guide: str) -> Delimiters:
    """Give the separators of a transaction: without one for repetition where neither ISA12 nor its guide has repeated elements."""
    if _has_repetition(interchange_version) or _has_repetition(guide):
        return delimiters
    return delimiters._replace(repetition="")


def _from_group_or_transaction(content: bytes | bytearray, start: int, separator: bytes) -> Delimiters:
    """Read element separator and terminator of a file without ISA; composites are found by their own sign."""
    tag = content[start : start + 2].upper()
    place = start
    for _ in range(8 if tag == b"GS" else 2):
        place = content.find(separator, place + 1, start + 400)
        if place < 0:
            raise fault("NOT_X12", "the first segment has too few elements", start, tag.decode())
    sign = rb"([^" + _WORD + re.escape(separator) + rb"])[ \t\r\n]*|([\r\n]+)[ \t\r\n]*"
    following = rb"(?=[A-Za-z][A-Za-z0-9]{1,2}" + re.escape(separator) + rb")"
    found = re.compile(rb"(?:" + sign + rb")" + following).search(content, place + 1, place + 400)
    if not found:
        raise fault("BAD_ISA", "no segment terminator after the first segment", start, tag.decode())
    element, segment = separator.decode("latin-1"), (found[1] or _newline(found[2])).decode("latin-1")
    component = next(character for character in ":>^" if character not in (element, segment))
    return Delimiters(element, component, "" if "^" in (element, component, segment) else "^", segment)
