"""What became of denial cases: recovered, upheld or reversed, as later remittances say."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schemas.money import dollars
from tasks.denials.answers import FORWARDED_AWAY, PREDETERMINATION, REVERSED, Row, Said, read_answer
from tasks.denials.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class _Action:
    """What one remitted claim says of one case.

    Units: cents recovered.
    """

    action: str
    detail: str
    cents: int = 0


@dataclass(slots=True)
class _Answer:
    """What one remitted claim says by line; the line None is the whole claim.

    Units: cents. They are used up case by case, so that two cases of a line share one payment.
    """

    name: str
    paid_cents: Counter[int | None] = field(default_factory=Counter)
    denied_cents: Counter[int | None] = field(default_factory=Counter)
    charge_cents: Counter[int | None] = field(default_factory=Counter)
    undecided: set[int | None] = field(default_factory=set)


def settle_cases(
    cases: Sequence[Row],
    claims: Sequence[Row],
    services: Sequence[Row],
    adjustments: Sequence[Row],
    taxonomy: Taxonomy,
    night: date,
) -> list[dict[str, Any]]:
    """Every case that a later remittance speaks of has tonight's action: recovered, upheld or reversed.

    Shape: `cases` are the denials.case rows of one claim thread that are not recovered yet; `claims` are the thread's
    remittances.claim rows adjudicated after them, reversals first, with their services and adjustments; out
    denials.action.
    Holds: one action per case and night; recovered cents are never more than was denied nor than was paid; the
    remittance that opened a case does not settle it.
    """
    found: dict[str, _Action] = {}
    for claim in claims:
        own_services = [s for s in services if s["remitted_claim_id"] == claim["remitted_claim_id"]]
        own = [a for a in adjustments if a["remitted_claim_id"] == claim["remitted_claim_id"]]
        opened = {a["adjustment_id"] for a in own}
        other = [case for case in cases if case["adjustment_id"] not in opened]
        for case, action in _settle(other, claim, own_services, own, taxonomy):
            found[case["case_id"]] = _later(case, found.get(case["case_id"]), action)
    return [
        {"case_id": case_id, "action": a.action, "detail": a.detail, "cents": a.cents, "acted_on": night}
        for case_id, a in found.items()
    ]


def _later(case: Row, known: _Action | None, action: _Action) -> _Action:
    """Give what the night says of a case: the last answer, with all cents; a reversal says less than an answer."""
    if known is None:
        return action
    kept = known if action.action == "reversed" else action
    return _Action(kept.action, kept.detail, min(known.cents + action.cents, case["amount_cents"]))


def _settle(
    cases: Sequence[Row], claim: Row, services: Sequence[Row], adjustments: Sequence[Row], taxonomy: Taxonomy
) -> Iterator[tuple[Row, _Action]]:
    if claim["status_code"] in (FORWARDED_AWAY, PREDETERMINATION):
        return
    said = read_answer(claim, services, adjustments, taxonomy)
    if claim["status_code"] == REVERSED:
        yield from _reversed_cases(cases, claim, said)
        return
    answer = _read(claim, services, said)
    for case in cases:
        if case["claim_version"] <= claim["claim_version"] and (action := _answered(case, answer)):
            yield case, action


def _reversed_cases(cases: Sequence[Row], claim: Row, said: Sequence[Said]) -> Iterator[tuple[Row, _Action]]:
    """Give the cases whose very adjustment the reversal negates; each negation is used once."""
    left = list(said)
    for case in cases:
        same_number = case["payer_claim_number"] and case["payer_claim_number"] == claim["payer_claim_number"]
        if not same_number and case["claim_version"] != claim["claim_version"]:
            continue
        negation = next((s for s in left if _negates(s, case)), None)
        if negation:
            left.remove(negation)
            yield case, _Action("reversed", f"CLP02 22 takes back {negation.code}")


def _negates(said: Said, case: Row) -> bool:
    same_line = said.line_number == case["line_number"] or None in (said.line_number, case["line_number"])
    same_code = said.code == f"{case['group_code']}-{case['reason_code']}"
    return same_code and same_line and said.amount_cents == -case["amount_cents"]


def _read(claim: Row, services: Sequence[Row], said: Sequence[Said]) -> _Answer:
    """Give what the claim says by line; a refusal at claim level speaks for every line that is not paid."""
    answer = _Answer(f"CLP02 {claim['status_code']} of version {claim['claim_version']}")
    answer.paid_cents[None] = claim["paid_cents"]
    answer.charge_cents[None] = claim["charge_cents"]
    for service in services:
        if service["line_number"] is not None:
            answer.paid_cents[service["line_number"]] += service["paid_cents"]
            answer.charge_cents[service["line_number"]] += service["charge_cents"]
    for s in said:
        unpaid = {number for number, paid in answer.paid_cents.items() if paid <= 0}
        for number in {None, s.line_number} | (unpaid if s.line_number is None else set()):
            if s.meaning.kind == "denial":
                answer.denied_cents[number] += s.amount_cents
            elif s.meaning.kind == "informational":
                answer.undecided.add(number)
    return answer


def _answered(case: Row, answer: _Answer) -> _Action | None:
    """Give the action of a case that the answer speaks of; None where it does not, or decides nothing."""
    has_lines = len(answer.paid_cents) > 1
    number = case["line_number"] if has_lines else None
    if number not in answer.paid_cents:
        return None
    paid, denied = max(answer.paid_cents[number], 0), max(answer.denied_cents[number], 0)
    if not paid and not denied and (number in answer.undecided or not answer.charge_cents[number]):
        return None
    still = min(denied, case["amount_cents"])
    cents = min(paid, case["amount_cents"] - still)
    answer.denied_cents[number] -= still
    answer.paid_cents[number] -= cents
    if still and not cents:
        return _Action("upheld", f"{answer.name} refuses {dollars(still)} of it again")
    return _Action("recovered", f"{answer.name} pays {dollars(cents)} of it", cents)
