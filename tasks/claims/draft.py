"""Claim versions drafted from coded encounters: numbers, lines and the hash of what will be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.keys import key_of

MOST_LINES = 50
"""Service lines that one professional claim may carry. Source: 005010X222A1, loop 2400 repeat."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A new claim version: one row of claims.version and its rows of claims.line."""

    version: dict[str, Any]
    lines: list[dict[str, Any]]


def claim_key(tenant_id: str, encounter_id: str, payer_rank: str) -> str:
    """Give the key of the claim thread of an encounter and a payer rank."""
    return key_of("claim", tenant_id, encounter_id, payer_rank)


def patient_control_number(number: int) -> str:
    """Write a burnt number as CLM01: 11 characters, so that payers that cut at 17 still echo it whole."""
    return f"C{number:010d}"


def draft_version(
    claim_id: str,
    claim_version: int,
    control_number: str,
    coded_lines: Sequence[Mapping[str, Any]],
    frequency_code: str,
    original_claim_number: str | None,
    night: date,
) -> Draft:
    """Give the claim version that the coded lines make, lines renumbered from 1 in source order.

    Units: cents. Holds: total charge = sum of the lines' charges.
    """
    lines = [
        {
            "claim_id": claim_id,
            "claim_version": claim_version,
            "line_number": number,
            "source_line_number": line["line_number"],
            "line_control_number": f"{control_number}L{number:02d}",
            "procedure_code": line["procedure_code"],
            "modifiers": line["modifiers"],
            "units": line["units"],
            "charge_cents": line["charge_cents"],
            "diagnosis_pointers": line["diagnosis_pointers"],
            "service_from_on": line["date_from"],
            "service_to_on": line["date_to"] or line["date_from"],
        }
        for number, line in enumerate(sorted(coded_lines, key=lambda row: row["line_number"]), start=1)
    ]
    version = {
        "claim_id": claim_id,
        "claim_version": claim_version,
        "encounter_version": coded_lines[0]["encounter_version"],
        "patient_control_number": control_number,
        "frequency_code": frequency_code,
        "original_claim_number": original_claim_number,
        "total_charge_cents": sum(line["charge_cents"] for line in lines),
        "content_sha256": key_of(*(sorted(line.items()) for line in lines), frequency_code, original_claim_number),
        "drafted_on": night,
    }
    return Draft(version, lines)
