"""Diagnoses become ICD-10-CM codes in the order a claim wants them; and the edits on them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from schemas.codebook import DiagnosisRefinement
from tasks.coding.case import RULES_VERSION, SOURCE_RULE, Case, Diagnosis, Line, is_kind
from tasks.coding.findings import FindingRow, finding

MOST_DIAGNOSES = 12
"""Diagnoses of one claim. Source: 005010X222A1, loop 2300 HI."""

_ADULT_AGE = 18
_CATEGORY_LENGTH = 3
_PATTERN = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_SLOTS = range(1, MOST_DIAGNOSES + 1)


def code_diagnoses(case: Case, lines: Sequence[Line]) -> list[Diagnosis]:
    """Give the claim's diagnoses: mapped, refined, what the visit is for added, what may not lead moved back, none twice.

    Holds: codes that came as ICD-10-CM keep their order and are not changed; at most twelve.
    """
    if case.encounter["dx_version"] != "SCT":
        return _once(_from_source(case))
    mapped = _once([refined for one in _mapped(case) for refined in _refine(case, one, lines)])
    settled = _once([*_visit_reason(case, lines, mapped), *mapped, *_vaccine_reason(case, lines)])
    leading = [one for one in settled if not case.codebook.is_kind("never_first", one.icd10cm_code, case.on)]
    return (leading + [one for one in settled if one not in leading])[:MOST_DIAGNOSES]


def point(case: Case, lines: Sequence[Line], diagnoses: Sequence[Diagnosis]) -> list[Line]:
    """Give the lines with pointers to positions in the claim's diagnoses.

    Holds: a vaccine points at Z23, a preventive visit at its examination code; any other line that was translated points at what its
    source pointed at, and at the first diagnosis where nothing of that is left.
    """
    return [replace(line, pointers=_pointers(case, line, diagnoses)) for line in lines]


def find_diagnosis_flaws(case: Case, diagnoses: Sequence[Diagnosis]) -> Iterator[FindingRow]:
    """Give what is wrong with the diagnoses (checks D01 D02 D04 D05 D06 D07)."""
    if not diagnoses:
        yield finding(case, "D01", "dx_1", case.encounter["dx_1"])
        return
    if case.codebook.is_kind("never_first", diagnoses[0].icd10cm_code, case.on):
        yield finding(case, "D04", "dx_1", diagnoses[0].icd10cm_code)
    for position, one in enumerate(diagnoses, start=1):
        yield from _code_flaws(case, one.icd10cm_code, f"dx_{position}")
        if any(_exclude(case, one.icd10cm_code, other.icd10cm_code) for other in diagnoses):
            yield finding(case, "D07", f"dx_{position}", one.icd10cm_code)


def _exclude(case: Case, code: str, other: str) -> bool:
    """Whether two codes exclude each other; the first of the pair is the one told of."""
    return any(
        code.startswith(rule.code_prefix) and other.startswith(rule.other_prefix) for rule in case.codebook.exclusions
    )


def _code_flaws(case: Case, code: str, column: str) -> Iterator[FindingRow]:
    is_header = len(code) == _CATEGORY_LENGTH and case.codebook.is_kind("needs_more", code, case.on)
    if is_header or not _PATTERN.fullmatch(code):
        yield finding(case, "D02", column, code)
    other_sex = {"M": "female_diagnosis", "F": "male_diagnosis"}.get(case.sex or "")
    if other_sex and case.codebook.is_kind(other_sex, code, case.on):
        yield finding(case, "D06", column, code)
    if case.age is not None and not case.codebook.is_age("ICD10CM", code, case.age):
        yield finding(case, "D05", column, code)


def _from_source(case: Case) -> list[Diagnosis]:
    filled = [(slot, case.encounter[f"dx_{slot}"]) for slot in _SLOTS if case.encounter[f"dx_{slot}"]]
    return [Diagnosis(code, code, "ICD10CM", slot, SOURCE_RULE, RULES_VERSION) for slot, code in filled]


def _mapped(case: Case) -> list[Diagnosis]:
    """Give the crosswalk's code of each slot; what is no diagnosis, or has no code, gives none (check D01 where none is left)."""
    found: list[Diagnosis] = []
    for slot in _SLOTS:
        source = case.encounter[f"dx_{slot}"] or ""
        mapping = case.codebook.diagnosis("SNOMED", source, case.on)
        if mapping and mapping.icd10cm_code:
            codes = filter(None, (mapping.icd10cm_code, mapping.extra_icd10cm_code))
            found += [Diagnosis(code, source, "SNOMED", slot, mapping.rule_id, case.codebook.edition) for code in codes]
    return found


def _refine(case: Case, one: Diagnosis, lines: Sequence[Line]) -> list[Diagnosis]:
    """Give what a diagnosis becomes by the first rule that fits it."""
    for rule in case.codebook.diagnosis_refinements:
        if rule.icd10cm_code == one.icd10cm_code and rule.valid_from <= case.on and _fits(case, rule, lines):
            codes = filter(None, (rule.becomes_code, rule.extra_icd10cm_code))
            return [replace(one, icd10cm_code=code, rule_id=rule.rule_id) for code in codes]
    return [one]


def _fits(case: Case, rule: DiagnosisRefinement, lines: Sequence[Line]) -> bool:
    if rule.condition == "with":
        return any(other.icd10cm_code.startswith(rule.value) for other in _mapped(case))
    if rule.condition == "procedure":
        return any(line.is_billable and line.code == rule.value for line in lines)
    if rule.condition == "sex":
        return case.sex == rule.value
    if case.age is None:
        return False
    return case.age >= int(rule.value) if rule.condition == "age_from" else case.age < int(rule.value)


def _visit_reason(case: Case, lines: Sequence[Line], mapped: Sequence[Diagnosis]) -> list[Diagnosis]:
    """Give the examination code that leads a preventive visit."""
    visit = next((line for line in lines if line.is_billable and line.selector == "preventive"), None)
    if visit is None or case.age is None:
        return []
    present = [one for one in mapped if one.icd10cm_code.startswith("Z00")]
    code = "Z0000" if case.age >= _ADULT_AGE else "Z00129"
    return present[:1] or [_added(code, visit, "preventive-visit")]


def _vaccine_reason(case: Case, lines: Sequence[Line]) -> list[Diagnosis]:
    """Give the vaccination code where a vaccine or its giving is claimed."""
    vaccine = next((line for line in lines if _is_vaccine(case, line)), None)
    return [_added("Z23", vaccine, "vaccination")] if vaccine else []


def _added(code: str, line: Line, rule_id: str) -> Diagnosis:
    return Diagnosis(code, line.row["procedure_code"] or "", line.source_system, 0, rule_id, RULES_VERSION)


def _is_vaccine(case: Case, line: Line) -> bool:
    is_unnumbered = line.is_billable and line.source_system == "CVX"
    return is_unnumbered or is_kind(case, "vaccine", line) or is_kind(case, "vaccine_administration", line)


def _once(diagnoses: Sequence[Diagnosis]) -> list[Diagnosis]:
    """Give each code once, where it comes first."""
    first: dict[str, Diagnosis] = {}
    for one in diagnoses:
        first.setdefault(one.icd10cm_code, one)
    return list(first.values())


def _pointers(case: Case, line: Line, diagnoses: Sequence[Diagnosis]) -> tuple[int, ...]:
    positions = {one.icd10cm_code: position for position, one in enumerate(diagnoses, start=1)}
    if not line.is_billable:
        return ()
    if not line.is_from_source and _is_vaccine(case, line) and "Z23" in positions:
        return (positions["Z23"],)
    if line.selector == "preventive" and diagnoses:
        return (1,)
    wanted = [
        position
        for slot in line.pointers
        for position, one in enumerate(diagnoses, start=1)
        if one.source_position == slot
    ]
    found = tuple(dict.fromkeys(wanted))[:4]
    return found or ((1,) if diagnoses and not line.is_from_source else ())
