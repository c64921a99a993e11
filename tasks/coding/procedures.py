"""Charge lines become CPT and HCPCS numbers by crosswalk and refinement; and the edits on the number, its units and its drug."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from schemas.codebook import ProcedureMapping, ProcedureRefinement
from tasks.coding.case import BILLABLE, RULES_VERSION, SOURCE_RULE, Case, Line, Row, is_kind
from tasks.coding.dispositions import set_aside, system_of, units_of
from tasks.coding.findings import FindingRow, finding

HOSPITAL_PLACES = frozenset({"19", "21", "22", "23"})
"""Places of service whose own staff and stock are claimed by the hospital."""

_NUMBER = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_NDC = re.compile(r"[0-9]{11}")
_SNOMED_LENGTH = 6
_SET_ASIDE_CHECKS = {"dental": "L21", "bundled_in_visit": "L20"}
_WHOLE_UNIT_TYPES = frozenset({None, "UN"})


def code_lines(case: Case) -> list[Line]:
    """Give every charge line with its number, or with the selector of its visit, or set aside with a reason.

    Holds: a line that no crosswalk row knows stays billable under its own code, reason `unmapped`, and check L01 holds it.
    """
    lines = [_code_line(case, row) for row in case.lines]
    return _leave_to_hospital(case, _refine(case, lines))


def find_procedure_flaws(case: Case, lines: Sequence[Line]) -> Iterator[FindingRow]:
    """Give what is wrong with each line's number, units and drug (checks L01 L02 L05 L06 L11 L12 L14 L15 L17 L18 L20 L21)."""
    for line in lines:
        if line.is_billable:
            yield from _number_flaws(case, line)
            yield from _drug_flaws(case, line)
        elif line.is_from_source and line.reason in _SET_ASIDE_CHECKS:
            yield finding(case, _SET_ASIDE_CHECKS[line.reason], "procedure_code", line.code, line)


def find_missing_products(case: Case, lines: Sequence[Line]) -> Iterator[FindingRow]:
    """Give vaccines and injections of which only the product or only the giving is charged (check S13, a warning)."""
    vaccines, given = _of_kind(case, lines, "vaccine"), _of_kind(case, lines, "vaccine_administration")
    if bool(vaccines) != bool(given):
        yield finding(case, "S13", "procedure_code", None, (vaccines or given)[0])
    injections = _of_kind(case, lines, "injection")
    if injections and not _of_kind(case, lines, "drug"):
        yield finding(case, "S13", "ndc", None, injections[0])


def _of_kind(case: Case, lines: Sequence[Line], kind: str) -> list[Line]:
    return [line for line in lines if is_kind(case, kind, line)]


def _code_line(case: Case, row: Row) -> Line:
    system = system_of(row)
    pointers = tuple(row[f"dx_pointer_{n}"] for n in range(1, 5) if row[f"dx_pointer_{n}"])
    modifiers = tuple(row[f"modifier_{n}"] for n in range(1, 5) if row[f"modifier_{n}"])
    code = row["procedure_code"] or ""
    line = Line(row, BILLABLE, None, code, modifiers, units_of(row), pointers, system, SOURCE_RULE, RULES_VERSION)
    if system == "HCPCS":
        return _sort_out(case, line)
    mapping = case.codebook.procedure(system, code, row["date_from"] or case.on)
    if mapping is None:
        return replace(line, reason="unmapped", rule_id="unmapped")
    return _apply(case, line, mapping)


def _sort_out(case: Case, line: Line) -> Line:
    """Give a source-coded line as it is; dental, tracking and never separately paid numbers are set aside."""
    if is_kind(case, "dental", line):
        return set_aside(line, "dental")
    if is_kind(case, "bundled", line):
        return set_aside(line, "bundled_in_visit")
    return set_aside(line, "quality_code") if is_kind(case, "quality", line) and line.code.endswith("F") else line


def _apply(case: Case, line: Line, mapping: ProcedureMapping) -> Line:
    edition = case.codebook.edition
    if mapping.disposition != BILLABLE:
        return set_aside(replace(line, procedure_code=None), mapping.reason, mapping.rule_id, edition)
    coded = replace(
        line,
        procedure_code=mapping.procedure_code or None,
        modifiers=tuple(mapping.modifiers.split(":")) if mapping.modifiers else line.modifiers,
        units=line.units * mapping.units,
        selector=mapping.selector,
        rule_id=mapping.rule_id,
        rule_version=edition,
    )
    return coded if line.charge_cents else set_aside(coded, "no_charge")


def _refine(case: Case, lines: Sequence[Line]) -> list[Line]:
    """Give the lines after the rules for numbers that stand beside another, or come a second time."""
    codes = [line.code for line in lines if line.is_billable]
    return [_refine_line(case, line, codes, lines[:position]) for position, line in enumerate(lines)]


def _refine_line(case: Case, line: Line, codes: Sequence[str], earlier: Sequence[Line]) -> Line:
    if line.is_from_source or not line.is_billable:
        return line
    for rule in case.codebook.procedure_refinements:
        if rule.procedure_code != line.code or case.on < rule.valid_from:
            continue
        is_again = any(other.is_billable and other.code == line.code for other in earlier)
        if is_again if rule.with_code == line.code else rule.with_code in codes:
            return _become(case, line, rule)
    return line


def _become(case: Case, line: Line, rule: ProcedureRefinement) -> Line:
    if not rule.becomes_code:
        return set_aside(line, rule.reason, rule.rule_id, case.codebook.edition)
    modifiers = (*line.modifiers, rule.modifier) if rule.modifier else line.modifiers
    return replace(
        line,
        procedure_code=rule.becomes_code,
        modifiers=modifiers,
        rule_id=rule.rule_id,
        rule_version=case.codebook.edition,
    )


def _leave_to_hospital(case: Case, lines: Sequence[Line]) -> list[Line]:
    """Give the lines with what hospital staff gave, in a hospital, set aside: the hospital claims it."""
    if case.place not in HOSPITAL_PLACES:
        return list(lines)
    return [
        set_aside(line, "facility", "hospital-staff")
        if not line.is_from_source and is_kind(case, "facility_staff", line)
        else line
        for line in lines
    ]


def _number_flaws(case: Case, line: Line) -> Iterator[FindingRow]:
    is_other_system = line.code.isdigit() and len(line.code) >= _SNOMED_LENGTH
    if line.reason == "unmapped" or is_other_system:
        yield finding(case, "L01", "procedure_code", line.code, line)
        return
    if not _NUMBER.fullmatch(line.code) or is_kind(case, "retired", line):
        yield finding(case, "L02", "procedure_code", line.code, line)
    if case.age is not None and not case.codebook.is_age("HCPCS", line.code, case.age):
        yield finding(case, "L11", "procedure_code", line.code, line)
    other_sex = {"M": "female_procedure", "F": "male_procedure"}.get(case.sex or "")
    if other_sex and is_kind(case, other_sex, line):
        yield finding(case, "L12", "procedure_code", line.code, line)
    if is_kind(case, "unlisted", line) and not line.row["line_description"]:
        yield finding(case, "L17", "line_description", None, line)
    yield from _unit_flaws(case, line)


def _unit_flaws(case: Case, line: Line) -> Iterator[FindingRow]:
    is_part = line.row["unit_type"] in _WHOLE_UNIT_TYPES and line.units != line.units.to_integral_value()
    if line.units <= 0 or is_part:
        yield finding(case, "L05", "units", str(line.units), line)
    most = case.codebook.most_units(line.code)
    if most is not None and line.units > most:
        yield finding(case, "L06", "units", str(line.units), line)
    if is_kind(case, "anesthesia", line) and line.row["unit_type"] != "MJ":
        yield finding(case, "L18", "unit_type", line.row["unit_type"], line)


def _drug_flaws(case: Case, line: Line) -> Iterator[FindingRow]:
    ndc = line.row["ndc"]
    if ndc and not _NDC.fullmatch(ndc):
        yield finding(case, "L15", "ndc", ndc, line)
    if not ndc and is_kind(case, "drug", line):
        yield finding(case, "L14", "ndc", None, line)
