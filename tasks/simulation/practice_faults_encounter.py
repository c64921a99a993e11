"""Faults of export (S), providers (V), encounters (E), authorization (A), filing (T), prior payers (B), text (X)."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from tasks.simulation.practice_case import INSURED_ADULT, Case, Spoiler, Spot
from tasks.simulation.practice_layout import Row, cents, money
from tasks.simulation.practice_people import Wanted
from tasks.simulation.practice_prior_payer import record_prior_payment
from tasks.simulation.practice_providers import check_digit
from tasks.simulation.practice_registry import fee_cents
from tasks.simulation.practice_visits import Visit, total_up

_MEDICARE = Wanted(payer_class="MEDCR")
_MEDICAID = Wanted(payer_class="MEDCD", min_age=19)
_WITH_SECONDARY = Wanted(payer_class="MEDCR", has_secondary=True)
_SHORT_LIMIT = Wanted(payer_class="commercial", payer_id="UNIT3", min_age=26, max_age=60)
_NEVER = 0.0


def _write_date_american(case: Case) -> Spot:
    year, month, day = case.visit.encounter["date_of_service_from"].split("-")
    return case.spoil_encounter("date_of_service_from", f"{month}/{day}/{year[2:]}")


def _write_dollar_sign(case: Case) -> Spot:
    whole, fraction = case.visit.lines[0]["charge"].split(".")
    return case.spoil_line(0, "charge", f"${int(whole):,}.{fraction}")


def _part_lines(case: Case) -> Spot:
    if case.draw.fraction("lines alone") < 0.5:
        for table in ("encounters", "patients", "coverages", "providers"):
            case.visit.tables[table] = []
        return Spot("service_lines", "encounter_id")
    case.visit.tables["service_lines"] = []
    return case.spoil_encounter("total_charge", "0.00")


def _contradict_itself(case: Case) -> Spot:
    return case.spoil_encounter("dx_1", "R5383")


def _vary_provider(case: Case, key_field: str, changes: Mapping[str, str], field: str) -> Spot:
    """Give the encounter a provider of its own: a second registration of the same one, with changes."""
    key = case.visit.encounter[key_field]
    new_key = f"{key}-{case.visit.encounter_id[-6:]}"
    providers = case.visit.tables["providers"]
    row: Row = {
        **next(found for found in providers if found["provider_key"] == key),
        "provider_key": new_key,
        **changes,
    }
    case.visit.tables["providers"] = [row, *(found for found in providers if found["provider_key"] != key)]
    case.visit.encounter[key_field] = new_key
    return Spot("providers", field)


def _lose_npi(case: Case) -> Spot:
    return _vary_provider(case, "billing_provider_key", {"npi": ""}, "npi")


def _spoil_npi(case: Case) -> Spot:
    nine = f"9999900{case.draw.digits('npi', 2)}"
    wrong = f"199990099{(int(check_digit('199990099')) + 1) % 10}"
    return _vary_provider(
        case, "rendering_provider_key", {"npi": case.draw.choose("bad npi", (nine + check_digit(nine), wrong))}, "npi"
    )


def _render_by_group(case: Case) -> Spot:
    return case.spoil_encounter("rendering_provider_key", case.visit.encounter["billing_provider_key"])


def _lose_taxonomy(case: Case) -> Spot:
    return _vary_provider(case, "billing_provider_key", {"taxonomy": ""}, "taxonomy")


def _spoil_tax_id(case: Case) -> Spot:
    return _vary_provider(case, "billing_provider_key", {"tax_id": case.draw.choose("tax", ("", "99000001"))}, "tax_id")


def _bill_from_box(case: Case) -> Spot:
    field, value = case.draw.choose("billing address", (("address1", "PO BOX 1207"), ("zip9", "02109")))
    return _vary_provider(case, "billing_provider_key", {field: value}, field)


def _empty(field: str) -> Callable[[Case], Spot]:
    """Give a change that empties one field of the encounter."""
    return lambda case: case.spoil_encounter(field, "")


def _serve_tomorrow(case: Case) -> Spot:
    on = (case.night + timedelta(days=case.draw.number("days ahead", 2, 9))).isoformat()
    case.visit.encounter.update({"date_of_service_from": on, "date_of_service_to": on})
    for line in case.visit.lines:
        line.update({"date_from": on, "date_to": on})
    return Spot("encounters", "date_of_service_from")


def _end_before_start(case: Case) -> Spot:
    return case.spoil_encounter("date_of_service_to", case.day(-2))


def _name_the_place(case: Case) -> Spot:
    return case.spoil_encounter("place_of_service", case.draw.choose("bad place", ("", "OFFICE", "98")))


def _lose_telehealth_modifier(case: Case) -> Spot:
    return case.spoil_line(0, "modifier_1", "")


def _half_tell_accident(case: Case) -> Spot:
    if case.draw.fraction("car") < 0.5:
        case.visit.encounter.update({"accident_auto": "true", "accident_date": case.day(-1)})
        return case.spoil_encounter("accident_state", "")
    case.visit.encounter["accident_other"] = "true"
    return case.spoil_encounter("accident_date", "")


def _begin_after_visit(case: Case) -> Spot:
    return case.spoil_encounter("onset_date", case.day(3))


def _miscount_total(case: Case) -> Spot:
    off = case.draw.choose("off by", (1, -1, 1500, -900))
    return case.spoil_encounter("total_charge", money(cents(case.visit.encounter["total_charge"]) + off))


def _export_again(case: Case, encounter_id: str) -> Visit:
    """Append the visit's own rows once more under another encounter id, and give that second visit."""
    again = case.visit.copy()
    again.encounter_id = encounter_id
    for table in ("encounters", "coverages", "service_lines"):
        for row in again.tables[table]:
            row["encounter_id"] = encounter_id
        case.visit.tables[table] += again.tables[table]
    return again


def _second_id(case: Case) -> str:
    """Give an encounter id that no ordinary encounter has: its own, with 9 in front of the number."""
    stem, number = case.visit.encounter_id.rsplit("-", 1)
    return f"{stem}-9{number}"


def _bill_twice(case: Case) -> Spot:
    again = _export_again(case, _second_id(case))
    return Spot("encounters", "encounter_id", again.encounter_id)


def _visit_twice(case: Case) -> Spot:
    again = _export_again(case, _second_id(case))
    other = "99212" if again.lines[0]["procedure_code"] != "99212" else "99213"
    on = date.fromisoformat(again.lines[0]["date_from"])
    again.lines[0].update({"procedure_code": other, "charge": money(fee_cents(other, on))})
    total_up(again)
    return Spot("service_lines", "procedure_code", again.encounter_id)


def _spoil_control_number(case: Case) -> Spot:
    number = case.visit.encounter_id[-6:]
    bad = (f"HFM 2026 {number}", f"HARBORFAMILYMEDICINE{number}")
    return case.spoil_encounter("patient_control_number", case.draw.choose("bad number", bad))


def _overpay(case: Case) -> Spot:
    more = money(cents(case.visit.encounter["total_charge"]) + 5000)
    return case.spoil_encounter("patient_amount_paid", case.draw.choose("paid", (more, "-25.00")))


def _call_institutional(case: Case) -> Spot:
    return case.spoil_encounter("claim_type", "I")


def _replace_nothing(case: Case) -> Spot:
    case.visit.encounter["claim_frequency"] = case.draw.choose("frequency", ("7", "8"))
    return case.spoil_encounter("original_claim_number", "")


def _be_late(_case: Case) -> Spot:
    return Spot("encounters", "date_of_service_from")


def _confuse_numbers(case: Case) -> Spot:
    return case.spoil_encounter("referral_number", case.visit.encounter["prior_auth_number"])


def _forget_prior_lines(case: Case) -> Spot:
    record_prior_payment(case.visit)
    case.visit.tables["cob_lines"] = []
    case.visit.tables["cob_adjustments"] = []
    return Spot("coverages", "prior_paid_amount")


def _unbalance_prior(case: Case) -> Spot:
    record_prior_payment(case.visit)
    adjustment = case.visit.tables["cob_adjustments"][0]
    adjustment["amount"] = money(cents(adjustment["amount"]) + 100)
    return Spot("cob_adjustments", "amount")


def _undate_prior(case: Case) -> Spot:
    record_prior_payment(case.visit)
    for line in case.visit.tables["cob_lines"]:
        line["adjudication_date"] = ""
    return Spot("cob_lines", "adjudication_date")


def _write_delimiter(case: Case) -> Spot:
    if case.draw.fraction("in note") < 0.5:
        case.visit.encounter["claim_note_code"] = "ADD"
        return case.spoil_encounter("claim_note", "SEEN WITH PARENT ~ SEE CHART * PAGE 2")
    return case.spoil_patient("address1", f"{case.draw.number('number', 2, 90)} QUAI DE L\u2019\u00c9TOILE")


def _write_too_long(case: Case) -> Spot:
    city = "VILLAGE OF SALTMARSH UNDER THE OLD LIGHTHOUSE"
    street = "4 THE LONG STREET BEHIND THE FISH MARKET AND THE ROPE WALK, SECOND COURT"
    return case.spoil_patient(*case.draw.choose("too long", (("city", city), ("address1", street))))


ENCOUNTER: Mapping[str, Spoiler] = {
    "S07": Spoiler(_write_date_american),
    "S08": Spoiler(_write_dollar_sign),
    "S09": Spoiler(_part_lines),
    "S10": Spoiler(_contradict_itself, cured_share=_NEVER, is_late=True),
    "V01": Spoiler(_lose_npi),
    "V02": Spoiler(_spoil_npi),
    "V04": Spoiler(_render_by_group),
    "V05": Spoiler(_lose_taxonomy, _MEDICAID),
    "V06": Spoiler(_spoil_tax_id),
    "V07": Spoiler(_bill_from_box),
    "V09": Spoiler(_empty("rendering_provider_key")),
    "V10": Spoiler(_empty("referring_provider_key"), _MEDICARE, ("chest_film",)),
    "V13": Spoiler(_empty("clia_number"), INSURED_ADULT, ("labs",)),
    "V15": Spoiler(
        _empty("service_facility_key"), Wanted(payer_class="commercial", min_age=45, max_age=60), ("colonoscopy",)
    ),
    "E01": Spoiler(_empty("note_signed_at")),
    "E02": Spoiler(_serve_tomorrow),
    "E04": Spoiler(_end_before_start),
    "E05": Spoiler(_name_the_place),
    "E06": Spoiler(_lose_telehealth_modifier, INSURED_ADULT, ("telehealth",)),
    "E07": Spoiler(_empty("admission_date"), _MEDICARE, ("hospital",)),
    "E08": Spoiler(_half_tell_accident),
    "E09": Spoiler(_begin_after_visit),
    "E10": Spoiler(_miscount_total),
    "E12": Spoiler(_bill_twice, cured_share=_NEVER),
    "E13": Spoiler(_visit_twice, cured_share=_NEVER),
    "E14": Spoiler(_spoil_control_number),
    "E15": Spoiler(_overpay),
    "E16": Spoiler(_empty("benefits_assigned")),
    "E17": Spoiler(_call_institutional),
    "E20": Spoiler(_replace_nothing),
    "T01": Spoiler(_be_late, _SHORT_LIMIT, lag_days=120, cured_share=_NEVER),
    "T02": Spoiler(_be_late, _SHORT_LIMIT, lag_days=80),
    "A01": Spoiler(
        _empty("prior_auth_number"),
        Wanted(payer_class="commercial", min_age=40, max_age=60),
        ("imaging", "imaging", "colonoscopy"),
        cured_share=1.0,
        cured_after=(2, 3),
    ),
    "A06": Spoiler(_confuse_numbers, INSURED_ADULT, ("imaging",)),
    "B01": Spoiler(_forget_prior_lines, _WITH_SECONDARY, lag_days=20),
    "B02": Spoiler(_unbalance_prior, _WITH_SECONDARY, lag_days=20),
    "B03": Spoiler(_undate_prior, _WITH_SECONDARY, lag_days=20),
    "X01": Spoiler(_write_delimiter),
    "X02": Spoiler(_write_too_long),
}
