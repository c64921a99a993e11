"""Code: every accepted encounter becomes ICD-10-CM, CPT and HCPCS numbers with provenance, or says why it is not billable."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from tasks.coding.encounters import code_encounters
from tasks.step import night_step
from tasks.stores.codebook import load_codebook
from tasks.stores.warehouse import Warehouse, writer

UNCODED = """
select e.* from encounters.current_encounter e anti join coding.encounter c
on c.encounter_id = e.encounter_id and c.encounter_version = e.encounter_version order by e.encounter_id
"""


@night_step
def assign_codes(home: Path, night: date) -> dict[str, int]:
    """Every newest encounter version has its coding rows; each source line keeps its cents.

    Shape: coding.encounter, coding.diagnosis, coding.line, coding.finding. Holds: a version is coded once.
    """
    codebook = load_codebook(home / "reference")
    with writer(home) as warehouse:
        encounters = warehouse.rows(UNCODED)
        if not encounters:
            return {"coded": 0}
        coded = code_encounters(
            encounters,
            warehouse.rows(
                f"select s.* from encounters.service_line s semi join ({UNCODED}) e using (encounter_id, encounter_version)"
            ),
            warehouse.rows("select * from encounters.current_patient"),
            _visits(warehouse),
            codebook,
            night,
        )
        warehouse.insert("coding.encounter", coded.encounter)
        warehouse.insert("coding.diagnosis", coded.diagnosis)
        warehouse.insert("coding.line", coded.line)
        warehouse.insert("coding.finding", coded.finding)
    billable = sum(1 for row in coded.encounter if row["disposition"] == "billable")
    return {"coded": len(encounters), "billable": billable, "findings": len(coded.finding)}


def _visits(warehouse: Warehouse) -> dict[str, list[tuple[date, str]]]:
    """Give each patient's finished visits: what tells a new patient from an established one."""
    visits: dict[str, list[tuple[date, str]]] = defaultdict(list)
    found: list[dict[str, Any]] = warehouse.rows(
        "select patient_key, date_of_service_from, encounter_id from encounters.current_encounter"
        " where encounter_status = 'finished' order by all"
    )
    for row in found:
        visits[row["patient_key"]].append((row["date_of_service_from"], row["encounter_id"]))
    return visits
