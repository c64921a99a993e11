"""Where a claim stands when answers, copies and reversals come in awkward orders: tests/cases/states/*.yaml.

The words are those of the posting cases; what a case does not say of entries and moves is not asked here.
"""

from pathlib import Path

import pytest

from .case_books import differences, run
from .casebook import load

TOLD = {path.stem: load(path) for path in sorted((Path(__file__).parents[1] / "cases" / "states").glob("*.yaml"))}


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Give what the real steps made of every case."""
    made = run(tmp_path_factory.mktemp("states") / "home", list(TOLD.values()))
    return dict(zip(TOLD, made, strict=True))


@pytest.mark.parametrize("name", TOLD)
def test_the_claim_stands_where_its_answers_lead(name, books):
    case = TOLD[name]
    assert case["why"]
    assert "state" in case
    assert differences(case, books[name]) == []
    assert not [move for moves in books[name]["moves"].values() for move in moves if "refused in" in move]
