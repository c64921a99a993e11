"""What does not balance: the dated policy, and what a person is told.

Whether a remitted claim balances, and which of its adjustments count, is said by the view ledger.due_verdict.
Source: domain notes 2: CLP03 - sum(CAS in 2100) - sum(CAS in 2110) = CLP04; corpus figures, rule 4 (claim-level CAS
that only repeats the line-level CAS is counted once).
"""

import csv
from datetime import date
from importlib.resources import files

from schemas.errors import Fault
from schemas.money import dollars
from tasks.ledger.entries import Row

POST, SUSPEND, HOLD = ACTIONS = ("post", "suspend", "hold")
CONDITIONS = {
    "unbalanced_payment": "transaction",
    "unbalanced_claim": "claim",
    "money_not_expected": "claim",
    "unbalanced_line": "line",
}
"""What can be out of balance, and the level at which it is."""

WITHOUT_MONEY = {"23": "forwarded to another payer", "25": "predetermination"}
"""CLP02 that post nothing. Source: domain notes 2 (X12 list 1029)."""


def load_policy() -> list[dict[str, object]]:
    """Give the rows of ledger.balance_policy.

    Raises: Fault where a word is of no list, or where a payment that does not balance would be posted.
    """
    text = files("schemas.ledger").joinpath("balance_policy.csv").read_text(encoding="utf-8")
    return [_policy(row) for row in csv.DictReader(text.splitlines())]


def _policy(row: dict[str, str]) -> dict[str, object]:
    is_known = CONDITIONS.get(row["condition"]) == row["level"] and row["action"] in ACTIONS
    if not is_known or (row["level"] == "transaction" and row["action"] != HOLD):  # else cash were not BPR02
        raise Fault(
            code="BALANCE_POLICY",
            message=f"row {row['level']}/{row['condition']} of the balance policy has a word of no list for its level ({row['action']})",
            remedy="correct schemas/ledger/balance_policy.csv: docs/posting.md lists the words",
        )
    return {**row, "from_date": date.fromisoformat(row["from_date"])}


def suspended(posting: Row) -> dict[str, object]:
    """Give what a person is told of a remitted claim whose money waits in suspense.

    Shape: a row of ledger.posting with action suspend; out as tasks.ledger.posting.PostedClaim has exceptions.
    """
    condition, cents = posting["condition"], posting["difference_cents"]
    charge, paid = dollars(posting["charge_cents"]), dollars(posting["paid_cents"])
    if condition == "money_not_expected":
        status = posting["status_code"]
        found = f"CLP02 {status} ({WITHOUT_MONEY[status]}) with CLP04 {paid}, expected 0.00"
    elif condition == "unbalanced_line":
        found = f"CLP03 {charge} less its adjustments is CLP04 {paid}, but its lines leave {dollars(cents)} unexplained"
    else:
        found = f"CLP03 {charge} less its adjustments is not CLP04 {paid}: {dollars(cents)} unexplained"
    return exception(posting, condition, f"{found}; {posting['reason']}", cents)


def exception(posting: Row, code: str, message: str, difference: int) -> dict[str, object]:
    """Give one thing that could not be posted as said."""
    named = ("posting_id", "payment_id", "claim_id", "claim_version", "file_sha256", "byte_start", "byte_end")
    return {"code": code, "message": message, "difference_cents": difference, **{name: posting[name] for name in named}}
