"""One encounter on its way through coding: what came in, and its lines and diagnoses as they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from schemas.codebook import Codebook

Row = Mapping[str, Any]

RULES_VERSION = "1"
"""Version of the rules that stand in this folder; rules of the codebook carry its edition."""

BILLABLE = "billable"
NOT_BILLABLE = "not_billable"
SOURCE_RULE = "source"
"""The rule of a code that came as ICD-10-CM, CPT or HCPCS and was taken as it is."""


@dataclass(frozen=True, slots=True)
class Case:
    """An encounter with its charge lines and patient.

    Holds: `lines` are in line order; `is_established` tells an earlier visit within three years.
    """

    encounter: Row
    lines: Sequence[Row]
    patient: Row
    is_established: bool
    codebook: Codebook
    night: date

    @property
    def on(self) -> date:
        """The day of service; the night where the encounter has none."""
        day: date | None = self.encounter["date_of_service_from"]
        return day or self.night

    @property
    def age(self) -> int | None:
        """The patient's age in whole years on that day, None where unknown."""
        born: date | None = self.patient.get("birth_date")
        if born is None:
            return None
        return self.on.year - born.year - ((self.on.month, self.on.day) < (born.month, born.day))

    @property
    def sex(self) -> str | None:
        """M, F, U or None."""
        sex: str | None = self.patient.get("sex")
        return sex

    @property
    def place(self) -> str:
        """The place of service, empty where unknown."""
        return self.encounter["place_of_service"] or ""


@dataclass(frozen=True, slots=True)
class Line:
    """A charge line as coded so far.

    Holds: `selector` is set while a visit has no number yet; `pointers` are source positions until the diagnoses stand.
    """

    row: Row
    disposition: str
    reason: str | None
    procedure_code: str | None
    modifiers: tuple[str, ...]
    units: Decimal
    pointers: tuple[int, ...]
    source_system: str
    rule_id: str
    rule_version: str
    selector: str = ""

    @property
    def number(self) -> int:
        """The line's number in the encounter."""
        number: int = self.row["line_number"]
        return number

    @property
    def code(self) -> str:
        """The procedure code, empty where there is none."""
        return self.procedure_code or ""

    @property
    def charge_cents(self) -> int:
        """The line's cents, 0 where the export has none."""
        return self.row["charge_cents"] or 0

    @property
    def is_billable(self) -> bool:
        """Whether it may go on a claim."""
        return self.disposition == BILLABLE

    @property
    def is_from_source(self) -> bool:
        """Whether its code came as it is: such a line is judged, never changed."""
        return self.source_system == "HCPCS"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis of the claim; `source_position` is the encounter's slot it came from, 0 where a rule added it."""

    icd10cm_code: str
    source_code: str
    source_system: str
    source_position: int
    rule_id: str
    rule_version: str


def is_kind(case: Case, kind: str, line: Line) -> bool:
    """Whether a billable line's code lies in a range of the codebook."""
    return line.is_billable and case.codebook.is_kind(kind, line.code, case.on)
