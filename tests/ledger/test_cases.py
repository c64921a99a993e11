"""Hand-worked books: tests/cases/posting/*.yaml say an 835 in words and what a biller would make of it."""

import csv

import pytest

from tasks.ledger.accounts import load_accounts

from .case_books import differences, run, run_by_name
from .case_mutations import mutations
from .casebook import FOLDER, cases_of

TOLD = cases_of("posting")
RULES = list(csv.DictReader((FOLDER / "posting" / "RULES.csv").read_text(encoding="utf-8").splitlines()))
PUBLISHED = {
    "status": "1 2 3 4 19 20 21 22 23 25",
    "handling": "C D H P U X",
    "provider": "WO FB 72 L6 CS J1 LE IR 50 AP E3 B2 C5 GO IS PI L3 LS AM BD BN CR CT CV CW DM TL WU",
    "group": "CO PR OA PI",
}
"""The codes that section 2 of the billing rules names; BPR01 I and CLP02 1 are what a case says where it says none."""


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    return run_by_name(tmp_path_factory.mktemp("cases") / "home", TOLD)


@pytest.mark.parametrize("name", TOLD)
def test_books_are_those_a_biller_would_make(name, books):
    assert differences(TOLD[name], books[name]) == []


@pytest.mark.parametrize("name", TOLD)
def test_each_case_says_why_and_uses_known_accounts(name):
    case, known = TOLD[name], {row["account"] for row in load_accounts()}
    assert case["why"]
    assert case["source"]
    assert set(case["balances"]) <= known


@pytest.fixture(scope="module")
def unheard(tmp_path_factory, books):
    """Give the places of each case whose words may be dropped or changed and nothing differs, and how."""
    made = [(name, mutation) for name in TOLD for mutation in mutations(TOLD[name])]
    changed = [mutation.case for _, mutation in made if not mutation.is_expected]
    told = iter(run(tmp_path_factory.mktemp("mutations") / "home", changed))
    found = {name: [] for name in TOLD}
    for name, mutation in made:
        asked = mutation.case if mutation.is_expected else TOLD[name]
        differ = differences(asked, books[name] if mutation.is_expected else next(told))
        if not differ:
            found[name].append((mutation.place, mutation.what))
    return found


@pytest.mark.parametrize("name", TOLD)
def test_every_word_of_a_case_counts_or_is_named_neutral(name, unheard):
    neutral = TOLD[name].get("neutral", {})
    assert [one for one in unheard[name] if not one[0].startswith(tuple(neutral))] == []
    assert [place for place in neutral if not any(one[0].startswith(place) for one in unheard[name])] == []
    assert all(neutral.values())


def test_every_rule_has_its_cases_and_every_case_its_rule():
    named = [row["cases"].split() for row in RULES]
    assert all(named)
    assert {name for names in named for name in names} == set(TOLD)


def test_every_published_code_of_the_rules_is_in_a_case():
    steps = [step for case in TOLD.values() for step in case["steps"]]
    claims = [claim for step in steps for claim in step.get("claims", [])]
    words = [key for claim in claims for part in (claim, *claim.get("lines", [])) for key in part]
    found = {
        "status": {claim.get("status", "1") for claim in claims},
        "handling": {step["handling"] for step in steps if "handling" in step},
        "provider": {name.split()[0] for step in steps for name in step.get("provider", {})},
        "group": {word[:2] for word in words if word[2:3] == "-"},
    }
    assert not {
        kind: set(codes.split()) - found[kind] for kind, codes in PUBLISHED.items() if set(codes.split()) - found[kind]
    }
