"""Which stored answers a reversal takes back, and the legs that do it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations

from tasks.ledger.accounts import PAYER_RECEIVABLE
from tasks.ledger.entries import Leg, Place, Row
from tasks.ledger.rules import (
    CONTRACTUAL_ADJUSTMENT,
    DENIAL,
    PATIENT_SHARE,
    PAYMENT,
    PRIOR_PAYER_EFFECT,
    REVERSAL,
    REVERSAL_UNMATCHED,
    UNMATCHED_ANSWER,
    UNMATCHED_REVERSAL,
)

ANSWER_RULES = frozenset(
    rule.rule_id
    for rule in (PAYMENT, CONTRACTUAL_ADJUSTMENT, PATIENT_SHARE, DENIAL, PRIOR_PAYER_EFFECT, UNMATCHED_REVERSAL)
)
REVERSAL_RULES = frozenset((REVERSAL.rule_id, REVERSAL_UNMATCHED.rule_id, UNMATCHED_ANSWER.rule_id))
MOST_PARTS = 6
"""Open answers that are tried in combination (split claims, supplements); what needs more is a person's work. Each alone is always tried."""

Totals = dict[str, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored posting of a claim with its cents by code."""

    claim_version: int | None
    entries: tuple[Row, ...]
    totals: Totals


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of a claim: answers that no reversal has taken back, reversals that have taken back no answer."""

    answers: list[Stored]
    reversals: list[Stored]


def standing_of(entries: Iterable[Row]) -> Standing:
    """Give what stands of a claim when its answers and reversals have met.

    Holds: a function of the set of entries: the order they came in does not matter. Reversals first meet answers of the
    version they name, then what is left of any version meets (a void may name its own number).
    """
    rows = list(entries)
    answers, reversals = stored_answers(rows), _stored(rows, REVERSAL_RULES)
    for is_named in (True, False):
        left = []
        for reversal in reversals:
            taken = _met(reversal.totals, _candidates(answers, reversal.claim_version) if is_named else answers)
            answers = [answer for answer in answers if not any(answer is one for one in taken)]
            left += [] if taken else [reversal]
        reversals = left
    return Standing(answers, reversals)


def stored_answers(entries: Iterable[Row]) -> list[Stored]:
    """Give every answer of a claim, whether a reversal has met it or not."""
    return _stored(entries, ANSWER_RULES)


def taken_back(reversed_totals: Totals, claim_version: int | None, answers: Sequence[Stored]) -> tuple[Stored, ...]:
    """Give the standing answers whose cents by code a new reversal negates, empty where there are none."""
    return _met(reversed_totals, _candidates(answers, claim_version)) or _met(reversed_totals, answers)


def _candidates(answers: Sequence[Stored], claim_version: int | None) -> list[Stored]:
    return [answer for answer in answers if answer.claim_version == claim_version]


def _met(reversed_totals: Totals, answers: Sequence[Stored]) -> tuple[Stored, ...]:
    """Give the fewest answers that together are the negative of the totals: any one, else several of the first."""
    wanted = {code: -cents for code, cents in reversed_totals.items()}
    several = range(2, MOST_PARTS + 1)
    tried = chain(combinations(answers, 1), *(combinations(answers[:MOST_PARTS], size) for size in several))
    return next((chosen for chosen in tried if wanted and _sum(chosen) == wanted), ())


def totals_of(legs: Iterable[Leg]) -> Totals:
    """Give the cents of each adjustment code, the payment's under '', without the receivable side and zeros."""
    return _by_code((leg.account, leg.code, leg.amount_cents) for leg in legs)


def negative_legs(taken: Sequence[Stored], own: Sequence[Leg], claim: Place) -> list[Leg]:
    """Give the exact negatives of the stored entries, each with the bytes of the reversal that say so.

    Holds: account, line and code are the stored ones; bytes are of the same line, code and cents where the reversal has
    them, else of the same code and cents, else of the CLP: what bytes are named says the cents.
    """
    places = _places(own)
    return [
        Leg(
            account=entry["account"],
            amount_cents=-entry["amount_cents"],
            place=_place(places, entry, claim),
            rule=REVERSAL,
            line_number=entry["line_number"],
            code=entry["code"],
        )
        for stored in taken
        for entry in stored.entries
    ]


def signed_legs(own: Sequence[Leg]) -> list[Leg]:
    """Give the reversal's own signed amounts, marked as unmatched."""
    return [replace(leg, rule=REVERSAL_UNMATCHED) for leg in own]


def difference_by_code(reversed_totals: Totals, claim_version: int | None, answers: Sequence[Stored]) -> Totals:
    """Give what is left by code when the reversal meets the open answers of the version it names."""
    left: Counter[str] = Counter(reversed_totals)
    for answer in answers:
        if answer.claim_version == claim_version:
            for code, cents in answer.totals.items():
                left[code] += cents
    return {code: cents for code, cents in left.items() if cents}


Said = tuple[int | None, str | None, int]


def _place(places: Mapping[Said, Place], entry: Row, claim: Place) -> Place:
    code, cents = entry["code"], abs(entry["amount_cents"])
    return places.get((entry["line_number"], code, cents), places.get((None, code, cents), claim))


def _places(own: Sequence[Leg]) -> dict[Said, Place]:
    """Give the first place of each line, code and amount, and of each code and amount under the line None."""
    places: dict[Said, Place] = {}
    for line in (True, False):
        for leg in own:
            places.setdefault((leg.line_number if line else None, leg.code, abs(leg.amount_cents)), leg.place)
    return places


def _stored(rows: Iterable[Row], rule_ids: frozenset[str]) -> list[Stored]:
    postings: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["rule_id"] in rule_ids:
            postings[row["posting_id"]].append(row)
    return [_totalled(postings[posting_id]) for posting_id in sorted(postings)]


def _totalled(entries: list[Row]) -> Stored:
    entries = sorted(entries, key=lambda e: str(e["entry_id"]))
    totals = _by_code((e["account"], e["code"], e["amount_cents"]) for e in entries)
    return Stored(entries[0]["claim_version"], tuple(entries), totals)


def _by_code(pieces: Iterable[tuple[str, str | None, int]]) -> Totals:
    totals: Counter[str] = Counter()
    for account, code, cents in pieces:
        if account != PAYER_RECEIVABLE:
            totals[code or ""] += cents
    return {code: cents for code, cents in totals.items() if cents}


def _sum(chosen: Sequence[Stored]) -> Totals:
    totals: Counter[str] = Counter()
    for stored in chosen:
        for code, cents in stored.totals.items():
            totals[code] += cents
    return {code: cents for code, cents in totals.items() if cents}
