"""Money that waits in suspense, and how it leaves: it is reversed there and posted anew, never edited."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tasks.ledger.accounts import CASH, PAYER_RECEIVABLE, SUSPENSE
from tasks.ledger.entries import Leg, Place, Row, pair
from tasks.ledger.rules import PAYMENT, SUSPENSE_MONEY, SUSPENSE_RELEASE

POSTED, PAID_ONLY, TAKEN_BACK = CHOICES = ("post", "payment", "taken_back")
"""What becomes of the money: the claim as it says, its payment alone, or the payer has taken it back."""


def waiting(entries: Iterable[Row], paid_cents: int) -> str | None:
    """Give the posting of a thread whose money in suspense is as much, None where none waits.

    Holds: of several with the same money the first by its id; what was released is not found again.
    """
    held: dict[str, int] = defaultdict(int)
    released: Counter[int] = Counter()
    for entry in entries:
        if entry["account"] == CASH and entry["rule_id"] == SUSPENSE_MONEY.rule_id:
            held[entry["posting_id"]] += entry["amount_cents"]
        elif entry["account"] == CASH and entry["rule_id"] == SUSPENSE_RELEASE.rule_id:
            released[-entry["amount_cents"]] += 1
    same = sorted(posting_id for posting_id, cents in held.items() if cents == paid_cents)
    return same[released[paid_cents]] if len(same) > released[paid_cents] else None


def release_legs(paid_cents: int, place: Place) -> list[Leg]:
    """Give the legs that take the money out of suspense."""
    return list(pair(SUSPENSE, CASH, paid_cents, place, SUSPENSE_RELEASE))


def chosen_legs(posting: Row, said: Sequence[Leg], choice: str) -> list[Leg]:
    """Give the legs that a person chose: the claim as it says, though it does not balance, or its payment alone.

    Holds: what does not fit stays open with the payer.
    """
    if choice == PAID_ONLY:
        return list(pair(CASH, PAYER_RECEIVABLE, posting["paid_cents"], Place.of(posting), PAYMENT))
    return [replace(leg, entry_id=None) for leg in said]
