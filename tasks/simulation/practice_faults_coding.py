"""Faults that coding makes: in diagnoses (D) and service lines (L)."""

from collections.abc import Mapping

from tasks.simulation.practice_case import INSURED_ADULT, Case, Spoiler, Spot
from tasks.simulation.practice_layout import Row
from tasks.simulation.practice_people import Wanted
from tasks.simulation.practice_visits import total_up

_MEDICARE = Wanted(payer_class="MEDCR")
_MEDICAID_ADULT = Wanted(payer_class="MEDCD", min_age=19)
_MIDDLE_AGED = Wanted(payer_class="commercial", min_age=45, max_age=60)
_MAN = Wanted(payer_class="commercial", min_age=26, max_age=60, sex="M")


def _diagnoses(case: Case) -> list[str]:
    return [case.visit.encounter[f"dx_{place}"] for place in range(1, 13) if case.visit.encounter.get(f"dx_{place}")]


def _set_diagnoses(case: Case, codes: list[str]) -> None:
    for place in range(1, 13):
        case.visit.encounter[f"dx_{place}"] = codes[place - 1] if place <= len(codes) else ""


def _lose_diagnoses(case: Case) -> Spot:
    _set_diagnoses(case, [])
    return Spot("encounters", "dx_1")


def _use_header(case: Case) -> Spot:
    return case.spoil_encounter("dx_1", case.draw.choose("header", ("E11", "J45", "M54", "I25", "K21")))


def _write_dotted(case: Case) -> Spot:
    code = _diagnoses(case)[0]
    is_dotted = len(code) > 3 and case.draw.fraction("dotted") < 0.7
    return case.spoil_encounter("dx_1", f"{code[:3]}.{code[3:]}" if is_dotted else code.lower())


def _put_cause_first(case: Case) -> Spot:
    _set_diagnoses(case, ["W19XXXA", *_diagnoses(case)])
    return Spot("encounters", "dx_1")


def _use_childs_code(case: Case) -> Spot:
    return case.spoil_encounter("dx_1", "Z00129")


def _use_womans_code(case: Case) -> Spot:
    return case.spoil_encounter("dx_1", "N946")


def _exclude_each_other(case: Case) -> Spot:
    _set_diagnoses(case, ["E119", "E109"])
    for line in case.visit.lines:
        line.update({"dx_pointer_1": "1", "dx_pointer_2": "2", "dx_pointer_3": "", "dx_pointer_4": ""})
    return Spot("encounters", "dx_2")


def _repeat_diagnosis(case: Case) -> Spot:
    codes = _diagnoses(case)
    _set_diagnoses(case, [*codes, codes[0]])
    return Spot("encounters", f"dx_{len(codes) + 1}")


def _use_snomed(case: Case) -> Spot:
    return case.spoil_line(0, "procedure_code", "185349003")


def _use_deleted(case: Case) -> Spot:
    return case.spoil_line(0, "procedure_code", case.draw.choose("deleted", ("99201", "99241")))


def _spoil_modifier(case: Case) -> Spot:
    if case.draw.fraction("repeat") < 0.5:
        return case.spoil_line(0, "modifier_1", "ZQ")
    case.visit.lines[0]["modifier_1"] = "25"
    return case.spoil_line(0, "modifier_2", "25")


def _lose_therapy_modifier(case: Case) -> Spot:
    for line in case.visit.lines:
        line["modifier_1"] = ""
    return Spot("service_lines", "modifier_1")


def _spoil_units(case: Case) -> Spot:
    return case.spoil_line(0, "units", case.draw.choose("bad units", ("0", "-1", "1.5")))


def _exceed_units(case: Case) -> Spot:
    return case.spoil_line(1, "units", "9")


def _lose_separate_modifier(case: Case) -> Spot:
    return case.spoil_line(0, "modifier_1", "")


def _orphan_add_on(case: Case) -> Spot:
    return case.spoil_line(0, "procedure_code", "90472")


def _lose_charge(case: Case) -> Spot:
    spot = case.spoil_line(0, "charge", "0.00")
    total_up(case.visit)
    return spot


def _mistake_age(case: Case) -> Spot:
    return case.spoil_line(0, "procedure_code", "99393")


def _spoil_pointer(case: Case) -> Spot:
    return case.spoil_line(0, "dx_pointer_1", case.draw.choose("pointer", ("0", "", "11")))


def _drug_line(case: Case) -> int:
    return next(place for place, line in enumerate(case.visit.lines) if line["procedure_code"].startswith("J"))


def _lose_drug_code(case: Case) -> Spot:
    place = _drug_line(case)
    for field in ("drug_qualifier", "ndc_units", "ndc_unit_type"):
        case.visit.lines[place][field] = ""
    return case.spoil_line(place, "ndc", "")


def _spoil_drug_code(case: Case) -> Spot:
    place = _drug_line(case)
    ndc = case.visit.lines[place]["ndc"]
    bad = (ndc[:-1], f"{ndc[:5]}-{ndc[5:9]}-{ndc[9:]}")
    return case.spoil_line(place, "ndc", case.draw.choose("bad ndc", bad))


def _leave_undescribed(case: Case) -> Spot:
    place = _drug_line(case)
    case.visit.lines[place]["procedure_code"] = "J3490"
    return case.spoil_line(place, "line_description", "")


def _add_line(case: Case, procedure_code: str, charge: str) -> Spot:
    last = case.visit.lines[-1]
    line: Row = {
        **{name: last[name] for name in ("encounter_id", "procedure_qualifier", "unit_type", "date_from", "date_to")},
        "line_number": str(len(case.visit.lines) + 1),
        "procedure_code": procedure_code,
        "charge": charge,
        "units": "1",
        "dx_pointer_1": "1",
    }
    case.visit.lines.append(line)
    total_up(case.visit)
    return Spot("service_lines", "procedure_code")


def _charge_bundled(case: Case) -> Spot:
    return _add_line(case, "99000", "15.00")


def _charge_dental(case: Case) -> Spot:
    return _add_line(case, "D0120", "62.00")


CODING: Mapping[str, Spoiler] = {
    "D01": Spoiler(_lose_diagnoses),
    "D02": Spoiler(_use_header),
    "D03": Spoiler(_write_dotted),
    "D04": Spoiler(_put_cause_first),
    "D05": Spoiler(_use_childs_code),
    "D06": Spoiler(_use_womans_code, _MAN),
    "D07": Spoiler(_exclude_each_other),
    "D09": Spoiler(_repeat_diagnosis),
    "L01": Spoiler(_use_snomed),
    "L02": Spoiler(_use_deleted),
    "L03": Spoiler(_spoil_modifier),
    "L04": Spoiler(_lose_therapy_modifier, _MEDICARE, ("therapy",)),
    "L05": Spoiler(_spoil_units),
    "L06": Spoiler(_exceed_units, _MIDDLE_AGED, ("heart",)),
    "L07": Spoiler(_lose_separate_modifier, INSURED_ADULT, ("injection",)),
    "L08": Spoiler(_orphan_add_on, INSURED_ADULT, ("vaccine",)),
    "L09": Spoiler(_lose_charge, INSURED_ADULT, ("labs",)),
    "L11": Spoiler(_mistake_age),
    "L13": Spoiler(_spoil_pointer),
    "L14": Spoiler(_lose_drug_code, _MEDICAID_ADULT, ("injection",)),
    "L15": Spoiler(_spoil_drug_code, INSURED_ADULT, ("injection",)),
    "L17": Spoiler(_leave_undescribed, INSURED_ADULT, ("injection",)),
    "L20": Spoiler(_charge_bundled, INSURED_ADULT, ("labs",)),
    "L21": Spoiler(_charge_dental),
}
