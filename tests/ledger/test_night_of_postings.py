"""The step itself over a small warehouse: suspense and its release, the policy as a row with a date, sets and threads."""

from datetime import date

import pytest

from schemas.errors import Fault
from tasks.ledger import balance
from tasks.post_payments import post_payments
from tasks.stores.seals import find_tampering, seal_days
from tasks.stores.warehouse import session

from .remits import _FILLED, Claim, Line, Remittance, _typed, read

FIRST, SECOND, THIRD = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)
WHOLE = Claim(10_000, 7_000, (Line(1, 10_000, 7_000, {"CO-45": 2_000, "PR-1": 1_000}),), claim_id="A")
ODD = Claim(10_000, 7_000, (Line(1, 10_000, 7_000, {"CO-45": 2_000}),), claim_id="B")


@pytest.fixture
def open_books(tmp_path):
    with session(tmp_path) as warehouse:
        warehouse.home = tmp_path
        yield warehouse


def receive(warehouse, remittance, night):
    rows = read(remittance)
    for table, filled in _FILLED.items():
        own = {"payment_cents": remittance.payment_cents} if table == "payment" else {}
        read_on = {"read_on": night} if "read_on" in filled else {}
        if rows[table]:
            warehouse.insert(
                f"remittances.{table}", _typed([{**filled, **read_on, **row, **own} for row in rows[table]])
            )
    post_payments.fn(warehouse.home, night)


def balances(warehouse):
    return {r["account"]: r["balance_cents"] for r in warehouse.rows("from ledger.balance") if r["balance_cents"]}


def decide(warehouse, night, choice, number=1):
    (posting,) = [row["posting_id"] for row in warehouse.rows("select posting_id from ledger.suspense")]
    row = {
        "decision_id": f"D{number}",
        "sequence": number,
        "kind": "release_suspense",
        "subject_id": posting,
        "made_on": night,
        "taken_up_on": night,
    }
    said = {"choice": f'{{"release": "{choice}"}}', "reason": "why", "made_by": "who", "previous_id": ""}
    warehouse.insert("decisions.decision", [row | said])


SUSPENDED = {
    "cash": 14_000,
    "suspense": -7_000,
    "contractual": 2_000,
    "patient_receivable": 1_000,
    "payer_receivable": -10_000,
}


def test_what_does_not_balance_waits_with_its_cents_and_its_reason(open_books):
    receive(open_books, Remittance("T1", (WHOLE, ODD)), FIRST)
    assert balances(open_books) == SUSPENDED
    (waits,) = open_books.rows("from ledger.suspense")
    assert (waits["condition"], waits["difference_cents"], waits["paid_cents"]) == ("unbalanced_claim", 1_000, 7_000)
    (told,) = open_books.rows("from ledger.exception")
    assert (told["exception_code"], told["difference_cents"]) == ("unbalanced_claim", 1_000)
    assert told["message"].endswith(waits["reason"])


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("post", {"cash": 14_000, "contractual": 4_000, "patient_receivable": 1_000, "payer_receivable": -19_000}),
        ("payment", {"cash": 14_000, "contractual": 2_000, "patient_receivable": 1_000, "payer_receivable": -17_000}),
    ],
)
def test_a_person_releases_it_once_and_nothing_is_edited(open_books, choice, expected):
    receive(open_books, Remittance("T1", (WHOLE, ODD)), FIRST)
    before = open_books.rows("from ledger.entry order by entry_id")
    decide(open_books, SECOND, choice)
    post_payments.fn(open_books.home, SECOND)
    assert balances(open_books) == expected
    post_payments.fn(open_books.home, THIRD)
    assert balances(open_books) == expected
    assert open_books.rows("from ledger.suspense") == []
    assert [e for e in open_books.rows("from ledger.entry order by entry_id") if e["posted_on"] == FIRST] == before
    assert open_books.rows("select released_by, choice from ledger.suspense_release") == [
        {"released_by": "D1", "choice": choice}
    ]
    assert open_books.value("select count(*) from ledger.unbalanced") == 0


@pytest.mark.parametrize("is_whole", [True, False])
def test_the_payer_takes_it_back_and_corrects_it(open_books, is_whole):
    receive(open_books, Remittance("T1", (ODD,)), FIRST)
    back = ODD.reversed() if not is_whole else Claim(**{**WHOLE.__dict__, "claim_id": "B"}).reversed()
    right = Claim(10_000, 6_500, (Line(1, 10_000, 6_500, {"CO-45": 3_500}),), claim_id="B")
    receive(open_books, Remittance("T2", (back, right)), SECOND)
    assert open_books.rows("from ledger.suspense") == []
    assert balances(open_books) == {"cash": 6_500, "contractual": 3_500, "payer_receivable": -10_000}
    assert open_books.value("select count(*) from ledger.exception") == 1  # that of the first night
    assert open_books.rows("select distinct choice from ledger.suspense_release") == [{"choice": "taken_back"}]


def policy(monkeypatch, *rows):
    told = [
        dict(zip(("level", "condition", "from_date", "action", "reason", "source"), row, strict=True)) for row in rows
    ]
    monkeypatch.setattr("tasks.post_payments.load_policy", lambda: [balance._policy(row) for row in told])


ROW = ("claim", "unbalanced_claim", "2000-01-01", "suspend", "waits", "test")


def test_a_change_of_policy_is_a_row_with_a_date(open_books, monkeypatch):
    policy(monkeypatch, ROW, ("claim", "unbalanced_claim", "2026-03-03", "post", "posted as it says", "test"))
    receive(open_books, Remittance("T1", (ODD,)), FIRST)
    assert balances(open_books) == {"cash": 7_000, "suspense": -7_000}
    receive(open_books, Remittance("T2", (Claim(**{**ODD.__dict__, "claim_id": "C"}),)), SECOND)
    assert balances(open_books) == {
        "cash": 14_000,
        "suspense": -7_000,
        "contractual": 2_000,
        "payer_receivable": -9_000,
    }


def test_a_payment_is_held_whole_where_the_policy_says_so(open_books, monkeypatch):
    policy(monkeypatch, ("claim", "unbalanced_claim", "2000-01-01", "hold", "ask the payer: it waits whole", "test"))
    receive(open_books, Remittance("T1", (WHOLE, ODD)), FIRST)
    assert balances(open_books) == {}
    assert open_books.rows("select verdict, verdict_reason from remittances.payment") == [
        {"verdict": "held", "verdict_reason": "ask the payer: it waits whole"}
    ]
    assert open_books.value("select count(*) from ledger.posting") == 0


def test_lines_that_do_not_balance_may_be_suspended_too(open_books, monkeypatch):
    policy(monkeypatch, ("line", "unbalanced_line", "2000-01-01", "suspend", "a line leaves cents", "test"))
    lines = (Line(1, 5_000, 4_000, {"CO-45": 900}), Line(2, 5_000, 4_000, {"CO-45": 1_100}))
    receive(open_books, Remittance("T1", (Claim(10_000, 8_000, lines, claim_id="A"),)), FIRST)
    assert balances(open_books) == {"cash": 8_000, "suspense": -8_000}
    assert open_books.value("select difference_cents from ledger.exception") == 200


@pytest.mark.parametrize(
    "row",
    [
        ("claim", "unbalanced_claim", "2000-01-01", "forget", "", ""),
        ("line", "unbalanced_claim", "2000-01-01", "post", "", ""),
        ("transaction", "unbalanced_payment", "2000-01-01", "post", "", ""),  # cash would not be BPR02
    ],
)
def test_a_policy_with_a_word_of_no_list_is_refused(row):
    with pytest.raises(Fault, match="a word of no list"):
        balance._policy(dict(zip(("level", "condition", "from_date", "action", "reason", "source"), row, strict=True)))


def test_threads_over_several_nights_and_a_seal_on_them(open_books):
    """The second remittance of a claim goes through the science, whatever the first one went through."""
    receive(open_books, Remittance("T1", (WHOLE,)), FIRST)
    receive(
        open_books,
        Remittance("T2", (WHOLE.reversed(), Claim(10_000, 9_000, (), {"CO-45": 1_000}, claim_id="A"))),
        SECOND,
    )
    assert balances(open_books) == {"cash": 9_000, "contractual": 1_000, "payer_receivable": -10_000}
    assert open_books.rows("select count(*) as n, bool_and(is_alone) as alone from ledger.posting group by posted_on order by posted_on") == [
        {"n": 1, "alone": True}, {"n": 2, "alone": False},
    ]  # fmt: skip
    seal_days(open_books)
    assert find_tampering(open_books) == []
