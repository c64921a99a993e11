"""The life of a claim: the table of moves, and what is done with what it does not allow."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import IllegalMove
from tasks.claims.lifecycle import Happening, Standing, advance, legal_move, moves

NIGHT = date(2026, 3, 2)


def _apply(*events, state="START", version=1):
    standing = {"c": Standing(state, 0, version)}
    happenings = [Happening("c", version, event, f"source {n}") for n, event in enumerate(events)]
    return advance(standing, happenings, NIGHT), standing["c"]


def test_the_table_is_the_design():
    assert len(moves()) == 171
    assert len({m.from_state for m in moves()} | {m.to_state for m in moves()}) == 29


def test_closed_is_reachable_from_every_state():
    reaching = {"CLOSED"}
    while True:
        more = {m.from_state for m in moves() if m.to_state in reaching} | reaching
        if more == reaching:
            break
        reaching = more
    assert {m.from_state for m in moves()} <= reaching


@pytest.mark.parametrize(
    ("state", "event", "to_state"),
    [
        ("START", "charge_captured", "DRAFT"),
        ("READY", "sealed_in_batch", "BATCHED"),
        ("SENT", "ack277_rejected", "REJECTED"),
        ("DENIED", "worked_as_corrected", "REPLACEMENT_DRAFT"),
        ("PAID", "remit_reversal", "REVERSED"),
    ],
)
def test_a_legal_move(state, event, to_state):
    assert legal_move(state, event).to_state == to_state


@pytest.mark.parametrize(
    ("state", "event"), [("DRAFT", "remit_paid"), ("HELD", "sealed_in_batch"), ("IN_DOUBT", "sealed_in_batch")]
)
def test_an_illegal_move_is_none(state, event):
    assert legal_move(state, event) is None


def test_two_guards_want_the_state_that_follows():
    with pytest.raises(IllegalMove):
        legal_move("PAID", "payer_balance_zero")
    assert legal_move("PAID", "payer_balance_zero", "CLOSED").guard == "no next payer"


def test_a_claim_paid_in_one_line():
    moved, at = _apply(
        "charge_captured",
        "edits_passed",
        "sealed_in_batch",
        "transmit_ok",
        "ack999_accepted",
        "ack277_accepted",
        "remit_paid",
    )
    assert at.state == "PAID"
    assert [e["sequence"] for e in moved.events] == list(range(1, 8))
    assert moved.refused == []


def test_a_remittance_for_a_draft_is_refused_and_kept_as_illegal():
    moved, at = _apply("charge_captured", "remit_paid")
    assert at.state == "DRAFT"
    assert [(r["event"], r["kind"]) for r in moved.refused] == [("remit_paid", "illegal")]


def test_an_acknowledgment_overtaken_by_the_money_is_late_not_illegal():
    moved, at = _apply("ack999_accepted", state="PAID")
    assert at.state == "PAID"
    assert moved.refused[0]["kind"] == "late"


def test_a_rejection_after_the_money_is_illegal():
    moved, _ = _apply("ack277_rejected", state="PAID")
    assert moved.refused[0]["kind"] == "illegal"


def test_what_is_said_of_an_earlier_version_moves_nothing():
    standing = {"c": Standing("SENT", 9, claim_version=2)}
    moved = advance(standing, [Happening("c", 1, "ack277_rejected", "late file")], NIGHT)
    assert moved.events == []
    assert moved.refused[0]["kind"] == "late"
    assert standing["c"].state == "SENT"


@settings(max_examples=200)
@given(st.lists(st.sampled_from(sorted({m.event for m in moves()} - {"payer_balance_zero"})), max_size=25))
def test_any_sequence_of_events_gives_a_chain_of_legal_moves_and_repeats_change_nothing(events):
    standing = {"c": Standing()}
    happenings = [Happening("c", 1, event, f"source {n}") for n, event in enumerate(events)]
    moved = advance(standing, happenings, NIGHT)
    state = "START"
    for row in moved.events:
        assert row["from_state"] == state
        assert legal_move(state, row["event"]).to_state == row["to_state"]
        state = row["to_state"]
    assert len(moved.events) + len(moved.refused) == len(events)
    again = advance(standing, happenings, NIGHT)
    assert (again.events, again.refused) == ([], [])
    assert standing["c"].state == state
