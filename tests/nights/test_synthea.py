"""A real export of another program, untouched, through the same night; its totals counted independently."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tasks.found_home import found_export_home
from tasks.stores.census import take_census
from tasks.stores.warehouse import reader, warehouse_path
from tests.nights.running import run_nights

EXPORT = Path(__file__).parents[3] / "shared" / "encounters" / "synthea_100_patients_csv"
pytestmark = pytest.mark.skipif(not EXPORT.is_dir(), reason="the Synthea export (../shared) is not here")
NIGHT = date(2026, 11, 23)


@pytest.fixture(scope="module")
def census_and_totals(tmp_path_factory):
    home = tmp_path_factory.mktemp("synthea") / "home"
    found_export_home(home, EXPORT)
    run_nights(home, 4, NIGHT)
    with (EXPORT / "claims_transactions.csv").open(newline="") as stream:
        transactions = list(csv.DictReader(stream))
    with reader(warehouse_path(home)) as warehouse:
        yield take_census(warehouse), transactions, warehouse


def test_each_of_the_706_encounters_has_exactly_one_outcome_with_its_reason(census_and_totals):
    census, _, warehouse = census_and_totals
    with (EXPORT / "encounters.csv").open(newline="") as stream:
        exported = [row["Id"] for row in csv.DictReader(stream)]
    assert len(exported) == 706
    outcomes = warehouse.rows("select * from encounters.outcome where outcome is not null")
    assert sorted(o["encounter_id"] for o in outcomes) == sorted(exported)
    assert all(o["rule_id"] and o["owner"] for o in outcomes if o["outcome"] == "held")
    assert all(o["reason"] for o in outcomes if o["outcome"] == "not_billable")
    assert {row["outcome"] for row in census.outcomes} >= {"billed", "held", "not_billable"}


def test_cents_and_counts_tie_to_the_exports_own_totals(census_and_totals):
    census, transactions, _ = census_and_totals
    charges = [t for t in transactions if t["TYPE"] == "CHARGE"]
    assert len(transactions) == 11_991
    cents = int(sum(Decimal(t["AMOUNT"]) for t in charges) * 100)
    assert sum(row["charge_cents"] for row in census.outcomes) == cents
    assert census.is_tied


def test_real_encounters_are_paid_and_posted(census_and_totals):
    _, _, warehouse = census_and_totals
    assert warehouse.value("select count(*) from claims.state where state = 'PAID'") > 0
    assert warehouse.value("select sum(amount_cents) from ledger.entry") == 0
