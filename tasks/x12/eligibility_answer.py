"""The 271 as rows of encounters.coverage_answer: one per inquiry of ours that it echoes.

Source: 005010X279A1 as told by public files; the guide text was not at hand. The choice of copay and deductible among
many EB segments is our own rule (docs/x12.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from tasks.x12.segments import Segment, Transaction, X12File, loops
from tasks.x12.values import Reading, text_of

Row = dict[str, object]

_SUBSCRIBER, _DEPENDENT = "22", "23"
_ACTIVE = frozenset({"1", "2", "3", "4", "5"})
_INACTIVE = frozenset({"6", "7", "8"})
_NOT_FOUND = frozenset({"72", "73", "75", "76", "78"})
_HEALTH_BENEFIT = "30"
_REMAINING = "29"


@dataclass(slots=True)
class _Answered:
    """What one trace number was answered with, over its subscriber and dependent levels."""

    trace_number: str
    byte_start: int
    byte_end: int
    refusals: list[str] = field(default_factory=list)
    benefits: list[Segment] = field(default_factory=list)


def read_271(x12: X12File, file_sha256: str, night: date) -> list[Row]:
    """Give one row per trace number (TRN02 where TRN01 is 2) of every 271.

    Holds: a dependent without a trace of its own answers its subscriber's.
    Raises: Fault BAD_AMOUNT, MISSING_ELEMENT.
    """
    reading = Reading()
    rows: list[Row] = []
    for transaction in x12.transactions:
        if transaction.kind == "271":
            rows += [
                _row(transaction, answered, reading, file_sha256, night) for answered in _answers(transaction, reading)
            ]
    reading.raise_first()
    return rows


def _levels(transaction: Transaction) -> Iterator[tuple[Segment, ...]]:
    """Give the subscriber and dependent levels."""
    for level in loops(transaction.segments, {"HL", "SE"}):
        if level and level[0].tag == "HL" and level[0].element(3) in (_SUBSCRIBER, _DEPENDENT):
            yield level


def _answers(transaction: Transaction, reading: Reading) -> list[_Answered]:
    """Gather refusals and benefits by trace number."""
    found: dict[str, _Answered] = {}
    current: list[str] = []
    for level in _levels(transaction):
        echoed = [segment for segment in level if segment.tag == "TRN" and segment.element(1) == "2"]
        for segment in echoed:
            if not segment.element(2):
                reading.refuse("MISSING_ELEMENT", "the trace number is missing", segment, 2)
        traces = list(dict.fromkeys(segment.element(2) for segment in echoed))
        if traces or level[0].element(3) == _SUBSCRIBER:
            current = traces
        for trace in current:
            answered = found.setdefault(trace, _Answered(trace, level[0].byte_start, level[0].byte_end))
            answered.byte_end = level[-1].byte_end
            before_benefits, *_ = loops(level, {"EB"})
            answered.refusals += [segment.element(3) for segment in before_benefits if segment.tag == "AAA"]
            answered.benefits += [segment for segment in level if segment.tag == "EB"]
    return list(found.values())


def _row(transaction: Transaction, answered: _Answered, reading: Reading, file_sha256: str, night: date) -> Row:
    refusals = [code for code in answered.refusals if code]
    return {
        "trace_number": answered.trace_number,
        "file_sha256": file_sha256,
        "byte_start": answered.byte_start,
        "byte_end": answered.byte_end,
        "status": _status(transaction, answered),
        "reject_code": refusals[0] if refusals else None,
        "copay_cents": _benefit_cents(answered.benefits, "B", reading),
        "deductible_cents": _benefit_cents(answered.benefits, "C", reading),
        "authorization_required": _authorization_required(answered.benefits),
        "answered_on": night,
    }


def _status(transaction: Transaction, answered: _Answered) -> str:
    """Give active, inactive, not_found or error: a refusal before the benefits outranks them."""
    if answered.refusals:
        return "not_found" if set(answered.refusals) <= _NOT_FOUND else "error"
    general = [benefit for benefit in answered.benefits if _is_general(transaction, benefit)]
    for benefits in (general, answered.benefits):
        codes = {benefit.element(1) for benefit in benefits}
        if codes & _ACTIVE:
            return "active"
        if codes & _INACTIVE:
            return "inactive"
    return "error"


def _is_general(transaction: Transaction, benefit: Segment) -> bool:
    """Tell whether EB03 is empty or names the health benefit plan as a whole (30)."""
    separator = transaction.delimiters.repetition
    types = benefit.element(3).split(separator) if separator else [benefit.element(3)]
    return not benefit.element(3) or _HEALTH_BENEFIT in types


def _benefit_cents(benefits: list[Segment], code: str, reading: Reading) -> int | None:
    """Give EB07 of the first EB of this code that is in network and no remainder; an individual's before a family's."""
    fitting = [
        benefit
        for benefit in benefits
        if benefit.element(1) == code
        and benefit.element(7)
        and benefit.element(12) != "N"
        and benefit.element(6) != _REMAINING
    ]
    ranked = sorted(fitting, key=lambda benefit: text_of(benefit, 2) not in ("IND", None))
    return reading.cents(ranked[0], 7) if ranked else None


def _authorization_required(benefits: list[Segment]) -> bool | None:
    """Give whether any EB11 says Y; None where none says Y or N."""
    answers = {benefit.element(11) for benefit in benefits} & {"Y", "N"}
    return "Y" in answers if answers else None
