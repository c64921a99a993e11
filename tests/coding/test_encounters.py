import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.coding.encounters import code_encounters
from tasks.coding.findings import CHECKS
from tasks.stores.codebook import load_codebook
from tests.coding.rows import NIGHT, code_one, encounter, line, patient, rules, snomed

ROOT = Path(__file__).parents[2]
CODEBOOK = load_codebook()

WHOLE = [
    # what it shows, the encounter, its lines, reason
    ("claimed", {}, [line("99213")], None),
    ("cancelled", {"encounter_status": "cancelled"}, [line("99213")], "cancelled"),
    ("not come", {"encounter_status": "no_show"}, [line("99213")], "no_show"),
    ("to come", {"encounter_status": "planned"}, [line("99213")], "planned"),
    ("a stay", {"claim_type": "I"}, [line("99213")], "facility"),
    ("a dental claim", {"claim_type": "D"}, [line("D0120")], "dental_only"),
    ("pays himself", {"responsible_party": "self_pay"}, [line("99213")], "self_pay"),
    ("cancelled before who pays", {"encounter_status": "cancelled", "responsible_party": "self_pay"}, [], "cancelled"),
    ("source says no", {"billable_status": "not_billable"}, [line("99213")], "source_says_not_billable"),
    ("source says no, free", {"billable_status": "not_billable"}, [line("99213", cents=0)], "no_charge"),
    ("no lines", {}, [], "no_charge"),
    ("free, a price may be missing", {}, [line("99213", cents=0)], None),
    ("free", {"dx_version": "SCT"}, [snomed("104091002", cents=0)], "no_charge"),
    ("tablets", {"dx_version": "SCT"}, [line("314076", procedure_qualifier="RXN")], "pharmacy_only"),
    ("teeth", {"dx_version": "SCT"}, [snomed("34043003"), snomed("103697008")], "dental_only"),
    ("a prenatal visit", {"dx_version": "SCT"}, [snomed("424619006"), snomed("225158009")], "global_maternity"),
    ("a mixture", {"dx_version": "SCT"}, [snomed("308646001"), snomed("103697008")], "no_billable_line"),
]


@pytest.mark.parametrize(("shows", "given_values", "lines", "reason"), WHOLE, ids=[t[0] for t in WHOLE])
def test_an_encounter_is_claimed_or_says_why_not(shows, given_values, lines, reason):
    coded = code_one(CODEBOOK, encounter("E785", **given_values), *lines)
    row = coded.encounter[0]
    assert (row["disposition"], row["reason"]) == ("not_billable" if reason else "billable", reason)
    assert row["billable_cents"] + row["unbillable_cents"] == sum(one["charge_cents"] for one in lines)
    if reason:
        assert not coded.diagnosis
        assert row["billable_cents"] == 0
        assert {one["disposition"] for one in coded.line} <= {"not_billable"}


def test_the_rows_have_the_warehouse_columns():
    coded = code_one(CODEBOOK, encounter("E785"), line("99213"), line("90472"))
    text = (ROOT / "schemas" / "warehouse" / "30_coding.sql").read_text(encoding="utf-8")
    for table in ("encounter", "diagnosis", "line", "finding"):
        body = text.split(f"create table if not exists coding.{table} (")[1].split(");")[0]
        columns = [
            words[0] for row in body.splitlines()[1:] if (words := row.split()) and words[0] not in ("primary", "--")
        ]
        rows = getattr(coded, table)
        assert rows
        assert {tuple(sorted(row)) for row in rows} == {tuple(sorted(columns))}


def test_versions_of_an_encounter_keep_their_own_lines():
    first, second = encounter("E785"), encounter("E785", encounter_version=2)
    lines = [line("99213"), line("99214", encounter_version=2, cents=500)]
    coded = code_encounters([first, second], lines, [patient()], {}, CODEBOOK, NIGHT)
    assert [(row["encounter_version"], row["procedure_code"]) for row in coded.line] == [(1, "99213"), (2, "99214")]


def test_an_unknown_patient_is_no_reason_to_stop():
    coded = code_encounters([encounter("E785")], [line("99213")], [], {}, CODEBOOK, NIGHT)
    assert coded.encounter[0]["disposition"] == "billable"


def test_the_severities_are_those_of_the_intake_checks():
    with (ROOT / "schemas" / "contract" / "intake_checks.csv").open(encoding="utf-8") as stream:
        severities = {row["id"]: row["severity"].lower() for row in csv.DictReader(stream)}
    assert {rule: check.severity for rule, check in CHECKS.items()} == {rule: severities[rule] for rule in CHECKS}


SOURCE_LINES = [
    ("SCT" if system == "SNOMED" else "CVX" if system == "CVX" else "RXN", code) for system, code in CODEBOOK.procedures
]
NUMBERS = ["99213", "99203", "90471", "90472", "85025", "D0120", "J1885", "99241", "185349003", "0001F"]
A_LINE = st.tuples(
    st.sampled_from(SOURCE_LINES) | st.tuples(st.none(), st.sampled_from(NUMBERS)), st.integers(0, 10**6)
)
A_DAY = st.dates(date(2016, 1, 1), date(2026, 12, 31))


@given(
    charges=st.lists(A_LINE, max_size=12),
    dx=st.lists(st.sampled_from([code for _, code in CODEBOOK.diagnoses]), max_size=12, unique=True),
    place=st.sampled_from(["11", "10", "20", "23"]),
    born=st.dates(date(1920, 1, 1), date(2015, 12, 31)) | st.none(),
    sex=st.sampled_from(["M", "F", "U", None]),
    on=A_DAY,
)
@settings(max_examples=150, deadline=None)
def test_no_line_and_no_cent_is_lost_whatever_comes(charges, dx, place, born, sex, on):
    lines = [
        line(code, cents=cents, procedure_qualifier=qualifier, date_from=on) for (qualifier, code), cents in charges
    ]
    an_encounter = encounter(*dx, dx_version="SCT", place_of_service=place, date_of_service_from=on)
    coded = code_one(CODEBOOK, an_encounter, *lines, patient_row=patient(born, sex))
    row = coded.encounter[0]
    assert [one["line_number"] for one in coded.line] == list(range(1, len(lines) + 1))
    assert [one["charge_cents"] for one in coded.line] == [cents for _, cents in charges]
    assert row["billable_cents"] == sum(one["charge_cents"] for one in coded.line if one["disposition"] == "billable")
    assert row["unbillable_cents"] == sum(one["charge_cents"] for one in coded.line if one["disposition"] != "billable")
    keys = Counter((one["rule_id"], one["line_number"], one["column_name"]) for one in coded.finding)
    assert not keys or max(keys.values()) == 1
    _assert_claimable(coded)


def _assert_claimable(coded):
    """A claim has a line; every line a number and pointers to diagnoses that are there, or a finding that holds it."""
    billable = [one for one in coded.line if one["disposition"] == "billable"]
    held = {one["line_number"] for one in coded.finding if one["severity"] == "hold"}
    assert bool(billable) == (coded.encounter[0]["disposition"] == "billable")
    for one in billable:
        assert one["procedure_code"]
        assert len(one["procedure_code"]) == 5 or one["line_number"] in held
        pointers = [int(position) for position in one["diagnosis_pointers"].split(":") if position]
        assert all(1 <= position <= len(coded.diagnosis) for position in pointers)
        assert pointers or not coded.diagnosis or one["source_system"] == "HCPCS"
    positions = [one["position"] for one in coded.diagnosis]
    assert positions == list(range(1, len(positions) + 1))
    assert len(positions) <= 12
    assert len({one["icd10cm_code"] for one in coded.diagnosis}) == len(positions)
    if billable and not coded.diagnosis:
        assert "D01" in rules(coded)


def test_order_of_the_input_does_not_matter():
    encounters = [encounter("E785", encounter_id=f"E{n}", patient_key="P1") for n in range(6)]
    lines = [
        line(code, number=n, encounter_id=f"E{k}")
        for k in range(6)
        for n, code in enumerate(("99213", "90471", "90656"), 1)
    ]
    one = code_encounters(encounters, lines, [patient()], {}, CODEBOOK, NIGHT)
    other = code_encounters(encounters[::-1], lines[::-1], [patient()], {}, CODEBOOK, NIGHT)
    for table in ("encounter", "line", "diagnosis", "finding"):
        assert sorted(map(str, getattr(one, table))) == sorted(map(str, getattr(other, table)))
