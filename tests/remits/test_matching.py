"""Remitted claims find ours by number or by the exact tuple, lines one to one, and what does not fit waits."""

from dataclasses import replace
from datetime import date

import pytest

from .homes import RemitHome
from .making import Claim, Line, Payment, interchange, written
from .stories import Teller, make_world, payment

NIGHT = date(2026, 3, 4)
ALIKE = ("99213", "25", 10_000, "20260203")


def lines(*said, control="K"):
    return tuple(Line(n, code, mods, cents, day, f"{control}{n}") for n, (code, mods, cents, day) in enumerate(said, 1))


def claim(name, *said, member="M1"):
    return Claim(name, member, lines(*said, control=f"{name}-"), f"I{name}")


def remit(tmp_path, ours, clps):
    """Give a home that sent these claims and got these loops, and the rows that matter."""
    home = RemitHome(tmp_path / "home")
    home.send(ours)
    home.arrive(NIGHT, [written(interchange([Payment("TRACE", clps=clps)], 1))])
    home.run(NIGHT)
    return home


def matches(home):
    return [
        (row["claim_id"], row["match_rule"]) for row in home.ask("select * from remittances.claim order by position")
    ]


def line_numbers(home):
    return [row["line_number"] for row in home.ask("select line_number from remittances.service order by byte_start")]


@pytest.fixture
def teller():
    from random import Random

    return Teller(Random(1))


def test_the_exact_tuple_matches_where_one_claim_has_it(tmp_path, teller):
    ours = claim("AAA111", ALIKE)
    home = remit(tmp_path, [ours], [teller.clp(ours, teller.all_paid(ours), control="LOST", numbered=False)])
    assert matches(home) == [("AAA111", "member_date_charge_npi")]
    assert line_numbers(home) == [1]


def test_the_exact_tuple_matches_none_where_two_claims_have_it(tmp_path, teller):
    one, two = claim("AAA111", ALIKE), claim("BBB222", ALIKE)
    home = remit(tmp_path, [one, two], [teller.clp(one, teller.all_paid(one), control="LOST", numbered=False)])
    assert matches(home) == [(None, None)]


@pytest.mark.parametrize("changed", [{"member": "M2"}, {"lines": lines(("99213", "25", 10_000, "20260204"))}])
def test_a_tuple_that_differs_in_one_thing_matches_nothing(tmp_path, teller, changed):
    ours = claim("AAA111", ALIKE)
    said = replace(ours, **changed)
    home = remit(tmp_path, [ours], [teller.clp(said, teller.all_paid(said), control="LOST", numbered=False)])
    assert matches(home) == [(None, None)]


def test_a_control_number_against_all_else_is_not_taken(tmp_path, teller):
    """The number is ours; member, charge, date and line numbers are another claim's."""
    meant, named = claim("AAA111", ALIKE), claim("BBB222", ("99214", "", 7_000, "20260209"), member="X9")
    home = remit(tmp_path, [meant, named], [teller.clp(meant, teller.all_paid(meant), control="BBB222")])
    assert matches(home) == [("AAA111", "member_date_charge_npi")]


def test_a_control_number_stands_where_the_payer_writes_the_member_otherwise_and_the_lines_are_ours(tmp_path, teller):
    ours = claim("AAA111", ALIKE)
    said = replace(ours, member="CORRECTED")
    home = remit(tmp_path, [ours], [teller.clp(said, teller.all_paid(said))])
    assert matches(home) == [("AAA111", "patient_control_number")]


def test_the_number_of_a_payer_counts_for_its_own_claims_only(tmp_path, teller):
    ours = claim("AAA111", ALIKE)
    told = teller.clp(ours, teller.all_paid(ours))
    asked = teller.clp(ours, teller.all_paid(ours), status="22", sign=-1, control="LOST", numbered=False)
    asked = replace(asked, segments=tuple(s.replace("*M1", "*OTHER") for s in asked.segments))
    home = RemitHome(tmp_path / "home")
    home.send([ours])
    files = [interchange([Payment(f"T{n}", clps=[clp])], n) for n, clp in ((1, told), (2, asked))]
    files[1] = [s.replace("*1000000001", "*2000000002") if s.startswith("TRN") else s for s in files[1]]
    files[1] = [s.replace("BPR*H*-", "BPR*H*") for s in files[1]]
    home.arrive(NIGHT, [written(f) for f in files])
    home.run(NIGHT)
    found = home.ask("select claim_id from remittances.claim order by status_code")
    assert [row["claim_id"] for row in found] == ["AAA111", None]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([ALIKE, ALIKE], [1, 2]),
        ([("99213", "59", 10_000, "20260203"), ALIKE], [3, 1]),
        ([("99213", "", 10_000, "20260203")], [None]),
        ([("71046", "", 9_000, "20260101")], [4]),
        ([("71046", "", 8_000, "20260203")], [None]),
    ],
    ids=["alike in order", "by modifier", "ambiguous", "code and charge are enough", "another charge"],
)
def test_lines_without_numbers_are_paired_one_to_one(tmp_path, teller, said, expected):
    """Ours: two lines alike, one with another modifier, one of another code."""
    ours = claim("AAA111", ALIKE, ALIKE, ("99213", "59", 10_000, "20260203"), ("71046", "", 9_000, "20260203"))
    if len(said) == 2 and said[1] == ALIKE and said[0] != ALIKE:
        ours = claim("AAA111", ALIKE, ("71046", "", 9_000, "20260203"), ("99213", "59", 10_000, "20260203"))
    told = replace(ours, lines=lines(*said))
    home = remit(tmp_path, [ours], [teller.clp(told, teller.all_paid(told), numbered=False)])
    assert line_numbers(home) == expected


def test_a_line_number_that_code_and_charge_belie_gives_way_to_the_line_that_has_them(tmp_path, teller):
    ours = claim("AAA111", ALIKE, ("71046", "", 9_000, "20260203"))
    told = replace(ours, lines=(replace(ours.lines[0], control=ours.lines[1].control),))
    home = remit(tmp_path, [ours], [teller.clp(told, teller.all_paid(told))])
    assert line_numbers(home) == [1]


def test_a_bundled_line_keeps_its_number(tmp_path, teller):
    ours = claim("AAA111", ALIKE, ("71046", "", 9_000, "20260203"))
    told = replace(ours, lines=(replace(ours.lines[1], code="80053", charge_cents=19_000),))
    home = remit(tmp_path, [ours], [teller.clp(told, teller.all_paid(told))])
    assert line_numbers(home) == [2]


def test_five_thousand_payments_in_a_night_and_in_one_file_cost_seconds(tmp_path):
    """Bounded by what it does per payment, not by the clock: the number of questions does not grow with the payments."""
    from tasks.stores.warehouse import Warehouse

    asked = []
    plain = Warehouse.execute, Warehouse.rows, Warehouse.insert
    counts = []
    for many in (1, 40):
        home = RemitHome(tmp_path / str(many))
        worlds = [make_world(seed, 1, [payment]) for seed in range(many)]
        for number, world in enumerate(worlds):
            world.payments[0].trace = f"TRACE{number}"
        home.arrive(NIGHT, [written(interchange(w.payments, n)) for n, w in enumerate(worlds, 1)])
        asked.clear()
        try:
            Warehouse.execute = lambda self, *a: (asked.append(1), plain[0](self, *a))[1]
            Warehouse.rows = lambda self, *a: (asked.append(1), plain[1](self, *a))[1]
            Warehouse.insert = lambda self, *a: (asked.append(1), plain[2](self, *a))[1]
            from tasks.read_remittances import read_remittances

            read_remittances.fn(home.path, NIGHT)
        finally:
            Warehouse.execute, Warehouse.rows, Warehouse.insert = plain
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 5, counts
