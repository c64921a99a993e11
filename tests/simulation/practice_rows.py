"""Reads a practice's files back with the standard library alone, for the tests of the generator."""

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from tasks.simulation.practice import load_plan, make_practice

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"
REFERENCE = ROOT.parent / "shared" / "reference"
STANDARD_PROVIDERS = 12


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


@cache
def made_sample():
    return dict(make_practice(load_plan(SAMPLE / "plan.toml")))


@dataclass
class Found:
    """One encounter as one drop holds it; `encounter` is empty where the drop has only its lines."""

    drop: date
    encounter_id: str
    encounter: dict
    patient: dict
    coverages: list
    lines: list
    providers: dict
    cob_lines: list
    cob_adjustments: list

    def diagnoses(self):
        return [self.encounter[f"dx_{n}"] for n in range(1, 13) if self.encounter[f"dx_{n}"]]

    def provider(self, role):
        return self.providers.get(self.encounter[f"{role}_provider_key"], {})

    def service_on(self):
        return date.fromisoformat(self.encounter["date_of_service_from"])

    def codes(self):
        return [line["procedure_code"] for line in self.lines]


def drops_of(files):
    """Give date -> table -> rows."""
    drops = defaultdict(dict)
    for path, content in files.items():
        if path.startswith("drops/") and path.endswith(".csv"):
            _, night, name = path.split("/")
            drops[date.fromisoformat(night)][name.removesuffix(".csv")] = rows_of(content)
    return dict(drops)


def _by_encounter(rows):
    found = defaultdict(list)
    for row in rows:
        found[row["encounter_id"]].append(row)
    return found


def found_in(files):
    """Give (date, encounter id) -> Found for every encounter and every orphan line."""
    every = {}
    for night, tables in drops_of(files).items():
        patients = {row["patient_key"]: row for row in tables["patients"]}
        providers = {row["provider_key"]: row for row in tables["providers"]}
        encounters = {row["encounter_id"]: row for row in tables["encounters"]}
        parts = [_by_encounter(tables[t]) for t in ("coverages", "service_lines", "cob_lines", "cob_adjustments")]
        for key in {*encounters, *(row["encounter_id"] for row in tables["service_lines"])}:
            encounter = encounters.get(key, {})
            coverages, lines, cob_lines, cob_adjustments = (part[key] for part in parts)
            patient = patients.get(encounter.get("patient_key", ""), {})
            every[night, key] = Found(
                night, key, encounter, patient, coverages, lines, providers, cob_lines, cob_adjustments
            )
    return every


@cache
def sample_found():
    return found_in(made_sample())


@cache
def sample_faults():
    return faults_of(made_sample())


@cache
def sample_clean():
    """Every encounter of the sample that faults.csv does not name."""
    return [found for key, found in sample_found().items() if key not in sample_faults()]


def faults_of(files):
    """Give (date, encounter id) -> row of faults.csv."""
    return {(date.fromisoformat(row["drop"]), row["encounter_id"]): row for row in rows_of(files["faults.csv"])}
