"""Remitted claims in short words, as rows; a payer with limits."""

from datetime import date
from typing import Any

from tasks.denials.taxonomy import load_taxonomy

NIGHT = date(2026, 3, 4)
PAYMENT = {"paid_on": date(2026, 3, 2)}
PAYER = {"payer_id": "BCNE1", "corrected_limit_days": 90, "appeal_limit_days": 180}
TAXONOMY = load_taxonomy()

Answer = tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]


def answer(
    name: str,
    *lines: tuple[int | None, int, dict[str, int]] | tuple[int | None, int, dict[str, int], str],
    above: dict[str, int] | None = None,
    **claim: Any,
) -> Answer:
    """Give claim, services and adjustments of one balanced CLP; a line is (number, paid, {'CO-45': cents}, remarks)."""
    services, adjustments = [], reasons(name, None, above or {})
    for number, paid, said, *remarks in lines:
        key = f"{name}:{number}"
        adjustments += reasons(name, key, said)
        charge = paid + sum(said.values())
        services.append(
            {
                "remitted_claim_id": name,
                "service_id": key,
                "line_number": number,
                "charge_cents": charge,
                "paid_cents": paid,
                "remark_codes": remarks[0] if remarks else "",
            }
        )
    paid_cents = claim.pop(
        "paid", sum(s["paid_cents"] for s in services) - (sum((above or {}).values()) if lines else 0)
    )
    row = {
        "remitted_claim_id": name,
        "status_code": "1",
        "charge_cents": paid_cents + sum(a["amount_cents"] for a in adjustments),
        "paid_cents": paid_cents,
        "claim_id": "CLAIM",
        "claim_version": 1,
        "remark_codes": "",
        "payer_claim_number": None,
        **claim,
    }
    return row, services, adjustments


def reasons(name: str, service_id: str | None, said: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "remitted_claim_id": name,
            "service_id": service_id,
            "adjustment_id": f"{service_id or name}:{code}",
            "group_code": code.split("-")[0],
            "reason_code": code.split("-")[1],
            "amount_cents": cents,
        }
        for code, cents in said.items()
    ]
