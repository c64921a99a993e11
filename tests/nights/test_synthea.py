"""A real export of another program, untouched, through the same night; its totals counted independently.

Where it is not here, what is said of the desk is shown by an export of the same shape and our own invention.
"""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tasks.found_home import found_export_home
from tasks.ledger.rereading import misread
from tasks.stores.census import take_census
from tasks.stores.rereading import misread_entries
from tasks.stores.vault import get_bytes
from tasks.stores.warehouse import reader, warehouse_path
from tests.encounters.tiny_synthea import export
from tests.nights.running import run_nights

EXPORT = Path(__file__).parents[3] / "shared" / "encounters" / "synthea_100_patients_csv"
NIGHT = date(2026, 11, 23)


def after_nights(folder, drop, nights):
    """A home in that folder, made for that export, after so many nights."""
    home = folder / "home"
    found_export_home(home, drop)
    run_nights(home, nights, NIGHT)
    return home


@pytest.fixture(scope="module")
def real_home(tmp_path_factory):
    if not EXPORT.is_dir():
        pytest.skip("the Synthea export (../shared) is not here")
    return after_nights(tmp_path_factory.mktemp("synthea"), EXPORT, 4)


@pytest.fixture(scope="module")
def tiny_home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "export").mkdir()
    for stem, content in export().items():
        (folder / "export" / f"{stem}.csv").write_bytes(content)
    return after_nights(folder, folder / "export", 1)


@pytest.fixture(scope="module")
def census_and_totals(real_home):
    home = real_home
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


@pytest.mark.parametrize("which", ["tiny_home", "real_home"])
def test_every_entry_of_the_ledger_is_said_by_the_bytes_it_names(which, request):
    home = request.getfixturevalue(which)
    with reader(warehouse_path(home)) as warehouse:
        assert warehouse.value("select count(*) from ledger.entry") > 0
        assert list(misread_entries(warehouse, home, misread)) == []


@pytest.mark.parametrize("which", ["tiny_home", "real_home"])
def test_money_at_the_desk_is_one_posting_per_payment_row_of_its_encounter(which, request):
    home = request.getfixturevalue(which)
    with reader(warehouse_path(home)) as warehouse:
        query = "select * from ledger.entry where rule_id = 'patient_payment' and account = 'cash' order by entry_id"
        posted = warehouse.rows(query)
        claimed = {row["encounter_id"] for row in warehouse.rows("select encounter_id from claims.claim")}
    (digest,) = {row["file_sha256"] for row in posted}
    content = get_bytes(home, digest)
    columns, *rows = csv.reader(content.decode().splitlines())
    paid = [row for row in (dict(zip(columns, row, strict=True)) for row in rows) if row["METHOD"] == "COPAY"]
    wanted = [
        (row["ID"], row["APPOINTMENTID"], int(Decimal(row["PAYMENTS"]) * 100))
        for row in paid
        if row["APPOINTMENTID"] in claimed
    ]
    found = [
        (content[row["byte_start"] :].split(b",", 1)[0].decode(), row["encounter_id"], row["amount_cents"])
        for row in posted
    ]
    assert sorted(found) == sorted(wanted)
    assert len({row["posting_id"] for row in posted}) == len(posted) > len({row["encounter_id"] for row in posted})
