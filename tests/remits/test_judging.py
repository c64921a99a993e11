"""Repeats, contradictions and what is no payment: each payment has the verdict it deserves, whatever file it came in."""

from datetime import date

import pytest

from .homes import RemitHome
from .making import interchange, written
from .stories import make_world, payment, reversal, split

NIGHT = date(2026, 3, 4)
NEXT = date(2026, 3, 5)


@pytest.fixture
def world():
    return make_world(7, 1, [payment, payment, split])


@pytest.fixture
def home(tmp_path, world):
    made = RemitHome(tmp_path / "home")
    made.send(world.claims)
    return made


def verdicts(home):
    return [
        (row["verdict"], row["verdict_reason"])
        for row in home.ask(
            "select verdict, verdict_reason from remittances.payment join files.arrival a using (file_sha256) order by a.arrived_on, a.file_name, byte_start"
        )
    ]


def file_of(world, number=1, change=lambda segments: segments):
    return written(change(interchange(world.payments, number)))


def test_the_same_file_again_is_nothing(home, world):
    home.arrive(NIGHT, [file_of(world)])
    home.run(NIGHT)
    before = home.balances()
    home.arrive(NEXT, [file_of(world)])
    assert home.run(NEXT)["payments"] == 0
    assert home.balances() == before


@pytest.mark.parametrize("nights", [(NIGHT, NIGHT), (NIGHT, NEXT)])
def test_the_same_transaction_in_another_file_is_repeated_and_says_of_which(home, world, nights):
    home.arrive(nights[0], [file_of(world)])
    if nights[0] != nights[1]:
        home.run(nights[0])
    home.arrive(nights[1], [file_of(world, 2)])
    home.run(nights[1])
    found = sorted(home.ask("select verdict, verdict_reason, file_sha256 from remittances.payment"), key=str)
    repeated = [row for row in found if row["verdict"] == "repeated"]
    assert len(found) == 2
    assert len(repeated) == 1
    other = next(row for row in found if row["verdict"] == "accepted")
    assert other["file_sha256"][:12] in repeated[0]["verdict_reason"]
    assert sum(cents for key, cents in home.balances().items() if key[1] == "cash") == world.payments[0].net_cents


@pytest.mark.parametrize("end", ["~", "~\r\n"])
def test_the_same_payment_under_another_number_in_one_file_is_repeated(home, world, end):
    """What REPEATED of the reader, which compares bytes, does not see."""
    content = written(interchange(world.payments, 1)).decode()
    start, stop = content.index("ST*835*"), content.index("GE*1*")
    second = content[start:stop].replace("ST*835*0001", "ST*835*0002").replace("*0001~", "*0002~").replace("~", end)
    home.arrive(NIGHT, [(content[:stop] + second + content[stop:].replace("GE*1*", "GE*2*")).encode()])
    home.run(NIGHT)
    assert [v for v, _ in verdicts(home)] == ["accepted", "repeated"]
    assert sum(cents for key, cents in home.balances().items() if key[1] == "cash") == world.payments[0].net_cents


def test_the_same_trace_with_other_content_is_held_and_names_the_other(home, world):
    def other(segments):
        return [s.replace("DTM*232*202602", "DTM*232*202601") for s in segments]

    digests = home.arrive(NIGHT, [file_of(world), file_of(world, 2, other)])
    home.run(NIGHT)
    (first, _), (second, reason) = verdicts(home)
    assert (first, second) == ("accepted", "held")
    assert digests[0][:12] in reason
    assert reason.endswith(": ask the payer which is right")


def test_the_same_trace_of_another_originator_is_another_payment(home, world):
    def other(segments):
        return [s.replace("*1000000001", "*2000000002") if s.startswith("TRN") else s for s in segments]

    home.arrive(NIGHT, [file_of(world), file_of(world, 2, other)])
    home.run(NIGHT)
    assert [v for v, _ in verdicts(home)] == ["accepted", "accepted"]
    paid = home.ask("select payment_id, trace_number, payment_cents as cash_cents from remittances.payment order by 1")
    assert home.ask("select * from ledger.deposit order by 1") == paid


def test_what_does_not_balance_waits_and_its_correction_is_taken(home, world):
    def short(segments):
        return [s.replace("BPR*I*", "BPR*I*1") for s in segments]

    home.arrive(NIGHT, [file_of(world, 1, short), file_of(world, 2), file_of(world, 3, short)])
    home.run(NIGHT)
    assert [v for v, _ in verdicts(home)] == ["held", "accepted", "repeated"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("BPR*I*", "BPR*H*"),
        ("BPR*I*", "BPR*P*"),
        ("BPR*I*", "BPR*D*"),
        ("BPR*I*", "BPR*U*"),
        ("BPR*I*", "BPR*Z*"),
        ("*C*ACH", "*D*ACH"),
    ],
)
def test_what_is_no_payment_of_money_waits(home, world, old, new):
    home.arrive(NIGHT, [file_of(world, 1, lambda segments: [s.replace(old, new) for s in segments])])
    home.run(NIGHT)
    (verdict, reason) = verdicts(home)[0]
    assert verdict == "held"
    assert ": ask the payer" in reason
    assert home.balances() == {}


def test_a_claim_that_its_own_payment_says_twice_waits_the_second_time(tmp_path):
    world = make_world(8, 1, [payment, reversal])
    one = world.payments[0]
    one.clps.insert(1, one.clps[0])
    home = RemitHome(tmp_path / "home")
    home.send(world.claims)
    home.arrive(NIGHT, [file_of(world)])
    home.run(NIGHT)
    found = home.ask("select match_rule, claim_id from remittances.claim order by position")
    assert [row["match_rule"] for row in found][:2] == ["patient_control_number", "repeated"]
    assert found[1]["claim_id"] is None
    assert home.balances()[None, "unapplied", None] == -one.clps[0].paid_cents


def test_a_file_at_fault_keeps_no_other_from_being_read(home, world):
    bad = file_of(world, 2).replace(b"BPR*I*", b"BPR*I*A")
    home.arrive(NIGHT, [bad, file_of(world)])
    home.run(NIGHT)
    assert [v for v, _ in verdicts(home)] == ["accepted"]
    assert [row["outcome"] for row in home.ask("select outcome from files.reading order by 1")] == [
        "quarantined",
        "read",
    ]
