"""Where a claim stands when answers, copies and reversals come in awkward orders: tests/cases/states/*.yaml.

The words are those of the posting cases; what a case does not say of entries and moves is not asked here.
"""

import pytest

from .case_books import differences, run_by_name
from .casebook import cases_of

TOLD = cases_of("states")


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    return run_by_name(tmp_path_factory.mktemp("states") / "home", TOLD)


@pytest.mark.parametrize("name", TOLD)
def test_the_claim_stands_where_its_answers_lead(name, books):
    case = TOLD[name]
    assert case["why"]
    assert "state" in case
    assert differences(case, books[name]) == []
    assert not [move for moves in books[name]["moves"].values() for move in moves if "refused in" in move]
