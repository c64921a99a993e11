"""Encounters become the rows of coding.*: every line with what became of it, every cent on the line it came with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schemas.codebook import Codebook
from tasks.coding.case import BILLABLE, NOT_BILLABLE, Case, Diagnosis, Line, Row
from tasks.coding.diagnoses import code_diagnoses, find_diagnosis_flaws, point
from tasks.coding.dispositions import remaining_reason, unclaimed_line, whole_reason
from tasks.coding.findings import FindingRow
from tasks.coding.modifiers import add_modifiers, find_modifier_flaws
from tasks.coding.pairs import find_pair_flaws
from tasks.coding.payer_rules import find_certificate_flaws
from tasks.coding.procedures import code_lines, find_missing_products, find_procedure_flaws
from tasks.coding.visits import code_visits, find_visit_flaws, is_established

Made = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CodedRows:
    """Rows of coding.encounter, coding.diagnosis, coding.line and coding.finding."""

    encounter: list[Made] = field(default_factory=list)
    diagnosis: list[Made] = field(default_factory=list)
    line: list[Made] = field(default_factory=list)
    finding: list[Made] = field(default_factory=list)


def code_encounters(
    encounters: Sequence[Row],
    service_lines: Sequence[Row],
    patients: Sequence[Row],
    history: Mapping[str, Sequence[tuple[date, str]]],
    codebook: Codebook,
    night: date,
) -> CodedRows:
    """Give the coding rows of encounter versions.

    Shape: typed rows of encounters.encounter, .service_line and .patient; `history` has each patient's visits (day, encounter).
    Units: cents. Holds: one coding.encounter row per encounter, one coding.line row per service line of it, and the line's cents
    unchanged; an encounter of which nothing is claimed has no diagnosis and no finding.
    """
    lines: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in sorted(service_lines, key=lambda row: row["line_number"]):
        lines[row["encounter_id"], row["encounter_version"]].append(row)
    known = {row["patient_key"]: row for row in patients}
    coded = CodedRows()
    for encounter in encounters:
        key, patient_key = (encounter["encounter_id"], encounter["encounter_version"]), encounter["patient_key"]
        on = encounter["date_of_service_from"] or night
        was_here = is_established(history.get(patient_key, ()), on)
        case = Case(encounter, lines.get(key, []), known.get(patient_key, {}), was_here, codebook, night)
        _code_encounter(case, coded)
    return coded


def _code_encounter(case: Case, coded: CodedRows) -> None:
    reason = whole_reason(case)
    if reason:
        _keep(case, coded, reason, [unclaimed_line(row, reason) for row in case.lines], [])
        return
    lines, diagnoses = _code(case)
    if not any(line.is_billable for line in lines):
        _keep(case, coded, remaining_reason(lines), lines, [])
        coded.finding.extend(_distinct(find_procedure_flaws(case, lines)))
        return
    _keep(case, coded, None, lines, diagnoses)
    coded.finding.extend(_distinct(_flaws(case, lines, diagnoses)))


def _code(case: Case) -> tuple[list[Line], list[Diagnosis]]:
    """Give the lines and diagnoses of a claim, in the one order in which each step knows what it needs."""
    lines = code_lines(case)
    diagnoses = code_diagnoses(case, lines)
    lines = add_modifiers(case, code_visits(case, lines, diagnoses))
    return point(case, lines, diagnoses), diagnoses


def _flaws(case: Case, lines: Sequence[Line], diagnoses: Sequence[Diagnosis]) -> Iterable[FindingRow]:
    yield from find_diagnosis_flaws(case, diagnoses)
    yield from find_procedure_flaws(case, lines)
    yield from find_missing_products(case, lines)
    yield from find_visit_flaws(case, lines)
    yield from find_modifier_flaws(case, lines)
    yield from find_pair_flaws(case, lines)
    yield from find_certificate_flaws(case, lines)


def _distinct(findings: Iterable[FindingRow]) -> list[FindingRow]:
    """Give one finding per rule, line and column."""
    return list({(row["rule_id"], row["line_number"], row["column_name"]): row for row in findings}.values())


def _keep(
    case: Case, coded: CodedRows, reason: str | None, lines: Sequence[Line], diagnoses: Sequence[Diagnosis]
) -> None:
    own = {"encounter_id": case.encounter["encounter_id"], "encounter_version": case.encounter["encounter_version"]}
    coded.encounter.append(
        {
            **own,
            "disposition": NOT_BILLABLE if reason else BILLABLE,
            "reason": reason,
            "billable_cents": sum(line.charge_cents for line in lines if line.is_billable),
            "unbillable_cents": sum(line.charge_cents for line in lines if not line.is_billable),
            "coded_on": case.night,
        }
    )
    coded.line.extend({**own, **_line_row(line)} for line in lines)
    coded.diagnosis.extend(
        {**own, "position": position, **_diagnosis_row(one)} for position, one in enumerate(diagnoses, start=1)
    )


def _line_row(line: Line) -> Made:
    return {
        "line_number": line.number,
        "disposition": line.disposition,
        "reason": line.reason,
        "procedure_code": line.procedure_code,
        "modifiers": ":".join(line.modifiers),
        "units": line.units,
        "charge_cents": line.charge_cents,
        "diagnosis_pointers": ":".join(str(position) for position in line.pointers),
        "source_code": line.row["procedure_code"] or "",
        "source_system": line.source_system,
        "rule_id": line.rule_id,
        "rule_version": line.rule_version,
    }


def _diagnosis_row(one: Diagnosis) -> Made:
    return {
        "icd10cm_code": one.icd10cm_code,
        "source_code": one.source_code,
        "source_system": one.source_system,
        "rule_id": one.rule_id,
        "rule_version": one.rule_version,
    }
