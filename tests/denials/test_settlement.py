"""What became of a case: recovered with cents, upheld, reversed, or nothing said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.denials.cases import open_cases
from tasks.denials.settlement import settle_cases

from .remitted import NIGHT, PAYER, PAYMENT, TAXONOMY, answer


def cases_of(told):
    return open_cases(*told, PAYMENT, PAYER, TAXONOMY, NIGHT)


def settled(cases, *later):
    claims = [told[0] for told in later]
    services = [s for told in later for s in told[1]]
    adjustments = [a for told in later for a in told[2]]
    actions = settle_cases(cases, claims, services, adjustments, TAXONOMY, NIGHT)
    assert all(a["acted_on"] == NIGHT for a in actions)
    return [(a["action"], a["cents"]) for a in actions]


DENIED = answer("A", (1, 80, {"CO-45": 20}), (2, 0, {"CO-197": 400}))
CLAIM_DENIED = answer("A", above={"CO-29": 500}, paid=0, status_code="4")


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (answer("B", (2, 300, {"CO-45": 100}), claim_version=2), [("recovered", 300)]),
        (answer("B", (1, 80, {"CO-45": 20}), (2, 300, {"CO-45": 100})), [("recovered", 300)]),
        (answer("B", (2, 500, {"CO-45": 100}), claim_version=2), [("recovered", 400)]),
        (answer("B", (2, 0, {"CO-45": 100, "PR-1": 300}), claim_version=2), [("recovered", 0)]),
        (answer("B", (2, 0, {"CO-197": 400}), claim_version=2), [("upheld", 0)]),
        (answer("B", (2, 0, {"CO-50": 400}), claim_version=2), [("upheld", 0)]),
        (answer("B", (2, 250, {"CO-197": 150}), claim_version=2), [("recovered", 250)]),
        (answer("B", (2, 0, {"CO-197": 100, "PR-1": 300}), claim_version=2), [("upheld", 0)]),
        (answer("B", (1, 80, {"CO-45": 20}), claim_version=2), []),
        (answer("B", (2, 0, {"OA-18": 400}), claim_version=2), []),
        (answer("B", (2, 0, {"OA-133": 400}), claim_version=2), []),
        (answer("B", (2, 10, {"CO-45": -10})), [("recovered", 10)]),
        (answer("B", (1, 5, {"CO-45": -5}), (2, 0, {})), []),
        (answer("B", above={"CO-29": 500}, paid=0, claim_version=2), [("upheld", 0)]),
        (answer("B", (1, 80, {}), (2, 0, {}), above={"CO-29": 420}, paid=80, charge_cents=500), [("upheld", 0)]),
        (answer("B", (2, -0, {"CO-197": -400}), status_code="22"), [("reversed", 0)]),
        (answer("B", above={"CO-197": -400}, paid=0, status_code="22"), [("reversed", 0)]),
        (answer("B", (2, 0, {"CO-197": -300}), status_code="22"), []),
        (answer("B", (1, 0, {"CO-197": -400}), status_code="22"), []),
        (answer("B", (2, 0, {"CO-197": -400}), status_code="22", claim_version=2), []),
        (answer("B", (2, 0, {"CO-197": 400}), status_code="25"), []),
        (answer("B", (2, 0, {"CO-197": 400}), status_code="23"), []),
        (DENIED, []),
    ],
)
def test_a_later_remittance_settles_the_case_of_a_line(later, expected):
    assert settled(cases_of(DENIED), later) == expected


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (answer("B", (1, 300, {"CO-45": 100}), (2, 60, {"CO-45": 40}), claim_version=2), [("recovered", 360)]),
        (answer("B", (1, 300, {"CO-45": 100}), (2, 0, {"CO-97": 100}), claim_version=2), [("recovered", 300)]),
        (answer("B", (1, 0, {"CO-29": 400}), (2, 0, {"CO-29": 100}), claim_version=2), [("upheld", 0)]),
        (answer("B", above={"CO-45": 100}, paid=400, claim_version=2), [("recovered", 400)]),
    ],
)
def test_a_later_remittance_settles_the_case_of_a_whole_claim(later, expected):
    assert settled(cases_of(CLAIM_DENIED), later) == expected


def test_an_answer_to_an_older_version_says_nothing_of_a_newer_case():
    newer = answer("A", (2, 0, {"CO-197": 400}), claim_version=2)
    assert settled(cases_of(newer), answer("B", (2, 300, {"CO-45": 100}))) == []


def test_a_reversal_under_another_version_is_known_by_the_payers_number():
    told = answer("A", (2, 0, {"CO-197": 400}), payer_claim_number="ICN")
    back = answer("B", (2, 0, {"CO-197": -400}), status_code="22", claim_version=2, payer_claim_number="ICN")
    assert settled(cases_of(told), back) == [("reversed", 0)]


def test_one_negation_reverses_one_of_two_equal_cases():
    twice = cases_of(answer("A", (2, 0, {"CO-197": 400}))) + cases_of(answer("A2", (2, 0, {"CO-197": 400})))
    back = answer("B", (2, 0, {"CO-197": -400}), status_code="22")
    assert settled(twice, back) == [("reversed", 0)]


def test_two_cases_of_one_line_share_one_payment():
    told = answer("A", (2, 0, {"CO-16": 300, "CO-252": 100}))
    assert settled(cases_of(told), answer("B", (2, 350, {"CO-45": 50}), claim_version=2)) == [
        ("recovered", 300),
        ("recovered", 50),
    ]


def test_two_cases_of_one_line_share_one_refusal():
    told = answer("A", (2, 0, {"CO-16": 300, "CO-252": 100}))
    again = answer("B", (2, 100, {"CO-16": 300}), claim_version=2)
    assert settled(cases_of(told), again) == [("upheld", 0), ("recovered", 100)]


def test_reversal_and_correction_in_one_night_are_one_action_in_either_order():
    back = answer("B", (2, 0, {"CO-197": -400}), status_code="22")
    better = answer("C", (2, 300, {"CO-45": 100}))
    assert settled(cases_of(DENIED), back, better) == [("recovered", 300)]
    assert settled(cases_of(DENIED), better, back) == [("recovered", 300)]


def test_parts_of_one_night_are_summed_and_never_more_than_was_denied():
    cases = cases_of(CLAIM_DENIED)
    parts = [answer(n, (1, 300, {}), claim_version=2) for n in "BC"]
    assert settled(cases, *parts) == [("recovered", 500)]


@given(st.integers(0, 900), st.dictionaries(st.sampled_from(["CO-45", "CO-97", "PR-1", "CO-16"]), st.integers(1, 500)))
def test_recovered_cents_are_never_more_than_denied_nor_than_paid(paid, said):
    cases = cases_of(answer("A", (2, 0, {"CO-16": 300, "CO-252": 100})))
    actions = settled(cases, answer("B", (2, paid, said), claim_version=2))
    assert sum(cents for _, cents in actions) <= min(paid, 400)
    assert len(actions) in (0, 2)
