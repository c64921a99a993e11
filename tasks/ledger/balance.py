"""Does a remitted claim balance, and which of its adjustments count."""

from collections import Counter
from collections.abc import Sequence

from tasks.ledger.entries import Row


def counted_adjustments(claim: Row, adjustments: Sequence[Row]) -> list[Row]:
    """Give the claim's adjustments, without claim level ones that only repeat the line level.

    Holds: left out is only what says the same reasons and cents as the lines, where the lines alone explain charge less
    payment.
    Source: corpus figures, rule 4 (claim-level CAS repeats the line-level CAS, counted twice).
    """
    lines = [a for a in adjustments if a["service_id"] is not None]
    if lines and _totals(lines) == _totals([a for a in adjustments if a["service_id"] is None]):
        explained = sum(a["amount_cents"] for a in lines)
        if explained == claim["charge_cents"] - claim["paid_cents"]:
            return lines
    return list(adjustments)


def difference_cents(claim: Row, counted: Sequence[Row]) -> int:
    """Give what the adjustments leave unexplained between charge and payment, 0 where the claim balances.

    Source: domain notes 2: CLP03 - sum(CAS in 2100) - sum(CAS in 2110) = CLP04.
    """
    adjusted: int = sum(a["amount_cents"] for a in counted)
    unexplained: int = claim["charge_cents"] - adjusted - claim["paid_cents"]
    return unexplained


def _totals(adjustments: Sequence[Row]) -> Counter[tuple[str, str]]:
    totals: Counter[tuple[str, str]] = Counter()
    for a in adjustments:
        totals[a["group_code"], a["reason_code"]] += a["amount_cents"]
    return totals
