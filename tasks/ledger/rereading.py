"""Does the place that an entry names say the entry's cents: read again from the bytes, by hand and not by our X12 reader."""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from schemas.money import cents_of
from tasks.ledger.rules import (
    CHARGE,
    CHARGE_CHANGE,
    CONTRACTUAL_ADJUSTMENT,
    DENIAL,
    FORWARDING,
    INTEREST,
    OTHER_PROVIDER_MONEY,
    PATIENT_PAYMENT,
    PATIENT_SHARE,
    PAYMENT,
    PRIOR_PAYER_EFFECT,
    RELEASE,
    REVERSAL,
    REVERSAL_UNMATCHED,
    SUPERSEDING,
    SUSPENSE_MONEY,
    SUSPENSE_RELEASE,
    TAKEBACK,
    UNMATCHED_ANSWER,
    UNMATCHED_MONEY,
    UNMATCHED_REVERSAL,
)

_AMOUNT = re.compile(r"-?\d*\.?\d*")
_CAS, _PLB = ("CAS",), ("PLB",)
SEGMENTS: Mapping[str, tuple[str, ...]] = {
    PAYMENT.rule_id: ("SVC", "CLP"),
    SUSPENSE_MONEY.rule_id: ("CLP",),
    SUSPENSE_RELEASE.rule_id: ("CLP",),
    UNMATCHED_MONEY.rule_id: ("CLP",),
    REVERSAL.rule_id: ("SVC", "CAS", "CLP"),
    REVERSAL_UNMATCHED.rule_id: ("SVC", "CAS", "CLP"),
    SUPERSEDING.rule_id: ("CLP",),
    RELEASE.rule_id: ("CLP",),
    UNMATCHED_ANSWER.rule_id: ("SVC", "CAS", "CLP"),
    UNMATCHED_REVERSAL.rule_id: ("SVC", "CAS", "CLP"),
    **{r.rule_id: _CAS for r in (CONTRACTUAL_ADJUSTMENT, PATIENT_SHARE, DENIAL, PRIOR_PAYER_EFFECT)},
    **{r.rule_id: _PLB for r in (INTEREST, TAKEBACK, FORWARDING, OTHER_PROVIDER_MONEY)},
}
"""Which segments an entry of a rule may name."""

FROM_ROWS = frozenset((CHARGE.rule_id, CHARGE_CHANGE.rule_id, PATIENT_PAYMENT.rule_id))
"""Rules whose entries name a row of an export's CSV."""

NOT_SAID = frozenset((SUPERSEDING.rule_id,))
"""Rules that move what an earlier remittance said: the bytes say why, not how much."""


TAKE_BACK = frozenset((REVERSAL.rule_id, UNMATCHED_ANSWER.rule_id, UNMATCHED_REVERSAL.rule_id))
"""Rules that take stored entries back: where they name the CLP, no segment of it says those cents alone."""


def misread(rule_id: str, code: str | None, amount_cents: int, content: bytes) -> str:
    """Give what is wrong with the bytes that an entry names, '' where they say its cents.

    Holds: the amount is read at its own place in the segment (SVC03, CLP04, the amount behind the entry's reason in CAS
    and PLB), is a whole field of a CSV row, or is named by a decision's choice; without its sign, since an entry has two sides. A reversal that names its
    CLP takes back amounts that no segment of it says alone.
    """
    text = content.decode("utf-8", "replace")
    if text.startswith("{"):
        return "" if abs(amount_cents) in _decided(text) else "the decision does not say its cents"
    if rule_id in FROM_ROWS:
        fields = next(csv.reader(text.splitlines()), [])
        amounts = [field.replace("$", "").replace(",", "") for field in fields]  # as the gate mends them
        return "" if abs(amount_cents) in _cents(amounts) else "no field of the row says its cents"
    if rule_id not in SEGMENTS:
        return f"rule {rule_id} is not known here: add it to tasks/ledger/rereading.py"
    name, elements = text[:3], text.split(text[3:4]) if len(text) > 3 else []
    if name not in SEGMENTS[rule_id]:
        return f"segment {name!r}, expected {' or '.join(SEGMENTS[rule_id])}"
    if rule_id in NOT_SAID or (name == "CLP" and rule_id in TAKE_BACK):
        return ""
    return "" if abs(amount_cents) in _cents(_said(name, elements, code)) else f"{name} does not say its cents"


def _decided(line: str) -> set[int]:
    """Give the whole numbers that the choice of a line of the decision log names."""
    try:
        choice = json.loads(json.loads(line)["choice"])
    except (ValueError, KeyError, TypeError):
        return set()
    return {abs(value) for value in choice.values() if isinstance(value, int)} if isinstance(choice, dict) else set()


def _said(name: str, elements: Sequence[str], code: str | None) -> Iterator[str]:
    """Give the amounts that a segment says of a code."""
    if name == "SVC":
        yield from elements[3:4]
    elif name == "CLP":
        yield from elements[4:5]
    elif name == "CAS" and code and elements[1] == code.split("-")[0]:
        yield from (elements[n + 1] for n in range(2, len(elements) - 1, 3) if elements[n] == code.split("-", 1)[1])
    elif name == "PLB" and code:
        yield from (elements[n + 1] for n in range(3, len(elements) - 1, 2) if elements[n][: len(code)] == code)


def _cents(amounts: Iterator[str] | Sequence[str]) -> set[int]:
    found = set()
    for amount in amounts:
        match = _AMOUNT.match(amount.strip())
        try:
            found.add(abs(cents_of(match[0] if match else "")))
        except ValueError:
            continue
    return found
