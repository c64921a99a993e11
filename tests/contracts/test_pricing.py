"""What a contract owes, line by line: worked cases, a slow second computation, and CMS's own totals where they lie beside us."""

import os
import random
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.contracts.remitted import Book, Sent

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "pfs" / "pprrvu_2024-07_nodesc.parquet"


def value(code, *, work="1.00", office="1.00", facility="0.50", malpractice="0.10", modifier="", **said):
    row = {
        "procedure_code": code, "modifier": modifier, "valid_from": date(2026, 1, 1), "status_code": "A", "work_rvu": Decimal(work),
        "office_rvu": Decimal(office), "facility_rvu": Decimal(facility), "malpractice_rvu": Decimal(malpractice),
        "multiple_code": "0", "bilateral_code": "0", "assistant_code": "0", "conversion_factor": Decimal("33.0000"),
    }  # fmt: skip
    return row | said


def medicare_book(*values, percent=100, indices=(1, 1, 1), **term):
    book = Book()
    book.term(payment_rules="medicare", locality="10112-00", **term)
    book.fee(basis="percent_of_medicare", percent=Decimal(percent))
    book.add("contracts.relative_value", values)
    names = ("work_index", "practice_index", "malpractice_index")
    row = {"locality": "10112-00", "valid_from": date(2026, 1, 1)}
    book.add("contracts.locality_index", [row | dict(zip(names, map(Decimal, indices), strict=True))])
    return book


def expected(book, *lines):
    book.remit(*lines)
    return [(row["expected_cents"], row["reason"]) for row in book.compare()]


def test_medicares_formula_by_place_and_locality():
    book = medicare_book(value("99999", work="1.30", office="1.33", facility="0.56"), indices=("1.012", "0.97", "0.5"))
    # (1.30 x 1.012 + 1.33 x 0.97 + 0.10 x 0.5) x 33 = 87.63930; with 0.56 in a facility 62.99050
    assert expected(book, Sent("99999", 90000), Sent("99999", 90000, claim="c2", place="22")) == [
        (8764, ""),
        (6299, ""),
    ]


def test_a_percent_of_medicare_is_of_the_rounded_fee_and_halves_go_up():
    book = medicare_book(value("99999", work="0.05", office="0", facility="0", malpractice="0"), percent="150")
    # 0.05 x 33 = 1.65; x 1.5 = 2.475 -> 2.48; two units 4.96
    assert expected(book, Sent("99999", 90000, units="2")) == [(496, "")]


def test_the_second_to_fifth_procedure_is_half_and_the_sixth_by_report():
    # the amounts of the three are those of a published example: 1,043.48, 922.90 and 1,010.60, paid in full, half and half
    book = Book()
    book.term(payment_rules="medicare")
    amounts = {"35301": 104348, "35201": 92290, "35261": 101060, "11111": 3000, "22222": 2000, "33333": 1000}
    for code, cents in amounts.items():
        book.fee(cents, code)
    book.add("contracts.relative_value", [value(code, multiple_code="2") for code in amounts])
    three = [Sent(code, 200000) for code in ("35301", "35201", "35261")]
    six = [Sent(code, 200000, claim="c2") for code in amounts]
    found = expected(book, *three, *six)
    assert found[:3] == [(104348, ""), (46145, ""), (50530, "")]
    assert found[3:] == [(104348, ""), (46145, ""), (50530, ""), (1500, ""), (1000, ""), (None, "multiple_by_report")]


@pytest.mark.parametrize(
    ("modifiers", "indicators", "cents", "reason"),
    [
        ("50", {"bilateral_code": "1"}, 15000, ""),
        ("50", {"bilateral_code": "0"}, 10000, ""),
        ("50", {"bilateral_code": "2"}, 10000, ""),
        ("50", {"bilateral_code": "3"}, 20000, ""),
        ("50", {"bilateral_code": "9"}, None, "bilateral_units"),
        ("80", {"assistant_code": "2"}, 1600, ""),
        ("82", {"assistant_code": "2"}, 1600, ""),
        ("AS", {"assistant_code": "2"}, 1360, ""),
        ("80", {"assistant_code": "1"}, None, "assistant_not_paid"),
        ("80:50", {"assistant_code": "2", "bilateral_code": "1"}, 2400, ""),
        ("22", {}, None, "modifier_22"),
        ("52", {}, None, "modifier_52"),
        ("26", {}, None, "modifier_26_TC"),
        ("25", {}, 10000, ""),
        ("RT", {"bilateral_code": "1"}, 10000, ""),
    ],
)
def test_modifiers_change_the_fee_or_leave_it_unpriced(modifiers, indicators, cents, reason):
    book = Book()
    book.term(payment_rules="medicare")
    book.fee(10000, "99999")
    book.add("contracts.relative_value", [value("99999", **indicators)])
    assert expected(book, Sent("99999", 90000, modifiers=modifiers)) == [(cents, reason)]


def test_components_have_rows_of_their_own():
    book = medicare_book(
        value("71046"), value("71046", modifier="26", work="0.22", office="0.08", facility="0.08", malpractice="0.01")
    )
    # 0.31 x 33 = 10.23
    assert expected(book, Sent("71046", 90000, modifiers="26"), Sent("71046", 90000, claim="c2", modifiers="TC")) == [
        (1023, ""), (None, "modifier_26_TC"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status_code": "C"}, "status_C"),
        ({"has_hospital_cap": True}, "hospital_cap"),
        ({"valid_from": date(2025, 10, 1)}, "no_relative_value"),
        ({"procedure_code": "88888"}, "no_relative_value"),
        ({"multiple_code": "4"}, ""),
    ],
)
def test_what_the_formula_does_not_cover_is_not_priced(change, reason):
    found = expected(medicare_book(value("99999", **change)), Sent("99999", 90000))
    assert found == [(None, reason)] if reason else found == [(6930, "")]


def test_several_services_of_a_family_whose_rule_is_not_computed_are_left_alone():
    book = medicare_book(
        *[value(code, multiple_code="4") for code in ("70551", "70552")], value("97110", multiple_code="5")
    )
    lines = [
        Sent("70551", 90000),
        Sent("70552", 90000),
        Sent("97110", 90000, claim="c2", units="2"),
        Sent("97110", 90000, claim="c3"),
    ]
    assert expected(book, *lines) == [(None, "multiple_4"), (None, "multiple_4"), (None, "multiple_5"), (6930, "")]


def test_the_row_that_says_most_is_taken_and_only_on_its_dates():
    book = Book()
    book.term()
    book.fee(basis="percent_of_charge", percent=Decimal("50.0"))
    book.fee(1000, "99213")
    book.fee(1100, "99213", place_code="F")
    book.fee(1200, "99213", place_code="11")
    book.fee(1300, "99213", modifier="25")
    book.fee(1400, "99213", valid_from=date(2026, 6, 1))
    lines = [
        Sent("99213", 9000, claim="c1"), Sent("99213", 9000, claim="c2", place="22"), Sent("99213", 9000, claim="c3", place="12"),
        Sent("99213", 9000, claim="c4", modifiers="25"), Sent("99213", 9000, claim="c5", place="12", on=date(2026, 7, 1)),
        Sent("99999", 9001, claim="c6", units="3"), Sent("99213", 900, claim="c7"),
    ]  # fmt: skip
    assert [cents for cents, _ in expected(book, *lines)] == [1200, 1100, 1000, 1300, 1400, 4501, 900]


def test_what_the_charge_limits_says_so_and_what_it_does_not_is_owed_in_full():
    book = Book()
    book.term()
    book.term("P2", is_lesser_of_charge=False)
    book.fee(1000, "99213")
    book.fee(1000, "99213", "P2")
    book.remit(Sent("99213", 900), Sent("99213", 900, claim="c2", payer="P2"))
    rows = book.compare()
    assert [row["expected_cents"] for row in rows] == [900, 1000]
    assert rows[0]["computation"] == "fee 10.00 x 1, no more than the charge"


CLAIMS = int(os.environ.get("CONTRACT_CLAIMS", "300"))
RULES = {"": 100, "50": 150, "80": 16, "50:AS": Decimal("20.4"), "AS": Decimal("13.6")}


def drawn_claims(seed):
    """Give claims of one to seven lines: cents of a unit, units, modifiers, charge, and whether it is a surgery."""
    draw = random.Random(seed)
    for number in range(CLAIMS):
        yield f"c{number:05d}", [
            {
                "cents": draw.randint(1, 99_999), "units": draw.choice(["1", "2", "1.5"]), "modifiers": draw.choice(list(RULES)),
                "charge": draw.randint(1, 200_000), "is_surgery": draw.random() < 0.6,
            }
            for _ in range(draw.randint(1, 7))
        ]  # fmt: skip


def owed(lines):
    """Give what each line of a claim is owed, by the rules as words: no SQL, one line after another."""
    amounts = [line["cents"] * Decimal(line["units"]) * RULES[line["modifiers"]] / 100 for line in lines]
    ranked = sorted((i for i, line in enumerate(lines) if line["is_surgery"]), key=lambda i: (-amounts[i], i))
    found = []
    for place, line in enumerate(lines):
        rank = ranked.index(place) if place in ranked else 0
        if rank > 4:
            found.append(None)
            continue
        amount = (amounts[place] * (Decimal("0.5") if rank else 1)).quantize(Decimal(1), ROUND_HALF_UP)
        found.append(min(int(amount), line["charge"]))
    return found


def test_the_statements_owe_what_a_slow_second_computation_owes():
    book, sent, truth = Book(), [], {}
    book.term(payment_rules="medicare")
    fees, values = [], []
    for name, lines in drawn_claims(7):
        for line in lines:
            line["units"] = "1" if "50" in line["modifiers"] else line["units"]
            code = f"{len(values):05d}"
            multiple, bilateral = "2" if line["is_surgery"] else "0", "1" if "50" in line["modifiers"] else "0"
            values.append(value(code, multiple_code=multiple, bilateral_code=bilateral, assistant_code="2"))
            fees.append(
                {
                    "fee_id": code,
                    "payer_id": "P1",
                    "procedure_code": code,
                    "basis": "fee",
                    "fee_cents": line["cents"],
                    "valid_from": date(2020, 1, 1),
                }
            )
            sent.append(Sent(code, line["charge"], claim=name, modifiers=line["modifiers"], units=line["units"]))
        truth |= {(name, number): cents for number, cents in enumerate(owed(lines), 1)}
    book.add("contracts.fee", fees)
    book.add("contracts.relative_value", values)
    book.remit(*sent)
    found = {(row["claim_id"], row["line_number"]): row["expected_cents"] for row in book.compare()}
    assert {key: (found[key], cents) for key, cents in truth.items() if found[key] != cents} == {}
    assert len(found) == len(truth) > CLAIMS


@pytest.mark.skipif(not REFERENCE.exists(), reason="no copy of CMS's relative values beside this clone")
def test_national_amounts_are_cmss_own_totals_times_the_conversion_factor():
    table = pq.read_table(
        REFERENCE,
        columns=[
            "hcpcs_code",
            "mod",
            "status",
            "mult_proc",
            "rvu_work",
            "rvu_non_pe",
            "rvu_fac_pe",
            "rvu_mp",
            "rvu_non_sum",
            "rvu_fac_sum",
            "rvu_opps_non_pe",
            "cf",
        ],
    )
    rows = [
        r
        for r in table.to_pylist()
        if r["mod"] is None
        and r["status"] == "A"
        and not r["rvu_opps_non_pe"]
        and r["rvu_non_sum"]
        and r["rvu_fac_sum"]
    ]
    values = [
        value(r["hcpcs_code"], **{name: f"{r[f'rvu_{part}']:.2f}" for name, part in PARTS.items()}, conversion_factor=Decimal(f"{r['cf']:.4f}"))
        for r in rows
    ]  # fmt: skip
    book = medicare_book(*values)
    lines = [
        Sent(r["hcpcs_code"], 10**9, claim=f"{r['hcpcs_code']}-{place}", place=place)
        for r in rows
        for place in ("11", "22")
    ]
    book.remit(*lines)
    found = {row["claim_id"]: row["expected_cents"] for row in book.compare()}
    cents = {
        f"{r['hcpcs_code']}-{place}": _times(r[total], r["cf"])
        for r in rows
        for place, total in (("11", "rvu_non_sum"), ("22", "rvu_fac_sum"))
    }
    assert len(found) > 10_000
    assert found == cents


PARTS = {"work": "work", "office": "non_pe", "facility": "fac_pe", "malpractice": "mp"}


def _times(total, factor):
    return int((Decimal(f"{total:.2f}") * Decimal(f"{factor:.4f}") * 100).quantize(Decimal(1), ROUND_HALF_UP))
