"""The step: run again it changes nothing, its views notice what must not be, its credits name their bytes."""

from datetime import date

import pytest

from tasks.stores.warehouse import writer

DAY = date(2026, 3, 2)


@pytest.fixture
def told(books):
    """A visit with a share, a statement, an approved write-off and a payment."""
    books.visit("V", 10_000, DAY)
    books.remit("V", {"paid": 6000, "CO-45": 1000, "PR-1": 3000}, DAY, "T1")
    books.decide("patient_payment", "V", {"amount_cents": 500}, "ann", DAY)
    asked = books.decide("propose_write_off", "V", {"amount_cents": 700, "reason_code": "courtesy"}, "ann", DAY)
    books.decide("approve_write_off", asked, {"amount_cents": 700}, "bob", DAY)
    books.night(DAY)
    return books


def test_the_step_twice_changes_nothing(told):
    before = told.hashes()
    papers = {p: p.read_bytes() for p in (told.home / "statements").rglob("*.pdf")}
    counts = told.night(DAY)
    assert counts == {"decisions": 0, "refused": 0, "statements": 0, "proposed": 0}
    after = told.hashes()
    assert {name for name in after if after[name] != before[name]} <= {"patients.night"}
    assert {p: p.read_bytes() for p in (told.home / "statements").rglob("*.pdf")} == papers


def test_the_same_night_from_the_start_gives_the_same_tables(books, told):
    first = told.hashes()
    log = (told.home / "decisions" / "log.jsonl").read_bytes()
    books.clear()
    books.visit("V", 10_000, DAY)
    books.remit("V", {"paid": 6000, "CO-45": 1000, "PR-1": 3000}, DAY, "T1")
    (books.home / "decisions" / "log.jsonl").write_bytes(log)
    books.night(DAY)
    assert books.hashes() == first


def test_money_that_is_not_group_pr_on_the_patient_is_noticed(told):
    told.remit("V", {"CO-45": 100}, DAY, "T2")
    assert told.rows("select * from patients.foreign_share") == []
    with writer(told.home) as warehouse:
        warehouse.execute(
            "update ledger.entry set account = 'patient_receivable' where code = 'CO-45' and trace_number = 'T2'"
        )
    assert {row["code"] for row in told.rows("select * from patients.foreign_share")} == {"CO-45"}


def test_a_write_off_that_its_proposer_approved_is_noticed(told):
    assert told.rows("select * from patients.unapproved") == []
    with writer(told.home) as warehouse:
        warehouse.execute("update patients.proposal set proposed_by = 'BOB'")
    assert len(told.rows("select * from patients.unapproved")) == 2


def test_a_statement_that_does_not_add_up_is_noticed(told):
    assert told.rows("select * from patients.misstated") == []
    with writer(told.home) as warehouse:
        warehouse.execute("update patients.statement set amount_cents = amount_cents + 1")
    assert len(told.rows("select * from patients.misstated")) == 1


def test_what_the_step_asks_of_open_accounts_is_what_the_view_says(told):
    from tasks.bill_patients import OPEN_ACCOUNTS

    asked = told.rows(OPEN_ACCOUNTS)
    seen = told.rows("select * from patients.encounter_balance where balance_cents <> 0")
    assert [{name: row[name] for name in asked[0]} for row in seen] == asked


def test_a_credit_names_the_postings_that_made_it(told):
    told.remit("V", {"paid": 6000}, date(2026, 3, 5), "T9")
    told.night(date(2026, 3, 5))
    credit = told.rows("select * from patients.credit")[0]
    assert (credit["holder"], credit["credit_cents"], credit["trace_numbers"]) == ("payer", 6000, "T9")
    evidence = told.rows("select * from patients.credit_evidence")
    assert [(row["rule_id"], row["amount_cents"]) for row in evidence] == [("payment", -6000)]
    assert all(len(row["file_sha256"]) == 64 and row["byte_end"] > row["byte_start"] for row in evidence)


def test_money_received_more_than_six_years_ago_is_outside_the_look_back(books):
    books.visit("V", 10_000, date(2026, 3, 2), "medicare")
    books.remit("V", {"paid": 12_000}, date(2026, 3, 2), "T1")
    with writer(books.home) as warehouse:
        warehouse.execute("update remittances.payment set paid_on = date '2020-03-01'")
    books.night(date(2026, 3, 2))
    assert [row["state"] for row in books.rows("select state from patients.medicare_clock")] == ["outside_look_back"]
    with writer(books.home) as warehouse:
        warehouse.execute("update remittances.payment set paid_on = date '2020-03-02'")
    assert [row["state"] for row in books.rows("select state from patients.medicare_clock")] == ["running"]
