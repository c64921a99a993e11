"""Remitted claims find ours by number or by the exact tuple, lines one to one, and what does not fit waits."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from tasks.read_remittances import read_remittances
from tasks.stores.warehouse import Warehouse

from .homes import RemitHome
from .making import Claim, Line, Payment, interchange, written
from .stories import Teller, make_world, payment

NIGHT = date(2026, 3, 4)
ALIKE = ("99213", "25", 10_000, "20260203")
OTHER_MODIFIER = ("99213", "59", 10_000, "20260203")
OTHER_CODE = ("71046", "", 9_000, "20260203")
NUMBER, TUPLE = "patient_control_number", "member_date_charge_npi"
TELLER = Teller(Random(1))


def lines(*said, control="K"):
    return tuple(Line(n, code, mods, cents, day, f"{control}{n}") for n, (code, mods, cents, day) in enumerate(said, 1))


def claim(name, *said, member=""):
    return Claim(name, member or f"M{name}", lines(*said, control=f"{name}-"), f"I{name}")


def told(said, **changes):
    return TELLER.clp(said, TELLER.all_paid(said), **changes)


def lost(said):
    """Tell of a claim by its content alone."""
    return told(said, control="LOST", icn="LOST" + said.control, numbered=False)


def claims_told():
    """Give each case: our claims, the loop that comes, the claim and rule it is matched by, and our lines of its lines."""
    one, two = claim("A1", ALIKE), claim("A2", ALIKE)
    yield "the exact tuple", [one], lost(one), ("A1", TUPLE), [1]
    twin = claim("B2", ALIKE, member="MB1")
    yield "a tuple of two claims", [claim("B1", ALIKE), twin], lost(twin), (None, None), [None]
    one = claim("C1", ALIKE)
    yield "another member", [one], lost(replace(one, member="NOBODY")), (None, None), [None]
    one = claim("D1", ALIKE)
    other_day = replace(one, lines=lines(("99213", "25", 10_000, "20260204")))
    yield "another day", [one], lost(other_day), (None, None), [None]
    meant, two = claim("E1", ALIKE), claim("E2", ("99214", "", 7_000, "20260209"))
    yield "a number against all else", [meant, two], told(meant, control="E2", icn="X"), ("E1", TUPLE), [1]
    one = claim("F1", ALIKE)
    yield "a member written otherwise", [one], told(replace(one, member="CORRECTED")), ("F1", NUMBER), [1]
    one = claim("G1", ALIKE, ("71046", "", 9_000, "20260203"))
    belied = replace(one, lines=(replace(one.lines[0], control=one.lines[1].control),))
    yield "a line number that code and charge belie", [one], told(belied), ("G1", NUMBER), [1]
    one = claim("H1", ALIKE, ("71046", "", 9_000, "20260203"))
    bundled = replace(one, lines=(replace(one.lines[1], code="80053", charge_cents=19_000),))
    yield "a bundled line", [one], told(bundled), ("H1", NUMBER), [2]
    for number, (said, expected) in enumerate(LINES_TOLD):
        one = claim(f"L{number}", ALIKE, ALIKE, OTHER_MODIFIER, OTHER_CODE)
        come = told(replace(one, lines=lines(*said)), numbered=False)
        yield f"lines {number}", [one], come, (f"L{number}", NUMBER) if expected else (None, None), expected or [None]


LINES_TOLD = (
    ([ALIKE, ALIKE], [1, 2]),  # as many alike as ours: in order
    ([OTHER_MODIFIER, ALIKE, ALIKE], [3, 1, 2]),
    ([OTHER_CODE, ALIKE], [4, None]),  # two of ours are alike, one came
    (
        [("71046", "", 9_000, "20260204"), OTHER_MODIFIER],
        [4, 3],
    ),  # code and charge are enough where nothing else has them
    ([("71046", "", 8_000, "20260203")], []),  # neither the charge nor any line fits: the number is not taken
)
CASES = {name: case for name, *case in claims_told()}


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """Give what became of all cases, each a payment of its own in one night."""
    home = RemitHome(tmp_path_factory.mktemp("matching") / "home")
    home.send([ours for sent, *_ in CASES.values() for ours in sent])
    files = [interchange([Payment(name, clps=[case[1]])], n) for n, (name, case) in enumerate(CASES.items(), 1)]
    home.arrive(NIGHT, [written(file) for file in files])
    home.run(NIGHT)
    claims = home.ask(
        "select p.trace_number, c.* from remittances.claim c join remittances.payment p using (payment_id)"
    )
    services = home.ask("select remitted_claim_id, line_number from remittances.service order by byte_start")
    return {
        row["trace_number"]: (
            (row["claim_id"], row["match_rule"]),
            [s["line_number"] for s in services if s["remitted_claim_id"] == row["remitted_claim_id"]],
        )
        for row in claims
    }


@pytest.mark.parametrize("name", CASES)
def test_a_remitted_claim_finds_ours_and_its_lines(name, night):
    _, _, match, numbers = CASES[name]
    assert night[name] == (match, numbers)


def test_the_number_of_a_payer_counts_for_its_own_claims_only(tmp_path):
    ours = claim("AAA111", ALIKE)
    asked = told(ours, status="22", sign=-1, control="LOST", numbered=False)
    asked = replace(asked, segments=tuple(s.replace(f"*{ours.member}", "*OTHER") for s in asked.segments))
    home = RemitHome(tmp_path / "home")
    home.send([ours])
    files = [interchange([Payment(f"T{n}", clps=[clp])], n) for n, clp in ((1, told(ours)), (2, asked))]
    files[1] = [s.replace("*1000000001", "*2000000002") if s.startswith("TRN") else s for s in files[1]]
    home.arrive(NIGHT, [written(f) for f in files])
    home.run(NIGHT)
    found = home.ask("select claim_id from remittances.claim order by status_code")
    assert [row["claim_id"] for row in found] == ["AAA111", None]


@pytest.mark.parametrize(
    ("status", "sign", "rank", "expected"),
    [
        ("1", 1, "P", ("X1", NUMBER)),
        ("19", 1, "P", ("X1", NUMBER)),
        ("2", 1, "P", (None, "later_payer")),  # a crossover's second answer carries the number of the primary's claim
        ("20", 1, "P", (None, "later_payer")),
        ("2", 1, "S", ("X1", NUMBER)),
        ("22", -1, "P", ("X1", NUMBER)),
        ("1", -1, "P", (None, "sign_of_charge")),
        ("22", 1, "P", (None, "sign_of_charge")),
        ("9", 1, "P", (None, "unknown_status")),
    ],
)
def test_status_sign_and_rank_must_fit(tmp_path, status, sign, rank, expected):
    ours = replace(claim("X1", ALIKE), payer_rank=rank)
    home = RemitHome(tmp_path / "home")
    home.send([ours])
    home.arrive(NIGHT, [written(interchange([Payment("T1", clps=[told(ours, status=status, sign=sign)])], 1))])
    home.run(NIGHT)
    (found,) = home.ask("select claim_id, match_rule from remittances.claim")
    assert (found["claim_id"], found["match_rule"]) == expected
    (line,) = home.ask("select line_number from remittances.service")
    assert (line["line_number"] is None) == (expected[0] is None)
    accounts = {
        row["account"] for row in home.ask("select distinct account from ledger.entry where claim_id is not null")
    }
    assert bool(accounts) == (expected[0] is not None and status != "22")


def test_a_night_asks_no_more_often_for_more_payments(tmp_path, monkeypatch):
    asked = []
    for name in ("execute", "rows", "insert"):
        plain = getattr(Warehouse, name)
        monkeypatch.setattr(Warehouse, name, lambda self, *a, plain=plain: (asked.append(1), plain(self, *a))[1])
    counts = []
    for many in (2, 40):
        home = RemitHome(tmp_path / str(many))
        worlds = [make_world(seed, 1, [payment]) for seed in range(many)]
        for number, world in enumerate(worlds):
            world.payments[0].trace = f"TRACE{number}"
        home.arrive(NIGHT, [written(interchange(w.payments, n)) for n, w in enumerate(worlds, 1)])
        asked.clear()
        read_remittances.fn(home.path, NIGHT)
        counts.append(len(asked))
    assert counts[0] == counts[1]
