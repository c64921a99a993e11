"""What holds the levels of a transaction together: their numbers verify what their codes told, and whose each segment is.

HL03 alone opens a level; HL01 and HL02 decide nothing, they say whether one was lost or changed. A segment that is lost or
broken must not leave what one person was told under another: see docs/x12.md, "Damage".
Source: HL01 counts from 1 in a transaction and HL02 names the level above, in all 60 public files but one (an 837P, see
`LEVEL_NUMBER`); the levels of each guide stand in schemas/x12, as `levels`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tasks.x12.columns import Array
from tasks.x12.index import numbers_of, tag_code
from tasks.x12.records import BAD_AMOUNT, Reading, readings
from tasks.x12.segments import X12File
from tasks.x12.walk import BAD_SEGMENT

_CATEGORY = re.compile(r"[A-Z]+[0-9][0-9A-Z]*")
_MOST_DIGITS = 12
_MOST_CODE_BYTES = 7
_HL, _NM1, _AMT, _CLM, _SBR = (tag_code(tag) for tag in ("HL", "NM1", "AMT", "CLM", "SBR"))
_HOLDERS = (_HL, _CLM, _SBR)
"""Segments that a person's NM1 belongs to: a level, or an other subscriber of a claim."""


def sound_readings(x12: X12File, *kinds: str) -> Iterator[Reading]:
    """Give the tables of these kinds, and note what is wrong with their levels, their segments and their numbers.

    Raises: after the last one, the first Fault in file order that was noted.
    """
    for reading in readings(x12, *kinds):
        reading.refuse_unreadable()
        refuse_misplaced(reading)
        refuse_structure(reading)
        yield reading


def refuse_misplaced(reading: Reading) -> None:
    """Note a Fault for each segment that the guide does not know, and each that stands in no loop it belongs to."""
    notes = reading.tables.notes
    for segment in notes[notes[:, 0] == BAD_SEGMENT, 1].tolist():
        message = "a segment id that the guide does not know: it may be another one, broken"
        reading.refuse_segment("BAD_SEGMENT", message, reading.segment(segment))
    for orphan in reading.orphans:
        reading.refuse_segment(
            "ORPHAN_SEGMENT", "it belongs to nobody: what it belongs to is missing or broken", orphan
        )


def refuse_structure(reading: Reading) -> Counter[str]:
    """Note a Fault for each level out of order and all that stands under no person, or two; give what is tolerated."""
    checked = _Structure(reading)
    checked.refuse_levels()
    checked.refuse_second_names()
    checked.refuse_unnamed()
    checked.refuse_claims_of_nobody()
    checked.refuse_empty_amounts()
    checked.refuse_numbers_for_codes()
    return +checked.tolerances


def refuse_unanswered(reading: Reading) -> None:
    """Note a Fault for each claim and line of a 277 or 277CA of which nothing is said, and each status that is none."""
    rows = reading.tables.rows
    for name in ("claim", "line"):
        has_status = np.bincount(rows["status"].parents[name] + 1, minlength=len(rows[name]) + 1)[1:] > 0
        for segment in rows[name].segments[~has_status].tolist():
            reading.refuse_segment("MISSING_SEGMENT", "nothing is said of it: no STC", reading.segment(segment))
    for status in reading.of("status"):
        if status.values["category_code"] and not _CATEGORY.fullmatch(status.text("category_code")):
            reading.refuse("BAD_CODE", "expected a category of letters and digits, as A7", status, "STC", 1)


@dataclass(slots=True)
class _Structure:
    """Looks at segments by their ids, all of one id at once.

    Shape: `firsts` and `places` are those of `shapes.Scanned`; `levels` are the HL of these transactions, `codes` the place
    of each one's HL03 among the levels of the guide, -1 for another.
    """

    reading: Reading
    tolerances: Counter[str] = field(default_factory=Counter)
    firsts: Array = field(init=False)
    places: Array = field(init=False)
    data: Array = field(init=False)
    stops: Array = field(init=False)
    levels: Array = field(init=False)
    codes: Array = field(init=False)
    known: Mapping[str, Sequence[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Take the signs of all segments, and find the levels."""
        tables = self.reading.tables
        self.firsts = numbers_of(tables.index.scanned.firsts, len(tables.starts) + 1)
        self.places = numbers_of(tables.index.scanned.places, int(self.firsts[-1]))
        self.data = np.frombuffer(tables.index.content, np.uint8)
        self.stops = np.array([transaction.numbers.stop for transaction in tables.transactions], np.int64)
        self.levels = self._of(_HL)
        self.known = tables.layout.hierarchy.get("levels", {})
        told = self._codes(self.levels, 3)
        self.codes = np.full(len(self.levels), -1, np.int64)
        for number, code in enumerate(self.known):
            self.codes[told == _code(code)] = number

    def refuse_levels(self) -> None:
        """Note BAD_LEVEL for each HL that the guide does not name, that does not count, or that does not stand under its HL02.

        Holds: a level stands under the last one before it that may hold it, as the walk has it.
        """
        if not len(self.levels):
            return
        transactions = self.reading.tables.transactions_of(self.levels)
        begins = np.searchsorted(transactions, transactions)
        count = np.arange(len(self.levels)) - begins + 1
        numbers, above = self._numbers(self.levels, 1), self._numbers(self.levels, 2)
        expected = np.full(len(self.levels), -1, np.int64)
        is_root = np.zeros(len(self.levels), np.bool_)
        for number, holders in enumerate(self.known.values()):
            is_so = self.codes == number
            is_root |= is_so & (not holders)
            can_hold = self._are(self.codes, holders)
            last = np.maximum.accumulate(np.where(can_hold, np.arange(len(self.levels)), -1))
            last = np.concatenate([[-1], last[:-1]])
            is_so &= last >= begins
            expected[is_so] = numbers[last[is_so]]
        is_repeated = (numbers < count) & (numbers > 0) & bool(self._says("may_repeat"))
        self.tolerances["LEVEL_NUMBER"] += int(np.count_nonzero(is_repeated))
        is_elsewhere = np.where(
            is_root, (above != 0) & (self._spans(self.levels, 2)[1] > 0), (above != expected) | (above < 0)
        )
        wrong = np.select(
            [self.codes < 0, (numbers != count) & ~is_repeated, is_elsewhere & ~is_repeated],
            [3, 1, 2],
        )
        for place in np.flatnonzero(wrong).tolist():
            element = int(wrong[place])
            self._refuse("BAD_LEVEL", _LEVEL_MESSAGES[element], int(self.levels[place]), element)

    def refuse_second_names(self) -> None:
        """Note ORPHAN_SEGMENT for each second name of a person in one level, or of one other subscriber."""
        if not (groups := self._says("names")):
            return
        holders = np.flatnonzero(np.isin(self.reading.tags, _HOLDERS))
        names = self._of(_NM1)
        codes = self._codes(names, 1)
        for group in groups:
            found = names[np.isin(codes, [_code(code) for code in group])]
            owners = np.searchsorted(holders, found) - 1
            is_second = np.zeros(len(found), np.bool_)
            is_second[1:] = (owners[1:] == owners[:-1]) & (owners[1:] >= 0)
            for segment in found[is_second].tolist():
                self._refuse("ORPHAN_SEGMENT", "a second person in one level: another level is missing", segment, 1)

    def refuse_unnamed(self) -> None:
        """Note a Fault for each level that must have one name, and one alone, and has not."""
        is_named = self._are(self.codes, self._says("named"))
        if not is_named.any():
            return
        ends = [self._of(tag_code(tag)) for tag in self._says("name_ends")]
        holders = np.sort(np.concatenate([self.levels, *ends]))
        names = self._of(_NM1)
        owners = np.searchsorted(holders, names) - 1
        names, owners = names[owners >= 0], owners[owners >= 0]
        counts = np.bincount(owners, minlength=len(holders))
        levels = np.searchsorted(holders, self.levels[is_named])
        for segment in holders[levels[counts[levels] == 0]].tolist():
            self._refuse(
                "MISSING_SEGMENT", "a level without its name (NM1), or with it behind what is told of it", segment
            )
        is_second = np.zeros(len(names), np.bool_)
        is_second[1:] = owners[1:] == owners[:-1]
        for segment in names[is_second & np.isin(owners, levels)].tolist():
            self._refuse("ORPHAN_SEGMENT", "a second name in one level: another level is missing", segment, 1)

    def refuse_claims_of_nobody(self) -> None:
        """Note ORPHAN_SEGMENT for each claim of an 837 that stands under no level of a person."""
        claims = self._of(_CLM)
        owners = np.searchsorted(self.levels, claims) - 1
        begins = self.reading.tables.firsts[self.reading.tables.transactions_of(claims)]
        is_owned = np.zeros(len(claims), np.bool_)
        if len(self.levels):
            is_owned = (owners >= 0) & (self.levels[owners] > begins)
            is_owned &= self._are(self.codes[owners], self._says("people"))
        for segment in claims[~is_owned].tolist():
            self._refuse("ORPHAN_SEGMENT", "a claim that stands under no person's level", segment)

    def refuse_empty_amounts(self) -> None:
        """Note a Fault for each AMT that does not say of what it is the amount, or that says none."""
        amounts = self._of(_AMT)
        sizes = [self._spans(amounts, element)[1] for element in (1, 2)]
        for segment in amounts[(sizes[0] == 0) & (sizes[1] > 0)].tolist():
            self._refuse("MISSING_ELEMENT", "it does not say what amount it is", segment, 1)
        for segment in amounts[sizes[1] == 0].tolist():
            self._refuse("BAD_AMOUNT", BAD_AMOUNT, segment, 2)

    def refuse_numbers_for_codes(self) -> None:
        """Note BAD_CODE for each element that holds no code: a broken HL is an HI of a number, a broken SVD is an SV5."""
        for tag, element in dict(self._says("lettered")).items():
            segments = self._of(tag_code(tag))
            starts, sizes = self._spans(segments, element)
            letters = self.data[starts] | 0x20
            is_letter = (sizes > 0) & (letters >= ord("a")) & (letters <= ord("z"))
            for segment in segments[~is_letter].tolist():
                self._refuse("BAD_CODE", "expected a code that begins with a letter", segment, element)

    def _says(self, word: str) -> Any:
        return self.reading.tables.layout.hierarchy.get(word, ())

    def _are(self, codes: Array, known: Sequence[str]) -> Array:
        """Tell which of the levels have one of these codes."""
        numbers = [number for number, code in enumerate(self.known) if code in known]
        return np.isin(codes, np.array(numbers, np.int64))

    def _refuse(self, code: str, message: str, segment: int, element: int = 0) -> None:
        self.reading.refuse_segment(code, message, self.reading.segment(segment), element)

    def _of(self, tag: int) -> Array:
        """Give the segments with this id in the transactions of the reading."""
        segments = np.flatnonzero(self.reading.tags == tag)
        transactions = self.reading.tables.transactions_of(segments)
        return segments[(transactions >= 0) & (segments < self.stops[transactions])]

    def _spans(self, segments: Array, element: int) -> tuple[Array, Array]:
        """Give where an element begins in each segment, and its bytes; 0 of these where the segment is shorter."""
        firsts = self.firsts[segments] + element
        is_there = firsts < self.firsts[segments + 1]
        firsts = np.where(is_there, firsts, self.firsts[segments + 1] - 1)
        starts = np.where(is_there, self.places[firsts - 1] + 1, 0)
        return starts, np.where(is_there, self.places[firsts] - starts, 0)

    def _numbers(self, segments: Array, element: int) -> Array:
        """Give a number in each segment, -1 where the element is none."""
        starts, sizes = self._spans(segments, element)
        numbers = np.where((sizes > 0) & (sizes <= _MOST_DIGITS), 0, -1)
        for place in range(min(int(sizes.max(initial=0)), _MOST_DIGITS)):
            is_in = (sizes > place) & (numbers >= 0)
            digits = self.data[np.where(is_in, starts + place, 0)].astype(np.int64) - ord("0")
            numbers = np.where(is_in, np.where((digits >= 0) & (digits <= 9), numbers * 10 + digits, -1), numbers)
        return numbers

    def _codes(self, segments: Array, element: int) -> Array:
        """Give a code in each segment as a number (see `_code`), 0 for a long one and none."""
        starts, sizes = self._spans(segments, element)
        codes = np.where((sizes > 0) & (sizes <= _MOST_CODE_BYTES), 1, 0)
        for place in range(min(int(sizes.max(initial=0)), _MOST_CODE_BYTES)):
            is_in = (sizes > place) & (codes > 0)
            codes = np.where(is_in, codes * 256 + self.data[np.where(is_in, starts + place, 0)], codes)
        return codes


_LEVEL_MESSAGES: Sequence[str] = (
    "",
    "the levels are not counted from 1: one is missing or doubled",
    "it does not name the level that it stands under",
    "the guide has no such level",
)


def _code(text: str) -> int:
    return int.from_bytes(b"\1" + text.encode(), "big")
