from datetime import date

import pytest

from tests.coding.rows import code_one, encounter, line, patient, rules, snomed

OFFICE = "185345009"


def codes(coded):
    return [row["icd10cm_code"] for row in coded.diagnosis]


TRANSLATED = [
    # what it shows, SNOMED codes, born, sex, charge code, ICD-10-CM codes in order
    ("a code with a second code", ["444814009"], 1980, "F", OFFICE, ["J0190", "B9789"]),
    ("no diagnosis: employment", ["160903007", "444814009"], 1980, "F", OFFICE, ["J0190", "B9789"]),
    ("a cause never leads", ["195662009", "55822004"], 1980, "F", OFFICE, ["J028", "E785", "B9789"]),
    ("two codes of one meaning once", ["40055000", "36971009"], 1980, "F", OFFICE, ["J329"]),
    ("hypertension with kidney disease", ["59621000", "431856006"], 1950, "M", OFFICE, ["I129", "N182"]),
    ("hypertension at end stage", ["59621000", "46177005"], 1950, "M", OFFICE, ["I120", "N186"]),
    ("hypertension alone", ["59621000"], 1950, "M", OFFICE, ["I10"]),
    ("diabetes with kidney disease", ["44054006", "433144002"], 1950, "M", OFFICE, ["E1122", "N1830"]),
    ("diabetes alone", ["44054006"], 1950, "M", OFFICE, ["E119"]),
    ("breast cancer of a man", ["254837009"], 1950, "M", OFFICE, ["C50929"]),
    ("breast cancer of a woman", ["254837009"], 1950, "F", OFFICE, ["C50919"]),
    ("a child's examination", ["410620009"], 2020, "M", "410620009", ["Z00129"]),
    ("an adult coded as a child", ["410620009"], 1990, "M", "410620009", ["Z0000"]),
    ("a preventive visit without its code", ["73595000"], 1990, "M", "162673000", ["Z0000", "Z733"]),
    ("the examination leads", ["73595000", "162673000"], 1990, "M", "162673000", ["Z0000", "Z733"]),
    ("delivery", ["72892002"], 1995, "F", "386216000", ["O80", "Z379"]),
    ("pregnancy without delivery", ["72892002"], 1995, "F", "252160004", ["Z3490"]),
    ("a device put in", ["389095005"], 1995, "F", "65200003", ["Z30430"]),
    ("nothing that is a diagnosis", ["314529007"], 1995, "F", OFFICE, []),
]


@pytest.mark.parametrize(
    ("shows", "dx", "born", "sex", "charge", "expected"), TRANSLATED, ids=[t[0] for t in TRANSLATED]
)
def test_snomed_becomes_icd10cm(codebook, shows, dx, born, sex, charge, expected):
    coded = code_one(
        codebook, encounter(*dx, dx_version="SCT"), snomed(charge), patient_row=patient(date(born, 1, 1), sex)
    )
    assert codes(coded) == expected
    assert ("D01" in rules(coded)) == (not expected)


def test_a_translated_diagnosis_names_its_rule_and_edition(codebook):
    coded = code_one(codebook, encounter("59621000", "431856006", dx_version="SCT"), snomed(OFFICE))
    hypertension, kidney = coded.diagnosis
    assert (hypertension["rule_id"], kidney["rule_id"]) == ("DX-HTN-CKD", "SCT-DX-431856006")
    assert hypertension["source_code"] == "59621000"
    assert {row["rule_version"] for row in coded.diagnosis} == {codebook.edition}


def test_codes_that_came_as_icd10cm_pass_in_their_order(codebook):
    coded = code_one(codebook, encounter("E785", "I10", "N182"), line("99213"))
    assert codes(coded) == ["E785", "I10", "N182"]
    assert {(row["rule_id"], row["source_system"]) for row in coded.diagnosis} == {("source", "ICD10CM")}
    assert not coded.finding


def test_pointers_follow_the_diagnoses(codebook):
    visit = snomed(OFFICE, dx_pointer_1=2, dx_pointer_2=1)
    coded = code_one(codebook, encounter("160903007", "55822004", dx_version="SCT"), visit)
    assert coded.line[0]["diagnosis_pointers"] == "1"


def test_a_line_whose_diagnoses_fell_away_points_at_the_first(codebook):
    coded = code_one(codebook, encounter("160903007", "55822004", dx_version="SCT"), snomed(OFFICE, dx_pointer_1=1))
    assert coded.line[0]["diagnosis_pointers"] == "1"


def test_a_vaccine_points_at_its_own_reason(codebook):
    shot = line("140", procedure_qualifier="CVX")
    coded = code_one(codebook, encounter("55822004", dx_version="SCT"), snomed(OFFICE), shot)
    assert codes(coded) == ["E785", "Z23"]
    assert [row["diagnosis_pointers"] for row in coded.line] == ["1", "2"]


def test_a_source_pointer_keeps_its_slot_where_a_slot_is_empty(codebook):
    coded = code_one(codebook, encounter("E785", None, "I10"), line("99213", dx_pointer_1=3, dx_pointer_2=1))
    assert coded.line[0]["diagnosis_pointers"] == "2:1"


JUDGED = [
    # what it shows, codes, born, sex, findings
    ("fine", ["E785"], 1980, "F", set()),
    ("a dot", ["E78.5"], 1980, "F", {"D02"}),
    ("a heading", ["M54"], 1980, "F", {"D02"}),
    ("a complete code of three", ["I10"], 1980, "F", set()),
    ("a second character that is a letter", ["QA0010"], 1980, "F", set()),
    ("an external cause first", ["W19XXXA", "S93409A"], 1980, "F", {"D04"}),
    ("an external cause second", ["S93409A", "W19XXXA"], 1980, "F", set()),
    ("a manifestation first", ["F0280", "G309"], 1940, "F", {"D04"}),
    ("pregnancy of a man", ["Z3490"], 1980, "M", {"D06"}),
    ("prostate of a woman", ["N401"], 1950, "F", {"D06"}),
    ("pregnancy at seventy", ["Z3490"], 1956, "F", {"D05"}),
    ("a child's examination at fifty", ["Z00129"], 1976, "F", {"D05"}),
    ("two types of diabetes", ["E119", "E109"], 1976, "F", {"D07"}),
    ("no diagnosis", [], 1976, "F", {"D01"}),
]


@pytest.mark.parametrize(("shows", "dx", "born", "sex", "expected"), JUDGED, ids=[t[0] for t in JUDGED])
def test_diagnoses_are_judged(codebook, shows, dx, born, sex, expected):
    row = line("99213", dx_pointer_1=1 if dx else None)
    coded = code_one(codebook, encounter(*dx), row, patient_row=patient(date(born, 1, 1), sex))
    assert rules(coded) == expected
