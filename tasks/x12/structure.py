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
from functools import cache
from typing import Any

import numpy as np

from tasks.x12 import relations
from tasks.x12.columns import Array
from tasks.x12.index import tag_code
from tasks.x12.records import BAD_AMOUNT, Reading, readings
from tasks.x12.relations import CODE, ELEMENT_TOLD, FIRST_BYTE, NUMBER
from tasks.x12.rulings import fault
from tasks.x12.segments import X12File
from tasks.x12.shapes import NO_TAG
from tasks.x12.walk import BAD_SEGMENT

_CATEGORY = re.compile(r"[A-Z]+[0-9][0-9A-Z]*|RQ")
_HL, _NM1, _AMT, _CLM, _SBR = (tag_code(tag) for tag in ("HL", "NM1", "AMT", "CLM", "SBR"))


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
        message = (
            "a segment id that the guide does not know: it may be another one, broken"  # or part of a name: not told
        )
        reading.faults.append(fault("BAD_SEGMENT", message, reading.segment(segment).byte_start))
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
        has_status = np.bincount(rows["status"].parent(name) + 1, minlength=len(rows[name]) + 1)[1:] > 0
        for segment in rows[name].segments[~has_status].tolist():
            reading.refuse_segment("MISSING_SEGMENT", "nothing is said of it: no STC", reading.segment(segment))
    for status in reading.of("status"):
        if status.values["category_code"] and not _CATEGORY.fullmatch(status.text("category_code")):
            reading.refuse("BAD_CODE", "expected a category of letters and digits, as A7", status, "STC", 1)


@dataclass(slots=True)
class _Structure:
    """Looks at segments by their ids, all of one id at once.

    Shape: `segments` are those of the transactions that have one of the ids asked for, `tags` their ids; `levels` are the places
    of the HL among them, `told` what each HL says, `begins` the place among the HL of the first one of its transaction, `codes`
    that of its HL03 among the levels of the guide, -1 for another.
    """

    reading: Reading
    tolerances: Counter[str] = field(default_factory=Counter)
    segments: Array = field(init=False)
    tags: Array = field(init=False)
    told: Array = field(init=False)
    levels: Array = field(init=False)
    begins: Array = field(init=False)
    codes: Array = field(init=False)
    known: Mapping[str, Sequence[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Find the segments, and take what they say."""
        tables = self.reading.tables
        hierarchy = tables.layout.hierarchy
        self.known = hierarchy.get("levels", {})
        asked = _asked((*hierarchy.get("lettered", ()), *hierarchy.get("name_ends", ())))
        self.segments = np.flatnonzero(asked[self.reading.tags])
        stops = np.array([transaction.numbers.stop for transaction in tables.transactions], np.int64)
        first, after = np.searchsorted(self.segments, tables.firsts), np.searchsorted(self.segments, stops)
        if int((after - first).sum()) < len(self.segments):
            owners = tables.transactions_of(self.segments)
            self.segments = self.segments[(owners >= 0) & (self.segments < stops[owners])]
            first = np.searchsorted(self.segments, tables.firsts)
        self.tags = self.reading.tags[self.segments]
        self.levels = np.flatnonzero(self.tags == _HL)
        begins = np.searchsorted(self.levels, first)
        self.begins = np.repeat(begins, np.diff(begins, append=len(self.levels)))
        self.codes = np.full(len(self.levels), -1, np.int64)
        self.told = self._told(self.levels, 3)
        codes = self.told[:, 2, CODE]
        for number, code in enumerate(self.known):
            self.codes[codes == _code(code)] = number

    def refuse_levels(self) -> None:
        """Note BAD_LEVEL for each HL that the guide does not name, that does not count, or that does not stand under its HL02.

        Holds: a level stands under the last one before it that may hold it, as the walk has it.
        """
        if not len(self.levels):
            return
        places = np.arange(len(self.levels))
        count = places - self.begins + 1
        numbers, above = self.told[:, 0, NUMBER], self.told[:, 1, NUMBER]
        expected = np.full(len(self.levels), -1, np.int64)
        is_root = np.zeros(len(self.levels), np.bool_)
        for number, holders in enumerate(self.known.values()):
            is_so = self.codes == number
            if not holders:
                is_root |= is_so
                continue
            last = np.maximum.accumulate(np.where(self._are(holders), places, -1))
            last[1:], last[0] = last[:-1].copy(), -1
            is_so &= last >= self.begins
            expected[is_so] = numbers[last[is_so]]
        is_repeated = (numbers < count) & (numbers > 0) & bool(self._says("may_repeat"))
        self.tolerances["LEVEL_NUMBER"] += int(np.count_nonzero(is_repeated))
        is_filled = (self.told[:, 1, CODE] != 0) & (above != 0)
        is_elsewhere = np.where(is_root, is_filled, (above != expected) | (above < 0))
        wrong = np.where((numbers != count) & ~is_repeated, 1, np.where(is_elsewhere & ~is_repeated, 2, 0))
        wrong[self.codes < 0] = 3
        for place in np.flatnonzero(wrong).tolist():
            element = int(wrong[place])
            self._refuse("BAD_LEVEL", _LEVEL_MESSAGES[element], int(self.levels[place]), element)

    def refuse_second_names(self) -> None:
        """Note ORPHAN_SEGMENT for each second name of a person in one level, or of one other subscriber.

        Holds: of a payer, a provider or who else is no patient a level may have several, as the guides let it.
        """
        if not (groups := self._says("names")):
            return
        holders = np.flatnonzero(np.isin(self.tags, [_HL, _CLM, _SBR, *map(_tag, self._says("name_ends"))]))
        names = np.flatnonzero(self.tags == _NM1)
        codes = self._told(names, 1)[:, 0, CODE]
        for group in groups:
            found = names[np.isin(codes, [_code(code) for code in group])]
            owners = np.searchsorted(holders, found)
            is_second = (owners[1:] == owners[:-1]) & (owners[1:] > 0)
            for place in found[1:][is_second].tolist():
                self._refuse("ORPHAN_SEGMENT", "a second person in one level: another level is missing", place, 1)

    def refuse_unnamed(self) -> None:
        """Note MISSING_SEGMENT for each level that must have a name, and has none before what is told of it."""
        is_named = self._are(self._says("named"))
        if not is_named.any():
            return
        ends = [np.flatnonzero(self.tags == _tag(tag)) for tag in self._says("name_ends")]
        holders = np.sort(np.concatenate([self.levels, *ends]))
        owners = np.searchsorted(holders, np.flatnonzero(self.tags == _NM1)) - 1
        counts = np.bincount(owners[owners >= 0], minlength=len(holders))
        levels = np.searchsorted(holders, self.levels[is_named])
        for place in holders[levels[counts[levels] == 0]].tolist():
            message = "a level without its name (NM1), or with it behind what is told of it"
            self._refuse("MISSING_SEGMENT", message, place)

    def refuse_claims_of_nobody(self) -> None:
        """Note ORPHAN_SEGMENT for each claim of an 837 that stands under no level of a person."""
        claims = np.flatnonzero(self.tags == _CLM)
        if not len(claims):
            return
        firsts = self.reading.tables.firsts
        begins = firsts[np.searchsorted(firsts, self.segments[claims], side="right") - 1]
        owners = np.searchsorted(self.levels, claims) - 1
        is_owned = np.append(self._are(self._says("people")), False)[owners]  # -1: before every level
        is_owned &= np.append(self.segments[self.levels], -1)[owners] > begins
        for place in claims[~is_owned].tolist():
            self._refuse("ORPHAN_SEGMENT", "a claim that stands under no person's level", place)

    def refuse_empty_amounts(self) -> None:
        """Note a Fault for each AMT that does not say of what it is the amount, or that says none."""
        amounts = np.flatnonzero(self.tags == _AMT)
        if not len(amounts):
            return
        told = self._told(amounts, 2)
        what, amount = told[:, 0, CODE], told[:, 1, CODE]
        for place in amounts[(what == 0) & (amount != 0)].tolist():
            self._refuse("MISSING_ELEMENT", "it does not say what amount it is", place, 1)
        for place in amounts[amount == 0].tolist():
            self._refuse("BAD_AMOUNT", BAD_AMOUNT, place, 2)

    def refuse_numbers_for_codes(self) -> None:
        """Note BAD_CODE for each element that holds no code: a broken HL is an HI of a number, a broken SVD is an SV5."""
        for tag, element in dict(self._says("lettered")).items():
            places = np.flatnonzero(self.tags == _tag(tag))
            if not len(places):
                continue
            letters = self._told(places, element)[:, element - 1, FIRST_BYTE] | 0x20
            for place in places[(letters < ord("a")) | (letters > ord("z"))].tolist():
                self._refuse("BAD_CODE", "expected a code that begins with a letter", place, element)

    def _told(self, places: Array, elements: int) -> Array:
        """Give what the first elements of these segments say, as `relations.NUMBER` and those behind it have it."""
        index, segments = self.reading.tables.index, self.segments[places]
        told = np.zeros(len(places) * elements * ELEMENT_TOLD, np.int64)
        index.fitting(relations).tell_elements(index.data, index.scanned, segments, elements, told)
        return told.reshape(-1, elements, ELEMENT_TOLD)

    def _says(self, word: str) -> Any:
        return self.reading.tables.layout.hierarchy.get(word, ())

    def _are(self, known: Sequence[str]) -> Array:
        """Tell which of the levels have one of these codes."""
        is_known = np.array([code in known for code in self.known] + [False], np.bool_)
        return is_known[self.codes]

    def _refuse(self, code: str, message: str, place: int, element: int = 0) -> None:
        self.reading.refuse_segment(code, message, self.reading.segment(int(self.segments[place])), element)


_LEVEL_MESSAGES: Sequence[str] = (
    "",
    "the levels are not counted from 1: one is missing or doubled",
    "it does not name the level that it stands under",
    "the guide has no such level",
)


def _code(text: str) -> int:
    return int.from_bytes(text.encode(), "big")


@cache
def _tag(tag: str) -> int:
    return tag_code(tag)


@cache
def _asked(tags: tuple[str, ...]) -> Array:
    """Tell of each number of a segment id whether it is asked for."""
    asked = np.zeros(NO_TAG + 1, np.bool_)
    asked[[_HL, _NM1, _AMT, _CLM, _SBR, *map(_tag, tags)]] = True
    return asked
