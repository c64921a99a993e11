import pytest

from tests.coding.rows import code_one, encounter, line, rules, snomed, told

ADDED = [
    # what it shows, place, charge codes, numbers with modifiers
    ("a visit beside an injection", "11", ["185345009", "76601001"], [("99202", "25"), ("96372", "")]),
    ("a visit beside a test", "11", ["185345009", "104091002"], [("99203", ""), ("85025", "")]),
    ("a visit by video", "10", ["185345009"], [("99202", "95")]),
    ("imaging in a hospital", "23", ["399208008"], [("71046", "26")]),
    ("imaging in the office", "11", ["399208008"], [("71046", "")]),
    ("therapy", "11", ["52052004"], [("97110", "GP")]),
]


@pytest.mark.parametrize(("shows", "place", "charges", "expected"), ADDED, ids=[t[0] for t in ADDED])
def test_certain_modifiers_are_added(codebook, shows, place, charges, expected):
    an_encounter = encounter("55822004", dx_version="SCT", place_of_service=place)
    coded = code_one(codebook, an_encounter, *(snomed(code) for code in charges))
    assert [(code, modifiers) for code, modifiers, _ in told(coded)] == expected


JUDGED = [
    # what it shows, place, lines, findings
    ("none needed", "11", [line("99213")], set()),
    ("unknown", "11", [line("99213", "ZY")], {"L03"}),
    ("twice", "11", [line("99213", "25", "25")], {"L03"}),
    ("a visit beside a procedure", "11", [line("99213"), line("11981")], {"L04"}),
    ("with 25", "11", [line("99213", "25"), line("11981")], set()),
    ("with 57", "11", [line("99213", "57"), line("11981")], set()),
    ("a knee, side untold", "11", [line("73721")], {"L04"}),
    ("a knee, right", "11", [line("73721", "RT")], set()),
    ("therapy, discipline untold", "11", [line("97110")], {"L04"}),
    ("video without modifier", "10", [line("99213")], {"E06"}),
    ("video with modifier", "02", [line("99213", "95")], set()),
    ("modifier at the office", "11", [line("99213", "95")], {"E06"}),
]


@pytest.mark.parametrize(("shows", "place", "lines", "expected"), JUDGED, ids=[t[0] for t in JUDGED])
def test_modifiers_are_judged(codebook, shows, place, lines, expected):
    assert rules(code_one(codebook, encounter("E785", place_of_service=place), *lines)) == expected
