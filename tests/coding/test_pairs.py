from dataclasses import replace
from datetime import date

import pytest

from schemas.codebook import Pair
from tests.coding.rows import code_one, encounter, line, rules

JUDGED = [
    # what it shows, lines, findings
    ("an add-on with its primary", [line("90471"), line("90472"), line("90656")], set()),
    ("an add-on alone", [line("90472"), line("90656")], {"L08"}),
    ("an add-on by a range", [line("99214"), line("90833")], set()),
    ("the same twice", [line("94010"), line("94010")], {"E12"}),
    ("the same twice, and why", [line("94010"), line("94010", "76")], set()),
    ("the same on two days", [line("94010"), line("94010", date_from=date(2026, 3, 3))], set()),
    ("two sides", [line("73721", "RT"), line("73721", "LT")], set()),
]


@pytest.mark.parametrize(("shows", "lines", "expected"), JUDGED, ids=[t[0] for t in JUDGED])
def test_lines_beside_each_other_are_judged(codebook, shows, lines, expected):
    assert rules(code_one(codebook, encounter("E785"), *lines)) == expected


PAIRS = [
    # what it shows, indicator, modifier of the second line, valid to, findings
    ("never together", "0", [], None, {"L07"}),
    ("never together, whatever the modifier", "0", ["59"], None, {"L07"}),
    ("together with a modifier", "1", ["59"], None, set()),
    ("together without one", "1", [], None, {"L07"}),
    ("not in use", "9", [], None, set()),
    ("ended before the visit", "0", [], date(2025, 12, 31), set()),
]


@pytest.mark.parametrize(("shows", "indicator", "modifiers", "until", "expected"), PAIRS, ids=[t[0] for t in PAIRS])
def test_a_loaded_pair_is_kept(codebook, shows, indicator, modifiers, until, expected):
    pair = Pair("94010", "93000", indicator, date(2020, 1, 1), until)
    loaded = replace(codebook, pairs={("94010", "93000"): (pair,)})
    lines = [line("93000", *modifiers), line("94010")]
    assert rules(code_one(loaded, encounter("E785"), *lines)) == expected


def test_no_pair_is_known_until_one_is_loaded(codebook):
    assert not codebook.pairs
    assert rules(code_one(codebook, encounter("E785"), line("93000"), line("94010"))) == set()
