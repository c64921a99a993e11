"""Rows of made-up claims for the writer's tests, and a splitter that shares no code with the product."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tasks.x12.professional import ClaimRows, Envelope

NIGHT = date(2026, 3, 2)
ENVELOPE = Envelope(
    "HARBORPM", "Harbor Family Medicine", "Billing Office", "5085550100", "CLEARHS", "Clearing House", 17, 5, NIGHT
)
PROVIDERS = {
    "GROUP": {
        "provider_key": "GROUP", "entity_type": "2", "last_or_org_name": "HARBOR FAMILY MEDICINE", "npi": "1999900016",
        "taxonomy": "261QP2300X", "tax_id": "990000017", "tax_id_type": "EI", "address1": "100 HARBOR WAY",
        "city": "HARBORTON", "state": "MA", "zip9": "021090001", "contact_name": "BILLING OFFICE", "phone": "5085550100",
    },
    "DOCTOR": {
        "provider_key": "DOCTOR", "entity_type": "1", "last_or_org_name": "VANTREE", "first_name": "ODALYS",
        "npi": "1999900115", "taxonomy": "207Q00000X",
    },
    "REFERRER": {
        "provider_key": "REFERRER", "entity_type": "1", "last_or_org_name": "OAKES", "first_name": "LENA", "npi": "1999900222",
    },
    "CLINIC": {
        "provider_key": "CLINIC", "entity_type": "2", "last_or_org_name": "TIDE CLINIC", "npi": "1999900321",
        "address1": "7 PIER ROAD", "city": "TIDEFIELD", "state": "MA", "zip9": "010600001",
    },
}  # fmt: skip
ENCOUNTER = {
    "encounter_id": "E1", "encounter_version": 1, "billing_provider_key": "GROUP", "rendering_provider_key": "DOCTOR",
    "patient_key": "P1", "place_of_service": "11", "provider_signature_on_file": True, "assignment_code": "A",
    "benefits_assigned": "Y", "release_of_information": "Y", "prior_auth_number": None, "claim_note": None,
}  # fmt: skip
PATIENT = {
    "patient_key": "P1", "last_name": "Alderby", "first_name": "Soren", "birth_date": date(2014, 7, 5), "sex": "M",
    "address1": "50 Gull Court", "city": "Tidefield", "state": "MA", "zip": "01060",
}  # fmt: skip
COVERAGE = {
    "payer_rank": "P", "payer_id": "UNIT3", "payer_name": "Summit Mutual", "claim_filing_code": "CI", "relationship": "18",
    "member_id": "U08838576", "subscriber_entity": "1", "subscriber_last_name": "ALDERBY",
    "subscriber_first_name": "SOREN", "subscriber_birth_date": date(2014, 7, 5), "subscriber_sex": "M",
    "subscriber_address1": "50 GULL COURT", "subscriber_city": "TIDEFIELD", "subscriber_state": "MA",
    "subscriber_zip": "01060", "benefits_assigned": "Y", "release_of_information": "Y",
}  # fmt: skip
SECOND = COVERAGE | {"payer_rank": "S", "payer_id": "BCNE1", "payer_name": "Blue Harbor", "claim_filing_code": "BL"}


def line(number: int, charge_cents: int = 12000, **fields) -> dict:
    return {
        "claim_id": "c1", "claim_version": 1, "line_number": number, "source_line_number": number,
        "line_control_number": f"C0000000001L{number:02d}", "procedure_code": "99213", "modifiers": "",
        "units": Decimal("1.000"), "charge_cents": charge_cents, "diagnosis_pointers": "1",
        "service_from_on": NIGHT, "service_to_on": NIGHT,
    } | fields  # fmt: skip


def claim(
    claim_id: str = "c1", lines=None, version=None, encounter=None, patient=None, coverage=None, **fields
) -> ClaimRows:
    """Give an ordinary claim with these changes: mappings are laid over the ordinary rows."""
    lines = [line(1), line(2, 3550)] if lines is None else lines
    lines = [row | {"claim_id": claim_id} for row in lines]
    head = {
        "claim_id": claim_id, "claim_version": 1, "patient_control_number": "C0000000001", "frequency_code": "1",
        "original_claim_number": None, "total_charge_cents": sum(row["charge_cents"] for row in lines),
    }  # fmt: skip
    rows = ClaimRows(
        version=head | (version or {}),
        lines=lines,
        encounter=ENCOUNTER | (encounter or {}),
        service_lines={row["source_line_number"]: {"unit_type": "UN"} for row in lines},
        patient=PATIENT | (patient or {}),
        coverages=[COVERAGE | (coverage or {})],
        payer_rank="P",
        providers=PROVIDERS,
        diagnoses=["J069", "R05"],
        cob_lines=[],
        cob_adjustments=[],
        attachments=[],
    )
    return replace(rows, **fields)


def secondary(**fields) -> ClaimRows:
    """Give a claim to the second payer after the first has decided on both lines of an ordinary claim."""
    decided = {"adjudicated_procedure": None, "paid_units": Decimal(1), "adjudication_date": date(2026, 2, 20)}
    cob_lines = [
        {"payer_rank": "P", "line_number": 1, "paid_amount_cents": 8000, **decided},
        {"payer_rank": "P", "line_number": 2, "paid_amount_cents": 0, **decided},
    ]
    cob_adjustments = [
        {"payer_rank": "P", "line_number": 1, "group_code": "CO", "reason_code": "45", "amount_cents": 2500},
        {"payer_rank": "P", "line_number": 1, "group_code": "PR", "reason_code": "2", "amount_cents": 1000},
        {"payer_rank": "P", "line_number": 1, "group_code": "PR", "reason_code": "1", "amount_cents": 500},
        {"payer_rank": "P", "line_number": 2, "group_code": "CO", "reason_code": "97", "amount_cents": 3550},
    ]
    first = COVERAGE | {"prior_paid_amount_cents": 8000, "prior_claim_number": "ICN123"}
    return replace(
        claim(
            "second", payer_rank="S", coverages=[first, SECOND], cob_lines=cob_lines, cob_adjustments=cob_adjustments
        ),
        **fields,
    )


def dependent(**fields) -> ClaimRows:
    """Give a claim of a child that is insured through a parent."""
    parent = {"relationship": "19", "subscriber_first_name": "TOBIN", "subscriber_birth_date": date(1977, 3, 20)}
    return claim("child", coverage=parent, **fields)


def as_json(value: object) -> str:
    return json.dumps(value)


def split(content: bytes) -> list[list[str]]:
    """Give the segments of a file as lists of elements: a plain split, no rules."""
    return [segment.split("*") for segment in content.decode("ascii").split("~")[:-1]]


def of(segments: list[list[str]], *start: str) -> list[list[str]]:
    """Give the segments that begin with these elements."""
    return [segment for segment in segments if tuple(segment[: len(start)]) == start]


def cents(text: str) -> int:
    """Read an amount by way of decimals, as the writer does not."""
    return int(Decimal(text) * 100)
