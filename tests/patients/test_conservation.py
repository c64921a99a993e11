"""At all times a patient's balance is share - payments - write-offs + refunds, whatever is decided and in whatever order."""

import os
from collections import Counter
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.patients.judging import Decision, Facts, judge, spread
from tasks.patients.rules import PATIENT_REFUND, PAYER_REFUND, PAYMENT, WRITE_OFF, WRITE_OFF_UNDONE

EXAMPLES = int(os.environ.get("PATIENT_EXAMPLES", "3"))
PEOPLE = ("ann", "bob")
FIRST = date(2026, 3, 2)


class Shadow:
    """Books in memory: accounts by claim, proposals with their state, and the cents that accepted decisions named."""

    def __init__(self, shares):
        self.balances = dict(shares)
        self.share, self.named = sum(shares.values()), Counter()
        self.proposals, self.moved, self.made = {}, {}, 0

    def decide(self, kind, subject, amount, by):
        self.made += 1
        decision = Decision(str(self.made), kind, subject, {**CHOICE.get(kind, {}), "amount_cents": amount}, by)
        kept = self.named[PAYMENT.rule_id] - self.named[PATIENT_REFUND.rule_id]
        refundable = max(min(-sum(self.balances.values()), kept), 0)
        asked = sum(
            p["amount_cents"] for p in self.proposals.values() if p["kind"] == "refund" and p["state"] == "open"
        )
        moved = self.moved.get(subject, {})
        said = judge(decision, Facts("V", self.balances, refundable, asked, self.proposals.get(subject), moved))
        if said.proposal is not None:
            self.proposals[decision.decision_id] = {**said.proposal, "state": "open"}
        for move in said.moves:
            if move.rule.credit == "patient_receivable":
                self.balances[move.claim_id] -= move.amount_cents
            elif move.rule.debit == "patient_receivable":
                self.balances[move.claim_id] += move.amount_cents
            self.named[move.rule.rule_id] += move.amount_cents
        if not said.message and subject in self.proposals and kind in BECOMES:
            self.proposals[subject]["state"] = BECOMES[kind]
            if kind.startswith("approve"):
                self.moved[subject] = {move.claim_id: move.amount_cents for move in said.moves}
        return said


CHOICE = {"propose_write_off": {"reason_code": "hardship"}, "refund": {"holder": "patient"}}
BECOMES = {
    "approve_write_off": "approved",
    "approve_refund": "approved",
    "refuse_write_off": "refused",
    "refuse_refund": "refused",
    "undo_write_off": "undone",
    "pay_refund": "paid",
}
DECISIONS = st.lists(
    st.tuples(
        st.sampled_from([*CHOICE, *BECOMES, "patient_payment", "patient_payment"]),
        st.integers(0, 6),
        st.integers(-100, 6000),
        st.sampled_from(PEOPLE),
    ),
    max_size=40,
)
SHARES = st.dictionaries(st.sampled_from("abc"), st.integers(0, 5000), min_size=1)


@settings(max_examples=200, deadline=None)
@given(SHARES, DECISIONS)
def test_the_balance_is_share_less_payments_less_write_offs_plus_refunds(shares, decisions):
    books = Shadow(shares)
    for kind, which, amount, by in decisions:
        before, owed = Counter(books.named), sum(books.balances.values())
        known = sorted(books.proposals, key=int)
        subject = known[which % len(known)] if kind in BECOMES and known else "V"
        is_named = kind in BECOMES and subject in books.proposals
        cents = books.proposals[subject]["amount_cents"] if is_named and amount % 3 else amount
        said = books.decide(kind, subject, cents, by)
        named = books.named
        given_up = named[WRITE_OFF.rule_id] + named[WRITE_OFF_UNDONE.rule_id]
        assert sum(books.balances.values()) == (
            books.share - named[PAYMENT.rule_id] - given_up + named[PATIENT_REFUND.rule_id]
        )
        assert given_up >= 0
        assert named[PATIENT_REFUND.rule_id] <= named[PAYMENT.rule_id], "more given back than was taken"
        assert named[PAYER_REFUND.rule_id] == 0
        if kind == "approve_write_off" and not said.message:
            assert named[WRITE_OFF.rule_id] - before[WRITE_OFF.rule_id] <= owed
            assert books.proposals[subject]["proposed_by"] != by
        if said.message:
            assert named == before, "what was refused moves nothing"
            assert said.proposal is None


@given(st.integers(1, 9000), st.dictionaries(st.sampled_from("abcdef"), st.integers(-900, 900), min_size=1))
def test_the_shares_of_an_amount_add_up_to_it(amount, balances):
    shares = spread(amount, balances)
    assert sum(shares.values()) == amount
    over = {claim for claim, cents in shares.items() if cents > max(balances[claim], 0)}
    assert len(over) <= 1, "only the last takes what is left over"
    assert not over or amount > sum(max(cents, 0) for cents in balances.values())


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(("share", "taken_back", "desk", "pay", "write_off", "refund", "own", "night")),
        st.integers(1, 9000),
    ),
    min_size=4,
    max_size=10,
)


def test_the_warehouse_says_the_same_after_every_night(books):
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(EVENTS)
    def hold(events):
        books.clear()
        books.visit("V", 50_000, FIRST)
        told, on, given_back = Counter(), FIRST, []
        for number, (event, cents) in enumerate([*events, ("night", 0)]):
            if event in ("share", "taken_back"):
                (books.remit if event == "share" else books.reverse)("V", {"PR-1": cents}, on, f"T{number}")
                told["share"] += cents if event == "share" else -cents
            elif event == "desk":
                books.desk("V", cents, on)
                told["paid"] += cents
            elif event == "pay":
                books.decide("patient_payment", "V", {"amount_cents": cents}, "ann", on)
                told["paid"] += cents
            elif event in ("write_off", "refund", "own"):
                given_back.append(_propose_and_approve(books, event, cents, on))
            else:
                on += timedelta(days=1)
                books.night(on)
                _check(books, told)
        accepted = books.rows(
            "select subject_id from patients.decided where kind like 'approve%' and verdict = 'accepted'"
        )
        assert not {row["subject_id"] for row in accepted} & {own for own in given_back if own is not None}

    hold()


def _propose_and_approve(books, event, cents, on):
    """Ask for a write-off or a refund and approve it; give its id where the same person approves, which must not work."""
    holder = {"refund": {"holder": "patient"}}.get(event, {"reason_code": "bad_debt"})
    kind, approval = ("refund", "approve_refund") if event == "refund" else ("propose_write_off", "approve_write_off")
    asked = books.decide(kind, "V", {**holder, "amount_cents": cents}, "ann", on)
    books.decide(approval, asked, {"amount_cents": cents}, "ann" if event == "own" else "bob", on)
    return asked if event == "own" else None


def _check(books, told):
    account = (books.rows("select * from patients.account") or [Counter()])[0]
    assert account["share_cents"] == told["share"]
    assert account["paid_cents"] == told["paid"]
    approved = {
        row["kind"]: row["cents"]
        for row in books.rows(
            "select kind, sum(amount_cents)::bigint as cents from patients.standing where state = 'approved' group by 1"
        )
    }
    assert account["written_off_cents"] == approved.get("write_off", 0)
    assert account["refunded_cents"] == approved.get("refund", 0)
    assert account["refunded_cents"] <= told["paid"]
    assert books.balances("V").get("patient_receivable", 0) == account["balance_cents"]
    assert account["balance_cents"] == (
        told["share"] - told["paid"] - account["written_off_cents"] + account["refunded_cents"]
    )
    for view in ("patients.foreign_share", "patients.unapproved", "patients.misstated", "ledger.unbalanced"):
        assert books.rows(f"select * from {view}") == [], view
    assert books.rows("select * from ledger.untraced") == []
    assert books.reread() == []
