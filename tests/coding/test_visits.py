from datetime import date

import pytest

from tasks.coding.visits import is_established
from tests.coding.rows import code_one, encounter, line, patient, rules, snomed, told

OFFICE, WELL_ADULT, WELL_CHILD, EMERGENCY, EYE, PROCEDURE = (
    "185345009",
    "162673000",
    "410620009",
    "50849002",
    "36228007",
    "371883000",
)
TABLET = line("314076", procedure_qualifier="RXN")
SEEN = [(date(2025, 1, 1), "E0")]

VISITS = [
    # what it shows, visit, born, diagnoses, other lines, earlier visits, number
    ("new, one problem", OFFICE, 1980, ["55822004"], [], [], "99202"),
    ("established, one problem", OFFICE, 1980, ["55822004"], [], SEEN, "99212"),
    ("one problem and a drug", OFFICE, 1980, ["55822004"], [TABLET], SEEN, "99213"),
    ("one problem and a test", OFFICE, 1980, ["55822004"], [snomed("104091002")], SEEN, "99213"),
    ("two problems", OFFICE, 1980, ["55822004", "36971009"], [], SEEN, "99213"),
    ("two problems and a drug", OFFICE, 1980, ["55822004", "36971009"], [TABLET], SEEN, "99214"),
    ("two problems and a drug, new", OFFICE, 1980, ["55822004", "36971009"], [TABLET], [], "99204"),
    ("a circumstance is no problem", OFFICE, 1980, ["73595000", "55822004"], [], SEEN, "99212"),
    ("infant", WELL_CHILD, 2026, [], [], [], "99381"),
    ("child of four", WELL_CHILD, 2022, [], [], SEEN, "99392"),
    ("child of five", WELL_CHILD, 2021, [], [], SEEN, "99393"),
    ("seventeen", WELL_CHILD, 2009, [], [], SEEN, "99394"),
    ("eighteen", WELL_ADULT, 2008, [], [], SEEN, "99395"),
    ("forty", WELL_ADULT, 1986, [], [], SEEN, "99396"),
    ("sixty-five, new", WELL_ADULT, 1961, [], [], [], "99387"),
    ("emergency knows no new patients", EMERGENCY, 1980, ["55822004"], [], [], "99282"),
    ("eyes", EYE, 1980, ["55822004"], [], SEEN, "92014"),
    ("a visit meant for a procedure, without one", PROCEDURE, 1980, ["55822004"], [], SEEN, "99212"),
]


@pytest.mark.parametrize(
    ("shows", "visit", "born", "dx", "others", "visits", "number"), VISITS, ids=[t[0] for t in VISITS]
)
def test_a_visit_has_its_number(codebook, shows, visit, born, dx, others, visits, number):
    an_encounter = encounter(*dx, dx_version="SCT")
    born_on = patient(date(born, 1, 1))
    coded = code_one(codebook, an_encounter, snomed(visit), *others, patient_row=born_on, visits=visits)
    assert told(coded)[0][0] == number


def test_a_visit_for_a_procedure_is_part_of_it(codebook):
    coded = code_one(codebook, encounter("609328004", dx_version="SCT"), snomed(PROCEDURE), snomed("180256009"))
    assert told(coded) == [(None, "", "bundled_in_procedure"), ("95115", "", None)]


def test_a_visit_of_a_dental_encounter_is_dental(codebook):
    coded = code_one(codebook, encounter("66383009", dx_version="SCT"), snomed(OFFICE), snomed("34043003"))
    assert (coded.encounter[0]["disposition"], coded.encounter[0]["reason"]) == ("not_billable", "dental_only")


def test_a_visit_of_unknown_age_waits_for_the_coder(codebook):
    coded = code_one(codebook, encounter("55822004", dx_version="SCT"), snomed(WELL_ADULT), patient_row=patient(None))
    assert told(coded) == [(WELL_ADULT, "", "unmapped")]
    assert "L01" in rules(coded)


@pytest.mark.parametrize(
    ("seen", "on", "expected"),
    [
        (date(2023, 3, 2), date(2026, 3, 2), True),
        (date(2023, 3, 1), date(2026, 3, 2), False),
        (date(2026, 3, 2), date(2026, 3, 2), False),
        (date(2026, 3, 3), date(2026, 3, 2), False),
        (date(2021, 2, 28), date(2024, 2, 29), True),
    ],
)
def test_established_means_seen_within_three_years_before(seen, on, expected):
    assert is_established([(seen, "E0")], on) is expected


JUDGED = [
    ("new, never seen", [line("99203")], [], set()),
    ("new, but seen", [line("99203")], SEEN, {"E19"}),
    ("two visits", [line("99213"), line("99214")], SEEN, {"E13"}),
    ("two visits, told apart", [line("99213"), line("99214", "25")], SEEN, set()),
]


@pytest.mark.parametrize(("shows", "lines", "visits", "expected"), JUDGED, ids=[t[0] for t in JUDGED])
def test_visits_are_judged(codebook, shows, lines, visits, expected):
    assert rules(code_one(codebook, encounter("E785"), *lines, visits=visits)) == expected
