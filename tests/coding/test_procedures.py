from datetime import date
from decimal import Decimal

import pytest

from tests.coding.rows import code_one, encounter, line, patient, rules, snomed, told

DX = "55822004"


def sct(*dx, **given):
    return encounter(*(dx or (DX,)), dx_version="SCT", **given)


TRANSLATED = [
    # what it shows, charge code, qualifier, number, reason
    ("a test", "104091002", "SCT", "85025", None),
    ("a vaccine", "140", "CVX", "90656", None),
    ("a drug of the office", "1000126", "RXN", "J1050", None),
    ("a tablet", "314076", "RXN", None, "pharmacy"),
    ("dental", "34043003", "SCT", None, "dental"),
    ("a referral", "103697008", "SCT", None, "referral"),
    ("part of a visit", "5880005", "SCT", None, "bundled_in_visit"),
    ("a tracking number", "430193006", "SCT", None, "quality_code"),
    ("a prenatal visit", "424619006", "SCT", None, "global_maternity"),
    ("a code nobody mapped", "1", "SCT", "1", "unmapped"),
    ("a vaccine whose number has ended", "207", "CVX", "207", "unmapped"),
]


@pytest.mark.parametrize(("shows", "code", "qualifier", "number", "reason"), TRANSLATED, ids=[t[0] for t in TRANSLATED])
def test_a_charge_code_becomes_a_number_or_a_reason(codebook, shows, code, qualifier, number, reason):
    coded = code_one(codebook, sct(), line(code, procedure_qualifier=qualifier), snomed("29303009"))
    assert told(coded)[0] == (number, "", reason)
    assert ("L01" in rules(coded)) == (reason == "unmapped")


def test_an_unmapped_line_stays_claimable_and_is_held(codebook):
    coded = code_one(codebook, sct(), snomed("1", cents=777))
    assert coded.encounter[0]["disposition"] == "billable"
    assert coded.encounter[0]["billable_cents"] == 777
    assert [(row["rule_id"], row["severity"], row["owner"]) for row in coded.finding] == [("L01", "hold", "coder")]


@pytest.mark.parametrize(
    ("on", "number", "reason"), [(date(2025, 12, 31), "G0136", None), (date(2026, 1, 1), None, "bundled_in_visit")]
)
def test_a_number_ends_on_its_day(codebook, on, number, reason):
    assessment = snomed("710824005", date_from=on)
    coded = code_one(codebook, sct(date_of_service_from=on), assessment, snomed("29303009", date_from=on))
    assert told(coded)[0] == (number, "", reason)


def test_units_are_multiplied_where_the_number_counts_smaller_ones(codebook):
    coded = code_one(codebook, sct(), line("1000126", procedure_qualifier="RXN"))
    assert coded.line[0]["units"] == Decimal(150)


TOGETHER = [
    # what it shows, charge codes, what each becomes
    ("looking is part of removing", ["73761001", "274031008"], [(None, "bundled_in_procedure"), ("45385", None)]),
    ("looking alone", ["73761001"], [("45378", None)]),
    ("out and in is an exchange", ["301807007", "169553002"], [(None, "bundled_in_procedure"), ("11983", None)]),
    ("one dipstick", ["60218003", "268556000"], [("81002", None), (None, "bundled_in_procedure")]),
    ("a second vaccine given", ["33879002", "399014008"], [("90471", None), ("90472", None)]),
]


@pytest.mark.parametrize(("shows", "charges", "expected"), TOGETHER, ids=[t[0] for t in TOGETHER])
def test_numbers_change_beside_each_other(codebook, shows, charges, expected):
    coded = code_one(codebook, sct(), *(snomed(code) for code in charges))
    found = [(row["procedure_code"] if row["disposition"] == "billable" else None, row["reason"]) for row in coded.line]
    assert found == expected


def test_another_screening_on_the_day_is_told_apart(codebook):
    coded = code_one(codebook, sct(), snomed("171207006"), snomed("710841007"))
    assert told(coded) == [("96127", "", None), ("96127", "59", None)]
    assert not rules(coded)


def test_what_is_free_is_no_second_of_anything(codebook):
    coded = code_one(codebook, sct(), snomed("171207006", cents=0), snomed("710841007"))
    assert told(coded) == [("96127", "", "no_charge"), ("96127", "", None)]


def test_hospital_staff_and_stock_are_the_hospitals(codebook):
    coded = code_one(codebook, sct(place_of_service="23"), snomed("50849002"), snomed("313191000"), snomed("399208008"))
    assert told(coded) == [("99283", "", None), ("96372", "", "facility"), ("71046", "26", None)]


JUDGED = [
    # what it shows, lines, findings
    ("fine", [line("99213")], set()),
    ("a SNOMED number called HCPCS", [line("185349003")], {"L01"}),
    ("six letters", [line("ABCDEF")], {"L02"}),
    ("a retired number", [line("99241")], {"L02"}),
    ("no units", [line("99213", units=Decimal(0))], {"L05"}),
    ("half a unit", [line("97110", "GP", units=Decimal("0.5"))], {"L05"}),
    ("nine of one", [line("93000", units=Decimal(9))], {"L06"}),
    ("a child's number", [line("99393")], {"L11"}),
    ("a man's number", [line("55250")], {"L12"}),
    ("a drug without NDC", [line("96372"), line("J1885")], {"L14"}),
    ("a drug with NDC", [line("96372"), line("J1885", ndc="00409379501")], set()),
    ("ten figures", [line("96372"), line("J1885", ndc="0409379501")], {"L15"}),
    ("unlisted, nothing said", [line("17999")], {"L17"}),
    ("unlisted, said", [line("17999", line_description="SHAVE")], set()),
    ("anesthesia in units", [line("00840")], {"L18"}),
    ("anesthesia in minutes", [line("00840", unit_type="MJ", units=Decimal(42))], set()),
    ("handling", [line("99213"), line("99000")], {"L20"}),
    ("dental", [line("99213"), line("D0120")], {"L21"}),
    ("laboratory without certificate", [line("85025", line_clia=None)], {"V13"}),
    ("laboratory sent out", [line("85025", "90")], set()),
    ("mammogram without certificate", [line("77067")], {"V14"}),
    ("a vaccine nobody gave", [line("90656")], {"S13"}),
    ("an injection of nothing", [line("96372")], {"S13"}),
]


@pytest.mark.parametrize(("shows", "lines", "expected"), JUDGED, ids=[t[0] for t in JUDGED])
def test_lines_are_judged(codebook, shows, lines, expected):
    without_certificate = "V13" in expected or "sent out" in shows
    own = encounter("E785", clia_number=None if without_certificate else "22D0000000")
    assert rules(code_one(codebook, own, *lines)) == expected


def test_a_dental_number_is_left_out_and_told(codebook):
    coded = code_one(codebook, encounter("E785"), line("99213"), line("D0120", cents=500))
    assert told(coded)[1] == ("D0120", "", "dental")
    assert (coded.encounter[0]["billable_cents"], coded.encounter[0]["unbillable_cents"]) == (10000, 500)


def test_a_line_that_came_with_its_code_is_not_changed(codebook):
    given = line("99213", "25", "95", units=Decimal(1), dx_pointer_1=2)
    coded = code_one(codebook, encounter("E785", "I10", place_of_service="10"), given)
    row = coded.line[0]
    assert (row["procedure_code"], row["modifiers"], row["diagnosis_pointers"], row["rule_id"]) == (
        "99213",
        "25:95",
        "2",
        "source",
    )
    assert row["source_system"] == "HCPCS"


def test_sex_is_judged_by_the_patient(codebook):
    assert (
        rules(code_one(codebook, encounter("Z302"), line("55250"), patient_row=patient(date(1980, 1, 1), "M"))) == set()
    )
