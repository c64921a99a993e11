"""Ordinary professional claims from rows to bytes. The rows are those that seal_batches takes from the warehouse.

`python -m tests.bench.write_837p` prints what they hold as JSON.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from tasks.encounters.contract import fields
from tasks.x12.professional import ClaimRows, Envelope, write_837p
from tests.bench import ours
from tests.bench.make_837 import Truth837
from tests.bench.works import Action, Figures, claim_figures

CLAIMS = 100_000
NIGHT = date(2026, 3, 2)
ENVELOPE = Envelope("BENCHPM", "Bench Practice", "Desk", "5085550100", "CLEARHS", "Clearing House", 17, 5, NIGHT)
PAYERS = [("UNIT3", "SUMMIT MUTUAL", "CI"), ("BCNE1", "BLUE HARBOR", "BL"), ("16001", "PUBLIC PLAN", "MB")]
PROCEDURES = [(f"{99202 + n}", 4500 + 725 * n) for n in range(14)] + [
    (f"{80047 + 3 * n}", 900 + 131 * n) for n in range(60)
]
DIAGNOSES = [f"{letter}{n:02d}{part}" for letter in "EIJKMR" for n in range(10, 50) for part in ("", "9")]
MODIFIERS = ["", "", "", "", "25", "59", "25:59", "TC", "26"]
LINES = (1, 2, 3, 3, 4, 4, 5, 6)
LINEAGE = {"file_sha256": "0" * 64, "source_row": 1, "byte_start": 0, "byte_end": 99, "received_on": NIGHT}


def _row(table: str, values: dict) -> dict:
    """Give a row as the step that seals batches takes it from the warehouse: filled columns and its lineage."""
    unknown = values.keys() - {field.column for field in fields(table)} - {"encounter_version"}
    assert not unknown, unknown
    return {**values, **LINEAGE}


def _providers() -> dict[str, dict]:
    place = {"city": "HARBORTON", "state": "MA", "zip9": "021090001", "taxonomy": "207Q00000X"}
    groups = {
        f"G{n}": {"entity_type": "2", "last_or_org_name": f"HARBOR GROUP {n}", "npi": f"19999{n:05d}", "tax_id": f"99{n:07d}",
                  "tax_id_type": "EI", "address1": f"{n} HARBOR WAY", "phone": "5085550100", "contact_name": "DESK", **place}
        for n in range(20)
    }  # fmt: skip
    doctors = {
        f"D{n}": {"entity_type": "1", "last_or_org_name": f"VANTREE{chr(65 + n % 26)}", "first_name": "ODALYS",
                  "npi": f"18888{n:05d}", **place}
        for n in range(80)
    }  # fmt: skip
    return {key: _row("providers", {"provider_key": key, **values}) for key, values in (groups | doctors).items()}


def _patient(random: Random, number: int) -> dict:
    name = "".join(random.choices("ABCDEFGHILMNORST", k=random.randint(4, 11)))
    return _row("patients", {
        "patient_key": f"P{number}", "last_name": name, "first_name": random.choice(("SOREN", "ANA", "LENA", "TOBIN")),
        "birth_date": date(1940, 1, 1) + timedelta(days=random.randrange(28000)), "sex": random.choice("MF"),
        "address1": f"{number % 977} GULL COURT", "city": "TIDEFIELD", "state": "MA", "zip": f"{10000 + number % 80000}",
    })  # fmt: skip


def _coverage(patient: dict, rank: str, number: int) -> dict:
    payer_id, payer_name, filing = PAYERS[(number + (rank == "S")) % len(PAYERS)]
    own = {
        f"subscriber_{column}": patient[column]
        for column in ("last_name", "birth_date", "sex", "address1", "city", "state", "zip")
    }
    is_dependent = number % 4 == 0
    return _row("coverages", own | {
        "payer_rank": rank, "payer_id": payer_id, "payer_name": payer_name, "claim_filing_code": filing,
        "relationship": "19" if is_dependent else "18", "member_id": f"U{number:08d}", "subscriber_entity": "1",
        "subscriber_first_name": "PARENT" if is_dependent else patient["first_name"], "group_number": f"GRP{number % 50}",
        "benefits_assigned": "Y", "release_of_information": "Y",
    })  # fmt: skip


def _lines(random: Random, number: int, diagnoses: int) -> tuple[list[dict], dict[int, dict]]:
    lines, sources = [], {}
    on = NIGHT - timedelta(days=random.randrange(1, 40))
    for at in range(1, random.choice(LINES) + 1):
        code, fee = random.choice(PROCEDURES)
        units = Decimal(random.choice(("1.000", "1.000", "1.000", "2.000")))
        modifiers = random.choice(MODIFIERS)
        pointers = ":".join(str(n + 1) for n in range(random.randint(1, diagnoses)))
        lines.append({
            "claim_id": f"c{number}", "claim_version": 1, "line_number": at, "source_line_number": at,
            "line_control_number": f"C{number:010d}L{at:02d}", "procedure_code": code, "modifiers": modifiers,
            "units": units, "charge_cents": fee * int(units), "diagnosis_pointers": pointers,
            "service_from_on": on, "service_to_on": on,
        })  # fmt: skip
        sources[at] = _row("service_lines", {
            "encounter_id": f"E{number}", "encounter_version": 1, "line_number": at, "line_id": f"{at}", "procedure_code": code,
            "procedure_qualifier": "HC", "charge_cents": fee * int(units), "unit_type": "UN", "units": units,
            "dx_pointer_1": 1, "date_from": on, "date_to": on,
        })  # fmt: skip
    return lines, sources


def _prior_decision(lines: list[dict]) -> tuple[list[dict], list[dict]]:
    decided = [
        _row("cob_lines", {"payer_rank": "P", "line_number": line["line_number"], "paid_amount_cents": line["charge_cents"] // 2,
                           "paid_units": line["units"], "adjudication_date": NIGHT - timedelta(days=9)})
        for line in lines
    ]  # fmt: skip
    adjusted = [
        _row("cob_adjustments", {"payer_rank": "P", "line_number": line["line_number"], "group_code": group, "reason_code": reason,
                                 "amount_cents": amount})
        for line in lines
        for half in [line["charge_cents"] - line["charge_cents"] // 2]
        for group, reason, amount in (("CO", "45", half // 2), ("PR", "2", half - half // 2))
    ]  # fmt: skip
    return decided, adjusted


def make_claims(count: int, seed: int = 837) -> list[ClaimRows]:
    """Give claims of a third as many patients: a quarter of them dependants, every seventh claim to a second payer."""
    random = Random(seed)
    providers = _providers()
    patients = [_patient(random, number) for number in range(max(1, count // 3))]
    claims = []
    for number in range(count):
        who = random.randrange(len(patients))
        diagnoses = random.sample(DIAGNOSES, random.randint(1, 4))
        lines, sources = _lines(random, number, len(diagnoses))
        is_secondary = number % 7 == 0
        cob_lines, cob_adjustments = _prior_decision(lines) if is_secondary else ([], [])
        encounter = _row("encounters", {
            "encounter_id": f"E{number}", "encounter_version": 1, "billing_provider_key": f"G{who % 20}",
            "rendering_provider_key": f"D{random.randrange(80)}", "patient_key": f"P{who}", "place_of_service": "11",
            "provider_signature_on_file": True, "assignment_code": "A", "benefits_assigned": "Y", "dx_version": "10",
            "release_of_information": "Y", "claim_frequency": "1", "date_of_service_from": lines[0]["service_from_on"],
            "dx_1": diagnoses[0], "total_charge_cents": sum(line["charge_cents"] for line in lines),
        })  # fmt: skip
        version = {
            "claim_id": f"c{number}", "claim_version": 1, "patient_control_number": f"C{number:010d}", "frequency_code": "1",
            "original_claim_number": None, "total_charge_cents": encounter["total_charge_cents"],
        }  # fmt: skip
        first = _coverage(patients[who], "P", who)
        coverages = [first, _coverage(patients[who], "S", who)] if is_secondary else [first]
        if is_secondary:
            first |= {
                "prior_paid_amount_cents": sum(row["paid_amount_cents"] for row in cob_lines),
                "prior_claim_number": f"ICN{number}",
            }
        claims.append(
            ClaimRows(version, lines, encounter, sources, patients[who], coverages, "S" if is_secondary else "P", providers,
                      diagnoses, cob_lines, cob_adjustments, [])
        )  # fmt: skip
    return claims


def truth_of(claims: list[ClaimRows]) -> Truth837:
    """Give what the rows hold, line by line."""
    charges = [line["charge_cents"] for claim in claims for line in claim.lines]
    return Truth837(1, len(claims), len(charges), sum(charges))


def write_claims(_: Path) -> Action:
    """Make the rows; the action writes them, and reads them back when the clock has stopped."""
    claims = make_claims(CLAIMS)

    def act() -> Callable[[], Figures]:
        content = write_837p(ENVELOPE, claims).content
        return lambda: claim_figures(ours.claim_tables([content]))

    return act


if __name__ == "__main__":
    print(json.dumps(asdict(truth_of(make_claims(CLAIMS)))))
