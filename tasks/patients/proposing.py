"""Which balances the night proposes to give up; a person approves each, or nothing happens."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from schemas.keys import key_of
from schemas.money import dollars
from tasks.patients.policies import valid_on

Row = Mapping[str, Any]


def propose_write_offs(asked: Sequence[Row], policies: Sequence[Row], night: date) -> list[dict[str, Any]]:
    """Give a proposal for each open balance that a policy of that day says to give up; the first policy that fits.

    Shape: asked (encounter_id, balance_cents, statement_count, first_statement_on); out patients.proposal.
    Holds: the same balance is proposed once for the same reason, so what a person refused is not proposed again.
    Source: schemas/patients/write_off_policy.csv; no published rule.
    """
    holding = valid_on(policies, night)
    found = []
    for account in asked:
        fitting = [policy for policy in holding if _fits(account, policy, night)]
        if account["balance_cents"] > 0 and fitting:
            found.append(_proposal(account, fitting[0], night))
    return found


def _fits(account: Row, policy: Row, night: date) -> bool:
    return bool(
        account["statement_count"] >= policy["least_statements"]
        and (night - account["first_statement_on"]).days >= policy["least_days"]
        and (policy["largest_cents"] is None or account["balance_cents"] <= policy["largest_cents"])
    )


def _proposal(account: Row, policy: Row, night: date) -> dict[str, Any]:
    encounter_id, cents, reason = account["encounter_id"], account["balance_cents"], policy["reason_code"]
    days = (night - account["first_statement_on"]).days
    return {
        "proposal_id": key_of("write_off", encounter_id, reason, cents),
        "kind": "write_off",
        "holder": "patient",
        "subject_id": encounter_id,
        "encounter_id": encounter_id,
        "reason_code": reason,
        "amount_cents": cents,
        "evidence": f"{dollars(cents)} open, on {account['statement_count']} statements, the first {days} days ago; "
        f"policy of {policy['valid_from']}",
        "proposed_by": "",
        "decision_id": None,
        "proposed_on": night,
    }
