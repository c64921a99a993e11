"""Which number a visit has: by kind, new or established patient, age, and a level that the record itself supports.

The level is a rule of our own, on the low side, since an export has no note. Problems are the diagnoses outside the Z chapter; a
drug is any prescription; a test is any laboratory or imaging line. Level 4: two problems or more and a drug. Level 3: two problems,
or one with a drug or a test. Else level 2. Level 5 is never given by rule: a coder may raise a level, with the note in hand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from tasks.coding.case import RULES_VERSION, Case, Diagnosis, Line, is_kind
from tasks.coding.dispositions import set_aside
from tasks.coding.findings import FindingRow, finding

YEARS_OF_ACQUAINTANCE = 3
"""Years within which an earlier visit makes a patient an established one. Source: CPT, evaluation and management guidelines."""

_DISTINCT_VISIT = frozenset({"24", "25", "27", "57"})


def code_visits(case: Case, lines: Sequence[Line], diagnoses: Sequence[Diagnosis]) -> list[Line]:
    """Give the lines with every visit's number, or the visit set aside as part of something else.

    Holds: a visit of a dental encounter is dental; a visit made for a procedure is part of it; one that no number fits is unmapped.
    """
    level = visit_level(case, lines, diagnoses)
    return [_code_visit(case, line, lines, level) if line.selector else line for line in lines]


def visit_level(case: Case, lines: Sequence[Line], diagnoses: Sequence[Diagnosis]) -> int:
    """Give level 2, 3 or 4 by the rule at the head of this module."""
    problems = len([one for one in diagnoses if not one.icd10cm_code.startswith("Z")])
    has_drug = any(line.reason == "pharmacy" or is_kind(case, "drug", line) for line in lines)
    has_test = any(is_kind(case, "laboratory", line) or is_kind(case, "imaging", line) for line in lines)
    if problems >= 2 and has_drug:
        return 4
    return 3 if problems >= 2 or (problems == 1 and (has_drug or has_test)) else 2


def is_established(visits: Sequence[tuple[date, str]], on: date) -> bool:
    """Whether one of a patient's visits lies in the three years before a day."""
    try:
        since = on.replace(year=on.year - YEARS_OF_ACQUAINTANCE)
    except ValueError:
        since = on.replace(year=on.year - YEARS_OF_ACQUAINTANCE, day=28)
    return any(since <= day < on for day, _ in visits)


def find_visit_flaws(case: Case, lines: Sequence[Line]) -> Iterator[FindingRow]:
    """Give visits that do not fit each other or the patient's history (checks E13 E19)."""
    visits = [line for line in lines if is_kind(case, "evaluation", line)]
    plain = [line for line in visits if not _DISTINCT_VISIT & set(line.modifiers)]
    if len(plain) > 1:
        yield finding(case, "E13", "modifier_1", plain[1].code, plain[1])
    for line in visits:
        if line.is_from_source and case.is_established and is_kind(case, "new_patient", line):
            yield finding(case, "E19", "procedure_code", line.code, line)


def _code_visit(case: Case, line: Line, lines: Sequence[Line], level: int) -> Line:
    selector = line.selector
    if selector != "preventive" and any(other.reason == "dental" for other in lines):
        return set_aside(line, "dental", "dental-visit")
    if selector == "procedure_visit":
        if any(is_kind(case, "separate_service", other) for other in lines):
            return set_aside(line, "bundled_in_procedure", "visit-for-procedure")
        selector = "office"
    code = _number(case, selector, level)
    if code is None:
        return replace(
            line,
            procedure_code=line.row["procedure_code"],
            reason="unmapped",
            rule_id="unmapped",
            rule_version=RULES_VERSION,
        )
    return replace(line, procedure_code=code, rule_version=case.codebook.edition)


def _number(case: Case, selector: str, level: int) -> str | None:
    """Give the visit's number from the codebook, None where none fits or the age is unknown."""
    statuses = ("any", "established" if case.is_established else "new")
    for visit in case.codebook.visits:
        if visit.selector != selector or visit.patient_status not in statuses or visit.level not in (0, level):
            continue
        if case.age is not None and visit.age_from <= case.age <= visit.age_to and visit.valid_from <= case.on:
            return visit.procedure_code
    return None
