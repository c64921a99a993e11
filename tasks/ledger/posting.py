"""The way money gets into the ledger: charges, patient payments, remitted claims, provider level adjustments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schemas.keys import key_of
from schemas.money import dollars
from tasks.ledger.accounts import CASH, SUSPENSE, UNAPPLIED
from tasks.ledger.balance import counted_adjustments, difference_cents
from tasks.ledger.charges import post_charge_change, post_charges, post_patient_payment
from tasks.ledger.components import Taxonomy, remitted_legs
from tasks.ledger.entries import Entry, Leg, Place, Row, Subject, pair, post
from tasks.ledger.provider_adjustments import post_provider_adjustments
from tasks.ledger.reversal import (
    difference_by_code,
    negative_legs,
    signed_legs,
    standing_of,
    taken_back,
    totals_of,
)
from tasks.ledger.rules import SUPERSEDING, SUSPENSE_MONEY, UNMATCHED_MONEY, Rule
from tasks.ledger.superseding import transfers

__all__ = [
    "PostedClaim",
    "in_posting_order",
    "post_charge_change",
    "post_charges",
    "post_patient_payment",
    "post_provider_adjustments",
    "post_remitted_claim",
]

REVERSED = "22"
WITHOUT_MONEY = {"23": "forwarded to another payer", "25": "predetermination"}
"""CLP02 that post nothing. Source: domain notes 2 (X12 list 1029)."""


@dataclass(frozen=True, slots=True)
class PostedClaim:
    """What one remitted claim puts in the ledger, and what a person must look at.

    Shape: entries are ledger.entry; exceptions have code, message, difference_cents, remitted_claim_id, claim_id,
    claim_version, file_sha256, byte_start, byte_end.
    """

    entries: list[Entry] = field(default_factory=list)
    exceptions: list[dict[str, Any]] = field(default_factory=list)


def in_posting_order(claims: Iterable[Row]) -> list[Row]:
    """Give the claims of one payment with reversals first, else as the file has them.

    Holds: a claim that the same payment pays and takes back (same payer claim number, exact negatives) comes before its reversal.
    Source: domain notes 2: sort reversal before correction inside one 835 (RFI 791, 227); the exception is our own.
    """
    told = sorted(claims, key=lambda claim: claim["position"])
    taken_back = {
        (c["payer_claim_number"], -c["charge_cents"], -c["paid_cents"]) for c in told if c["status_code"] == REVERSED
    }

    def rank(claim: Row) -> int:
        if claim["status_code"] == REVERSED:
            return 1
        said = claim["payer_claim_number"], claim["charge_cents"], claim["paid_cents"]
        return 0 if claim["payer_claim_number"] and said in taken_back else 2

    return sorted(told, key=rank)


def post_remitted_claim(
    payment: Row,
    claim: Row,
    services: Sequence[Row],
    adjustments: Sequence[Row],
    earlier: Sequence[Row],
    taxonomy: Taxonomy,
    encounter_id: str | None,
    night: date,
) -> PostedClaim:
    """The money of one CLP is in the ledger, once.

    Shape: rows of remittances.payment, claim, service, adjustment; `earlier` are the ledger.entry rows already made for
    this claim_id, those of the same night included.
    Holds: entries sum to zero; their cash is CLP04; a claim whose posting is in `earlier` gives nothing;
    the balances of a thread do not depend on the order of its remittances.
    """
    subject = Subject(night, claim["claim_id"], claim["claim_version"], encounter_id, payment["trace_number"])
    key = key_of(claim["remitted_claim_id"], "remitted_claim")
    if any(entry["posting_id"] == key for entry in earlier):
        return PostedClaim()
    if claim["claim_id"] is None:
        return PostedClaim(_wait(key, subject, claim, UNAPPLIED, UNMATCHED_MONEY))
    if claim["status_code"] in WITHOUT_MONEY:
        return _without_money(key, subject, claim)
    counted = counted_adjustments(claim, adjustments)
    difference = difference_cents(claim, counted)
    if difference:
        exception = _unbalanced(claim, difference)
        return PostedClaim(_wait(key, subject, claim, SUSPENSE, SUSPENSE_MONEY), [exception])
    legs = remitted_legs(claim, services, counted, taxonomy)
    exceptions: list[dict[str, Any]] = []
    if claim["status_code"] == REVERSED:
        legs, exceptions = _reverse(claim, legs, earlier)
    entries = post(key, subject, legs)
    superseding = transfers([*earlier, *entries], Place.of(claim))
    entries += post(key_of(claim["remitted_claim_id"], SUPERSEDING.rule_id), subject, superseding)
    return PostedClaim(entries, exceptions)


def _wait(key: str, subject: Subject, claim: Row, account: str, rule: Rule) -> list[Entry]:
    """Give the claim's cash against an account where money waits for a person."""
    return post(key, subject, pair(CASH, account, claim["paid_cents"], Place.of(claim), rule))


def _without_money(key: str, subject: Subject, claim: Row) -> PostedClaim:
    """Post nothing; money that such a claim must not have waits in suspense, so that cash stays BPR02."""
    if not claim["paid_cents"]:
        return PostedClaim()
    reason = WITHOUT_MONEY[claim["status_code"]]
    message = (
        f"CLP02 {claim['status_code']} ({reason}) with CLP04 {dollars(claim['paid_cents'])}, expected 0.00; "
        "the money is in suspense: ask the payer"
    )
    exception = _exception(claim, "money_not_expected", message, claim["paid_cents"])
    return PostedClaim(_wait(key, subject, claim, SUSPENSE, SUSPENSE_MONEY), [exception])


def _unbalanced(claim: Row, difference: int) -> dict[str, Any]:
    message = (
        f"CLP03 {dollars(claim['charge_cents'])} less its adjustments is not CLP04 {dollars(claim['paid_cents'])}: "
        f"{dollars(difference)} unexplained; the money is in suspense, no adjustment is posted: "
        "ask the payer for a corrected remittance"
    )
    return _exception(claim, "unbalanced_claim", message, difference)


def _reverse(claim: Row, own: Sequence[Leg], earlier: Sequence[Row]) -> tuple[list[Leg], list[dict[str, Any]]]:
    """Give the exact negatives of what is stored, or the reversal's own amounts and an exception.

    Source: domain notes 2; RFI 1147, 1429.
    """
    answers, totals, version = standing_of(earlier).answers, totals_of(own), claim["claim_version"]
    taken = taken_back(totals, version, answers)
    if taken or not own:
        return negative_legs(taken, own, Place.of(claim)), []
    left = difference_by_code(totals, version, answers)
    is_known = any(answer.claim_version == version for answer in answers)
    code, found = (
        ("reversal_differs", "differs from") if is_known else ("reversal_without_original", "finds nothing of")
    )
    named = ", ".join(f"{code or 'payment'} {dollars(cents)}" for code, cents in sorted(left.items()))
    message = (
        f"the reversal of version {version} {found} what is open of it, left over: {named}; "
        "posted as it says: look for the missing remittance"
    )
    difference = sum(abs(cents) for cents in left.values())
    return signed_legs(own), [_exception(claim, code, message, difference)]


def _exception(claim: Row, code: str, message: str, difference: int) -> dict[str, Any]:
    named = ("remitted_claim_id", "claim_id", "claim_version", "file_sha256", "byte_start", "byte_end")
    return {"code": code, "message": message, "difference_cents": difference, **{name: claim[name] for name in named}}
