"""What coding knows: crosswalks, visit numbers, refinements and code lists as plain data, each row dated.

tasks/stores/codebook.py fills it from data/reference and from what a user loaded; tasks/coding reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

_NUMBER_LENGTH = 5


@dataclass(frozen=True, slots=True)
class DiagnosisMapping:
    """One row of the diagnosis crosswalk.

    Holds: `icd10cm_code` is empty where the source code is no diagnosis; valid on valid_from..valid_to, both days included.
    """

    source_system: str
    source_code: str
    icd10cm_code: str
    extra_icd10cm_code: str
    rule_id: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ProcedureMapping:
    """One row of the procedure crosswalk.

    Holds: a billable row has a procedure code or the selector of a visit, a row that is not billable has a reason.
    """

    source_system: str
    source_code: str
    disposition: str
    procedure_code: str
    selector: str
    units: int
    modifiers: str
    reason: str
    rule_id: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class VisitCode:
    """The number of a visit by kind, patient status (new, established, any), age in years and level (0 = no levels)."""

    selector: str
    patient_status: str
    age_from: int
    age_to: int
    level: int
    procedure_code: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class DiagnosisRefinement:
    """A diagnosis becomes another where a condition holds: with (another diagnosis), procedure, sex, age_from, age_under."""

    icd10cm_code: str
    condition: str
    value: str
    becomes_code: str
    extra_icd10cm_code: str
    rule_id: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class ProcedureRefinement:
    """A procedure beside another (or a second time, where both codes are equal) becomes another, or nothing with a reason."""

    procedure_code: str
    with_code: str
    becomes_code: str
    modifier: str
    reason: str
    rule_id: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class CodeRange:
    """A range of codes of one kind since a day, compared by the first letters: N40 to N53 holds N529."""

    kind: str
    code_from: str
    code_to: str
    valid_from: date

    def holds(self, code: str) -> bool:
        """Whether a code lies in the range; a number that ends in a letter is of another set than one that ends in a figure."""
        is_number = len(code) == len(self.code_to) == _NUMBER_LENGTH
        if is_number and code[-1].isdigit() != self.code_to[-1].isdigit():
            return False
        return self.code_from <= code[: len(self.code_from)] and code[: len(self.code_to)] <= self.code_to


@dataclass(frozen=True, slots=True)
class AgeLimit:
    """The ages in whole years, both included, at which the codes of a range are believed."""

    span: CodeRange
    age_from: int
    age_to: int


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """The most units of a line with a code of a range."""

    span: CodeRange
    most_units: int


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Two diagnoses that one claim does not carry together, by their first letters."""

    code_prefix: str
    other_prefix: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class AddOn:
    """A number that may only stand beside one of a range of primary numbers."""

    add_on_code: str
    primaries: CodeRange


@dataclass(frozen=True, slots=True)
class Pair:
    """Two numbers that a payer does not pay together; indicator 1 where a modifier may part them, 0 where none may."""

    column_1_code: str
    column_2_code: str
    modifier_indicator: str
    valid_from: date
    valid_to: date | None


Dated = TypeVar("Dated", DiagnosisMapping, ProcedureMapping, Pair)


@dataclass(frozen=True, slots=True)
class Codebook:
    """All that coding looks up.

    Shape: crosswalks by (source system, source code); age limits by code system (ICD10CM, HCPCS); pairs by (column 1,
    column 2), empty unless a user loaded them.
    Holds: `edition` is the hash of its rows, the version of every rule in it.
    """

    edition: str
    diagnoses: Mapping[tuple[str, str], tuple[DiagnosisMapping, ...]] = field(default_factory=dict)
    procedures: Mapping[tuple[str, str], tuple[ProcedureMapping, ...]] = field(default_factory=dict)
    visits: tuple[VisitCode, ...] = ()
    diagnosis_refinements: tuple[DiagnosisRefinement, ...] = ()
    procedure_refinements: tuple[ProcedureRefinement, ...] = ()
    ranges: Mapping[str, tuple[CodeRange, ...]] = field(default_factory=dict)
    add_ons: Mapping[str, tuple[AddOn, ...]] = field(default_factory=dict)
    age_limits: Mapping[str, tuple[AgeLimit, ...]] = field(default_factory=dict)
    unit_limits: tuple[UnitLimit, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    modifiers: frozenset[str] = frozenset()
    pairs: Mapping[tuple[str, str], tuple[Pair, ...]] = field(default_factory=dict)
    _spans: dict[tuple[str, str], tuple[CodeRange, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def diagnosis(self, source_system: str, source_code: str, on: date) -> DiagnosisMapping | None:
        """Give the crosswalk row of a source diagnosis on a day, None where there is none."""
        return _valid(self.diagnoses.get((source_system, source_code), ()), on)

    def procedure(self, source_system: str, source_code: str, on: date) -> ProcedureMapping | None:
        """Give the crosswalk row of a source charge code on a day, None where there is none."""
        return _valid(self.procedures.get((source_system, source_code), ()), on)

    def pair(self, column_1_code: str, column_2_code: str, on: date) -> Pair | None:
        """Give the pair conflict of two numbers on a day, None where there is none."""
        return _valid(self.pairs.get((column_1_code, column_2_code), ()), on)

    def is_kind(self, kind: str, code: str, on: date) -> bool:
        """Whether a code lies in a range of that kind on a day."""
        spans = self._spans.get((kind, code))
        if spans is None:  # a code is looked for in its ranges once, whatever the number of lines
            spans = self._spans[kind, code] = tuple(span for span in self.ranges.get(kind, ()) if span.holds(code))
        return any(span.valid_from <= on for span in spans)

    def is_age(self, code_system: str, code: str, age: int) -> bool:
        """Whether a code is believed at an age; a code without a limit always is."""
        limits = [limit for limit in self.age_limits.get(code_system, ()) if limit.span.holds(code)]
        return all(limit.age_from <= age <= limit.age_to for limit in limits)

    def most_units(self, code: str) -> int | None:
        """Give the most units of a line with that code, None where no limit is known."""
        return min((limit.most_units for limit in self.unit_limits if limit.span.holds(code)), default=None)


def _valid(rows: tuple[Dated, ...], on: date) -> Dated | None:
    return next((row for row in rows if row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)), None)
