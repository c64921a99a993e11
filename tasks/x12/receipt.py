"""What we received is answered: a 999 (005010X231A1) tells of functional groups, a TA1 of an interchange.

Holds: no answer repeats data that stood in the file: IK404 and CTX are left out, for they may hold a patient's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tasks.x12.builder import WriteFault, grammar, refuse, terminated
from tasks.x12.builder_envelope import (
    Envelope,
    close_interchange,
    close_transaction,
    interchange_header,
    open_interchange,
    require_something,
)
from tasks.x12.builder_values import day, exact

RULES = grammar("999.csv")
TA1_RULES = grammar("ta1.csv")
VERSION = "005010X231A1"
NO_NOTE = "000"
_MOST_CODES = 5
_SEGMENTS_IN_ERROR, _GUIDE_SEGMENTS_IN_ERROR = "5", "I5"
_ELEMENTS_IN_ERROR = "8"


@dataclass(frozen=True, slots=True)
class ElementError:
    """One element that breaks a rule: its place, its number in the data dictionary, the code of the rule (IK403)."""

    position: int
    code: str
    component: int | None = None
    repetition: int | None = None
    reference_number: int | None = None


@dataclass(frozen=True, slots=True)
class SegmentError:
    """One segment that breaks a rule: position 1 is ST; the code is IK304, '8' where only elements are wrong."""

    segment_id: str
    position: int
    code: str
    loop_id: str = ""
    elements: tuple[ElementError, ...] = ()


@dataclass(frozen=True, slots=True)
class TransactionReceipt:
    """One transaction set as received: ST01 to ST03, its errors, codes of the whole set (IK502), and whether it is used.

    `is_named` is off where ST01 or ST02 fits no element of AK2: the set is counted and judged, and has no loop of its own.
    """

    kind: str
    control_number: str
    guide: str = ""
    errors: tuple[SegmentError, ...] = ()
    codes: tuple[str, ...] = ()
    is_used: bool = True
    is_named: bool = True

    def verdict(self) -> str:
        """Give IK501: A without errors, E for errors that do not keep us from using it, R."""
        if not self.is_used:
            return "R"
        return "E" if self.errors or self.codes else "A"


@dataclass(frozen=True, slots=True)
class GroupReceipt:
    """One functional group as received: GS01, GS06, GS08, what GE01 says, and codes of the whole group (AK905)."""

    function_code: str
    control_number: int
    guide: str
    transactions: tuple[TransactionReceipt, ...]
    stated_count: int | None = None
    codes: tuple[str, ...] = ()

    def accepted_count(self) -> int:
        """Give AK904: transaction sets that are used."""
        return sum(transaction.is_used for transaction in self.transactions)

    def verdict(self) -> str:
        """Give AK901: R where nothing is used, P where not all is, E where something has errors, A."""
        accepted = self.accepted_count()
        if not accepted:
            return "R"
        if accepted < len(self.transactions):
            return "P"
        has_errors = self.codes or any(transaction.verdict() == "E" for transaction in self.transactions)
        return "E" if has_errors else "A"


@dataclass(frozen=True, slots=True)
class InterchangeReceipt:
    """One interchange as received: ISA13, ISA09, ISA10; A, E or R, and the note that says why (000 for none)."""

    control_number: int
    sent_on: date
    sent_at: str
    code: str = "A"
    note_code: str = NO_NOTE


_ECHOES = {"AK1": "", "AK2": "2000", "IK3": "2100"}
"""Loops of the segments that repeat what stood in the file."""


def can_echo(segment_id: str, place: int, value: str) -> bool:
    """Say whether AK1, AK2 or IK3 can repeat at this place what stood in the file."""
    try:
        RULES[_ECHOES[segment_id], segment_id, ""].check_element(place, exact(value))
    except WriteFault:
        return False
    return True


def is_writable(receipt: GroupReceipt | InterchangeReceipt) -> bool:
    """Say whether an answer can be written, so that one which cannot keeps no other from being sent."""
    try:
        _interchange(receipt) if isinstance(receipt, InterchangeReceipt) else _transaction("0001", receipt)
    except WriteFault:
        return False
    return True


def write_999(envelope: Envelope, groups: Sequence[GroupReceipt]) -> bytes:
    """Give one interchange with one 999 for each group that we received.

    Holds: IK5 and AK9 follow from the errors; what is rejected says why.
    Raises: Fault (WRITE_*), whose claim_id is the group's control number, for the first group that cannot be answered;
    without a group, WRITE_MISSING.
    """
    require_something(groups, "999")
    segments = open_interchange(envelope, RULES, "FA", VERSION)
    for number, group in enumerate(groups, start=1):
        segments += _transaction(f"{number:04d}", group)
    segments += close_interchange(envelope, RULES, len(groups))
    return terminated(segments).encode("ascii")


def write_ta1(envelope: Envelope, receipts: Sequence[InterchangeReceipt]) -> bytes:
    """Give one interchange per answer, without any group.

    Raises: Fault (WRITE_*) for an answer that contradicts itself: accepted with a note, or not accepted without;
    WRITE_MISSING without an answer.
    """
    require_something(receipts, "TA1")
    segments: list[str] = []
    for offset, receipt in enumerate(receipts):
        number = envelope.interchange_control_number + offset
        head = interchange_header(replace(envelope, interchange_control_number=number), asks_answer=False)
        tail = TA1_RULES["", "IEA", ""].write("0", f"{number:09d}")
        segments += [head, _interchange(receipt), tail]
    return terminated(segments).encode("ascii")


def _interchange(receipt: InterchangeReceipt) -> str:
    if (receipt.code == "A") != (receipt.note_code == NO_NOTE):
        refuse("WRITE_USAGE", "TA1", "05", "Interchange Note Code is 000 for what is accepted, and a reason otherwise")
    return TA1_RULES["", "TA1", ""].write(
        f"{receipt.control_number:09d}", day(receipt.sent_on)[2:], exact(receipt.sent_at), exact(receipt.code),
        exact(receipt.note_code),
    )  # fmt: skip


def _transaction(number: str, group: GroupReceipt) -> list[str]:
    try:
        segments = [
            RULES["", "ST", ""].write("999", number, VERSION),
            RULES["", "AK1", ""].write(exact(group.function_code), str(group.control_number), exact(group.guide)),
            *(
                segment
                for transaction in group.transactions
                if transaction.is_named
                for segment in _answer(transaction)
            ),
            _trailer(group),
        ]
    except WriteFault as fault:
        fault.claim_id = str(group.control_number)
        fault.message = f"group {fault.claim_id}: {fault.message}"
        raise
    return [*segments, close_transaction(RULES, len(segments), number)]


def _trailer(group: GroupReceipt) -> str:
    if not group.transactions and not group.codes:
        refuse("WRITE_USAGE", "AK9", "05", "Functional Group Syntax Error Code is required for a group of nothing")
    _check_count("AK9", "09", group.codes)
    received = len(group.transactions)
    included = received if group.stated_count is None else group.stated_count
    counts = str(included), str(received), str(group.accepted_count())
    return RULES["", "AK9", ""].write(group.verdict(), *counts, *map(exact, group.codes))


def _answer(transaction: TransactionReceipt) -> list[str]:
    number, guide = exact(transaction.control_number), exact(transaction.guide)
    errors = sorted(transaction.errors, key=lambda error: error.position)
    return [
        RULES["2000", "AK2", ""].write(exact(transaction.kind), number, guide),
        *(segment for error in errors for segment in _segment(error)),
        RULES["2000", "IK5", ""].write(transaction.verdict(), *map(exact, _reasons(transaction))),
    ]


def _reasons(transaction: TransactionReceipt) -> tuple[str, ...]:
    """Give IK502 to IK506: the codes given, and before them that segments are in error where they are.

    Source: general knowledge of the guide: 5 for the standard's rules, I5 where only the guide's are broken; not checked.
    """
    codes = transaction.codes
    if transaction.errors and not {_SEGMENTS_IN_ERROR, _GUIDE_SEGMENTS_IN_ERROR} & set(codes):
        is_guides = all(code.startswith("I") for error in transaction.errors for code in _rules_of(error))
        codes = (_GUIDE_SEGMENTS_IN_ERROR if is_guides else _SEGMENTS_IN_ERROR, *codes)
    if not (codes or transaction.is_used):
        refuse("WRITE_MISSING", "IK5", "02", "a rejected transaction set needs an error or a code")
    _check_count("IK5", "06", codes)
    return codes


def _rules_of(error: SegmentError) -> list[str]:
    of_segment = [] if error.code == _ELEMENTS_IN_ERROR and error.elements else [error.code]
    return of_segment + [element.code for element in error.elements]


def _check_count(segment: str, place: str, codes: Sequence[str]) -> None:
    if len(codes) > _MOST_CODES:
        refuse("WRITE_REPEAT", segment, place, f"{len(codes)} error codes, at most {_MOST_CODES}")


def _segment(error: SegmentError) -> list[str]:
    if error.code == _ELEMENTS_IN_ERROR and not error.elements:
        refuse("WRITE_MISSING", "IK4", "01-1", "an error of elements names none")
    place = exact(error.segment_id), str(error.position), exact(error.loop_id), exact(error.code)
    return [RULES["2100", "IK3", ""].write(*place), *map(_element, error.elements)]


def _element(error: ElementError) -> str:
    places = error.position, error.component, error.repetition
    place = ":".join("" if number is None else str(number) for number in places).rstrip(":")
    reference = "" if error.reference_number is None else str(error.reference_number)
    return RULES["2110", "IK4", ""].write(place, reference, exact(error.code))
