"""Great Expectations and the SQL pass are one gate: the same verdicts, row for row."""

import json
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import Fault
from tasks.encounters.contract import TABLES
from tasks.encounters.gate_frames import gate_frames
from tasks.stores import gate
from tasks.stores.gate import Verdict, judge_rows, validate, validate_in_sql
from tests.encounters.clean_drop import NIGHT, PAYERS, clean_drop, to_frames


def _suite(table):
    return json.loads(files("schemas").joinpath("expectations", f"{table}.json").read_text(encoding="utf-8"))


def _columns(table):
    return sorted({expectation["kwargs"]["column"] for expectation in _suite(table)["expectations"]})


@pytest.mark.parametrize("table", TABLES)
def test_both_agree_on_a_frame_that_breaks_everything(table):
    rng = np.random.default_rng(sum(table.encode()))
    values = np.array(
        [None, "", "P", "11", "x,y", "inactive", "99999000101", "O'Hara", "M", "a\nb", "\u00e9", "12345678901\n"]
    )
    frame = pd.DataFrame({name: pd.Series(rng.choice(values, 60), dtype="object") for name in _columns(table)})
    found = validate(frame, table)
    assert found == validate_in_sql(frame, table)
    assert {verdict.rule_id for verdict in found} == {e["meta"]["rule_id"] for e in _suite(table)["expectations"]}


@given(
    st.lists(st.tuples(*[st.sampled_from([None, "a_column", "one,two", "U", "F"])] * 3), min_size=1, max_size=20),
    st.booleans(),
)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_both_agree_on_random_frames(rows, is_text_dtype):
    names = _columns("attachments")[:3]
    frame = pd.DataFrame(dict.fromkeys(_columns("attachments")), index=range(len(rows)))
    for place, name in enumerate(names):
        frame[name] = pd.Series([row[place] for row in rows], dtype="str" if is_text_dtype else "object")
    assert validate(frame, "attachments") == validate_in_sql(frame, "attachments")


def test_both_agree_on_a_drop_whose_index_is_no_longer_its_position():
    drop = clean_drop()
    drop["patients"][0] |= {"sex": "", "state": "Massachusetts", "zip": "90210", "last_name": "X1"}
    frame = gate_frames(to_frames(drop), PAYERS, NIGHT)["patients"].iloc[::-1]
    found = validate(frame, "patients")
    assert found == validate_in_sql(frame, "patients")
    assert {(verdict.rule_id, verdict.column, verdict.row) for verdict in found} == {
        ("P02", "last_name", 1),
        ("P08", "state", 1),
        ("P01", "last_name", 1),
        ("P06", "sex", 1),
        ("P07", "zip", 1),
    }


def test_a_verdict_carries_rule_remedy_owner_and_each_column():
    frame = pd.DataFrame({name: [None, None] for name in _columns("attachments")}, dtype="object")
    frame.loc[1, "s04_columns"] = "report_type,transmission"
    meta = _suite("attachments")["expectations"][0]["meta"]
    assert judge_rows(frame, "attachments") == [
        Verdict("S04", "reject", column, meta["remedy"], "data_engineer", 1)
        for column in ("report_type", "transmission")
    ]


def test_a_frame_without_rows_is_not_asked_about():
    assert judge_rows(pd.DataFrame({"any": []}), "patients") == []


def test_a_large_frame_is_judged_in_sql(monkeypatch):
    monkeypatch.setattr(gate, "MOST_ROWS_FOR_EXPECTATIONS", 1)
    monkeypatch.setattr(gate, "validate", lambda *_: pytest.fail("asked Great Expectations"))
    frame = pd.DataFrame({name: [None, "x"] for name in _columns("attachments")}, dtype="object")
    assert {verdict.row for verdict in judge_rows(frame, "attachments")} == {1}


@pytest.mark.parametrize("judge", [validate, validate_in_sql])
def test_a_frame_without_a_judged_column_is_a_fault_and_not_a_pass(judge):
    frame = pd.DataFrame({name: [None] for name in _columns("patients")[1:]})
    with pytest.raises(Fault, match="GATE_BROKEN"):
        judge(frame, "patients")


def test_an_expectation_that_raises_is_a_fault_and_not_a_pass(monkeypatch):
    broken = {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "npi", "regex": "["}}
    meta = {"rule_id": "V02", "severity": "hold", "column": "npi", "remedy": "none", "owner": "biller"}
    monkeypatch.setattr(gate, "_suite", lambda _: ({**broken, "meta": meta},))
    with pytest.raises(Fault, match="V02 on npi raised"):
        validate(pd.DataFrame({"npi": ["1"]}), "providers")


def test_an_expectation_without_sql_form_is_a_fault(monkeypatch):
    odd = {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "npi"}, "meta": {}}
    monkeypatch.setattr(gate, "_suite", lambda _: (odd,))
    with pytest.raises(Fault, match="has no SQL form"):
        validate_in_sql(pd.DataFrame({"npi": ["1"]}), "providers")


def test_every_suite_is_a_real_suite_of_great_expectations():
    import great_expectations as gx

    for table in TABLES:
        suite = gx.ExpectationSuite(**_suite(table))
        assert suite.name == table
        assert len(suite.expectations) == len(_suite(table)["expectations"])


def test_two_threads_with_a_context_each_agree_with_one():
    frames = [pd.DataFrame({name: ["x"] * count for name in _columns("attachments")}) for count in (1, 5, 9, 13)]
    alone = [validate(frame, "attachments") for frame in frames]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda frame: validate(frame, "attachments"), frames)) == alone
