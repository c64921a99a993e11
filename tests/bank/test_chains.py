"""Takebacks and forward balances: every link with its bytes, what is open per payer, and the same chains in any order."""

import os
from datetime import date, timedelta
from random import Random

import pytest

START = date(2026, 3, 2)


def payment(number: int, payer: str = "P", verdict: str = "accepted") -> dict:
    return {
        "payment_id": f"pay{number}", "trace_number": f"T{number}", "originator_id": payer, "payer_id": payer, "verdict": verdict,
        "paid_on": START + timedelta(days=number), "file_sha256": f"file{number}",
    }  # fmt: skip


def plb(number: int, code: str, cents: int, reference: str | None = None, place: int = 0) -> dict:
    return {
        "payment_id": f"pay{number}", "provider_adjustment_id": f"plb{number}.{place}", "reason_code": code, "amount_cents": cents,
        "reference_number": reference, "file_sha256": f"file{number}", "byte_start": 100 + place, "byte_end": 110 + place,
    }  # fmt: skip


def clp(number: int, control: str, icn: str, cents: int, status: str = "22", place: int = 0) -> dict:
    return {
        "payment_id": f"pay{number}", "remitted_claim_id": f"clp{number}.{place}", "patient_control_number": control, "payer_claim_number": icn,
        "paid_cents": cents, "status_code": status, "file_sha256": f"file{number}", "byte_start": place, "byte_end": place + 9, "claim_id": f"claim-{control}",
    }  # fmt: skip


def fill(books, payments, rows) -> None:
    """Store remittances and post them as the ledger does: PLB between cash and the account of its code."""
    books.add("remittances.payment", *payments)
    accepted = {p["payment_id"] for p in payments if p["verdict"] == "accepted"}
    books.add("ledger.posting_run", *({"payment_id": payment_id} for payment_id in accepted))
    for n, row in enumerate(rows):
        if "reason_code" not in row:
            books.add("remittances.claim", row)
            continue
        books.add("remittances.provider_adjustment", row)
        account = {"FB": "forward_balance", "WO": "takebacks", "72": "takebacks"}.get(row["reason_code"])
        if account and row["payment_id"] in accepted:
            books.add("ledger.entry", {"entry_id": f"{n}", "account": account, "amount_cents": row["amount_cents"]})


def chains(books) -> list[tuple]:
    found = books.rows("select * from ledger.chain order by kind, subject, open_cents")
    return [(r["kind"], r["subject"], r["open_cents"], r["link_count"], r["is_unexplained"]) for r in found]


REVERSAL = clp(1, "A1", "ICN1", -50)
FULL = "A1 ICN1 T1"
CASES = {
    "deferred and open": ([REVERSAL, plb(1, "WO", -50, FULL)], [("takeback", "A1", 50, 2, False)]),
    "deferred, then taken": (
        [REVERSAL, plb(1, "WO", -50, FULL), plb(3, "WO", 50, FULL)],
        [("takeback", "A1", 0, 3, False)],
    ),
    "taken in two parts": (
        [REVERSAL, plb(1, "WO", -50, FULL), plb(2, "WO", 20, FULL), plb(3, "WO", 20, FULL)],
        [("takeback", "A1", 10, 4, False)],
    ),
    "the payer's number alone": (
        [REVERSAL, plb(1, "WO", -50, "ICN1"), plb(2, "WO", 50, "A1")],
        [("takeback", "A1", 0, 3, False)],
    ),
    "other marks between the numbers": (
        [REVERSAL, plb(1, "WO", -50, "A1/ICN1/T1")],
        [("takeback", "A1", 50, 2, False)],
    ),
    "two parts of a split claim reversed": (
        [clp(1, "A1", "ICN1", -30), clp(1, "A1", "ICN2", -20, place=1), plb(1, "WO", -50, FULL)],
        [("takeback", "A1", 50, 3, False)],
    ),
    "settled by the practice's refund": (
        [REVERSAL, plb(1, "WO", -50, FULL), plb(2, "WO", 50, FULL), plb(2, "72", -50, FULL, 1)],
        [("takeback", "A1", 50, 4, False)],
    ),
    "a 72 without a reference beside its WO": (
        [REVERSAL, plb(1, "WO", -50, FULL), plb(2, "WO", 50, FULL), plb(2, "72", -50, None, 1)],
        [("takeback", "A1", 50, 4, False)],
    ),
    "a 72 of no WO": ([plb(2, "72", -50)], [("takeback", None, 50, 1, True)]),
    "taken of a claim that was never reversed": (
        [clp(1, "A1", "ICN1", 50, "1"), plb(2, "WO", 50, FULL)],
        [("takeback", "A1", -50, 1, True)],
    ),
    "taken and never announced": ([REVERSAL, plb(2, "WO", 50, FULL)], [("takeback", "A1", -50, 2, True)]),
    "a reference that names nothing": (
        [plb(1, "WO", -50, "X1"), plb(2, "WO", 50, "X1")],
        [("takeback", "X1", 0, 2, True)],
    ),
    "no reference at all": (
        [plb(1, "WO", -50), plb(2, "WO", 50)],
        [("takeback", None, -50, 1, True), ("takeback", None, 50, 1, True)],
    ),
    "a reference that names two claims": (
        [REVERSAL, clp(1, "B1", "ICN2", -70, place=1), plb(1, "WO", -120, "ICN1 ICN2")],
        [("takeback", "ICN1 ICN2", 120, 1, True)],
    ),
    "the same number at another payer": ([REVERSAL, plb(9, "WO", 50, FULL)], [("takeback", FULL, -50, 1, True)]),
    "a held remittance": (
        [REVERSAL, plb(1, "WO", -50, FULL), plb(8, "WO", 50, FULL)],
        [("takeback", "A1", 50, 2, False)],
    ),
    "carried and open": ([plb(1, "FB", -80, "T1")], [("forward_balance", "T1", 80, 1, False)]),
    "carried and brought in": (
        [plb(1, "FB", -80, "T1"), plb(2, "FB", 80, "T1")],
        [("forward_balance", "T1", 0, 2, False)],
    ),
    "carried on and on under the first trace": (
        [plb(1, "FB", -80, "T1"), plb(2, "FB", 80, "T1"), plb(2, "FB", -30, "T1", 1), plb(3, "FB", 30, "T1")],
        [("forward_balance", "T1", 0, 4, False)],
    ),
    "carried on under each trace": (
        [plb(1, "FB", -80), plb(2, "FB", 80, "T1"), plb(2, "FB", -30, "T2", 1)],
        [("forward_balance", "T1", 0, 2, False), ("forward_balance", "T2", 30, 1, False)],
    ),
    "brought in of nothing known": ([plb(2, "FB", 80, "T0")], [("forward_balance", "T0", -80, 1, True)]),
    "more brought in than carried": (
        [plb(1, "FB", -80, "T1"), plb(2, "FB", 90, "T1")],
        [("forward_balance", "T1", -10, 2, True)],
    ),
    "interest is no chain": ([plb(1, "L6", -5, "ICN1")], []),
}
PAYMENTS = [*(payment(n) for n in range(8)), payment(8, verdict="held"), payment(9, payer="Q")]


@pytest.mark.parametrize("name", CASES)
def test_each_chain_says_what_is_open_and_what_is_unexplained(books, name):
    rows, expected = CASES[name]
    fill(books, PAYMENTS, rows)
    assert chains(books) == expected
    assert books.rows("select * from ledger.chain_untied") == []


def test_a_takeback_lists_its_links_with_their_bytes_and_the_reversed_claim(books):
    fill(books, PAYMENTS, [REVERSAL, plb(1, "WO", -50, FULL), plb(3, "WO", 50, FULL)])
    links = books.rows("select * from ledger.chain_link order by paid_on, link desc")
    assert [
        (r["link"], r["amount_cents"], r["trace_number"], r["file_sha256"], r["byte_start"], r["byte_end"])
        for r in links
    ] == [
        ("reversal", -50, "T1", "file1", 0, 9),
        ("deferred", -50, "T1", "file1", 100, 110),
        ("taken", 50, "T3", "file3", 100, 110),
    ]
    assert {r["claim_id"] for r in links} == {"claim-A1"}
    (row,) = books.rows(
        "select reversed_cents, deferred_cents, taken_cents, returned_cents, open_cents from ledger.takeback"
    )
    assert row == {"reversed_cents": 50, "deferred_cents": 50, "taken_cents": 50, "returned_cents": 0, "open_cents": 0}


def test_what_is_open_stands_per_payer(books):
    rows = [
        REVERSAL,
        plb(1, "WO", -50, FULL),
        plb(1, "FB", -80, "T1", 1),
        plb(9, "WO", 20, "Z"),
        plb(9, "FB", -5, "T9", 1),
    ]
    fill(books, PAYMENTS, rows)
    assert [tuple(r.values()) for r in books.rows("select * from ledger.open_chain order by 1, 2")] == [
        ("P", "forward_balance", 1, 80, 0, 0),
        ("P", "takeback", 1, 50, 0, 0),
        ("Q", "forward_balance", 1, 5, 0, 0),
        ("Q", "takeback", 1, -20, 1, -20),
    ]


def test_money_in_the_account_that_no_chain_knows_breaks_the_check(books):
    fill(books, PAYMENTS, [plb(1, "WO", -50, FULL)])
    books.add("ledger.entry", {"entry_id": "x", "account": "takebacks", "amount_cents": 7})
    assert [(r["what"], r["difference"]) for r in books.rows("select * from ledger.chain_untied")] == [("takebacks", 7)]


REFERENCES = (None, FULL, "ICN1", "A2 ICN2 T2", "A1", "T1", "T2")


def test_any_order_of_files_gives_the_same_chains(books):
    for seed in range(int(os.environ.get("CHAIN_RUNS", "3"))):
        draw = Random(seed)
        payments = [payment(n, draw.choice("PQ"), draw.choice(("accepted", "accepted", "held"))) for n in range(6)]
        rows = [
            plb(n, draw.choice(("WO", "72", "FB", "CS")), draw.choice((-50, -20, 20, 50)), draw.choice(REFERENCES), place)
            for n in range(6) for place in range(draw.randrange(4))
        ]  # fmt: skip
        rows += [
            clp(n, draw.choice(("A1", "A2")), draw.choice(("ICN1", "ICN2", "ICN3")), -50, draw.choice(("22", "1")))
            for n in range(6)
        ]
        seen = []
        for _ in range(3):
            books.empty()
            fill(books, draw.sample(payments, len(payments)), draw.sample(rows, len(rows)))
            seen.append(
                books.rows("select * from ledger.chain_link order by all")
                + books.rows("select * from ledger.chain order by all")
            )
            assert books.rows("select * from ledger.chain_untied") == [], seed
        assert seen[0] == seen[1] == seen[2], seed
        accepted = {p["payment_id"] for p in payments if p["verdict"] == "accepted"}
        chained = [r for r in rows if r.get("reason_code") in ("WO", "72", "FB") and r["payment_id"] in accepted]
        open_cents = sum(r["open_cents"] for r in books.rows("select open_cents from ledger.chain"))
        assert open_cents == -sum(r["amount_cents"] for r in chained)
