"""What Medicare has already paid on a visit that is billed to the second payer."""

import json
from datetime import date, timedelta

from tasks.simulation.practice_layout import Row, cents, money
from tasks.simulation.practice_visits import Visit

ADJUDICATED_AFTER_DAYS = 10


def _shares(charge_cents: int) -> tuple[int, int, int]:
    """Split a charge into contractual, patient and paid cents: 70 % is allowed, four fifths of that is paid."""
    allowed = charge_cents * 70 // 100
    paid = allowed * 80 // 100
    return charge_cents - allowed, allowed - paid, paid


def _modifiers(line: Row) -> list[str]:
    return [line[name] for name in ("modifier_1", "modifier_2", "modifier_3", "modifier_4") if line.get(name)]


def record_prior_payment(visit: Visit) -> None:
    """Give the visit its first payer's answer, line by line.

    Holds: for every line charge = paid + adjustments; the coverage's paid amount is the sum of the lines' paid amounts.
    """
    on = date.fromisoformat(visit.encounter["date_of_service_from"]) + timedelta(days=ADJUDICATED_AFTER_DAYS)
    paid_total = 0
    for line in visit.lines:
        contractual, patient_share, paid = _shares(cents(line["charge"]))
        paid_total += paid
        place = {"encounter_id": visit.encounter_id, "payer_rank": "P", "line_number": line["line_number"]}
        procedure = {"qualifier": "HC", "code": line["procedure_code"], "modifiers": _modifiers(line)}
        visit.tables["cob_lines"].append(
            {
                **place,
                "paid_amount": money(paid),
                "adjudicated_procedure": json.dumps(procedure),
                "paid_units": line["units"],
                "adjudication_date": on.isoformat(),
                "remaining_liability": money(patient_share),
            }
        )
        for group, reason, amount in (("CO", "45", contractual), ("PR", "2", patient_share)):
            visit.tables["cob_adjustments"].append(
                {**place, "group_code": group, "reason_code": reason, "amount": money(amount), "quantity": ""}
            )
    visit.primary["prior_paid_amount"] = money(paid_total)
    visit.primary["prior_claim_number"] = f"MP{visit.encounter_id.replace('-', '')}"
