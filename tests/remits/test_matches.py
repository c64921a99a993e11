"""A person matches a remitted claim, or takes a match back: the money goes there and comes back, and nothing else moves."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from typer.testing import CliRunner

from flows.cli import app
from schemas.errors import ClaimcycleError
from tasks.stores.decisions import decide, take_up
from tasks.stores.snapshot import publish_snapshot
from tasks.stores.warehouse import writer

from .homes import RemitHome
from .making import Payment, interchange, written
from .stories import Teller

NIGHTS = [date(2026, 3, day) for day in range(4, 10)]


@pytest.fixture
def told(tmp_path):
    """Give a home with one claim of ours, and a remitted claim that nothing matches to it, its id, and what it would post."""
    teller = Teller(Random(5))
    ours = teller.claim()
    said = teller.clp(ours, teller.all_paid(ours))
    lost = teller.clp(replace(ours, member="M2"), teller.all_paid(ours), control="LOST", icn="OTHER", numbered=False)
    lost = replace(
        lost, segments=tuple(s for s in said.segments if s[:3] not in ("CLP", "NM1", "REF")), paid_cents=said.paid_cents
    )
    head = said.segments[0].replace(ours.control, "LOST").replace(ours.answered_as, "OTHER")
    lost = replace(lost, segments=(head, *lost.segments))
    home = RemitHome(tmp_path / "home")
    home.send([ours])
    home.arrive(NIGHTS[0], [written(interchange([Payment("TRACE", clps=[lost])], 1))])
    home.run(NIGHTS[0])
    expected = RemitHome(tmp_path / "expected")
    expected.send([ours])
    expected.arrive(NIGHTS[0], [written(interchange([Payment("TRACE", clps=[said])], 1))])
    expected.run(NIGHTS[0])
    remitted = home.ask("select remitted_claim_id from remittances.claim")[0]["remitted_claim_id"]
    return home, ours, remitted, expected.balances()


def decided(home, night, kind, remitted, **choice):
    decide(home.path, kind, remitted, choice, "looked at the paper", "biller", night)
    with writer(home.path) as warehouse:
        take_up(warehouse, home.path, night)
    return home.run(night)


def test_a_match_posts_what_the_claim_would_have_posted_and_unmatching_takes_all_of_it_back(told):
    home, ours, remitted, expected = told
    waiting = home.balances()
    assert waiting[None, "unapplied", None] < 0
    assert decided(home, NIGHTS[1], "match_claim", remitted, claim_id=ours.control)["decided"] == 1
    assert home.balances() == expected
    state = home.ask("select arg_max(to_state, sequence) as state from claims.event")[0]["state"]
    assert state != "ACCEPTED"
    decided(home, NIGHTS[2], "unmatch_claim", remitted)
    assert home.balances() == waiting
    assert state_of(home, ours) == "REVERSED"
    decided(home, NIGHTS[3], "match_claim", remitted, claim_id=ours.control)
    assert home.balances() == expected
    assert state_of(home, ours) == state
    assert home.ask("select * from ledger.unbalanced") == home.ask("select * from remittances.unposted_cents") == []
    named = home.ask(
        "select decision_id from remittances.claim where decision_id in (select decision_id from decisions.decision)"
    )
    assert len(named) == 1


def test_a_reversal_taken_from_its_claim_leaves_it_where_it_stood(tmp_path):
    teller = Teller(Random(7))
    ours = teller.claim()
    said = teller.all_paid(ours)
    more = teller.clp(teller.claim(), [], charge=50_000_000)
    home = RemitHome(tmp_path / "home")
    home.send([ours])
    states = []
    for night, clps in zip(
        NIGHTS, [[teller.clp(ours, said)], [teller.clp(ours, said, "22", sign=-1), more]], strict=False
    ):
        home.arrive(night, [written(interchange([Payment(f"TRACE{night.day}", clps=clps)], night.day))])
        home.run(night)
        states.append(state_of(home, ours))
    back = home.ask("select remitted_claim_id from remittances.claim where status_code = '22'")[0]["remitted_claim_id"]
    decided(home, NIGHTS[2], "unmatch_claim", back)
    states.append(state_of(home, ours))
    decided(home, NIGHTS[3], "match_claim", back, claim_id=ours.control)
    states.append(state_of(home, ours))
    assert states == ["PAID", "REVERSED", "PAID", "REVERSED"]
    assert home.ask("select * from claims.refused_event") == home.ask("select * from ledger.unbalanced") == []


def state_of(home, claim):
    return home.ask(f"select state from claims.state where claim_id = '{claim.control}'")[0]["state"]


def test_a_decision_is_carried_out_once_and_a_wrong_one_is_refused_with_the_reason(told):
    home, ours, remitted, expected = told
    decided(home, NIGHTS[1], "match_claim", remitted, claim_id=ours.control)
    home.run(NIGHTS[2])
    assert home.balances() == expected
    assert decided(home, NIGHTS[3], "match_claim", remitted, claim_id=ours.control)["refused"] == 1
    assert decided(home, NIGHTS[4], "match_claim", "nobody", claim_id=ours.control)["refused"] == 1
    messages = home.ask("select message from remittances.decided_match where verdict = 'refused' order by decided_on")
    assert ["already" in messages[0]["message"], "no posted" in messages[1]["message"]] == [True, True]
    assert home.balances() == expected


def test_a_number_learned_later_matches_what_waits(tmp_path):
    teller = Teller(Random(6))
    ours = teller.claim()
    said = teller.all_paid(ours)
    back = teller.clp(ours, said, status="22", sign=-1, control="LOST", numbered=False)
    back = replace(back, segments=tuple(s for s in back.segments if not s.startswith("NM1*82")))
    files = [
        written([s.replace("BPR*H*-", "BPR*H*") for s in interchange([Payment("BACK", clps=[back, *fill])], 1)])
        for fill in [[teller.clp(teller.claim(), [], charge=50_000_000, above=[])]]
    ]
    home = RemitHome(tmp_path / "home")
    home.send([ours])
    home.arrive(NIGHTS[0], files)
    assert home.run(NIGHTS[0])["unmatched"] == 2
    home.arrive(NIGHTS[1], [written(interchange([Payment("FIRST", clps=[teller.clp(ours, said)])], 2))])
    assert home.run(NIGHTS[1])["late"] == 1
    assert [key for key in home.balances() if key[0]] == []


def test_the_commands_say_what_waits_and_decide(told):
    home, ours, remitted, _ = told
    home.leave()
    publish_snapshot(home.path, NIGHTS[0])

    def run(*words):
        done = CliRunner().invoke(app, ["unmatched", *words, "--home", str(home.path)])
        if isinstance(done.exception, ClaimcycleError):
            return str(done.exception)
        assert done.exit_code == 0, done.output
        return done.output

    listed = run("list")
    assert remitted in listed
    assert f"perhaps claim {ours.control}" in listed
    assert "differs in control number, member, rendering provider" in listed
    assert ours.member not in listed
    why = ("--reason", "looked", "--date", "2026-03-05")
    assert "no claim that was sent" in run("match", remitted, "nobody", *why)
    assert "no posted remitted claim" in run("match", "zzz", ours.control, *why)
    assert "matched to no claim" in run("unmatch", remitted, *why)
    assert run("match", remitted, ours.control, "--dry-run", *why).startswith("would match")
    assert "no decision" not in run("match", remitted, ours.control, *why)
    assert "waits for a night" in run("match", remitted, ours.control, *why)
