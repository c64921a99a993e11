"""What a later answer makes of the open balances of the versions before it.

A claim thread is charged once, whatever the number of its versions. When a later version (frequency 7, or a new claim
after an unprocessable one) is answered, what an earlier version left unpaid must not stay beside the new answer.
A payer should reverse the earlier answer; some do it later, some never. So the transfer is not an event but a balance:
`transfers` gives what is needed so that the stored transfers are those that the stored answers and reversals ask for.
It is a function of the set of stored entries: their order does not matter.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tasks.ledger.accounts import CASH, DENIED, PAYER_RECEIVABLE
from tasks.ledger.components import ADJUSTMENT_ACCOUNTS
from tasks.ledger.entries import Leg, Place, Row
from tasks.ledger.reversal import standing_of
from tasks.ledger.rules import SUPERSEDING


@dataclass(frozen=True, slots=True, order=True)
class _Balance:
    """Where an open amount stands; line and code are '' or 0 where they are not given."""

    claim_version: int
    account: str
    line_number: int
    code: str


def transfers(entries: Iterable[Row], place: Place) -> list[Leg]:
    """Give the legs that bring the thread's transfers to what its answers and reversals ask for.

    Holds: after them, a version before the last answered one has nothing denied, and no adjustment at all on a line
    that was paid nothing; what was paid waits for its reversal. Once that version is reversed the transfer is undone.
    Source: none published; see tasks/ledger/rules.py.
    """
    rows = list(entries)
    standing = standing_of(rows)
    answered = _sum(entry for stored in (*standing.answers, *standing.reversals) for entry in stored.entries)
    moved = _sum(entry for entry in rows if entry["rule_id"] == SUPERSEDING.rule_id)
    wanted = _wanted(answered)
    keys = sorted(key for key in {*wanted, *moved} if key.account != PAYER_RECEIVABLE)
    return [leg for key in keys for leg in _legs(key, wanted.get(key, 0) - moved[key], place)]


def _wanted(answered: Mapping[_Balance, int]) -> dict[_Balance, int]:
    last = _last_answered(answered)
    paid = _paid_lines(answered)
    return {
        key: -cents
        for key, cents in answered.items()
        if key.claim_version < last
        and key.account in ADJUSTMENT_ACCOUNTS
        and (key.account == DENIED or not paid & {(key.claim_version, 0), (key.claim_version, key.line_number)})
    }


def _last_answered(answered: Mapping[_Balance, int]) -> int:
    """Give the highest version with an answer that stands: it took more from the receivable than it gave back."""
    open_cents: Counter[int] = Counter()
    for key, cents in answered.items():
        if key.account == PAYER_RECEIVABLE:
            open_cents[key.claim_version] += cents
    return max((version for version, cents in open_cents.items() if cents < 0), default=0)


def _paid_lines(answered: Mapping[_Balance, int]) -> set[tuple[int, int]]:
    """Give version and line of every payment that stands; line 0 is the claim level and speaks for all lines."""
    cash: Counter[tuple[int, int]] = Counter()
    for key, cents in answered.items():
        if key.account == CASH:
            cash[key.claim_version, key.line_number] += cents
    return {line for line, cents in cash.items() if cents}


def _sum(entries: Iterable[Row]) -> Counter[_Balance]:
    balances: Counter[_Balance] = Counter()
    for entry in entries:
        balances[_key(entry)] += entry["amount_cents"]
    return balances


def _key(entry: Row) -> _Balance:
    return _Balance(entry["claim_version"] or 0, entry["account"], entry["line_number"] or 0, entry["code"] or "")


def _legs(key: _Balance, amount_cents: int, place: Place) -> tuple[Leg, ...]:
    if not amount_cents:
        return ()
    number, code = key.line_number or None, key.code or None
    return tuple(
        Leg(account, cents, place, SUPERSEDING, number, code, key.claim_version)
        for account, cents in ((key.account, amount_cents), (PAYER_RECEIVABLE, -amount_cents))
    )
