"""Claims move as their answers lead: by decisions of people, in one night, and with answers that found their claim late."""

from dataclasses import replace
from random import Random

import pytest

from tasks.stores.decisions import decide, take_up
from tasks.stores.warehouse import writer

from .homes import RemitHome
from .making import Claim, Line, Payment, interchange, written
from .stories import Teller
from .test_matches import NIGHTS, decided, state_of


def one_line(teller):
    """Give a claim of ours with one line of 100.00."""
    made = teller.claim()
    line = Line(1, "99213", "", 10_000, "20260201", made.lines[0].control)
    claim = Claim(made.control, made.member, (line,), made.answered_as, "P")
    teller.claims[-1] = claim
    return claim, line


def arrive(home, night, *clps):
    """Bring the claims in one payment; a large one of nobody keeps BPR02 above zero."""
    more = Teller(Random(99))
    more.number = 50
    nobody = more.clp(more.claim(), [], charge=50_000_000)
    payment = Payment(f"TRACE{night.day}", clps=[*clps, nobody])
    home.arrive(night, [written(interchange([payment], night.day))])
    home.run(night)


def released(home, night):
    """Post what waits in suspense as it says, by a person's decision."""
    waiting = home.ask("select posting_id from ledger.suspense")[0]["posting_id"]
    decide(home.path, "release_suspense", waiting, {"release": "post"}, "looked at the paper", "biller", night)
    with writer(home.path) as warehouse:
        take_up(warehouse, home.path, night)
    home.run(night)


@pytest.fixture
def told(tmp_path):
    """Give a home with one claim of ours, a teller, the claim and its line."""
    teller = Teller(Random(1))
    claim, line = one_line(teller)
    home = RemitHome(tmp_path / "home")
    home.send([claim])
    return home, teller, claim, line


def refused(home):
    return home.ask("select event, state from claims.refused_event")


def test_a_reversal_that_leaves_suspense_reverses_its_claim(told):
    home, teller, claim, line = told
    said = [(line, 7000, [("CO", "45", 2000)])]
    arrive(home, NIGHTS[0], teller.clp(claim, said))
    released(home, NIGHTS[1])
    arrive(home, NIGHTS[2], teller.clp(claim, said, status="22", sign=-1))
    assert state_of(home, claim) == "PAID"
    released(home, NIGHTS[3])
    assert state_of(home, claim) == "REVERSED"
    assert refused(home) == []


@pytest.mark.parametrize("seed", range(6))
def test_the_answer_that_stands_last_is_the_one_read_last(told, seed):
    home, teller, claim, line = told
    extra = [(line, 500, [("OA", "B13", 9500)])]
    answers = [
        teller.clp(claim, [(line, 0, [("CO", "97", 10_000)])], status="4"),
        teller.clp(claim, [(line, 7000, [("OA", "B13", 3000)])], icn="B"),
        teller.clp(claim, extra, icn="S"),
    ]
    payments = [Payment(f"T{seed}N{n}", 3 + n, clps=[clp]) for n, clp in enumerate(answers)]
    home.arrive(NIGHTS[0], [written(interchange([payment], 10 + n)) for n, payment in enumerate(payments)])
    home.run(NIGHTS[0])
    arrive(home, NIGHTS[1], teller.clp(claim, extra, icn="S", status="22", sign=-1))
    assert state_of(home, claim) == "PAID"


def test_what_moved_nothing_moves_nothing_when_its_match_is_taken_back(told):
    home, teller, claim, line = told
    arrive(home, NIGHTS[0], teller.clp(claim, [(line, 0, [("OA", "133", 10_000)])]))
    pending = home.ask("select remitted_claim_id from remittances.claim where claim_id is not null")[0]
    decided(home, NIGHTS[1], "unmatch_claim", pending["remitted_claim_id"])
    assert state_of(home, claim) == "ACCEPTED"
    assert refused(home) == []


def test_an_answer_matched_late_is_known_again_when_it_stands(told):
    home, teller, claim, line = told
    said = teller.clp(
        claim, [(line, 7000, [("CO", "45", 3000)])], status="19", more=["NM1*TT*2*NEXT PLAN*****PI*NXT01"]
    )
    head = said.segments[0].replace(claim.control, "LOST").replace(claim.answered_as, "OTHER")
    tail = [segment for segment in said.segments[1:] if not segment.startswith(("NM1*QC", "NM1*82", "REF"))]
    arrive(home, NIGHTS[0], replace(said, segments=(head, *tail)))
    lost = home.ask("select remitted_claim_id from remittances.claim where patient_control_number = 'LOST'")[0]
    decided(home, NIGHTS[1], "match_claim", lost["remitted_claim_id"], claim_id=claim.control)
    extra = [(line, 500, [("OA", "B13", 9500)])]
    arrive(home, NIGHTS[2], teller.clp(claim, extra, icn="S"))
    arrive(home, NIGHTS[3], teller.clp(claim, extra, icn="S", status="22", sign=-1))
    assert state_of(home, claim) == "CROSSED_OVER"
