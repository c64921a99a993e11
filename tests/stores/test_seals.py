"""The seals of the ledger: whatever is done to a row or to a seal is found, and the day and the posting are named."""

from datetime import date

import pytest

from tasks.ledger.entries import Place, Subject, pair, post
from tasks.ledger.rules import PAYMENT
from tasks.stores.seals import count_unsealed, find_tampering, last_seal, seal_days
from tasks.stores.warehouse import Warehouse, session

DAYS = (date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4))
PLACE = Place("f" * 64, 10, 20)


def fill(warehouse: Warehouse, day: date, name: str, postings: int = 3) -> None:
    for number in range(postings):
        subject = Subject(day, claim_id=f"C{number}", claim_version=1, trace_number="T1")
        legs = [*pair("cash", "payer_receivable", 100 + number, PLACE, PAYMENT, 1), *pair("cash", "payer_receivable", 7, PLACE, PAYMENT, 2)]  # fmt: skip
        warehouse.insert("ledger.entry", post(f"{name}{day.day}-{number}", subject, legs))


@pytest.fixture
def sealed(tmp_path):
    with session(tmp_path) as warehouse:
        for day in DAYS:
            fill(warehouse, day, "P")
            assert seal_days(warehouse) == 1
        yield warehouse


ENTRY = "posting_id = 'P3-1' and amount_cents = 101"
TAMPERING = {
    "an amount changed on both sides": (
        "update ledger.entry set amount_cents = amount_cents * 2 where posting_id = 'P3-1'",
        "an entry of it was changed",
    ),
    "an account changed": (f"update ledger.entry set account = 'contractual' where {ENTRY}", "changed"),
    "a line moved": (f"update ledger.entry set line_number = 9 where {ENTRY}", "changed"),
    "a line forgotten": (f"update ledger.entry set line_number = null where {ENTRY}", "changed"),
    "a claim changed": (f"update ledger.entry set claim_id = 'other' where {ENTRY}", "changed"),
    "bytes moved": (f"update ledger.entry set byte_end = 21 where {ENTRY}", "changed"),
    "a text moved from one column to the next": (
        "update ledger.entry set code = trace_number, trace_number = null where posting_id = 'P3-1'",
        "changed",
    ),
    "an entry deleted": (f"delete from ledger.entry where {ENTRY}", "1 of its entries are gone"),
    "a posting deleted": ("delete from ledger.entry where posting_id = 'P3-1'", "its entries are gone"),
    "an entry added": (
        f"insert into ledger.entry select * replace ('new' as entry_id) from ledger.entry where {ENTRY}",
        "1 entries were added",
    ),
    "entries that changed places": (
        """update ledger.entry e set entry_id = o.entry_id || 'x' from ledger.entry o
           where e.posting_id = 'P3-1' and o.posting_id = 'P3-1' and o.amount_cents = -e.amount_cents""",
        "changed",
    ),
    "a posting moved to another day": (
        "update ledger.entry set posted_on = date '2026-03-04' where posting_id = 'P3-1'",
        "changed",
    ),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_with_a_row_names_its_day_and_posting(sealed, how):
    assert find_tampering(sealed) == []
    statement, said = TAMPERING[how]
    sealed.execute(statement)
    found = [row for row in find_tampering(sealed) if said in row["what"]]
    assert [(row["posted_on"], row["posting_id"]) for row in found] == [(DAYS[1], "P3-1")]


CHAIN = {
    "a seal's hash changed": ("update ledger.day_seal set entries_hash = 'x' where seal_number = 2", "seal 2: it was changed"),
    "a seal's day changed": ("update ledger.day_seal set posted_on = '2026-03-09' where seal_number = 2", "seal 2: it was changed"),
    "a seal taken away": ("delete from ledger.day_seal where seal_number = 2", "seal 2 is gone"),
    "the last seal taken away": ("delete from ledger.day_seal where seal_number = 3", "seal 3 is gone"),
    "two seals that changed places": ("update ledger.day_seal set seal_number = 9 - seal_number where seal_number > 1", "does not follow"),
    "a posting and its seal changed": (
        "update ledger.posting_seal set entries_hash = repeat('0', 64) where posting_id = 'P3-1'", "seal 2: its postings are not those",
    ),
    "a posting's seal taken away": ("delete from ledger.posting_seal where posting_id = 'P3-1'", "seal 2: its postings are not those"),
    "a posting with a seal of its own added": (
        "insert into ledger.posting_seal select * replace ('Q' as posting_id) from ledger.posting_seal where posting_id = 'P3-1'",
        "seal 2: its postings are not those",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", CHAIN)
def test_tampering_with_a_seal_is_found(sealed, how):
    statement, said = CHAIN[how]
    sealed.execute(statement)
    assert any(said in row["what"] for row in find_tampering(sealed)), find_tampering(sealed)


def test_a_chain_that_was_rewritten_whole_is_found_by_a_hash_kept_elsewhere(sealed):
    kept = last_seal(sealed)["seal_hash"]
    assert find_tampering(sealed, kept) == []
    sealed.execute("update ledger.entry set amount_cents = amount_cents * 2 where posting_id = 'P3-1'")
    sealed.execute("delete from ledger.day_seal")
    sealed.execute("delete from ledger.posting_seal")
    seal_days(sealed)
    assert find_tampering(sealed) == []
    assert [row["what"] for row in find_tampering(sealed, kept)] == [
        f"no seal has the hash {kept}: the chain is another"
    ]


def test_a_day_that_is_posted_to_after_its_seal_gets_another_seal(sealed):
    before = sealed.rows("select * from ledger.day_seal order by 1")
    fill(sealed, DAYS[0], "L")
    assert count_unsealed(sealed) == 12
    assert find_tampering(sealed) == []
    assert seal_days(sealed) == 1
    assert sealed.rows("select * from ledger.day_seal order by 1")[:3] == before
    assert last_seal(sealed)["posted_on"] == DAYS[0]
    assert (count_unsealed(sealed), find_tampering(sealed), seal_days(sealed)) == (0, [], 0)


def test_a_posting_off_balance_is_named_though_it_was_sealed(sealed):
    sealed.insert(
        "ledger.entry", [{**sealed.rows("from ledger.entry limit 1")[0], "entry_id": "odd", "posting_id": "ODD"}]
    )
    seal_days(sealed)
    assert [(row["posting_id"], "not to zero" in row["what"]) for row in find_tampering(sealed)] == [("ODD", True)]
