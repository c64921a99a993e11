"""The 271 as rows of encounters.coverage_answer: one per inquiry of ours that it echoes.

Source: schemas/x12/271.toml, which names its own. The choice of copay and deductible among many EB segments is our own
rule (docs/x12.md).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from tasks.x12.records import Reading, Record, Row
from tasks.x12.segments import X12File
from tasks.x12.structure import sound_readings
from tasks.x12.tables import read_tables

_BENEFITS = "1 2 3 4 5 6 7 8 A B C CB D E F G H I J K L M MC N O P Q R S T U V W X Y"
"""EB01. Source: the code list of 005010X279A1 as public parsers have it; the guide text was not at hand."""

_ACTIVE = frozenset({"1", "2", "3", "4", "5"})
_INACTIVE = frozenset({"6", "7", "8"})
_NOT_FOUND = frozenset({"72", "73", "75", "76", "78"})
_HEALTH_BENEFIT = "30"
_REMAINING = "29"
_ECHOED = "2"
_ASKER = ("originator_id", "trace_reference")
_Key = tuple[str, str]
"""TRN02 and TRN03."""


@dataclass(slots=True)
class _Level:
    """A subscriber or dependent: what stands in it, its dependents left out."""

    record: Record
    byte_end: int = 0
    traces: list[Record] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    benefits: list[Record] = field(default_factory=list)

    @property
    def is_answer(self) -> bool:
        """Tell whether anything is said of the person."""
        return bool(self.benefits or self.refusals)

    @property
    def is_dependent(self) -> bool:
        return self.record.table == "dependent"

    @property
    def keys(self) -> list[_Key]:
        """Give the traces of ours or of other askers that stand here."""
        return list(dict.fromkeys((trace.text("trace_number"), trace.text("originator_id")) for trace in self.traces))


@dataclass(slots=True)
class _Answered:
    """What one trace number was answered with, over its subscriber and dependent levels."""

    byte_start: int
    byte_end: int
    refusals: list[str] = field(default_factory=list)
    benefits: list[Record] = field(default_factory=list)


def read_271(x12: X12File, file_sha256: str, night: date) -> list[Row]:
    """Give one row per trace number (TRN02 where TRN01 is 2) of every 271.

    Holds: a dependent without a trace of its own answers its subscriber's; one of whom nothing is said has the refusal of a
    subscriber without a trace, whom the question was about as well; no trace is answered by two persons.
    Raises: Fault BAD_LEVEL, BAD_SEGMENT, ORPHAN_SEGMENT, MISSING_SEGMENT, MISSING_ELEMENT, BAD_CODE, BAD_AMOUNT, BAD_QUANTITY.
    """
    rows: list[Row] = []
    for reading in sound_readings(x12, "271"):
        reading.refuse_rows("inquiry", "no answer has a question (EQ)")
        for (transaction, trace), answered in _answers(reading, list(_levels(reading))).items():
            separator = reading.tables.transactions[transaction].delimiters.repetition
            told = {"trace_number": trace, "file_sha256": file_sha256} | _row(reading, answered, separator)
            rows.append(told | {"answered_on": night})
    return rows


def tolerate_271(x12: X12File) -> Counter[str]:
    """Count the persons of whom something is said without a trace: they are no rows."""
    tolerances: Counter[str] = Counter()
    for tables in read_tables(x12.transactions, "271"):
        levels = list(_levels(Reading(tables, [])))
        tolerances["NO_TRACE"] += sum(level.is_answer and not keys for level, _, keys in _asked(levels))
    return +tolerances


def _levels(reading: Reading) -> Iterator[_Level]:
    """Give the subscriber and dependent levels in the order of the file."""
    names = ("subscriber", "dependent")
    levels = {(name, record.number): _Level(record) for name in names for record in reading.records(name)}
    parts = ((table, record) for table in ("trace", "rejection", "benefit") for record in reading.records(table))
    for table, record in parts:
        at = next(((name, record.parents[name]) for name in reversed(names) if record.parents[name] >= 0), None)
        if at:
            _add(reading, levels[at], table, record)
    for level in sorted(levels.values(), key=lambda level: level.record.segment):
        after = [number for number in reading.segments(level.record, "HL", "SE") if number > level.record.segment]
        last = after[0] - 1 if after else level.record.last_segment
        level.byte_end = reading.segment(last).byte_end
        yield level


def _add(reading: Reading, level: _Level, table: str, record: Record) -> None:
    """Add a trace, a refusal before the benefits, or a benefit to its level."""
    if table == "benefit":
        reading.coded(record, "benefit_code", "EB", 1, _BENEFITS)
        level.benefits.append(record)
    elif table == "rejection" and record.parents["benefit"] < 0:
        level.refusals.append(record.text("reject_code"))
    elif table == "trace" and record.text("type_code") == _ECHOED:
        reading.filled(record, "trace_number", "TRN", 2, "the trace number is missing")
        for other in level.traces:
            is_same_asker = all(other.values[column] == record.values[column] for column in _ASKER)
            if is_same_asker and not _is_same(other, record):
                reading.refuse("ORPHAN_SEGMENT", "a second trace of one asker: another level is missing", record, "TRN")
        level.traces.append(record)


def _is_same(trace: Record, other: Record) -> bool:
    return trace.text("trace_number") == other.text("trace_number")


def _asked(levels: Sequence[_Level]) -> Iterator[tuple[_Level, _Level, list[_Key]]]:
    """Give each level, its subscriber's (its own where it is one), and the traces that it answers.

    Holds: a trace that stands at several persons names none of them, where they have others.
    """
    counts = Counter((level.record.transaction, key) for level in levels for key in level.keys)
    subscriber = levels[0] if levels else None
    for level in levels:
        subscriber = subscriber if level.is_dependent and subscriber else level
        keys = level.keys or (subscriber.keys if level.is_dependent else [])
        alone = [key for key in keys if counts[level.record.transaction, key] == 1]
        yield level, subscriber, alone or keys


def _answers(reading: Reading, levels: list[_Level]) -> dict[tuple[int, str], _Answered]:
    """Gather refusals and benefits by transaction and trace number."""
    found: dict[tuple[int, str], _Answered] = {}
    traced = {level.record.transaction for level in levels if level.traces}
    asked_below = {_place(subscriber) for level, subscriber, _ in _asked(levels) if level.is_dependent and level.traces}
    for level, subscriber, keys in _asked(levels):
        is_odd = level.benefits and not keys and _place(level) not in asked_below
        if is_odd and level.record.transaction in traced:
            reading.refuse("MISSING_SEGMENT", "no TRN*2 tells which question is answered", level.record, "HL")
        told = subscriber if level.traces and not level.is_answer and not subscriber.traces else level
        for trace in dict.fromkeys(number for number, _ in keys):
            place = (level.record.transaction, trace)
            answered = found.setdefault(place, _Answered(told.record.byte_start, level.byte_end))
            if told.is_answer and (answered.refusals or answered.benefits):
                reading.refuse("ORPHAN_SEGMENT", "two persons answer one question", level.record, "HL")
            answered.byte_end = level.byte_end
            answered.refusals += told.refusals
            answered.benefits += level.benefits
    return found


def _place(level: _Level) -> tuple[bool, int]:
    return level.is_dependent, level.record.number


def _row(reading: Reading, answered: _Answered, separator: str) -> Row:
    return {
        "byte_start": answered.byte_start,
        "byte_end": answered.byte_end,
        "status": _status(answered, separator),
        "reject_code": next(filter(None, answered.refusals), None),
        "copay_cents": _benefit_cents(reading, answered.benefits, "B"),
        "deductible_cents": _benefit_cents(reading, answered.benefits, "C"),
        "authorization_required": _authorization_required(answered.benefits),
    }


def _status(answered: _Answered, separator: str) -> str:
    """Give active, inactive, not_found or error: a refusal before the benefits outranks them."""
    if answered.refusals:
        return "not_found" if set(answered.refusals) <= _NOT_FOUND else "error"
    general = [benefit for benefit in answered.benefits if _is_general(benefit.text("service_type_codes"), separator)]
    for benefits in (general, answered.benefits):
        codes = {benefit.text("benefit_code") for benefit in benefits}
        if codes & _ACTIVE:
            return "active"
        if codes & _INACTIVE:
            return "inactive"
    return "error"


def _is_general(service_types: str, separator: str) -> bool:
    """Tell whether EB03 is empty or names the health benefit plan as a whole (30)."""
    return not service_types or _HEALTH_BENEFIT in (service_types.split(separator) if separator else [service_types])


def _benefit_cents(reading: Reading, benefits: list[Record], code: str) -> object:
    """Give EB07 of the first EB of this code that is in network and no remainder; an individual's before a family's."""
    amounts = reading.tables.rows["benefit"].values["benefit_cents"]
    fitting = [
        benefit
        for benefit in benefits
        if benefit.text("benefit_code") == code
        and amounts.sizes[benefit.number]
        and benefit.text("in_network_code") != "N"
        and benefit.text("period_code") != _REMAINING
    ]
    ranked = sorted(fitting, key=lambda benefit: benefit.text("coverage_level_code") not in ("IND", ""))
    return reading.cents(ranked[0], "benefit_cents", "EB", 7) if ranked else None


def _authorization_required(benefits: list[Record]) -> bool | None:
    """Give whether any EB11 says Y; None where none says Y or N."""
    answers = {benefit.text("authorization_code") for benefit in benefits} & {"Y", "N"}
    return "Y" in answers if answers else None
