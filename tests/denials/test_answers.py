"""Which event of the lifecycle a remitted claim is."""

import csv
from importlib.resources import files

import pytest

from tasks.denials import answers
from tasks.denials.answers import crosses_over, read_answer

from .remitted import TAXONOMY, answer

EVENTS = {
    row["event"]
    for row in csv.DictReader(
        files("schemas.claims").joinpath("lifecycle.csv").read_text(encoding="utf-8").splitlines()
    )
}


def event_of(told, lines_missing=False, is_answered=False):
    """Give the event of a remitted claim from the sums that ledger.posting would have of it."""
    claim, said = told[0], read_answer(*told, TAXONOMY)
    refused = [s for s in said if s.meaning.opens_case]
    undecided = [s for s in said if s.meaning.kind == "informational" and not s.meaning.opens_case]
    sums = {
        "patient_cents": sum(s.amount_cents for s in said if s.meaning.kind == "patient"),
        "refused_cents": sum(s.amount_cents for s in refused),
        "refused_codes": " ".join(sorted({s.code for s in refused})),
        "undecided_cents": sum(s.amount_cents for s in undecided),
    }
    return answers.event_of({**claim, **sums}, lines_missing=lines_missing, is_answered=is_answered)


PAID = (1, 80, {"CO-45": 20})
REFUSED = (2, 0, {"CO-197": 400})


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (answer("A", PAID), "remit_paid"),
        (answer("A", PAID, status_code="19"), "remit_paid"),
        (answer("A", (1, 0, {"CO-45": 20, "PR-1": 80})), "remit_paid"),
        (answer("A", (1, 0, {"OA-23": 80, "CO-45": 20}), status_code="2"), "remit_paid"),
        (answer("A", PAID, REFUSED), "remit_partial"),
        (answer("A", (1, 0, {"PR-1": 80}), REFUSED), "remit_partial"),
        (answer("A", PAID, REFUSED, status_code="4"), "remit_partial"),
        (answer("A", (1, 40, {"CO-151": 60})), "remit_partial"),
        (answer("A", REFUSED), "remit_denied"),
        (answer("A", (1, 0, {"CO-45": 20, "CO-50": 80}), REFUSED), "remit_denied"),
        (answer("A", (1, 0, {"PR-204": 80})), "remit_denied"),
        (answer("A", above={"CO-29": 80}, paid=0, status_code="4"), "remit_denied"),
        (answer("A", paid=0, status_code="4"), "remit_denied"),
        (answer("A", above={"OA-18": 80}, paid=0), "remit_denied"),
        (answer("A", (1, -80, {"CO-45": -20}), status_code="22"), "remit_reversal"),
        (answer("A", status_code="23", paid=0), "remit_forwarded_away"),
    ],
)
def test_a_remitted_claim_is_one_event(told, expected):
    event = event_of(told)
    assert event.event == expected
    assert event.event in EVENTS


def test_what_decides_nothing_is_no_event():
    assert event_of(answer("A", (1, 0, {"OA-101": 80}), status_code="25")) is None
    assert event_of(answer("A", (1, 0, {"OA-133": 80}))) is None
    assert event_of(answer("A", (1, 0, {"OA-133": 60, "CO-45": 20}))) is None
    assert event_of(answer("A", PAID, (2, 0, {"OA-133": 400}))).event == "remit_paid"
    assert event_of(answer("A", (1, 0, {"OA-133": 40, "CO-197": 40}))).event == "remit_denied"


@pytest.mark.parametrize(
    ("status", "remarks", "payer", "expected"),
    [
        ("1", "", None, False),
        ("1", "N1 MA15", None, False),
        ("19", "", None, True),
        ("20", "", None, True),
        ("21", "", None, True),
        ("1", "N1 MA18", None, True),
        ("1", "N89", None, True),
        ("1", "", "NXT01", True),
    ],
)
def test_a_payer_sends_a_claim_on_in_three_ways(status, remarks, payer, expected):
    assert crosses_over({"status_code": status, "remark_codes": remarks, "crossover_payer": payer}) is expected


def test_a_part_of_a_split_claim_waits_for_the_others():
    part = answer("A", PAID, remark_codes="N1 MA15")
    assert event_of(part, lines_missing=True).event == "remit_split_part"
    assert event_of(part, lines_missing=False).event == "remit_paid"
    assert event_of(answer("A", PAID), lines_missing=True).event == "remit_paid"


def test_more_money_for_an_answered_claim_is_a_supplement():
    assert event_of(answer("A", PAID), is_answered=True).event == "remit_supplemental"
    assert event_of(answer("A", REFUSED), is_answered=True).event == "remit_denied"
    assert event_of(answer("A", (1, -80, {}), status_code="22"), is_answered=True).event == "remit_reversal"


def test_the_detail_says_status_money_and_reasons():
    assert event_of(answer("A", PAID, REFUSED)).detail == "CLP02 1, paid 0.80, refused CO-197"
