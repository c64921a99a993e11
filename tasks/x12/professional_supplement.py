"""Typed supplements that stand as JSON in one column become segments.

Shape: lists of pairs are arrays of arrays ([["FY", "12"]]); amounts and numbers are JSON numbers or text.
- encounter.supplement: {ambulance, spinal, vision}
- service_line.line_supplement: {ambulance, dme, hospice_employee (true or false), forms}
- ambulance: {weight_lb, reason_code, miles, round_trip_note, stretcher_note, conditions: [{indicator, codes}],
  pick_up: {address1, address2, city, state, zip, country}, drop_off: the same and name}
- spinal: {condition_code, description_1, description_2}; vision: [{category, indicator, codes}]
- dme: {procedure_code, days, rental_amount, purchase_amount, rental_unit_code, certification_type, months,
  cmn_transmission, conditions: [{indicator, codes}]}
- forms: [{list_code, form_id, answers: [{question, yes_no, text, on, percent}]}]
- contract_info, line_contract_info: {type, amount, percent, code, terms_discount, version}
- pricing_info, line_pricing: {methodology, allowed_amount, saving_amount, organization_id, per_diem_amount, group_code,
  group_amount, procedure_qualifier, procedure_code, unit_type, units, reject_reason, compliance, exception}
Source: what they hold is the contract's; the names of the keys are ours, for want of any in the contract.
"""

from collections.abc import Sequence

from tasks.x12.builder import refuse
from tasks.x12.builder_json import Info, inner, inner_list, json_object, keys, number, phrase, word, words
from tasks.x12.builder_values import Row, composite
from tasks.x12.professional_provider import address
from tasks.x12.professional_rows import RULES, Beside, check_beside

_CONDITION = keys("category", "indicator", "codes")
_STOP = keys("address1", "address2", "city", "state", "zip", "country")
_AMBULANCE = keys(
    "weight_lb", "reason_code", "miles", "round_trip_note", "stretcher_note",
    conditions=_CONDITION, pick_up=_STOP, drop_off=keys("name", *_STOP),
)  # fmt: skip
_DME = keys(
    "procedure_code", "days", "rental_amount", "purchase_amount", "rental_unit_code", "certification_type", "months",
    "cmn_transmission", conditions=_CONDITION,
)  # fmt: skip
_FORM = keys("list_code", "form_id", answers=keys("question", "yes_no", "text", "on", "percent"))
SUPPLEMENT = keys(
    ambulance=_AMBULANCE, spinal=keys("condition_code", "description_1", "description_2"), vision=_CONDITION
)
LINE_SUPPLEMENT = keys("hospice_employee", ambulance=_AMBULANCE, dme=_DME, forms=_FORM)
_CONTRACT = keys("type", "amount", "percent", "code", "terms_discount", "version")
_PRICING = keys(
    "methodology", "allowed_amount", "saving_amount", "organization_id", "per_diem_amount", "group_code", "group_amount",
    "procedure_qualifier", "procedure_code", "unit_type", "units", "reject_reason", "compliance", "exception",
)  # fmt: skip
_RENTED = Beside("procedure_code", "SV5", "01-2", "Procedure Code")
_BESIDE = dict.fromkeys(("days", "rental_amount", "purchase_amount", "rental_unit_code"), _RENTED) | {
    "months": Beside("certification_type", "CR3", "01", "Certification Type Code")
}
_PLACE = ("address1", "address2", "city", "state", "zip", "country")


def contract(loop: str, row: Row, column: str) -> list[str]:
    """Give CN1."""
    info = json_object(row, column, _CONTRACT)
    if not info:
        return []
    return [
        RULES[loop, "CN1", ""].write(
            word(info, "type"), number(info, "amount"), number(info, "percent"), word(info, "code"),
            number(info, "terms_discount"), word(info, "version"),
        )
    ]  # fmt: skip


def pricing(loop: str, row: Row, column: str) -> list[str]:
    """Give HCP."""
    info = json_object(row, column, _PRICING)
    if not info:
        return []
    return [
        RULES[loop, "HCP", ""].write(
            word(info, "methodology"), number(info, "allowed_amount"), number(info, "saving_amount"),
            word(info, "organization_id"), number(info, "per_diem_amount"), word(info, "group_code"),
            number(info, "group_amount"), "", word(info, "procedure_qualifier"), word(info, "procedure_code"),
            word(info, "unit_type"), number(info, "units"), word(info, "reject_reason"), word(info, "compliance"),
            word(info, "exception"),
        )
    ]  # fmt: skip


def transport(loop: str, ambulance: Info) -> list[str]:
    """Give CR1, nothing where there is no ambulance."""
    if not ambulance:
        return []
    weight = number(ambulance, "weight_lb")
    return [
        RULES[loop, "CR1", ""].write(
            "LB" if weight else "", weight, "", word(ambulance, "reason_code"), "DH", number(ambulance, "miles"),
            "", "", phrase(ambulance, "round_trip_note"), phrase(ambulance, "stretcher_note"),
        )
    ]  # fmt: skip


def conditions(loop: str, category: str, items: Sequence[Info]) -> list[str]:
    """Give CRC for each item: its own category or the one given, the indicator and the condition codes; nobody else says Y."""
    marks = [(word(item, "category") or category, word(item, "indicator")) for item in items]
    rows = [(*mark, *words(item, "codes")) for mark, item in zip(marks, items, strict=True)]
    return RULES[loop, "CRC", category].write_each(rows)


def spinal(info: Info) -> list[str]:
    """Give CR2, nothing where there is no manipulation."""
    if not info:
        return []
    unused = ("",) * 7
    described = phrase(info, "description_1"), phrase(info, "description_2")
    return [RULES["2300", "CR2", ""].write(*unused, word(info, "condition_code"), "", *described)]


def ambulance_places(pick_up_loop: str, drop_off_loop: str, ambulance: Info) -> list[str]:
    """Give the pick-up and drop-off loops (2310E and F, 2420G and H)."""
    written: list[str] = []
    if place := inner(ambulance, "pick_up"):
        written += [RULES[pick_up_loop, "NM1", ""].write("PW", "2"), *_place(pick_up_loop, place)]
    if place := inner(ambulance, "drop_off"):
        written += [RULES[drop_off_loop, "NM1", ""].write("45", "2", phrase(place, "name"))]
        written += _place(drop_off_loop, place)
    return written


def _place(loop: str, place: Info) -> list[str]:
    return address(loop, {column: word(place, column) for column in _PLACE})


def equipment_service(dme: Info) -> list[str]:
    """Give SV5 where the equipment is rented or bought."""
    check_beside(dme, _BESIDE)
    procedure_code = word(dme, "procedure_code")
    if not procedure_code:
        return []
    return [
        RULES["2400", "SV5", ""].write(
            composite("HC", procedure_code), "DA", number(dme, "days"), number(dme, "rental_amount"),
            number(dme, "purchase_amount"), word(dme, "rental_unit_code"),
        )
    ]  # fmt: skip


def equipment_necessity(dme: Info) -> list[str]:
    """Give PWK with the transmission code of the certificate of medical necessity."""
    rule = RULES["2400", "PWK", "Durable Medical Equipment Certificate of Medical Necessity Indicator"]
    transmission = word(dme, "cmn_transmission")
    return [rule.write("CT", transmission)] if transmission else []


def equipment_certification(dme: Info) -> list[str]:
    """Give CR3."""
    kind = word(dme, "certification_type")
    return [RULES["2400", "CR3", ""].write(kind, "MO", number(dme, "months"))] if kind else []


def forms(items: Sequence[Info]) -> list[str]:
    """Give loops 2440: a form and its answers."""
    written: list[str] = []
    for form in items:
        written.append(RULES["2440", "LQ", ""].write(word(form, "list_code"), word(form, "form_id")))
        answers = inner_list(form, "answers")
        if not answers:
            refuse("WRITE_MISSING", "FRM", "01", "Question Number/Letter is required: a form has no answers")
        written += RULES["2440", "FRM", ""].write_each([_answer(answer) for answer in answers])
    return written


def _answer(answer: Info) -> tuple[str, ...]:
    on = word(answer, "on").replace("-", "")
    return word(answer, "question"), word(answer, "yes_no"), phrase(answer, "text"), on, number(answer, "percent")
