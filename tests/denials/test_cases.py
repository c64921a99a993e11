"""Denial cases: what opens one, what does not, until when and whose."""

from datetime import date

import pytest

from tasks.denials.cases import correction_event, open_cases

from .remitted import NIGHT, PAYER, PAYMENT, TAXONOMY, answer


def opened(told):
    return open_cases(*told, PAYMENT, PAYER, TAXONOMY, NIGHT)


def test_a_refused_line_is_a_case_with_all_its_columns():
    told = answer(
        "A", (1, 80, {"CO-45": 20}), (2, 0, {"CO-198": 400}, "N54"), remark_codes="MA01", payer_claim_number="ICN"
    )
    assert opened(told) == [
        {
            "case_id": opened(told)[0]["case_id"],
            "claim_id": "CLAIM",
            "claim_version": 1,
            "line_number": 2,
            "group_code": "CO",
            "reason_code": "198",
            "remark_codes": "N54 MA01",
            "category": "authorization",
            "remedy": "appeal",
            "amount_cents": 400,
            "payer_claim_number": "ICN",
            "deadline_on": date(2026, 8, 29),
            "deadline_rule": "BCNE1: appeal_limit_days 180 from paid_on",
            "owner": "front_desk",
            "adjustment_id": "A:2:CO-198",
            "opened_on": NIGHT,
        }
    ]


def test_a_correction_has_the_payers_shorter_limit():
    assert opened(answer("A", (1, 0, {"CO-4": 50})))[0]["deadline_on"] == date(2026, 5, 31)


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ({"CO-45": 20}, 0),
        ({"PR-1": 20, "PR-2": 5, "PR-3": 10}, 0),
        ({"OA-23": 20}, 0),
        ({"OA-133": 20}, 0),
        ({"CO-45": 20, "CO-50": 30}, 1),
        ({"PR-204": 30}, 1),
        ({"CO-16": 30, "CO-252": 10}, 2),
        ({"OA-18": 30}, 1),
        ({"CO-16": -30}, 0),
    ],
)
def test_which_reasons_open_cases(said, count):
    assert len(opened(answer("A", (1, 0, said)))) == count


@pytest.mark.parametrize("status_code", ["22", "23", "25"])
def test_what_is_no_answer_opens_no_case(status_code):
    assert opened(answer("A", (1, 0, {"CO-50": 30}), status_code=status_code)) == []


def test_a_claim_of_nobody_opens_no_case():
    assert opened(answer("A", (1, 0, {"CO-50": 30}), claim_id=None, claim_version=None)) == []


def test_a_duplicate_is_its_own_category():
    assert opened(answer("A", above={"OA-18": 30}))[0]["category"] == "duplicate"


def test_a_reason_said_at_both_levels_is_one_case():
    told = answer("A", (1, 0, {"CO-50": 30}), above={"CO-50": 30}, paid=0, charge_cents=30)
    assert [case["line_number"] for case in opened(told)] == [1]


def test_a_case_has_the_same_key_each_time():
    told = answer("A", (1, 0, {"CO-50": 30}))
    assert opened(told) == opened(told)


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ([(True, "")], "worked_as_corrected"),
        ([(True, "N30"), (True, "M76")], "worked_as_corrected"),
        ([(True, ""), (True, "N30 MA130")], "worked_as_new"),
        ([(False, "")], "worked_as_new"),
    ],
)
def test_a_claim_is_corrected_once_whatever_the_number_of_its_cases(cases, expected):
    told = [{"accepts_replacement": accepts, "remark_codes": remarks} for accepts, remarks in cases]
    assert correction_event(told) == expected
