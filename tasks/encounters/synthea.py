"""Synthea's own CSV export becomes the canonical encounter tables; nothing is dropped and nothing is coded here.

SNOMED, CVX and RxNorm codes pass through with their qualifier: the coding step translates them. Every CHARGE row of
claims_transactions becomes one service line of the encounter it names.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from schemas.errors import Fault
from tasks.encounters.contract import DESK_PAYMENTS, LINEAGE, TABLES, header
from tasks.encounters.registry import Registry
from tasks.encounters.synthea_rows import (
    coverage_rows,
    desk_payment_rows,
    encounter_rows,
    patient_rows,
    provider_rows,
    service_line_rows,
)
from tasks.encounters.synthea_source import Row, Source

LAYOUT: Mapping[str, tuple[str, ...]] = {
    stem: tuple(columns.split())
    for stem, columns in {
        "encounters": "Id START STOP PATIENT ORGANIZATION PROVIDER PAYER ENCOUNTERCLASS CODE DESCRIPTION BASE_ENCOUNTER_COST"
        " TOTAL_CLAIM_COST PAYER_COVERAGE REASONCODE REASONDESCRIPTION",
        "patients": "Id BIRTHDATE DEATHDATE SSN DRIVERS PASSPORT PREFIX FIRST MIDDLE LAST SUFFIX MAIDEN MARITAL RACE ETHNICITY"
        " GENDER BIRTHPLACE ADDRESS CITY STATE COUNTY FIPS ZIP LAT LON HEALTHCARE_EXPENSES HEALTHCARE_COVERAGE INCOME",
        "claims": "Id PATIENTID PROVIDERID PRIMARYPATIENTINSURANCEID SECONDARYPATIENTINSURANCEID DEPARTMENTID PATIENTDEPARTMENTID"
        " DIAGNOSIS1 DIAGNOSIS2 DIAGNOSIS3 DIAGNOSIS4 DIAGNOSIS5 DIAGNOSIS6 DIAGNOSIS7 DIAGNOSIS8 REFERRINGPROVIDERID APPOINTMENTID"
        " CURRENTILLNESSDATE SERVICEDATE SUPERVISINGPROVIDERID STATUS1 STATUS2 STATUSP OUTSTANDING1 OUTSTANDING2 OUTSTANDINGP"
        " LASTBILLEDDATE1 LASTBILLEDDATE2 LASTBILLEDDATEP HEALTHCARECLAIMTYPEID1 HEALTHCARECLAIMTYPEID2",
        "claims_transactions": "ID CLAIMID CHARGEID PATIENTID TYPE AMOUNT METHOD FROMDATE TODATE PLACEOFSERVICE PROCEDURECODE MODIFIER1"
        " MODIFIER2 DIAGNOSISREF1 DIAGNOSISREF2 DIAGNOSISREF3 DIAGNOSISREF4 UNITS DEPARTMENTID NOTES UNITAMOUNT TRANSFEROUTID"
        " TRANSFERTYPE PAYMENTS ADJUSTMENTS TRANSFERS OUTSTANDING APPOINTMENTID LINENOTE PATIENTINSURANCEID FEESCHEDULEID PROVIDERID"
        " SUPERVISINGPROVIDERID",
        "payers": "Id NAME OWNERSHIP ADDRESS CITY STATE_HEADQUARTERED ZIP PHONE AMOUNT_COVERED AMOUNT_UNCOVERED REVENUE"
        " COVERED_ENCOUNTERS UNCOVERED_ENCOUNTERS COVERED_MEDICATIONS UNCOVERED_MEDICATIONS COVERED_PROCEDURES UNCOVERED_PROCEDURES"
        " COVERED_IMMUNIZATIONS UNCOVERED_IMMUNIZATIONS UNIQUE_CUSTOMERS QOLS_AVG MEMBER_MONTHS",
        "payer_transitions": "PATIENT MEMBERID START_DATE END_DATE PAYER SECONDARY_PAYER PLAN_OWNERSHIP OWNER_NAME",
        "providers": "Id ORGANIZATION NAME GENDER SPECIALITY ADDRESS CITY STATE ZIP LAT LON ENCOUNTERS PROCEDURES",
        "organizations": "Id NAME ADDRESS CITY STATE ZIP LAT LON PHONE REVENUE UTILIZATION",
        "medications": "START STOP PATIENT PAYER ENCOUNTER CODE DESCRIPTION BASE_COST PAYER_COVERAGE DISPENSES TOTALCOST REASONCODE"
        " REASONDESCRIPTION",
        "immunizations": "DATE PATIENT ENCOUNTER CODE DESCRIPTION BASE_COST",
    }.items()
}
"""The files that the adapter reads, with their headers as Synthea 3.3 and 4.0 write them; the export's other files are not needed."""


def is_synthea(headers: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a drop's files are a Synthea export, whatever its version: it has transactions, and visits with Synthea's class column.

    Shape: headers by file name, with or without .csv.
    """
    by_stem = {name.removesuffix(".csv"): columns for name, columns in headers.items()}
    return "claims_transactions" in by_stem and "ENCOUNTERCLASS" in by_stem.get("encounters", ())


def to_canonical(
    frames: Mapping[str, pd.DataFrame], registry: Registry, tenant_id: str, zone: str
) -> dict[str, pd.DataFrame]:
    """Give the canonical tables of a Synthea export.

    Shape: Synthea frames by file stem, text with source_row, byte_start, byte_end; out come the contract's columns as text (missing =
    NaN), the same lineage, and source_table, the stem of the file the row came from; beside them the payments at the desk,
    one row each (encounter_id, paid), which the contract knows as a sum only.
    Holds: one service line per CHARGE row; total_charge is their sum, patient_amount_paid that of the payments; dates are local days in `zone`.
    Raises: Fault UNKNOWN_LAYOUT or INCOMPLETE_DROP where a needed file is not as LAYOUT says.
    """
    _check_layout(frames)
    source = Source(frames, zone)
    rows: dict[str, list[Row]] = {
        "encounters": encounter_rows(source, registry, tenant_id),
        "patients": patient_rows(source),
        "coverages": coverage_rows(source, registry),
        "service_lines": service_line_rows(source),
        "providers": provider_rows(source, registry),
    }
    made = {table: _frame(rows.get(table, []), header(table)) for table in TABLES}
    return made | {DESK_PAYMENTS: _frame(desk_payment_rows(source), ("encounter_id", "paid"))}


def _check_layout(frames: Mapping[str, pd.DataFrame]) -> None:
    remedy = "export again with Synthea 3.3 or 4.0 and every CSV file, or register the new layout in tasks/encounters/synthea.py"
    for stem, columns in LAYOUT.items():
        if stem not in frames:
            raise Fault(
                "INCOMPLETE_DROP", f"{stem}.csv is missing from the Synthea export", remedy, segment=f"{stem}.csv"
            )
        found = set(frames[stem].columns) - set(LINEAGE)
        missing, extra = [name for name in columns if name not in found], len(found - set(columns))
        if missing or extra:
            told = f"has no column {missing[0]}" if missing else f"has {extra} columns too many"
            raise Fault("UNKNOWN_LAYOUT", f"{stem}.csv {told}, expected {len(columns)} columns", remedy, segment=stem)


def _frame(rows: list[Row], names: Sequence[str]) -> pd.DataFrame:
    """Give rows as a frame with these columns and the lineage."""
    columns = {name: pd.Series([row.get(name) for row in rows], dtype="str") for name in names}
    lineage = {name: pd.Series([row[name] for row in rows], dtype="int64") for name in LINEAGE}
    tables = pd.Series([row["source_table"] for row in rows], dtype="str")
    return pd.DataFrame({**columns, **lineage, "source_table": tables})
