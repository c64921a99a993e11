"""Nothing is left out: every segment of every kind is a row, fills columns of one, or is kept; once, and with its bytes."""

import csv
from collections import Counter
from datetime import date
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

from schemas.errors import Fault
from tasks.x12.arrow import arrow_tables
from tasks.x12.envelope import read_x12
from tasks.x12.tables import read_tables

from .accounting import account
from .remittance_bytes import BALANCED

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.x12"))
CORPUS = Path(__file__).parents[3] / "shared" / "x12" / "corpus"
INDEX = CORPUS / "INDEX.csv"
PUBLIC = [CORPUS / row["file"] for row in csv.DictReader(StringIO(INDEX.read_text("utf-8")))] if INDEX.exists() else []
PARKED = {"837", "837I", "837D"}


@pytest.mark.parametrize("path", [*GOLDEN, *PUBLIC], ids=lambda path: path.name)
def test_every_segment_is_accounted_for_once(path):
    try:
        x12 = read_x12(path.read_bytes())
    except Fault:
        return  # it is a row of test_corpus
    for kind, count in Counter(transaction.kind for transaction in x12.transactions).items():
        for tables in read_tables(x12.transactions, kind) if kind not in PARKED else ():
            found = account(tables)
            assert found.wrong == []
            assert len(tables.transactions) == count
            assert found.counted.total() == sum(len(transaction.numbers) for transaction in tables.transactions)


@pytest.mark.parametrize("path", [*GOLDEN, *PUBLIC], ids=lambda path: path.name)
def test_keys_are_unique_and_lead_to_parents(path):
    try:
        x12 = read_x12(path.read_bytes())
    except Fault:
        return
    for kind in {transaction.kind for transaction in x12.transactions} - PARKED:
        for tables in read_tables(x12.transactions, kind):
            made = arrow_tables(tables, ["ab" * 32])
            keys = {name: table[f"{name}_id"].to_pylist() for name, table in made.items()}
            for name, table in made.items():
                assert len(set(keys[name])) == table.num_rows
                assert set(table["file_sha256"].to_pylist()) <= {"ab" * 32}
                for parent in tables.rows[name].table.parents:
                    assert set(table[f"{parent}_id"].to_pylist()) <= {None, *keys[parent]}


def test_a_value_that_its_column_passes_over_is_kept():
    both = BALANCED.replace(b"DTM*472*20260210~", b"DTM*150*20260209~DTM*472*20260210~")
    (tables,) = read_tables(read_x12(both).transactions, "835")
    assert account(tables).wrong == []
    kept = tables.rows["segment"]
    contents = [tables.index.elements(segment)[:2] for segment in kept.segments.tolist()]
    number = contents.index(["DTM", "150"])
    assert kept.parent("service")[number] == 0
    assert (kept.segments[1:] > kept.segments[:-1]).all()


NO_DAYS = {
    "835": BALANCED.replace(b"DTM*472*20260210", b"DTM*472*20261310").replace(b"DTM*232*20260105", b"DTM*232*260105"),
    "837P": (Path(__file__).parent / "golden" / "837p_dependent.x12").read_bytes().replace(b"D8*2014", b"D8*14"),
}


@pytest.mark.parametrize("kind", NO_DAYS)
def test_a_date_that_is_none_is_kept_as_it_was_written(kind):
    (tables,) = read_tables(read_x12(NO_DAYS[kind]).transactions, kind)
    assert account(tables).wrong == []
    kept = arrow_tables(tables, ["ab" * 32])["segment"].to_pylist()
    contents = [row["content"] for row in kept]
    if kind == "835":
        assert {"DTM*472*20261310", "DTM*232*260105"} <= set(contents)
        number = contents.index("DTM*472*20261310")
        assert kept[number]["service_id"] == arrow_tables(tables, ["ab" * 32])["service"]["service_id"][0].as_py()
    else:
        assert [row["segment_code"] for row in kept] == ["DMG"]
    assert [row["byte_start"] for row in kept] == sorted(row["byte_start"] for row in kept)


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("20260210-20260212", [date(2026, 2, 10), date(2026, 2, 12)]),
        ("20260210", [date(2026, 2, 10)] * 2),
        ("20260210-20260230", [date(2026, 2, 10), None]),
        ("20260210/20260212", [None, None]),
        ("20260210-2026021", [None, None]),
        ("20260210-", [None, None]),
        ("202602101", [None, None]),
    ],
)
def test_a_period_has_two_days_parted_by_a_minus(period, days):
    content = (Path(__file__).parent / "golden" / "277_answers.x12").read_text()
    content = content.replace("DTP*472*RD8*20260210-20260212~", f"DTP*472*RD8*{period}~").encode()
    (tables,) = read_tables(read_x12(content).transactions, "277")
    rows = [row for row in arrow_tables(tables)["date"].to_pylist() if row["period"] == period]
    assert [[row["start_on"], row["end_on"]] for row in rows] == [days]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_the_end_of_a_transaction_is_of_no_other_row(path):
    x12 = read_x12(path.read_bytes())
    for kind in {transaction.kind for transaction in x12.transactions}:
        for tables in read_tables(x12.transactions, kind):
            last = np.array([transaction.numbers[-1] for transaction in tables.transactions])
            for rows in tables.rows.values():
                is_head = np.isin(rows.segments, tables.firsts)
                assert not np.isin(rows.last_segments[~is_head], last).any()
                assert np.isin(rows.last_segments[is_head], last).all()
