"""Which patients get a statement tonight, and what stands on it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tasks.patients.policies import valid_on

Row = Mapping[str, Any]
BUCKETS = (("0-30 days", 30), ("31-60 days", 60), ("61-90 days", 90), ("91-120 days", 120), ("over 120 days", 10**6))
"""Ages of what is owed, each with its last day. Source: none published; the buckets of the receivable's report."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one patient is told: a line per encounter, the sum by age, the sum. Units: cents, days."""

    patient_key: str
    made_on: date
    due_on: date
    lines: tuple[Row, ...]

    @property
    def amount_cents(self) -> int:
        """What is asked for."""
        return sum(line["balance_cents"] for line in self.lines)

    @property
    def by_age(self) -> dict[str, int]:
        """Give the cents of each of BUCKETS; they add up to the amount."""
        cents = dict.fromkeys((name for name, _ in BUCKETS), 0)
        for line in self.lines:
            cents[next(name for name, last in BUCKETS if line["age_days"] <= last)] += line["balance_cents"]
        return cents


def due_patients(
    balances: Sequence[Row], last_made: Mapping[str, date], policies: Sequence[Row], night: date
) -> set[str]:
    """Give the patients whose statement is due: something is owed, and the last statement is a cycle ago or there is none.

    Shape: balances (patient_key, balance_cents, pending_cents) by encounter; last_made by patient; policies as
    patients.statement_policy. Source: schemas/patients/statement_policy.csv; no published rule.
    """
    owed: dict[str, int] = defaultdict(int)
    for row in balances:
        if _is_told(row):
            owed[row["patient_key"]] += row["balance_cents"]
    return {
        patient
        for patient, cents in owed.items()
        for policy in valid_on(policies, night)
        if cents > 0 and (night - last_made.get(patient, date.min)).days >= policy["cycle_days"]
    }


def state(patient_key: str, balances: Sequence[Row], policies: Sequence[Row], night: date) -> Statement:
    """Give the patient's statement.

    Shape: balances as patients.encounter_balance, of this patient; lines as patients.statement_line without
    statement_id. Holds: money paid ahead of a payer's answer is left out, with its encounter: nobody knows yet what
    it is for.
    """
    policy = valid_on(policies, night)[0]
    told = sorted(
        (row for row in balances if _is_told(row)), key=lambda row: (str(row["service_on"]), row["encounter_id"])
    )
    return Statement(
        patient_key, night, night + timedelta(days=policy["due_days"]), tuple(_line(row, night) for row in told)
    )


def _is_told(row: Row) -> bool:
    """Tell whether an encounter stands on a statement: owed, or a credit of which the payer has nothing open any more."""
    return bool(row["balance_cents"] > 0 or (row["balance_cents"] < 0 and row["pending_cents"] <= 0))


def _line(row: Row, night: date) -> dict[str, Any]:
    names = ("charge_cents", "insurance_paid_cents", "adjusted_cents", "pending_cents", "patient_paid_cents")
    return {
        "encounter_id": row["encounter_id"],
        "service_on": row["service_on"],
        **{name: row[name] for name in names},
        "balance_cents": row["balance_cents"],
        "age_days": (night - (row["left_on"] or night)).days,
    }
