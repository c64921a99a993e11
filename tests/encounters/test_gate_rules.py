"""Every intake check of the gate as a case: what is changed in a clean drop, and the one place where it must be found."""

import json
from importlib.resources import files

import pytest

from tasks.encounters.contract import TABLES
from tasks.encounters.gate_frames import gate_frames
from tasks.stores.gate import validate_in_sql
from tests.encounters.clean_drop import NIGHT, PAYERS, clean_drop, spoiled, to_frames


def _verdicts(drop):
    frames = gate_frames(to_frames(drop), PAYERS, NIGHT)
    return {
        (verdict.rule_id, verdict.severity, table, verdict.column, verdict.row)
        for table, frame in frames.items()
        if len(frame)
        for verdict in validate_in_sql(frame, table)
    }


def test_a_clean_drop_breaks_nothing():
    assert _verdicts(clean_drop()) == set()


MEDICARE = {"payer_id": "MCARE", "claim_filing_code": "MB", "member_id": "1EG4TE5MK73"}
MEDICAID = {"payer_id": "MCAID", "claim_filing_code": "MC", "member_id": "123456789012"}
COMP = {"payer_id": "WORKC", "claim_filing_code": "WC"}
# fmt: off
# rule, severity, table, row, changes, column where it is found (the changed one where left out)
CASES = [
    ("S04", "reject", "encounters", 0, {"encounter_version": "one"}, ""),
    ("S04", "reject", "encounters", 0, {"accident_auto": "perhaps"}, ""),
    ("S04", "reject", "encounters", 0, {"encounter_status": "closed"}, ""),
    ("S04", "reject", "encounters", 0, {"condition_codes": "W2,W3"}, ""),
    ("S04", "reject", "coverages", 0, {"payer_rank": "X"}, ""),
    ("S04", "reject", "providers", 1, {"entity_type": "person"}, ""),
    ("S04", "reject", "service_lines", 0, {"ambulance_patient_count": "2.5"}, ""),
    ("S04", "reject", "patients", 0, {"weight_lb": "heavy"}, ""),
    ("S05", "hold", "patients", 0, {"address2": "P\ufffdREZ"}, ""),
    ("S06", "hold", "patients", 0, {"zip": "2109"}, ""),
    ("S06", "hold", "patients", 0, {"zip": "21090001"}, ""),
    ("S06", "hold", "service_lines", 0, {"procedure_code": "100"}, ""),
    ("S06", "hold", "coverages", 0, {"member_id": "1.2E+11", **COMP}, "member_id"),
    ("S07", "reject", "encounters", 0, {"admission_date": "03/04/26"}, ""),
    ("S07", "reject", "patients", 0, {"death_date": "2026-02-30"}, ""),
    ("S07", "reject", "coverages", 0, {"coverage_end": "99991231"}, ""),
    ("S07", "reject", "encounters", 0, {"note_signed_at": "yesterday"}, ""),
    ("S08", "fix", "service_lines", 0, {"charge": "$100.00"}, ""),
    ("S08", "fix", "encounters", 0, {"total_charge": "150.000"}, ""),
    ("S08", "reject", "encounters", 0, {"patient_amount_paid": "12.505"}, ""),
    ("S08", "reject", "coverages", 0, {"prior_noncovered_amount": "nil"}, ""),
    ("S10", "reject", "service_lines", 1, {"line_number": "1"}, ""),
    ("P01", "hold", "patients", 0, {"first_name": ""}, ""),
    ("P01", "hold", "patients", 0, {"last_name": "TEST"}, ""),
    ("P01", "hold", "patients", 0, {"first_name": "Baby"}, ""),
    ("P01", "hold", "encounters", 0, {"patient_key": "P-9"}, ""),
    ("P02", "fix", "patients", 0, {"last_name": "ALDERBY335"}, ""),
    ("P02", "fix", "patients", 0, {"last_name": "ALDERBY JR"}, ""),
    ("P02", "fix", "coverages", 0, {"subscriber_first_name": "TOB\u00ccN"}, ""),
    ("P03", "hold", "patients", 0, {"birth_date": ""}, ""),
    ("P03", "hold", "patients", 0, {"birth_date": "1880-02-11"}, ""),
    ("P04", "hold", "patients", 0, {"birth_date": "2026-03-08"}, "encounters:patients.birth_date"),
    ("P05", "hold", "patients", 0, {"death_date": "2026-03-01"}, "encounters:patients.death_date"),
    ("P06", "hold", "patients", 0, {"sex": ""}, ""),
    ("P06", "hold", "patients", 0, {"sex": "X"}, ""),
    ("P07", "hold", "patients", 0, {"address1": ""}, ""),
    ("P07", "hold", "patients", 0, {"city": "H"}, ""),
    ("P07", "hold", "patients", 0, {"zip": "02"}, ""),
    ("P07", "hold", "patients", 0, {"zip": "90210"}, ""),
    ("P07", "hold", "patients", 0, {"state": "ZZ"}, ""),
    ("P08", "fix", "patients", 0, {"state": "Massachusetts"}, ""),
    ("P09", "hold", "encounters", 0, {"claim_note": "SSN 987-65-4320 ON CARD"}, ""),
    ("P09", "hold", "coverages", 0, {"member_id": "987654320", "subscriber_ssn": "987654320", **COMP}, ""),
    ("P10", "warn", "patients", 1, {"birth_date": "1981-05-04"}, "patient_key"),
    ("P11", "hold", "patients", 0, {"birth_date": "2026-02-20"}, "encounters:coverages.relationship"),
    ("C01", "hold", "coverages", 0, {"encounter_id": "E-2", "payer_rank": "S"}, "encounters:responsible_party"),
    ("C02", "hold", "coverages", 0, {"member_id": ""}, ""),
    ("C03", "hold", "coverages", 0, {"member_id": "W12345678"}, ""),
    ("C04", "hold", "coverages", 0, {"coverage_start": "2026-03-07"}, ""),
    ("C04", "hold", "coverages", 0, {"coverage_start": ""}, ""),
    ("C05", "hold", "coverages", 0, {"coverage_end": "2026-03-05"}, ""),
    ("C07", "warn", "coverages", 0, {"eligibility_checked_at": ""}, ""),
    ("C07", "warn", "coverages", 0, {"eligibility_checked_at": "2026-01-05T07:00:00"}, ""),
    ("C08", "hold", "coverages", 0, {"eligibility_status": "inactive"}, ""),
    ("C09", "hold", "coverages", 0, {"payer_id": "NOONE"}, ""),
    ("C11", "hold", "coverages", 0, {"claim_filing_code": "BL"}, ""),
    ("C12", "hold", "coverages", 0, {"relationship": "19", "subscriber_birth_date": ""}, "subscriber_birth_date"),
    ("C12", "hold", "coverages", 0, {"relationship": "99"}, ""),
    ("C13", "hold", "coverages", 0, {"subscriber_birth_date": "1979-05-04"}, ""),
    ("C13", "hold", "coverages", 0, {"subscriber_last_name": "ALDERBEE"}, ""),
    ("C14", "hold", "coverages", 0, {"payer_rank": "S"}, "encounters:coverages.payer_rank"),
    ("C15", "hold", "coverages", 0, {**MEDICARE, "payer_rank": "S"}, "insurance_type_code"),
    ("C16", "hold", "encounters", 0, {"accident_employment": "true", "accident_date": "2026-03-01"}, "accident_employment"),
    ("C17", "hold", "coverages", 0, COMP, "pc_claim_number"),
    ("C20", "warn", "coverages", 0, {"relationship": "19"}, ""),
    ("V01", "hold", "encounters", 0, {"billing_provider_key": ""}, ""),
    ("V01", "hold", "encounters", 0, {"billing_provider_key": "NOBODY"}, ""),
    ("V01", "hold", "providers", 0, {"npi": ""}, ""),
    ("V02", "hold", "providers", 0, {"npi": "1999900108"}, ""),
    ("V02", "hold", "providers", 0, {"npi": "9999900109"}, ""),
    ("V04", "hold", "encounters", 0, {"rendering_provider_key": "GROUP"}, ""),
    ("V04", "fix", "encounters", 0, {"rendering_provider_key": "SOLO", "billing_provider_key": "SOLO"}, "rendering_provider_key"),
    ("V05", "hold", "providers", 0, {"taxonomy": "FAMILY"}, "encounters:providers.taxonomy"),
    ("V06", "hold", "providers", 0, {"tax_id": "99000001"}, ""),
    ("V06", "hold", "providers", 0, {"tax_id_type": "SY"}, ""),
    ("V07", "hold", "providers", 0, {"address1": "P.O. Box 12"}, ""),
    ("V07", "hold", "providers", 0, {"zip9": "02109"}, ""),
    ("V07", "hold", "encounters", 0, {"pay_to_key": "NOBODY"}, ""),
    ("V09", "hold", "encounters", 0, {"rendering_provider_key": ""}, ""),
    ("V09", "hold", "service_lines", 0, {"line_rendering_key": "NOBODY"}, ""),
    ("V10", "hold", "encounters", 0, {"referring_provider_key": "NOBODY"}, ""),
    ("V10", "hold", "service_lines", 0, {"ordering_provider_key": "NOBODY"}, ""),
    ("V12", "hold", "service_lines", 0, {"modifier_1": "GC"}, "encounters:supervising_provider_key"),
    ("V13", "hold", "service_lines", 0, {"procedure_code": "80053"}, "encounters:clia_number"),
    ("V13", "hold", "encounters", 0, {"clia_number": "22D99999"}, ""),
    ("V14", "hold", "service_lines", 0, {"procedure_code": "77067"}, "encounters:mammography_cert"),
    ("V15", "hold", "encounters", 0, {"place_of_service": "22"}, "service_facility_key"),
    ("E01", "hold", "encounters", 0, {"note_signed_at": ""}, ""),
    ("E01", "hold", "encounters", 0, {"encounter_status": "arrived"}, ""),
    ("E01", "hold", "encounters", 0, {"billable_status": "hold"}, ""),
    ("E02", "hold", "encounters", 0, {"date_of_service_to": "2026-03-10"}, ""),
    ("E02", "hold", "service_lines", 0, {"date_to": "2026-03-10"}, ""),
    ("E04", "hold", "encounters", 0, {"date_of_service_to": "2026-03-05"}, ""),
    ("E04", "hold", "service_lines", 0, {"date_from": "2026-01-02"}, "date_to"),
    ("E05", "hold", "encounters", 0, {"place_of_service": ""}, ""),
    ("E05", "hold", "encounters", 0, {"place_of_service": "98"}, ""),
    ("E05", "hold", "service_lines", 0, {"line_place_of_service": "OFFICE"}, ""),
    ("E06", "hold", "encounters", 0, {"place_of_service": "10"}, ""),
    ("E06", "hold", "service_lines", 0, {"modifier_1": "95"}, "encounters:place_of_service"),
    ("E07", "hold", "encounters", 0, {"place_of_service": "21", "service_facility_key": "GROUP"}, "admission_date"),
    ("E08", "hold", "encounters", 0, {"accident_other": "true"}, "accident_date"),
    ("E09", "hold", "encounters", 0, {"onset_date": "2026-03-07"}, ""),
    ("E10", "hold", "encounters", 0, {"total_charge": "150.01"}, ""),
    ("E10", "hold", "encounters", 0, {"total_charge": ""}, ""),
    ("E14", "fix", "encounters", 0, {"patient_control_number": "A 1"}, ""),
    ("E15", "hold", "encounters", 0, {"patient_amount_paid": "150.01"}, ""),
    ("E15", "hold", "encounters", 0, {"patient_amount_paid": "-1"}, ""),
    ("E16", "hold", "encounters", 0, {"release_of_information": ""}, ""),
    ("E16", "hold", "coverages", 0, {"benefits_assigned": "?"}, ""),
    ("E17", "hold", "encounters", 0, {"claim_type": "I"}, ""),
    ("E20", "hold", "encounters", 0, {"claim_frequency": "7"}, "original_claim_number"),
    ("A06", "warn", "encounters", 0, {"prior_auth_number": "A1", "referral_number": "A1"}, "referral_number"),
    ("D01", "hold", "encounters", 0, {"dx_1": ""}, ""),
    ("D02", "hold", "encounters", 0, {"dx_2": "250"}, ""),
    ("D02", "hold", "encounters", 0, {"dx_version": "9"}, ""),
    ("D03", "fix", "encounters", 0, {"dx_1": "E11.9"}, ""),
    ("D03", "fix", "encounters", 0, {"dx_2": "i1O"}, ""),
    ("D09", "fix", "encounters", 0, {"dx_3": "E119"}, ""),
    ("D09", "fix", "encounters", 0, {"dx_2": "", "dx_3": "I10"}, "dx_3"),
    ("L01", "hold", "service_lines", 0, {"procedure_code": "185349003"}, ""),
    ("L01", "hold", "service_lines", 0, {"procedure_qualifier": "LN"}, ""),
    ("L02", "hold", "service_lines", 0, {"procedure_code": ""}, ""),
    ("L02", "hold", "service_lines", 0, {"procedure_code": "VISIT"}, ""),
    ("L03", "hold", "service_lines", 0, {"modifier_1": "25", "modifier_2": "25"}, "modifier_2"),
    ("L03", "hold", "service_lines", 0, {"modifier_2": "25"}, ""),
    ("L03", "hold", "service_lines", 0, {"modifier_1": "2"}, ""),
    ("L05", "hold", "service_lines", 0, {"units": "0"}, ""),
    ("L05", "hold", "service_lines", 0, {"units": "1.5"}, ""),
    ("L05", "hold", "service_lines", 0, {"unit_type": ""}, ""),
    ("L13", "hold", "service_lines", 0, {"dx_pointer_1": "3"}, ""),
    ("L13", "hold", "service_lines", 0, {"dx_pointer_1": "0"}, ""),
    ("L13", "hold", "service_lines", 0, {"dx_pointer_1": ""}, ""),
    ("L14", "hold", "service_lines", 0, {"ndc": "99999000101", "ndc_units": "1"}, "ndc_unit_type"),
    ("L15", "hold", "service_lines", 0, {"ndc": "99999-0001-01", "ndc_units": "1", "ndc_unit_type": "ML"}, "ndc"),
    ("B01", "hold", "coverages", 0, {"prior_paid_amount": "10.00"}, ""),
    ("B02", "hold", "cob_adjustments", 0, {"amount": "41.00"}, "cob_lines:paid_amount"),
    ("B03", "hold", "cob_lines", 0, {"adjudication_date": ""}, ""),
    ("X01", "fix", "encounters", 0, {"claim_note": "SEE * PAGE 2"}, ""),
    ("X01", "fix", "patients", 0, {"address1": "5 QUAI DE L\u2019\u00c9TOILE"}, ""),
    ("X01", "fix", "patients", 0, {"zip": "02109-0001"}, ""),
    ("X01", "fix", "patients", 0, {"phone": "(508) 555-0100"}, ""),
    ("X02", "hold", "patients", 0, {"city": "VILLAGE OF SALTMARSH UNDER THE OLD LIGHTHOUSE"}, ""),
]
# fmt: on
# A case that cannot but break a neighbouring check too: rule and first changed column, then that check.
NEIGHBOURS = {
    ("P10", "birth_date"): {"C13"},
    ("P11", "birth_date"): {"C04", "C13"},
    ("P04", "birth_date"): {"C13"},
    ("P03", "birth_date"): {"C13"},
    ("P01", "first_name"): {"C13"},
    ("P01", "last_name"): {"C13"},
    ("S05", "address2"): {"X01"},
    ("S06", "member_id"): {"C17"},
    ("P09", "member_id"): {"C17"},
    ("S06", "procedure_code"): {"L18"},
    ("C01", "encounter_id"): {"C13"},
    ("C12", "relationship"): {"C20"},
    ("C15", "payer_id"): {"C14"},
    ("S04", "payer_rank"): {"C14"},
    ("S10", "line_number"): {"B02"},
    ("S04", "encounter_status"): {"E01"},
    ("D01", "dx_1"): {"L13"},
}


@pytest.mark.parametrize(("rule", "severity", "table", "row", "changes", "place"), CASES)
def test_a_fault_is_found_where_it_lies_and_nothing_else_is(rule, severity, table, row, changes, place):
    found_table, _, column = place.rpartition(":")
    first = next(iter(changes))
    found = _verdicts(spoiled(table, row, changes))
    at_place = {(r, s) for r, s, t, c, _ in found if (t, c) == (found_table or table, column or first)}
    assert (rule, severity) in at_place, found
    others = {r for r, *_ in found} - {rule}
    assert others <= NEIGHBOURS.get((rule, first), set()), found


def test_an_encounter_without_lines_and_lines_without_an_encounter_are_both_found():
    drop = spoiled("service_lines", 0, {"encounter_id": "E-9"})
    drop["service_lines"][1]["encounter_id"] = "E-9"
    found = {(rule, table, row) for rule, _, table, _, row in _verdicts(drop) if rule == "S09"}
    assert found == {("S09", "encounters", 0), ("S09", "service_lines", 0), ("S09", "service_lines", 1)}


def test_the_later_of_two_encounters_with_one_service_is_a_duplicate():
    drop = spoiled("encounters", 1, {"patient_key": "P-1"})
    assert ("E12", "hold", "encounters", "encounter_id", 1) in _verdicts(drop)
    assert ("E12", "hold", "encounters", "encounter_id", 0) not in _verdicts(drop)
    for line in drop["service_lines"][2:]:
        line["modifier_1"] = "76"
    assert not {rule for rule, *_ in _verdicts(drop)} & {"E12"}


def test_medicare_imaging_needs_an_order_and_medicaid_drugs_need_an_ndc():
    drop = spoiled("coverages", 0, MEDICARE)
    drop["service_lines"][0]["procedure_code"] = "71046"
    assert ("V10", "hold", "encounters", "referring_provider_key", 0) in _verdicts(drop)
    drop = spoiled("coverages", 0, MEDICAID)
    drop["service_lines"][0]["procedure_code"] = "J1885"
    assert ("L14", "hold", "service_lines", "ndc", 0) in _verdicts(drop)


def test_anesthesia_needs_minutes_and_physical_status():
    found = _verdicts(spoiled("service_lines", 0, {"procedure_code": "00100"}))
    assert {(rule, column) for rule, _, _, column, _ in found} == {("L18", "unit_type"), ("L18", "modifier_1")}


def test_a_charge_of_nothing_is_held_unless_the_code_only_reports():
    drop = spoiled("service_lines", 0, {"charge": "0.00"})
    drop["encounters"][0]["total_charge"] = "50.00"
    assert {rule for rule, *_ in _verdicts(drop)} == {"L09"}
    drop["service_lines"][0]["procedure_code"] = "1126F"
    assert _verdicts(drop) == set()


def test_more_than_fifty_lines_and_a_late_charge_are_told():
    drop = clean_drop()
    line = drop["service_lines"][0]
    drop["service_lines"] += [{**line, "line_number": str(number), "charge": "0.01"} for number in range(3, 53)]
    drop["encounters"][0] |= {"total_charge": "150.50", "date_of_service_from": "2026-01-05"}
    assert {rule for rule, *_ in _verdicts(drop)} >= {"E11", "T03"}


@pytest.mark.parametrize(
    ("served_on", "is_told"), [("2025-12-08", False), ("2025-12-09", True), ("2025-12-22", True), ("2025-12-23", False)]
)
def test_the_last_two_weeks_of_a_filing_limit_are_told(served_on, is_told):
    found = _verdicts(spoiled("encounters", 0, {"date_of_service_from": served_on}))
    assert (("T02", "warn", "encounters", "date_of_service_from", 0) in found) == is_told


@pytest.mark.parametrize("table", ["encounters", "patients", "providers"])
def test_two_rows_that_contradict_each_other_are_both_rejected(table):
    drop = clean_drop()
    changed = {"encounters": {"dx_2": "I119"}, "patients": {"city": "TIDEFIELD"}, "providers": {"city": "TIDEFIELD"}}
    drop[table].append({**drop[table][0], **changed[table]})
    found = {row for rule, _, where, _, row in _verdicts(drop) if rule == "S10" and where == table}
    assert found == {0, len(drop[table]) - 1}


def test_codes_of_other_systems_are_left_to_the_coding_step():
    drop = spoiled(
        "encounters", 0, {"dx_version": "SCT", "dx_1": "44054006", "dx_2": "59621000", "total_charge": "50.00"}
    )
    changes = {"procedure_qualifier": "SCT", "procedure_code": "185349003", "charge": "0.00", "dx_pointer_1": ""}
    drop["service_lines"][0] |= changes
    drop["service_lines"][1] |= {"procedure_qualifier": "CVX", "procedure_code": "140"}
    assert _verdicts(drop) == set()


def test_a_payer_that_paid_by_claim_must_balance_the_total():
    drop = clean_drop()
    drop["cob_lines"], drop["cob_adjustments"] = [], drop["cob_adjustments"][:1]
    drop["cob_adjustments"][0]["line_number"] = ""
    drop["coverages"][1] |= {"prior_paid_amount": "110.00", "prior_adjudication_date": "2026-03-08"}
    assert _verdicts(drop) == set()
    drop["coverages"][1] |= {"prior_paid_amount": "109.99", "prior_adjudication_date": ""}
    assert {(rule, column) for rule, _, _, column, _ in _verdicts(drop)} == {
        ("B02", "prior_paid_amount"),
        ("B03", "prior_adjudication_date"),
    }


def _of_claim(amount):
    """Give an adjustment of the second encounter's claim as a whole."""
    return {**clean_drop()["cob_adjustments"][0], "line_number": "", "amount": amount}


# what the first payer's rows are on two lines of 100 and 50 dollars (60 and 0 paid, 40 and 50 adjusted), and where B02 is found
PRIOR_DECISIONS = [
    ("nothing changed", {}, []),
    ("paid in all, not by line", {"prior": "61.00"}, [("coverages", "prior_paid_amount", 1)]),
    ("no paid amount of the claim", {"prior": ""}, [("coverages", "prior_paid_amount", 1)]),
    ("the claim adjusted beside its lines", {"claim": "10.00"}, [("coverages", "prior_paid_amount", 1)]),
    ("the claim adjusted, and paid less", {"claim": "10.00", "prior": "50.00"}, []),
    ("a line undecided", {"lines": 1, "adjusted": 1}, [("coverages", "prior_paid_amount", 1)]),
    (
        "a line undecided, the claim adjusted in its place",
        {"lines": 1, "adjusted": 1, "claim": "50.00"},
        [("coverages", "prior_paid_amount", 1)],
    ),
    ("a line adjusted, not decided", {"lines": 1}, [("cob_adjustments", "line_number", 1)]),
    (
        "lines adjusted, none decided",
        {"lines": 0},
        [("cob_adjustments", "line_number", 0), ("cob_adjustments", "line_number", 1)],
    ),
]


@pytest.mark.parametrize(
    ("changes", "places"), [case[1:] for case in PRIOR_DECISIONS], ids=[c[0] for c in PRIOR_DECISIONS]
)
def test_claim_and_lines_of_a_prior_payer_balance_together(changes, places):
    drop = clean_drop()
    drop["coverages"][1] |= {
        "prior_paid_amount": changes.get("prior", "60.00"),
        "prior_adjudication_date": "2026-03-08",
    }
    drop["cob_lines"] = drop["cob_lines"][: changes.get("lines", 2)]
    drop["cob_adjustments"] = drop["cob_adjustments"][: changes.get("adjusted", 2)]
    drop["cob_adjustments"] += [_of_claim(changes["claim"])] if "claim" in changes else []
    found = {(table, column, row) for rule, _, table, column, row in _verdicts(drop) if rule == "B02"}
    assert found == set(places)


def test_an_adjustment_of_a_payer_without_coverage_is_found():
    drop = clean_drop()
    drop["cob_adjustments"].append({**_of_claim("5.00"), "payer_rank": "T"})
    assert _verdicts(drop) == {("B02", "hold", "cob_adjustments", "payer_rank", 2)}


def _suites():
    for table in TABLES:
        text = files("schemas").joinpath("expectations", f"{table}.json").read_text(encoding="utf-8")
        for expectation in json.loads(text)["expectations"]:
            yield table, expectation


# Where a suite's severity is not the list's, on purpose: docs/intake.md says why.
STRICTER = {("S05", "hold"), ("S08", "reject"), ("V04", "hold")}


def test_every_rule_has_the_severity_of_the_list_of_checks():
    text = files("schemas").joinpath("contract", "intake_checks.csv").read_text(encoding="utf-8")
    listed = {row.split(",", 1)[0]: row for row in text.splitlines()[1:]}
    for _, expectation in _suites():
        meta = expectation["meta"]
        agrees = f",{meta['severity'].upper()}," in listed[meta["rule_id"]]
        assert agrees or (meta["rule_id"], meta["severity"]) in STRICTER, meta


def test_every_rule_names_a_remedy_and_one_of_the_six_owners():
    owners = {"front_desk", "coder", "biller", "provider_enrollment", "data_engineer", "clinician"}
    for table, expectation in _suites():
        assert set(expectation["meta"]) == {"rule_id", "severity", "column", "remedy", "owner"}, table
        assert expectation["meta"]["owner"] in owners
        assert expectation["meta"]["remedy"]


def test_every_rule_of_the_suites_has_a_case_here():
    cased = {(case[0], case[1]) for case in CASES}
    elsewhere = {
        ("S09", "hold"),
        ("E11", "fix"),
        ("E12", "hold"),
        ("L09", "hold"),
        ("L18", "hold"),
        ("T02", "warn"),
        ("T03", "warn"),
    }
    ruled = {(e["meta"]["rule_id"], e["meta"]["severity"]) for _, e in _suites()}
    assert ruled == cased | elsewhere
