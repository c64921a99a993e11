"""Typed supplements that stand as JSON in one column become segments.

Shape: lists of pairs are arrays of arrays ([["FY", "12"]]); amounts and numbers are JSON numbers or text.
- encounter.supplement: {ambulance, spinal, vision}; service_line.line_supplement: {ambulance, dme, hospice_employee, forms}
- ambulance: {weight_lb, reason_code, miles, round_trip_note, stretcher_note, conditions: [{indicator, codes}],
  pick_up: {address1, address2, city, state, zip, country}, drop_off: the same and name}
- spinal: {condition_code, description_1, description_2}; vision: [{category, indicator, codes}]
- dme: {procedure_code, days, rental_amount, purchase_amount, rental_unit_code, certification_type, months, cmn_transmission,
  conditions: [{indicator, codes}]}; hospice_employee: true or false
- forms: [{list_code, form_id, answers: [{question, yes_no, text, on, percent}]}]
- contract_info, line_contract_info: {type, amount, percent, code, terms_discount, version}
- pricing_info, line_pricing: {methodology, allowed_amount, saving_amount, organization_id, per_diem_amount, group_code,
  group_amount, procedure_qualifier, procedure_code, unit_type, units, reject_reason, compliance, exception}
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.x12.builder_values import Row, amount, composite, exact, loaded, text
from tasks.x12.professional_provider import address
from tasks.x12.professional_rows import RULES


def contract(loop: str, row: Row, column: str) -> list[str]:
    """Give CN1."""
    info = loaded(row, column)
    if not info:
        return []
    return [
        RULES[loop, "CN1", ""].write(
            exact(info.get("type")), amount(info.get("amount")), amount(info.get("percent")), exact(info.get("code")),
            amount(info.get("terms_discount")), exact(info.get("version")),
        )
    ]  # fmt: skip


def pricing(loop: str, row: Row, column: str) -> list[str]:
    """Give HCP."""
    info = loaded(row, column)
    if not info:
        return []
    procedure = ("procedure_qualifier", "procedure_code", "unit_type")
    return [
        RULES[loop, "HCP", ""].write(
            exact(info.get("methodology")), amount(info.get("allowed_amount")), amount(info.get("saving_amount")),
            exact(info.get("organization_id")), amount(info.get("per_diem_amount")), exact(info.get("group_code")),
            amount(info.get("group_amount")), "", *(exact(info.get(key)) for key in procedure),
            amount(info.get("units")), exact(info.get("reject_reason")), exact(info.get("compliance")),
            exact(info.get("exception")),
        )
    ]  # fmt: skip


def transport(loop: str, ambulance: Mapping[str, Any]) -> list[str]:
    """Give CR1."""
    weight = amount(ambulance.get("weight_lb"))
    return [
        RULES[loop, "CR1", ""].write(
            "LB" if weight else "", weight, "", exact(ambulance.get("reason_code")), "DH",
            amount(ambulance.get("miles")), "", "", text(ambulance.get("round_trip_note")),
            text(ambulance.get("stretcher_note")),
        )
    ]  # fmt: skip


def conditions(loop: str, category: str, items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give CRC for each item: its own category or the one given, the indicator and the condition codes."""
    rows = [(item.get("category", category), exact(item.get("indicator")) or "Y", *item["codes"]) for item in items]
    return RULES[loop, "CRC", category].write_each(rows)


def spinal(info: Mapping[str, Any]) -> list[str]:
    """Give CR2."""
    unused = ("",) * 7
    code, first, second = exact(info.get("condition_code")), text(info.get("description_1")), info.get("description_2")
    return [RULES["2300", "CR2", ""].write(*unused, code, "", first, text(second))]


def ambulance_places(pick_up_loop: str, drop_off_loop: str, ambulance: Mapping[str, Any]) -> list[str]:
    """Give the pick-up and drop-off loops (2310E and F, 2420G and H)."""
    written: list[str] = []
    if place := ambulance.get("pick_up"):
        written += [RULES[pick_up_loop, "NM1", ""].write("PW", "2"), *address(pick_up_loop, place)]
    if place := ambulance.get("drop_off"):
        start = RULES[drop_off_loop, "NM1", ""].write("45", "2", text(place.get("name")))
        written += [start, *address(drop_off_loop, place)]
    return written


def equipment_service(dme: Mapping[str, Any]) -> list[str]:
    """Give SV5 where the equipment is rented or bought."""
    if not dme.get("procedure_code"):
        return []
    return [
        RULES["2400", "SV5", ""].write(
            composite("HC", exact(dme["procedure_code"])), "DA", amount(dme.get("days")),
            amount(dme.get("rental_amount")), amount(dme.get("purchase_amount")), exact(dme.get("rental_unit_code")),
        )
    ]  # fmt: skip


def equipment_necessity(dme: Mapping[str, Any]) -> list[str]:
    """Give PWK with the transmission code of the certificate of medical necessity."""
    rule = RULES["2400", "PWK", "Durable Medical Equipment Certificate of Medical Necessity Indicator"]
    return [rule.write("CT", exact(dme["cmn_transmission"]))] if dme.get("cmn_transmission") else []


def equipment_certification(dme: Mapping[str, Any]) -> list[str]:
    """Give CR3."""
    if not dme.get("certification_type"):
        return []
    return [RULES["2400", "CR3", ""].write(exact(dme["certification_type"]), "MO", amount(dme.get("months")))]


def forms(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give loops 2440: a form and its answers."""
    written: list[str] = []
    for form in items:
        written.append(RULES["2440", "LQ", ""].write(exact(form.get("list_code")), exact(form.get("form_id"))))
        written += RULES["2440", "FRM", ""].write_each([_answer(answer) for answer in form.get("answers", ())])
    return written


def _answer(answer: Mapping[str, Any]) -> tuple[str, ...]:
    on = exact(answer.get("on")).replace("-", "")
    question, said = exact(answer.get("question")), exact(answer.get("yes_no"))
    return question, said, text(answer.get("text")), on, amount(answer.get("percent"))
