"""Typed warehouse rows for the tests of coding, every column of the contract there."""

from datetime import date
from decimal import Decimal

from schemas.codebook import Codebook
from tasks.coding.encounters import CodedRows, code_encounters
from tasks.encounters.contract import fields
from tasks.encounters.values import parser_of

NIGHT = date(2026, 3, 10)
DAY = date(2026, 3, 2)


def encounter(*dx, **given):
    row = {field.column: None for field in fields("encounters")}
    row |= {
        "encounter_id": "E1",
        "encounter_version": 1,
        "claim_type": "P",
        "billable_status": "billable",
        "encounter_status": "finished",
        "responsible_party": "insurance",
        "date_of_service_from": DAY,
        "place_of_service": "11",
        "dx_version": "10",
        "patient_key": "P1",
        "clia_number": "22D0000000",
    }
    return row | {f"dx_{n}": code for n, code in enumerate(dx, start=1)} | given


def line(code, *modifiers, number=1, cents=10000, **given):
    row = {field.column: None for field in fields("service_lines")}
    row |= {
        "encounter_id": "E1",
        "encounter_version": 1,
        "line_number": number,
        "procedure_code": code,
        "charge_cents": cents,
        "unit_type": "UN",
        "units": Decimal(1),
        "dx_pointer_1": 1,
        "date_from": DAY,
        "date_to": DAY,
    }
    return row | {f"modifier_{n}": m for n, m in enumerate(modifiers, start=1)} | given


def snomed(code, **given):
    return line(code, **{"procedure_qualifier": "SCT", **given})


def patient(born=date(1980, 5, 5), sex="F"):
    return {"patient_key": "P1", "birth_date": born, "sex": sex}


def code_one(codebook: Codebook, an_encounter, *lines, patient_row=None, visits=()) -> CodedRows:
    numbered = [row | {"line_number": n} for n, row in enumerate(lines, start=1)]
    return code_encounters([an_encounter], numbered, [patient_row or patient()], {"P1": list(visits)}, codebook, NIGHT)


def told(coded: CodedRows) -> list[tuple]:
    """What became of each line: number, modifiers and reason."""
    return [(row["procedure_code"], row["modifiers"], row["reason"]) for row in coded.line]


def rules(coded: CodedRows) -> set[str]:
    return {row["rule_id"] for row in coded.finding}


def typed(frame, table):
    """Canonical text rows as the gate types them, for adapters tested without the gate."""
    parsers = [(field, parser_of(field)) for field in fields(table)]
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{f.column: None if row[f.name] is None else parse(row[f.name]) for f, parse in parsers} for row in rows]
