"""The real Synthea export, coded from its bytes: every encounter has an outcome and every cent is somewhere."""

import csv
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tasks.coding.encounters import code_encounters
from tasks.encounters.registry import make_registry
from tasks.encounters.rows import read_rows
from tasks.encounters.synthea import LAYOUT, to_canonical
from tests.coding.rows import typed
from tests.encounters.tiny_synthea import frames

REAL = Path(__file__).parents[3] / "shared" / "encounters" / "synthea_100_patients_csv"
NIGHT = date(2026, 11, 1)


def code(source, codebook):
    made = to_canonical(source, make_registry(source, "export"), "export", "America/New_York")
    encounters = typed(made["encounters"], "encounters")
    lines = [{**row, "encounter_version": 1} for row in typed(made["service_lines"], "service_lines")]
    history = defaultdict(list)
    for row in encounters:
        history[row["patient_key"]].append((row["date_of_service_from"], row["encounter_id"]))
    return code_encounters(encounters, lines, typed(made["patients"], "patients"), history, codebook, NIGHT)


def test_a_small_export_is_coded_to_its_outcomes(codebook):
    coded = code(frames(), codebook)
    outcomes = {row["encounter_id"]: (row["disposition"], row["reason"]) for row in coded.encounter}
    assert outcomes == {
        "enc-1": ("billable", None),
        "enc-2": ("billable", None),
        "enc-3": ("billable", None),
        "enc-4": ("not_billable", "self_pay"),
        "enc-5": ("not_billable", "facility"),
        "enc-6": ("not_billable", "no_charge"),
        "enc-7": ("not_billable", "dental_only"),
    }
    numbers = [(row["encounter_id"], row["procedure_code"]) for row in coded.line if row["disposition"] == "billable"]
    assert numbers == [("enc-1", "99204"), ("enc-2", "99396"), ("enc-2", "90656"), ("enc-3", "99202")]


@pytest.fixture(scope="module")
def real(codebook):
    if not REAL.exists():
        pytest.skip("no ../shared/encounters: the real Synthea export is not shipped")
    return code(
        {stem: read_rows((REAL / f"{stem}.csv").read_bytes(), stem, LAYOUT[stem])[0] for stem in LAYOUT}, codebook
    )


@pytest.fixture(scope="module")
def charges():
    with (REAL / "claims_transactions.csv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["TYPE"] == "CHARGE"]


def test_every_cent_of_the_export_is_on_a_coded_line(real, charges):
    expected: Counter = Counter()
    for row in charges:
        expected[row["APPOINTMENTID"]] += int(Decimal(row["AMOUNT"]) * 100)
    found = {row["encounter_id"]: row["billable_cents"] + row["unbillable_cents"] for row in real.encounter}
    assert found == dict(expected)
    assert len(real.encounter) == 706
    assert sum(row["charge_cents"] for row in real.line) == sum(expected.values())
    assert Counter(row["source_code"] for row in real.line) == Counter(row["PROCEDURECODE"] for row in charges)


def test_every_encounter_is_claimed_held_or_says_why_not(real):
    held = {row["encounter_id"] for row in real.finding if row["severity"] == "hold"}
    lines = defaultdict(list)
    for row in real.line:
        lines[row["encounter_id"]].append(row)
    for row in real.encounter:
        if row["disposition"] == "not_billable":
            assert row["reason"]
            continue
        claimed = [one for one in lines[row["encounter_id"]] if one["disposition"] == "billable"]
        assert claimed
        is_whole = all(len(one["procedure_code"]) == 5 and one["diagnosis_pointers"] for one in claimed)
        assert is_whole or row["encounter_id"] in held


def test_how_the_export_is_known_to_come_out(real):
    outcomes = Counter((row["disposition"], row["reason"]) for row in real.encounter)
    assert outcomes == {
        ("billable", None): 548,
        ("not_billable", "dental_only"): 82,
        ("not_billable", "self_pay"): 34,
        ("not_billable", "global_maternity"): 29,
        ("not_billable", "facility"): 10,
        ("not_billable", "no_billable_line"): 3,
    }
    holds = defaultdict(set)
    for row in real.finding:
        if row["severity"] == "hold":
            holds[row["rule_id"]].add(row["encounter_id"])
    assert {rule: len(found) for rule, found in holds.items()} == {"D01": 21, "L01": 23, "L04": 1, "L14": 11}
    assert {row["severity"] for row in real.finding} <= {"hold", "warn", "fix"}


def test_no_code_of_another_system_is_claimed_unheld(real):
    held = {(row["encounter_id"], row["line_number"]) for row in real.finding if row["rule_id"] == "L01"}
    for row in real.line:
        if row["disposition"] == "billable" and row["procedure_code"] == row["source_code"]:
            assert (row["encounter_id"], row["line_number"]) in held
