"""Two weeks of the sample practice: most of the payer's money is in the bank, some of it is not as it should be, and all of it ties."""

import pytest

from tasks.stores.vault import get_bytes


@pytest.mark.parametrize(
    "state", ["reconciled", "amount_differs", "duplicate", "era_without_eft", "in_transit", "held"]
)
def test_remittances_and_deposits_have_every_state_that_the_sample_makes(asked, state):
    assert asked.value("select count(*) from bank.reassociation where state = $1", [state]) > 0


def test_most_remittances_are_reconciled_and_a_late_one_is_told(asked):
    counts = {r["state"]: r["n"] for r in asked.rows("select state, count(*) as n from bank.reassociation group by 1")}
    assert counts["reconciled"] > sum(counts.values()) / 2
    assert asked.value("select count(*) from bank.reassociation where is_late") > 0


def test_both_formats_are_read_and_each_movement_stands_in_the_bytes_it_names(asked, rehearsed):
    rows = asked.rows("select * from bank.movement")
    assert {row["format"] for row in rows} == {"ach", "bai2"}
    for row in rows:
        said = get_bytes(rehearsed, row["file_sha256"])[row["byte_start"] : row["byte_end"]].decode()
        assert f"TRN*1*{row['trace_number']}*{row['originator_id']}" in said
        assert str(row["amount_cents"]) in said


def test_the_books_tie_to_the_bank(asked):
    lines = asked.rows("select * from bank.cash")
    shown = [line["cents"] for line in lines if line["position"] == 6]
    assert shown == [sum(line["cents"] for line in lines if line["position"] < 6)]
    assert shown[0] > 0


def test_every_deferred_takeback_of_the_sample_names_its_reversed_claim(asked):
    chains = asked.rows("select * from ledger.takeback")
    assert chains
    assert not any(chain["is_unexplained"] for chain in chains)
    assert all(chain["claim_id"] and chain["deferred_cents"] == chain["reversed_cents"] for chain in chains)
    assert {chain["open_cents"] == 0 for chain in chains} == {True, False}


def test_each_payer_that_paid_has_its_last_remittance(asked):
    told = {
        (r["payer_id"], r["payee_npi"]): r for r in asked.rows("select * from analytics.last_era where era_count > 0")
    }
    paid = asked.rows(
        "select payer_id, payee_npi, count(*) as n, max(paid_on) as on_day from remittances.payment where verdict <> 'repeated' group by 1, 2"
    )
    assert {(p["payer_id"], p["payee_npi"]): (p["n"], p["on_day"]) for p in paid} == {
        key: (row["era_count"], row["last_era_on"]) for key, row in told.items()
    }
    assert all(row["payee_tax_id"] for row in told.values() if row["payer_id"] != "NEVER")
