"""What is to be answered for an 835 received: its envelopes as they stand in the bytes, with what our reader found wrong.

The envelope is scanned apart from the reader, so that a file it refuses whole can be answered too. A 999 is about syntax: an
835 that can be read and does not balance is accepted here, and held by the step that judges it.

Holds: a set that we use is A or E, one that we do not use is R; nothing that stood in the file is repeated but its numbers.
What cannot be repeated (it is too short or too long, or holds a character that no answer may) keeps nothing else from being
answered. An interchange that is rejected has its TA1 alone: nothing in it was looked at.
Source: codes of IK304, IK403, IK502, AK905 and TA105 as X12 lists them; which of them answers which fault is our choice.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from schemas.errors import Fault
from tasks.x12.delimiters import delimiters_at
from tasks.x12.envelope import read_x12
from tasks.x12.receipt import (
    NO_NOTE,
    ElementError,
    GroupReceipt,
    InterchangeReceipt,
    SegmentError,
    TransactionReceipt,
    can_echo,
    is_writable,
)
from tasks.x12.remittance_checks import check_all
from tasks.x12.tables import read_tables

ELEMENT_CODES = {
    "MISSING_ELEMENT": "1", "BAD_ADJUSTMENT": "1", "BAD_AMOUNT": "6", "BAD_QUANTITY": "6", "BAD_CODE": "7", "BAD_DATE": "8",
}  # fmt: skip
"""IK403 of a fault of the reader."""
SEGMENT_CODES = {"BAD_SEGMENT": "1", "ORPHAN_SEGMENT": "2"}
"""IK304 of a fault of the reader."""
SET_CODES = {"COUNT_MISMATCH": "4", "REPEATED": "23", "KIND_CONFLICT": "6"}
"""IK502 of a fault of the reader."""
GUIDE = "005010"
"""A 999 answers this edition; earlier ones have the 997, which is not written."""
_MOST_ERRORS = 100
_MOST_DIGITS = 18
_MOST_STATED = 999_999
_IN_ERROR = "5"
_ELEMENTS_IN_ERROR = "8"
_BAD_KIND, _BAD_NUMBER = "6", "7"
"""IK502 of a set whose ST01 or ST02 cannot be repeated; it makes the set E or R, and is not said, for AK2 is not there."""
_BAD_VERSION = "2"
"""AK905 of a group whose GS08 cannot be repeated: AK103 is then the edition with which it begins."""


@dataclass(slots=True)
class _Set:
    start: int
    elements: list[str]
    end: int = 0
    trailer: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Group:
    elements: list[str]
    sets: list[_Set] = field(default_factory=list)
    trailer: list[str] = field(default_factory=list)

    def is_remittance(self) -> bool:
        return _at(self.elements, 1) == "HP" or any(_at(s.elements, 1) == "835" for s in self.sets)


@dataclass(slots=True)
class _Interchange:
    elements: list[str]
    separator: bytes
    terminator: bytes
    groups: list[_Group] = field(default_factory=list)
    trailer: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answer:
    """Receipts of a file: of interchanges that asked for one or are broken, and of each group of 835s that was looked at.

    `left_out` names what is due and has no receipt, since what it must repeat fits no element of an answer.
    """

    interchanges: tuple[InterchangeReceipt, ...]
    groups: tuple[GroupReceipt, ...]
    left_out: tuple[str, ...] = ()


def faults_of(content: bytes) -> list[Fault]:
    """Give every fault that the reader finds in a file, in its order; one alone where its envelope cannot be read."""
    try:
        return list(check_all(read_tables(read_x12(content).transactions, "835"))[1])
    except Fault as fault:
        return [fault]


def answer_of(content: bytes, is_used: bool, faults: Sequence[Fault]) -> Answer:
    """Give what is to be said of the 835s of a file; nothing where no group of them can be seen in it."""
    told: list[InterchangeReceipt] = []
    groups: list[GroupReceipt] = []
    left_out: list[str] = []
    for place, interchange in enumerate(_scan(content), 1):
        if not any(group.is_remittance() for group in interchange.groups):
            continue
        receipt = _interchange_receipt(interchange, is_used)
        if receipt is not None and is_writable(receipt):
            told.append(receipt)
            if receipt.code == "R":
                continue
        elif receipt is not None or _is_answer_due(interchange):
            left_out.append(f"no TA1 of interchange {place}: its ISA09, ISA10 or ISA13 fits no element of one")
        for number, group in enumerate(interchange.groups, 1):
            if not (group.is_remittance() and _at(group.elements, 8).startswith(GUIDE)):
                continue
            answer = _group_receipt(content, group, interchange, is_used, faults)
            if answer is not None and is_writable(answer):
                groups.append(answer)
            else:
                left_out.append(
                    f"no 999 of group {number} in interchange {place}: its GS01 or GS06 fits no element of one"
                )
    return Answer(tuple(told), tuple(groups), tuple(left_out))


def _scan(content: bytes) -> list[_Interchange]:
    """Give the envelopes of a file by its header and trailer segments alone, each interchange with its own separators."""
    found: list[_Interchange] = []
    place = content.find(b"ISA")
    while place >= 0:
        try:
            delimiters = delimiters_at(content, place, Counter())
        except Fault:
            break
        separator, terminator = delimiters.element.encode("latin-1"), delimiters.segment.encode("latin-1")
        interchange = _Interchange([], separator, terminator)
        found.append(interchange)
        place = _scan_interchange(content, place, interchange)
    return found


def _scan_interchange(content: bytes, start: int, interchange: _Interchange) -> int:
    """Fill in an interchange and give the place of the next, -1 where there is none."""
    end, mark = re.escape(interchange.terminator), re.escape(interchange.separator)
    headers = re.compile(
        rb"(?:(?<=" + end + rb")|\A|\s)\s*((ISA|GS|ST|SE|GE|IEA)" + mark + rb"[^" + end + rb"]*)" + end
    )
    for match in headers.finditer(content, start):
        tag, place = match[2].decode(), match.start(1)
        elements = [part.decode("latin-1").strip() for part in match[1].split(interchange.separator)]
        if tag == "ISA" and interchange.elements:
            return place
        _place(interchange, tag, elements, place, match.end())
        if tag == "IEA":
            return content.find(b"ISA", match.end())
    return -1


def _place(interchange: _Interchange, tag: str, elements: list[str], start: int, end: int) -> None:
    if tag == "ISA":
        interchange.elements = elements
    elif tag == "IEA":
        interchange.trailer = elements
    elif tag == "GS":
        interchange.groups.append(_Group(elements))
    elif interchange.groups and tag == "GE":
        interchange.groups[-1].trailer = elements
    elif interchange.groups and tag == "ST":
        interchange.groups[-1].sets.append(_Set(start, elements))
    elif interchange.groups and interchange.groups[-1].sets:
        interchange.groups[-1].sets[-1].trailer = elements
        interchange.groups[-1].sets[-1].end = end


def _at(elements: Sequence[str], place: int) -> str:
    return elements[place] if place < len(elements) else ""


def _number(elements: Sequence[str], place: int) -> int | None:
    text = _at(elements, place)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def _interchange_receipt(interchange: _Interchange, is_used: bool) -> InterchangeReceipt | None:
    """Give the TA1 of an interchange where one is due and can name it."""
    head, note = interchange.elements, _note(interchange)
    number, sent_on = _number(head, 13), _sent_on(_at(head, 9))
    if number is None or sent_on is None or not _is_answer_due(interchange):
        return None
    code = "A" if note == NO_NOTE else "E" if is_used else "R"
    return InterchangeReceipt(number, sent_on, _at(head, 10), code, note)


def _is_answer_due(interchange: _Interchange) -> bool:
    """Say whether its envelope is broken, or it asked (ISA14) for a TA1."""
    return _note(interchange) != NO_NOTE or _at(interchange.elements, 14) == "1"


def _note(interchange: _Interchange) -> str:
    """Give TA105."""
    if not interchange.trailer:
        return "023"
    if _number(interchange.trailer, 2) != _number(interchange.elements, 13):
        return "001"
    return NO_NOTE if _number(interchange.trailer, 1) == len(interchange.groups) else "021"


def _sent_on(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%y%m%d").date()
    except ValueError:
        return None


def _group_receipt(
    content: bytes, group: _Group, around: _Interchange, is_used: bool, faults: Sequence[Fault]
) -> GroupReceipt | None:
    """Give the receipt of a group, None where its number is none."""
    head, codes = group.elements, list[str]()
    number, guide, stated = _number(head, 6), _at(head, 8), _number(group.trailer, 1)
    if number is None:
        return None
    if not group.trailer:
        codes.append("3")
    else:
        codes += ["4"] if _number(group.trailer, 2) != number else []
        codes += ["5"] if stated != len(group.sets) else []
    if not group.sets and not codes:
        codes.append("5")
    if not can_echo("AK1", 3, guide):
        guide = GUIDE
        codes.append(_BAD_VERSION)
    if stated is not None and stated > _MOST_STATED:
        stated = None
    sets = tuple(_set_receipt(content, found, around, is_used, faults) for found in group.sets)
    return GroupReceipt(_at(head, 1), number, guide, sets, stated, tuple(codes))


def _set_receipt(
    content: bytes, found: _Set, around: _Interchange, is_used: bool, faults: Sequence[Fault]
) -> TransactionReceipt:
    """Give the receipt of a set: what its trailer says, and the faults that stand in it.

    Holds: a sound set of a file that is refused whole is R with code 5, since no code says that its file was refused; one
    whose kind or number cannot be repeated is not named, and an ST03 that cannot is left out.
    """
    end, terminator = found.end or len(content), around.terminator
    segments = [s.strip() for s in content[found.start : end].split(terminator)] if faults or found.trailer else []
    count = sum(1 for s in segments if s)
    codes: list[str] = []
    if not found.trailer:
        codes.append("2")
    else:
        codes += ["3"] if _at(found.trailer, 2) != _at(found.elements, 2) else []
        codes += ["4"] if _number(found.trailer, 1) != count else []
    errors: list[SegmentError] = []
    for fault in faults:
        if not found.start <= fault.byte_start < end:
            continue
        position = sum(1 for s in content[found.start : fault.byte_start].split(terminator) if s.strip()) + 1
        errors += _errors(fault, position, segments, around.separator)
        codes += [code] if (code := SET_CODES.get(fault.code)) else []
    errors = _gathered(errors)[:_MOST_ERRORS]
    if not is_used and not errors and not codes:
        codes.append(_IN_ERROR)
    kind, number, guide = (_at(found.elements, place) for place in (1, 2, 3))
    places = ((1, _BAD_KIND), (2, _BAD_NUMBER))
    unnamed = [code for place, code in places if not can_echo("AK2", place, _at(found.elements, place))]
    kept = tuple(dict.fromkeys(codes + unnamed))
    guide = guide if can_echo("AK2", 3, guide) else ""
    return TransactionReceipt(kind, number, guide, tuple(errors), kept, is_used, not unnamed)


def _gathered(errors: Sequence[SegmentError]) -> list[SegmentError]:
    """Give one error for each segment and place: its own code, or 8, with every element that is wrong in it, each once.

    Holds: a segment that breaks two rules of its own has an error for each; a place that no IK3 can name has none.
    """
    at: dict[tuple[str, int], tuple[dict[str, None], dict[ElementError, None]]] = {}
    for error in errors:
        if can_echo("IK3", 1, error.segment_id) and can_echo("IK3", 2, str(error.position)):
            codes, elements = at.setdefault((error.segment_id, error.position), ({}, {}))
            codes[error.code] = None
            elements.update(dict.fromkeys(error.elements))
    found: list[SegmentError] = []
    for (segment_id, position), (codes, elements) in at.items():
        first, *others = [code for code in codes if code != _ELEMENTS_IN_ERROR] or [_ELEMENTS_IN_ERROR]
        found.append(SegmentError(segment_id, position, first, elements=tuple(elements)))
        found += [SegmentError(segment_id, position, code) for code in others]
    return found


def _errors(fault: Fault, position: int, segments: Sequence[bytes], separator: bytes) -> list[SegmentError]:
    """Give the IK3 and IK4 of a fault; none where the fault is of the whole set."""
    if fault.code == "MISSING_SEGMENT":
        return _not_once(segments, separator)
    if not re.fullmatch(r"[A-Z][A-Z0-9]{1,2}", fault.segment) or fault.code in SET_CODES:
        return []
    if fault.code in SEGMENT_CODES:
        return [] if fault.code == "BAD_SEGMENT" else [SegmentError(fault.segment, position, SEGMENT_CODES[fault.code])]
    if fault.code not in ELEMENT_CODES or not re.fullmatch(r"0?[1-9]|[1-9][0-9]", fault.element):
        return []
    filled = [s for s in segments if s]
    parts = filled[position - 1].split(separator) if position <= len(filled) else [b""]
    if parts[0].decode("latin-1").upper() != fault.segment:  # it speaks of a segment that is not there
        return []
    place = int(fault.element)
    is_empty = place >= len(parts) or not parts[place]
    element = ElementError(place, "1" if is_empty else ELEMENT_CODES[fault.code])
    return [SegmentError(fault.segment, position, _ELEMENTS_IN_ERROR, elements=(element,))]


def _not_once(segments: Sequence[bytes], separator: bytes) -> list[SegmentError]:
    """Give the error of BPR and TRN where they do not stand exactly once: missing (3) or too often (5)."""
    errors = []
    filled = [s for s in segments if s]
    for place, tag in ((2, "BPR"), (3, "TRN")):
        at = [number for number, s in enumerate(filled, 1) if s.startswith(tag.encode() + separator)]
        if len(at) != 1:
            errors.append(SegmentError(tag, at[1] if at else place, "5" if at else "3"))
    return errors
