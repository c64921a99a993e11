"""A small drop without a fault, written out, and ways to spoil it: the ground of the gate's case tables."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256

import pandas as pd

from tasks.encounters.contract import TABLES, header

NIGHT = date(2026, 3, 9)
PAYERS = (
    {
        "payer_id": "PLANA",
        "payer_name": "Plan A",
        "claim_filing_code": "CI",
        "member_id_pattern": "^W[0-9]{9}$",
        "filing_limit_days": 90,
    },
    {"payer_id": "MCARE", "payer_name": "Federal", "claim_filing_code": "MB", "member_id_pattern": "^[0-9A-Z]{11}$"},
    {"payer_id": "MCAID", "payer_name": "State", "claim_filing_code": "MC", "member_id_pattern": "^[0-9]{12}$"},
    {"payer_id": "WORKC", "payer_name": "Comp", "claim_filing_code": "WC", "member_id_pattern": ""},
)
Row = dict[str, str]
Drop = dict[str, list[Row]]

_PERSON = {
    "last_name": "ALDERBY", "first_name": "TOBIN", "birth_date": "1980-05-04", "sex": "M", "address1": "1 KEEL STREET",
    "city": "HARBORTON", "state": "MA", "zip": "02109",
}  # fmt: skip


def _encounter(number: int) -> Row:
    return {
        "source_system": "src", "tenant_id": "t1", "encounter_id": f"E-{number}", "encounter_version": "1",
        "claim_type": "P", "billable_status": "billable", "encounter_status": "finished",
        "note_signed_at": "2026-03-06T18:00:00", "responsible_party": "insurance", "date_of_service_from": "2026-03-06",
        "date_of_service_to": "2026-03-06", "place_of_service": "11", "total_charge": "150.00", "claim_frequency": "1",
        "provider_signature_on_file": "true", "assignment_code": "A", "benefits_assigned": "Y",
        "release_of_information": "Y", "dx_version": "10", "dx_1": "E119", "dx_2": "I10",
        "billing_provider_key": "GROUP", "rendering_provider_key": "DR", "patient_key": f"P-{number}",
    }  # fmt: skip


def _coverage(number: int) -> Row:
    return {
        "encounter_id": f"E-{number}", "payer_rank": "P", "payer_id": "PLANA", "payer_name": "Plan A",
        "claim_filing_code": "CI", "relationship": "18", "member_id": f"W12345678{number}", "subscriber_entity": "1",
        **{f"subscriber_{name}": value for name, value in _person(number).items()}, "benefits_assigned": "Y",
        "release_of_information": "Y", "coverage_start": "2024-01-01", "eligibility_checked_at": "2026-03-05T07:00:00",
        "eligibility_status": "active",
    }  # fmt: skip


def _person(number: int) -> Row:
    return {**_PERSON, "birth_date": f"198{number}-05-04"}


def _line(number: int, line_number: int, code: str, charge: str) -> Row:
    return {
        "encounter_id": f"E-{number}", "line_number": str(line_number), "procedure_qualifier": "HC",
        "procedure_code": code, "charge": charge, "unit_type": "UN", "units": "1", "dx_pointer_1": "1",
        "date_from": "2026-03-06", "date_to": "2026-03-06",
    }  # fmt: skip


def _cob(number: int, line_number: str, code: str, paid: str) -> Row:
    return {
        "encounter_id": f"E-{number}", "payer_rank": "P", "line_number": line_number, "paid_amount": paid,
        "adjudicated_procedure": f'{{"code": "{code}"}}', "paid_units": "1", "adjudication_date": "2026-03-08",
    }  # fmt: skip


def _adjustment(number: int, line_number: str, reason: str, amount: str) -> Row:
    return {
        "encounter_id": f"E-{number}", "payer_rank": "P", "line_number": line_number, "group_code": "CO",
        "reason_code": reason, "amount": amount,
    }  # fmt: skip


_PROVIDERS = [
    {
        "provider_key": "GROUP", "entity_type": "2", "last_or_org_name": "HARBOR GROUP", "npi": "1999900107",
        "taxonomy": "261QP2300X", "tax_id": "990000017", "tax_id_type": "EI", "address1": "100 HARBOR WAY",
        "city": "HARBORTON", "state": "MA", "zip9": "021090001",
    },
    {"provider_key": "DR", "entity_type": "1", "last_or_org_name": "VANTREE", "first_name": "ODALYS", "npi": "1999900115"},
    {"provider_key": "SOLO", "entity_type": "1", "last_or_org_name": "QUILLON", "first_name": "IMARA", "npi": "1999900123",
     "tax_id": "990000018", "tax_id_type": "SY", "address1": "2 HARBOR WAY", "city": "HARBORTON", "state": "MA",
     "zip9": "021090002", "taxonomy": "207Q00000X"},
]  # fmt: skip


def clean_drop() -> Drop:
    """Two encounters of 100 and 50 dollars; the second one's first payer has paid 60 of the first line and denied the other."""
    drop: Drop = {table: [] for table in TABLES}
    for number in (1, 2):
        drop["encounters"].append(_encounter(number))
        drop["patients"].append({"patient_key": f"P-{number}", **_person(number)})
        drop["coverages"].append(_coverage(number))
        drop["service_lines"] += [_line(number, 1, "99213", "100.00"), _line(number, 2, "36415", "50.00")]
    drop["coverages"][1]["prior_paid_amount"] = "60.00"
    drop["cob_lines"] += [_cob(2, "1", "99213", "60.00"), _cob(2, "2", "36415", "0.00")]
    drop["cob_adjustments"] += [_adjustment(2, "1", "45", "40.00"), _adjustment(2, "2", "97", "50.00")]
    drop["attachments"].append({"encounter_id": "E-1", "report_type": "OZ", "transmission": "AA"})
    drop["providers"] = [dict(row) for row in _PROVIDERS]
    return drop


def spoiled(table: str, row: int, changes: Mapping[str, str]) -> Drop:
    """The clean drop with changes to one row."""
    drop = clean_drop()
    drop[table][row].update(changes)
    return drop


def to_frames(drop: Drop) -> dict[str, pd.DataFrame]:
    """The drop as `read_rows` would give it, each row ten bytes long."""
    frames = {}
    for table in TABLES:
        rows = drop[table]
        frame = pd.DataFrame(
            {name: pd.Series([row.get(name) or None for row in rows], dtype="str") for name in header(table)}
        )
        frame["source_row"] = range(1, len(rows) + 1)
        frame["byte_start"] = [10 * number for number in range(len(rows))]
        frame["byte_end"] = [10 * number + 9 for number in range(len(rows))]
        frames[table] = frame
    return frames


FILES = {table: sha256(table.encode()).hexdigest() for table in TABLES}
