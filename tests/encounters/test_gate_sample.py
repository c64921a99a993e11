"""The committed sample practice against its own list of injected faults: each is found where it lies, and nothing else is."""

import csv
from collections import defaultdict
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from tasks.encounters.contract import TABLES, header
from tasks.encounters.gate_frames import gate_frames
from tasks.encounters.rows import check_manifest, read_rows
from tasks.encounters.typed import judge_drop
from tasks.stores.gate import validate_in_sql

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
if not (SAMPLE / "faults.csv").exists():
    pytest.skip("data/sample is not there: run `claims practice make`", allow_module_level=True)

# Faults that later steps find: valid code sets and edits (coding), authorization and filing limits (claims).
# D02 and L03 are the gate's where the shape alone is wrong, the coding step's where the code set says so.
CODING = {"D02", "D04", "D05", "D06", "D07", "E13", "L02", "L04", "L06", "L07", "L08", "L11", "L17", "L20", "L21"}
CLAIMS = {"A01", "T01"}
LATER = CODING | CLAIMS
SHAPE_OR_CODE_SET = {"L03"}


def _read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _judged():
    """Judge every drop in order, as the nights do: night, then the drop's rows."""
    payers = _read(SAMPLE / "registry" / "payers.csv")
    known, nights = {}, {}
    for folder in sorted((SAMPLE / "drops").iterdir()):
        contents = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
        check_manifest((folder / "manifest.json").read_bytes(), contents)
        read = {table: read_rows(contents[f"{table}.csv"], table, header(table)) for table in TABLES}
        frames = {table: frame for table, (frame, _) in read.items()}
        night = date.fromisoformat(folder.name)
        verdicts = {t: validate_in_sql(f, t) for t, f in gate_frames(frames, payers, night).items() if len(f)}
        digests = {table: sha256(contents[f"{table}.csv"]).hexdigest() for table in TABLES}
        bad = [row for _, found in read.values() for row in found]
        judged = judge_drop(frames, bad, verdicts, payers, digests, night, known)
        known |= {
            (r["encounter_id"], r["encounter_version"]): r["content_sha256"]
            for r in judged.intake
            if r["verdict"] == "accepted"
        }
        nights[folder.name] = judged
    return nights


def _found():
    """Rules by drop and encounter, warnings apart."""
    found = defaultdict(set)
    for drop, judged in _judged().items():
        for row in [*judged.finding, *judged.quarantine]:
            if row.get("severity") != "warn":
                found[drop, row["encounter_id"]].add(row["rule_id"])
    return found


def _warned():
    return {
        (drop, row["encounter_id"], row["rule_id"])
        for drop, judged in _judged().items()
        for row in judged.finding
        if row["severity"] == "warn"
    }


def test_every_injected_fault_that_the_gate_owns_is_found_on_its_encounter():
    found, warned = _found(), _warned()
    missed = [
        fault
        for fault in _read(SAMPLE / "faults.csv")
        if fault["check_id"] not in LATER | SHAPE_OR_CODE_SET
        and fault["check_id"] not in found[fault["drop"], fault["encounter_id"]]
        and (fault["drop"], fault["encounter_id"], fault["check_id"]) not in warned
    ]
    assert missed == []


def test_nothing_is_found_on_faultless_encounters_but_warnings():
    faulty = {(fault["drop"], fault["encounter_id"]) for fault in _read(SAMPLE / "faults.csv")}
    assert {place: rules for place, rules in _found().items() if place not in faulty} == {}


def test_every_encounter_row_of_the_sample_has_one_intake_row_and_its_cents():
    for drop, judged in _judged().items():
        rows = _read(SAMPLE / "drops" / drop / "encounters.csv")
        assert [row["encounter_id"] for row in judged.intake] == [row["encounter_id"] for row in rows], drop
        kept = {row["encounter_id"] for row in judged.intake if row["verdict"] == "accepted"}
        lines = judged.accepted["service_line"]
        for row in judged.intake:
            if row["encounter_id"] in kept:
                of_encounter = [line["charge_cents"] for line in lines if line["encounter_id"] == row["encounter_id"]]
                assert (len(of_encounter), sum(of_encounter)) == (row["line_count"], row["charge_cents"])


def test_what_comes_again_unchanged_is_repeated():
    resent = {(r["drop"], r["encounter_id"]) for r in _read(SAMPLE / "amendments.csv") if r["change"] == "resent"}
    repeated = {
        (drop, r["encounter_id"])
        for drop, judged in _judged().items()
        for r in judged.intake
        if r["verdict"] == "repeated"
    }
    assert repeated == resent


def test_byte_ranges_of_the_sample_are_the_rows():
    drop = sorted(_judged())[0]
    content = (SAMPLE / "drops" / drop / "service_lines.csv").read_bytes()
    for row in _judged()[drop].accepted["service_line"]:
        raw = content[row["byte_start"] : row["byte_end"]].decode()
        assert next(csv.reader([raw]))[:2] == [row["encounter_id"], str(row["line_number"])]
