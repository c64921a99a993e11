"""PLB money: provider level, by code, never on a claim.

Source: domain notes 2: positive reduces the payment, negative increases it; sum(CLP04) - sum(PLB) = BPR02.
"""

from collections.abc import Sequence
from datetime import date

from schemas.keys import key_of
from tasks.ledger.accounts import CASH, FORWARD_BALANCE, INTEREST_INCOME, PROVIDER_ADJUSTMENTS, TAKEBACKS
from tasks.ledger.entries import Entry, Place, Row, Subject, pair, post
from tasks.ledger.rules import FORWARDING, INTEREST, OTHER_PROVIDER_MONEY, TAKEBACK, Rule

_BY_CODE: dict[str, tuple[str, Rule]] = {
    "L6": (INTEREST_INCOME, INTEREST),
    "WO": (TAKEBACKS, TAKEBACK),
    "72": (TAKEBACKS, TAKEBACK),
    "FB": (FORWARD_BALANCE, FORWARDING),
}


def post_provider_adjustments(payment: Row, provider_adjustments: Sequence[Row], night: date) -> list[Entry]:
    """Every PLB amount of the payment stands between cash and the account of its code.

    Shape: remittances.payment, remittances.provider_adjustment; out ledger.entry with claim_id null and the code kept.
    Holds: the cash of all remitted claims and of these entries together is BPR02.
    """
    subject = Subject(night, trace_number=payment["trace_number"])
    entries: list[Entry] = []
    for row in provider_adjustments:
        account, rule = _BY_CODE.get(row["reason_code"], (PROVIDER_ADJUSTMENTS, OTHER_PROVIDER_MONEY))
        legs = pair(account, CASH, row["amount_cents"], Place.of(row), rule, code=row["reason_code"])
        entries += post(key_of(row["provider_adjustment_id"], rule.rule_id), subject, legs)
    return entries
