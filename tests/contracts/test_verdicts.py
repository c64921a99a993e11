"""Which lines are compared, what was allowed, and what becomes of a line that was paid too little."""

from datetime import date

import pytest

from tests.contracts.remitted import Book, Sent

CONTRACT = (("CO", "45", 3000),)


@pytest.fixture
def book():
    made = Book()
    made.term(tolerance_cents=20)
    made.fee(10000, "99214")
    made.fee(7000, "99213")
    return made


@pytest.mark.parametrize(
    ("line", "verdict", "reason"),
    [
        (Sent("99214", 13000, 10000), "as_expected", ""),
        (Sent("99214", 13000, 9980), "as_expected", ""),
        (Sent("99214", 13000, 9979), "underpaid", ""),
        (Sent("99214", 13000, 10020), "as_expected", ""),
        (Sent("99214", 13000, 10021), "above", ""),
        (Sent("99214", 13000, adjustments=CONTRACT), "as_expected", ""),
        (Sent("99214", 13000, adjustments=(("CO", "45", 3100), ("PR", "1", 500), ("CO", "253", 100))), "underpaid", ""),
        (Sent("99214", 13000, 10000, adjustments=(("PR", "2", 9000),)), "as_expected", ""),
        (Sent("99214", 13000, 5000, adjustments=(("CO", "50", 3000),)), "not_compared", "denied"),
        (Sent("99214", 13000, 5000, adjustments=(("PR", "204", 13000),)), "not_compared", "denied"),
        (Sent("99214", 13000, 5000, status="2"), "not_compared", "not_primary"),
        (Sent("99214", 13000, 5000, rank="S"), "not_compared", "not_primary"),
        (Sent("99214", 13000, 5000, status="25"), "not_compared", "not_adjudicated"),
        (Sent("99214", -13000, -10000, status="22"), "not_compared", "reversal"),
        (Sent("99214", 0, 0), "not_compared", "no_charge"),
        (Sent("99214", 13000, 7000, paid_code="99213"), "downcoded", ""),
        (Sent("99214", 13000, 10000, paid_code="99213"), "as_expected", ""),
        (Sent("99999", 13000, 7000), "unknown", "no_contract"),
        (Sent("99999", 13000, 7000, paid_code="99213"), "recoded", "no_contract"),
        (Sent("99214", 13000, 5000, payer="P2"), "unknown", "no_contract"),
    ],
)
def test_a_line_has_the_verdict(book, line, verdict, reason):
    book.remit(line)
    row = book.compare()[0]
    assert (row["verdict"], row["reason"]) == (verdict, reason)


@pytest.mark.parametrize(
    ("whole", "is_repeated", "verdict", "reason"),
    [
        ((("CO", "45", 3000),), True, "as_expected", ""),
        ((("CO", "45", 3000),), False, "not_compared", "claim_level_adjustment"),
        ((("CO", "45", 3000), ("CO", "50", 100)), False, "not_compared", "denied"),
        ((("PR", "1", 3000),), False, "as_expected", ""),
    ],
)
def test_an_adjustment_of_the_whole_claim_is_named_unless_it_repeats_the_lines(
    book, whole, is_repeated, verdict, reason
):
    book.remit(Sent("99214", 13000, 10000, adjustments=CONTRACT))
    for place, (group, code, cents) in enumerate(whole):
        said = {"group_code": group, "reason_code": code, "amount_cents": cents}
        book.add("remittances.adjustment", [{"remitted_claim_id": "c1-1", "adjustment_id": f"c1-{place}", **said}])
    book.add("ledger.posting", [{"posting_id": "c1-1", "is_repeated": is_repeated}])
    row = book.compare()[0]
    assert (row["verdict"], row["reason"]) == (verdict, reason)


def test_a_line_is_judged_once_and_points_at_its_bytes(book):
    book.remit(Sent("99214", 13000, 9000))
    row = book.compare()[0]
    assert (row["byte_start"], row["computation"], row["floor_cents"], row["fee_id"]) == (
        101,
        "fee 100.00 x 1",
        9980,
        "f0",
    )
    assert book.compare(date(2026, 3, 11)) == []


def test_a_line_that_is_found_to_be_ours_is_judged_then(book):
    book.remit(Sent("99214", 13000, 9000))
    book.warehouse.execute("update remittances.claim set claim_id = null")
    assert [row["reason"] for row in book.compare(date(2026, 3, 9))] == ["claim_not_ours"]
    assert book.compare(date(2026, 3, 10)) == []
    book.warehouse.execute("update remittances.claim set claim_id = 'c1'")
    assert [row["verdict"] for row in book.compare(date(2026, 3, 11))] == ["underpaid"]


def test_what_is_reversed_and_paid_right_is_a_recovery_and_no_underpayment(book):
    book.remit(Sent("99214", 13000, 9000, paid_on=date(2026, 3, 1)))
    book.remit(Sent("99214", 13000, 9500, claim="c2", paid_on=date(2026, 3, 1)))
    book.compare(date(2026, 3, 2))
    assert [r["underpaid_cents"] for r in book.warehouse.rows("select * from contracts.underpayment")] == [1000, 500]
    book.remit(Sent("99214", -13000, -9000, status="22", paid_on=date(2026, 3, 5)))
    book.compare(date(2026, 3, 6))
    assert [r["claim_id"] for r in book.warehouse.rows("select * from contracts.underpayment")] == ["c2"]
    assert book.warehouse.rows("select * from contracts.recovery") == []
    book.remit(Sent("99214", 13000, 9900, paid_on=date(2026, 3, 5)))
    book.compare(date(2026, 3, 7))
    recovered = book.warehouse.rows("select claim_id, recovered_cents, final_verdict from contracts.recovery")
    assert recovered == [{"claim_id": "c1", "recovered_cents": 900, "final_verdict": "underpaid"}]
    assert [r["underpaid_cents"] for r in book.warehouse.rows("select * from contracts.underpayment")] == [500, 100]


def test_a_downcode_stands_with_what_it_lost_until_it_is_taken_back(book):
    book.remit(Sent("99214", 13000, 7000, paid_code="99213"))
    book.compare()
    found = book.warehouse.rows("select procedure_code, paid_code, lost_cents, is_less from contracts.downcode")
    assert found == [{"procedure_code": "99214", "paid_code": "99213", "lost_cents": 3000, "is_less": True}]
    assert book.warehouse.rows("select * from contracts.underpayment") == []


def history(book, *allowed, code="93000", month=2, first=0):
    lines = [
        Sent(
            code,
            9000,
            cents,
            claim=f"h{first + n:03d}",
            payer="P2",
            on=date(2026, month, 3),
            paid_on=date(2026, month, 9),
        )
        for n, cents in enumerate(allowed)
    ]
    book.remit(*lines)


def test_history_speaks_from_ten_lines_on_by_its_quartiles(book):
    history(book, *[5000] * 4, *[5100] * 5)
    assert {r["verdict"] for r in book.compare(date(2026, 2, 10))} == {"unknown"}
    book.remit(Sent("93000", 9000, 4000, payer="P2", claim="n1"))
    assert [r["verdict"] for r in book.compare(date(2026, 3, 10))] == ["unknown"]  # nine lines and itself
    low = Sent("93000", 9000, 4849, payer="P2", claim="n2")
    fair = Sent("93000", 9000, 4850, payer="P2", claim="n3")
    book.remit(low, fair)
    rows = book.compare(date(2026, 3, 11))
    # ten lines: 4000, 4 x 5000, 5 x 5100: quartiles 5000 and 5100, so the fence is 5000 - 1.5 x 100
    assert [(r["basis"], r["expected_cents"], r["floor_cents"], r["history_count"], r["verdict"]) for r in rows] == [
        ("history", 5000, 4850, 10, "underpaid"), ("history", 5000, 4850, 10, "as_expected"),
    ]  # fmt: skip
    assert rows[0]["computation"] == "median 50.00, quartiles 50.00 and 51.00 of 10 lines"


@pytest.mark.parametrize(
    "other",
    [
        {"place": "22"}, {"modifiers": "26"}, {"units": "2"}, {"code": "93005"}, {"payer": "P3"}, {"on": date(2026, 9, 2)},
    ],
)  # fmt: skip
def test_history_compares_like_with_like(book, other):
    history(book, *[5000] * 12)
    book.compare(date(2026, 2, 10))
    book.remit(Sent(**({"code": "93000", "charge": 9000, "allowed": 100, "payer": "P2"} | other)))
    assert [r["verdict"] for r in book.compare()] == ["unknown"]


def test_history_leaves_out_what_was_taken_back_denied_or_recoded(book):
    history(book, *[5000] * 10)
    book.compare(date(2026, 2, 10))
    book.remit(Sent("93000", -9000, -5000, claim="h000", payer="P2", status="22", paid_on=date(2026, 2, 20)))
    book.compare(date(2026, 2, 21))
    history(book, 1, first=20)
    book.remit(Sent("93000", 9000, 10, claim="r1", payer="P2", paid_code="93005", paid_on=date(2026, 2, 9)))
    book.remit(Sent("93000", 9000, 10, claim="d1", payer="P2", adjustments=(("CO", "50", 8990),)))
    assert {r["verdict"] for r in book.compare(date(2026, 2, 22))} == {"unknown", "recoded", "not_compared"}
    book.remit(Sent("93000", 9000, 100, claim="n1", payer="P2"))
    rows = book.compare()
    assert [(r["history_count"], r["expected_cents"], r["verdict"]) for r in rows] == [
        (10, 5000, "underpaid")
    ]  # nine and the one of 0.01


def test_history_by_month_is_there_to_ask(book):
    history(book, 4000, 5000, 6000)
    book.compare(date(2026, 2, 10))
    found = book.warehouse.rows(
        "select month_on, line_count, lower_cents, median_cents, upper_cents from contracts.paid_history"
    )
    assert found == [
        {"month_on": date(2026, 2, 1), "line_count": 3, "lower_cents": 4000, "median_cents": 5000, "upper_cents": 6000}
    ]
