"""Segments are built from values and checked against a table of elements (schemas/x12) before anything leaves.

Holds: delimiters are `*`, `:`, `^`, `~` and never stand in data; trailing empty elements are trimmed; no newlines.
"""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import groupby
from typing import NoReturn

from schemas.errors import Fault

MONEY = r"[0-9]{1,8}(?:\.[0-9]{1,2})?"
"""An amount. Source: contract, decimal(10,2) and at most 99999999.99; the guide's section is not checked."""

CHARACTER = r"""[A-Z0-9!"&'()+,\-./;?= a-z%@\[\]_{}\\|<>#$]"""
"""X12 basic and extended characters without our delimiters. Source: the sets that pyx12 4.0.0 checks for 00501."""

PAIRED = {
    "NM1": (8,),
    "PER": (3, 5, 7),
    "DMG": (1,),
    "PAT": (5, 7),
    "SV1": (3,),
    "CR1": (1, 5),
    "HCP": (9, 11),
    "HSD": (1,),
    "CAS": (5, 8, 11, 14, 17),
}
"""Of two neighbours that stand only together (a qualifier and its value), the place of the first.

Source: X12 005010 syntax notes P0809, P0304 and so on, as pyx12's maps have them; HSD and CAS from general knowledge.
"""

_Fits = Callable[[str], re.Match[str] | None]
_RATE = re.compile("Percentage|Rate|Results")
"""In the names of numbers that our reader keeps as the text that they are."""
_SIGNED = re.compile("Adjustment|Saving|Test Results")
"""In the names of numbers that may be below zero; any other is a charge, a payment or a count, and payers reject it."""

_NO_LIMIT = 1_000_000
_WIDTH_OF_MONEY = 18
_MOST_KNOWN = 4096


@dataclass
class WriteFault(Fault):
    """A Fault of one claim or inquiry that cannot be written; the others of its batch can."""

    claim_id: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """One element or component of a segment as the table has it."""

    place: str
    name: str
    is_required: bool
    kind: str
    shortest: int
    longest: int
    codes: tuple[str, ...]

    def pattern(self) -> str:
        """Give the regular expression of a filled value."""
        if self.codes:
            return "(?:" + "|".join(map(re.escape, self.codes)) + ")"
        size = f"{{{self.shortest},{self.longest}}}"
        if self.kind == "AN":
            return f"(?! ){CHARACTER}{size}(?<! )"
        if self.kind == "R":
            digits = r"[0-9]{1,12}(?:\.[0-9]{1,3})?" if self._is_quantity() else r"[0-9]+(?:\.[0-9]+)?"
            number = rf"(?=(?:\.?[0-9]){size}(?![0-9.])){digits}"
            sign = "-?" if _SIGNED.search(self.name) else ""
            return sign + (MONEY if self.longest == _WIDTH_OF_MONEY else number)
        return ("[0-9]" if self.kind in ("N0", "DT", "TM") else "[A-Z0-9]") + size

    def _is_quantity(self) -> bool:
        """Say whether our reader takes the number as decimal(15,3)."""
        return self.kind == "R" and self.longest != _WIDTH_OF_MONEY and not _RATE.search(self.name)

    def check(self, segment_id: str, value: str) -> None:
        """Pass a good value.

        Raises: Fault with the rule that the value breaks, without the value.
        """
        if not value and not self.is_required:
            return
        if not re.fullmatch(self.pattern(), value):
            code, rule = self._complaint(value)
            refuse(code, segment_id, self.place, f"{self.name} {rule}")

    def _complaint(self, value: str) -> tuple[str, str]:
        size = f"{self.shortest} to {self.longest}"
        if not value:
            return "WRITE_MISSING", "is required and has no value"
        if re.sub(CHARACTER, "", value) or value != value.strip(" "):
            return "WRITE_CHARACTER", "has a delimiter, a character outside the X12 sets, or a blank at an end"
        if self.codes:
            return "WRITE_CODE", f"is none of {', '.join(self.codes)}"
        if self.kind in ("AN", "ID") and not self.shortest <= len(value) <= self.longest:
            return "WRITE_LENGTH", f"has {len(value)} characters, expected {size}"
        if self.kind == "R" and value.startswith("-") and not _SIGNED.search(self.name):
            return "WRITE_FORMAT", "is below zero"
        digits = ", at most 12 before the point and 3 behind it" if self._is_quantity() else ""
        return "WRITE_FORMAT", f"is not of type {self.kind} with {size} characters{digits}"


@dataclass(frozen=True, slots=True)
class Position:
    """One element position of a segment: nothing, one element, or the components of a composite."""

    parts: tuple[Element, ...] = ()
    is_required: bool = False

    def pattern(self) -> str:
        """Give the regular expression of a filled value, an empty one for a position that is not used."""
        if not self.parts:
            return ""
        first, *rest = ((part.pattern(), part.is_required) for part in self.parts)
        return first[0] + _separated(rest, ":")

    def check(self, segment_id: str, value: str) -> None:
        """Pass a good value.

        Raises: Fault for the first component that breaks its rule.
        """
        if value or self.is_required:
            values = value.split(":") if len(self.parts) > 1 else [value]
            for number, part in enumerate(self.parts):
                part.check(segment_id, values[number] if number < len(values) else "")


@dataclass(frozen=True)
class Segment:
    """One segment of one loop: writes itself from values in element order."""

    segment_id: str
    name: str
    most: int
    positions: tuple[Position, ...]

    def write(self, *values: str) -> str:
        """Give the segment without terminator, trailing empty elements trimmed.

        Raises: Fault (WRITE_*), which names the element and never the value.
        """
        text = f"{self.segment_id}*{'*'.join(values)}".rstrip("*")
        return text if self._fits(text) else self.check(text)

    def check(self, text: str) -> str:
        """Give a text of this segment as it is.

        Raises: Fault (WRITE_*) for the first element that breaks its rule.
        """
        if not self._fits(text):
            self._refuse(text.split("*")[1:])
        return text

    def check_element(self, number: int, value: str) -> str:
        """Give the value of one element as it is, for a segment that is put together elsewhere.

        Raises: Fault (WRITE_*) where it breaks its rule.
        """
        if not self._fits_element[number - 1](value):
            self.positions[number - 1].check(self.segment_id, value)
            if value:
                self._refuse_usage()
        return value

    def recall(self, *values: str) -> str:
        """Give the segment like `write`, from memory where these values were written before.

        Holds: what is remembered passed its rules; a segment that is never twice the same is better written.
        """
        known = self._known.get(values)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[values] = self.write(*values)
        return known

    def write_each(self, rows: Sequence[Sequence[str]]) -> list[str]:
        """Give one segment per row of values.

        Raises: Fault (WRITE_REPEAT) where the guide allows fewer.
        """
        if not rows:
            return []
        if len(rows) > self.most:
            refuse("WRITE_REPEAT", self.segment_id, "", f"{self.name} stands {len(rows)} times, at most {self.most}")
        return [self.recall(*values) for values in rows]

    @cached_property
    def _known(self) -> dict[tuple[str, ...], str]:
        return {}

    @cached_property
    def _fits(self) -> _Fits:
        elements = [(p.pattern(), p.is_required) for p in self.positions]
        pairs = "".join(map(_together, self._pairs))
        return re.compile(self.segment_id + pairs + _separated(elements, r"\*")).fullmatch

    @cached_property
    def _pairs(self) -> list[int]:
        """Give the first places of neighbours that stand only together, where the table does not require both anyway."""
        places = [at for at in PAIRED.get(self.segment_id, ()) if at < len(self.positions)]
        return [at for at in places if not all(position.is_required for position in self.positions[at - 1 : at + 1])]

    @cached_property
    def _fits_element(self) -> tuple[_Fits, ...]:
        return tuple(re.compile(p.pattern()).fullmatch for p in self.positions)

    def _refuse(self, values: Sequence[str]) -> NoReturn:
        for number, position in enumerate(self.positions):
            position.check(self.segment_id, values[number] if number < len(values) else "")
        for at in self._pairs:
            self._check_pair(at, [*values, *("",) * at])
        self._refuse_usage()

    def _check_pair(self, at: int, values: Sequence[str]) -> None:
        first, second = (position.parts[0] for position in self.positions[at - 1 : at + 1])
        if bool(values[at - 1]) != bool(values[at]):
            filled, missing = (first, second) if values[at - 1] else (second, first)
            refuse(
                "WRITE_MISSING", self.segment_id, missing.place, f"{missing.name} is required: {filled.name} is filled"
            )

    def _refuse_usage(self) -> NoReturn:
        refuse("WRITE_USAGE", self.segment_id, "", f"{self.name} fills an element that the guide does not use there")


def refuse(code: str, segment: str, place: str, message: str) -> NoReturn:
    """Raise the Fault of a value that may not be written; whoever knows the claim adds its id."""
    raise WriteFault(code, message, "mend the source row and draft the claim again", segment=segment, element=place)


def terminated(segments: Sequence[str]) -> str:
    """Give the segments as one text, each with its terminator."""
    return "~".join((*segments, "")) if segments else ""


Grammar = Mapping[tuple[str, str, str], Segment]
"""Segments by (loop, segment id, qualifier): a code of the first element, the segment's name, or ''."""


@cache
def grammar(file_name: str) -> Grammar:
    """Give the segments of a table in schemas/x12.

    Shape: one row per element: loop, segment, its name and most repeats, element, its name, usage, usage of the whole
    position (of a composite), type, shortest, longest, codes (blank where a list outside the guide holds).
    Source: 837p.csv is contract/837p_element_feeds.csv (005010X222A1) without its feeds; composite usage from pyx12's
    map of the same guide. 270.csv is from general knowledge of 005010X279A1 and no source checked it.
    """
    rows = csv.DictReader((files("schemas") / "x12" / file_name).read_text(encoding="utf-8").splitlines())
    segments: dict[tuple[str, str, str], Segment] = {}
    keys = ("loop", "segment", "segment_name", "segment_max")
    for (loop, segment_id, name, most), group in groupby(rows, key=lambda row: tuple(row[key] for key in keys)):
        limit = int(most) if most.isdigit() else _NO_LIMIT
        segment = Segment(segment_id, name, limit, _positions(list(group)))
        codes = segment.positions[0].parts[0].codes if segment.positions[0].parts else ()
        for qualifier in ("", name, *codes):
            segments.setdefault((loop, segment_id, qualifier), segment)
    return segments


def _positions(rows: Sequence[Mapping[str, str]]) -> tuple[Position, ...]:
    groups = groupby(rows, key=lambda row: int(row["element"].partition("-")[0]))
    filled = {number: _filled_position(list(group)) for number, group in groups}
    return tuple(filled.get(number, Position()) for number in range(1, max(filled) + 1))


def _filled_position(rows: Sequence[Mapping[str, str]]) -> Position:
    components = {int(row["element"].partition("-")[2] or 1): _element(row) for row in rows}
    unused = Element(rows[0]["element"], "an unused component", False, "ID", 0, 0, ())
    parts = tuple(components.get(number, unused) for number in range(1, max(components) + 1))
    return Position(parts, rows[0]["position_usage"] == "R")


def _element(row: Mapping[str, str]) -> Element:
    limits = int(row["min"]), int(row["max"])
    return Element(
        row["element"], row["element_name"], row["usage"] == "R", row["type"], *limits, tuple(row["codes"].split())
    )


def _together(at: int) -> str:
    """Give the expression, behind a segment's name, that refuses one of two neighbours without the other."""
    before = rf"(?:\*[^*]*){{{at - 1}}}"
    return rf"(?!{before}\*[^*]+(?:\*\*|\Z))(?!{before}\*\*[^*])"


def _separated(values: Sequence[tuple[str, bool]], separator: str) -> str:
    """Give the expression of values, each after its separator, whose empty end is trimmed."""
    text, is_needed = "", False
    for pattern, is_required in reversed(values):
        value = pattern if is_required else f"(?:{pattern}|)"
        is_needed = is_needed or is_required
        text = f"{separator}{value}{text}" if is_needed else f"(?:{separator}{value}{text}|)"
    return text
