"""A Synthea export as rows that can be looked up: by encounter, patient, key; its UTC moments as local days."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from tasks.encounters.contract import LINEAGE
from tasks.encounters.registry import NO_INSURANCE

Row = dict[str, Any]


class Source:
    """The export's rows and what belongs to an encounter."""

    def __init__(self, frames: Mapping[str, pd.DataFrame], zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self.encounters = _records(frames["encounters"])
        self.patients = {row["Id"]: row for row in _records(frames["patients"])}
        self.organizations = {row["Id"]: row for row in _records(frames["organizations"])}
        self.clinicians = {row["Id"]: row for row in _records(frames["providers"])}
        self.payer_names = {row["Id"]: row["NAME"] for row in _records(frames["payers"])}
        self.transitions = _grouped(_records(frames["payer_transitions"]), "PATIENT")
        transactions = _records(frames["claims_transactions"])
        self.charges = _grouped([row for row in transactions if row["TYPE"] == "CHARGE"], "APPOINTMENTID")
        self.copays = _grouped([row for row in transactions if row["METHOD"] == "COPAY"], "APPOINTMENTID")
        self.diagnoses = _diagnoses(_records(frames["claims"]))
        self.drugs = _codes(frames["medications"])
        self.vaccines = _codes(frames["immunizations"])

    def day(self, moment: str | None) -> date | None:
        """Give the local day of a moment in UTC; a plain day stays that day; None where it is neither."""
        if not moment:
            return None
        try:
            parsed = datetime.fromisoformat(moment)
        except ValueError:
            return None
        return parsed.date() if parsed.tzinfo is None else parsed.astimezone(self._zone).date()

    def transition(self, encounter: Row) -> Row | None:
        """Give the insurance row in force at the moment an encounter begins: start included, end excluded."""
        begins = encounter["START"] or ""
        for row in self.transitions.get(encounter["PATIENT"], ()):
            if (row["START_DATE"] or "") <= begins and (not row["END_DATE"] or begins < row["END_DATE"]):
                return row
        return None

    def is_uninsured(self, payer: str | None) -> bool:
        """Whether a payer key is Synthea's way of saying that there is none."""
        return self.payer_names.get(payer or "") == NO_INSURANCE

    def code_system(self, charge: Row) -> str:
        """Give the qualifier of a charge's code: RXN or CVX where that encounter's records of drugs and vaccines say so, else SCT."""
        key = (charge["APPOINTMENTID"], charge["PROCEDURECODE"])
        return "RXN" if key in self.drugs else "CVX" if key in self.vaccines else "SCT"


def lineage(row: Row, source_table: str) -> Row:
    """Give where a row came from."""
    return {**{name: row[name] for name in LINEAGE}, "source_table": source_table}


def _records(frame: pd.DataFrame) -> list[Row]:
    """Give a frame's rows with None where a value is missing."""
    records: list[Any] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return records


def _grouped(rows: list[Row], key: str) -> dict[str, list[Row]]:
    """Give rows by a column, in file order."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return found


def _codes(frame: pd.DataFrame) -> frozenset[tuple[str, str]]:
    return frozenset((row["ENCOUNTER"], row["CODE"]) for row in _records(frame))


def _diagnoses(claims: list[Row]) -> dict[str, tuple[dict[str, list[str]], list[str]]]:
    """Give, per encounter, each claim's own diagnoses by claim id and the distinct codes of all its claims in order.

    Synthea writes one claim for the visit and one for each drug; a code that stands twice is listed once.
    """
    found: dict[str, tuple[dict[str, list[str]], list[str]]] = {}
    for row in claims:
        own = [row[f"DIAGNOSIS{number}"] for number in range(1, 9)]
        by_claim, together = found.setdefault(row["APPOINTMENTID"], ({}, []))
        by_claim[row["Id"]] = own
        together.extend(code for code in dict.fromkeys(own) if code and code not in together)
    return found
