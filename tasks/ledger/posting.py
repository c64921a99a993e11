"""The way money gets into the ledger: charges, patient payments, remitted claims, provider level adjustments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schemas.keys import key_of
from schemas.money import dollars
from tasks.ledger.balance import POST, SUSPEND, exception, suspended
from tasks.ledger.charges import post_charge_change, post_charges, post_patient_payment
from tasks.ledger.components import said_legs
from tasks.ledger.entries import Entry, Leg, Place, Row, Subject, post
from tasks.ledger.provider_adjustments import post_provider_adjustments
from tasks.ledger.reversal import (
    difference_by_code,
    negative_legs,
    signed_legs,
    standing_of,
    taken_back,
    totals_of,
)
from tasks.ledger.rules import SUPERSEDING, SUSPENSE_RELEASE
from tasks.ledger.superseding import transfers
from tasks.ledger.suspense import chosen_legs, release_legs, waiting

__all__ = [
    "PostedClaim",
    "in_posting_order",
    "post_charge_change",
    "post_charges",
    "post_patient_payment",
    "post_provider_adjustments",
    "post_remitted_claim",
    "release_suspense",
]

REVERSED = "22"


@dataclass(frozen=True, slots=True)
class PostedClaim:
    """What one remitted claim puts in the ledger, and what a person must look at.

    Shape: entries are ledger.entry; exceptions have code, message, difference_cents, posting_id, payment_id, claim_id,
    claim_version, file_sha256, byte_start, byte_end; released are postings whose money has left suspense.
    """

    entries: list[Entry] = field(default_factory=list)
    exceptions: list[dict[str, Any]] = field(default_factory=list)
    released: list[str] = field(default_factory=list)


def in_posting_order(
    claims: Iterable[Row], said: Mapping[str, Sequence[Row]], known: Mapping[str, Sequence[Row]]
) -> list[Row]:
    """Give the claims of one payment with reversals first, else as the file has them.

    Shape: rows of ledger.posting, of ledger.said_amount by posting_id, of ledger.entry that remittances have made by claim_id.
    Holds: a claim that the same payment pays and takes back (same payer claim number, exact negatives) comes before its
    reversal, unless that meets what stands or waits already.
    Source: domain notes 2: sort reversal before correction inside one 835 (RFI 791, 227); the exception is our own.
    """
    told = sorted(claims, key=lambda claim: claim["position"])
    own = {
        (c["payer_claim_number"], -c["charge_cents"], -c["paid_cents"])
        for c in told
        if c["status_code"] == REVERSED and not _meets(c, said.get(c["posting_id"], ()), known.get(c["claim_id"], ()))
    }

    def rank(claim: Row) -> int:
        if claim["status_code"] == REVERSED:
            return 1
        money = claim["payer_claim_number"], claim["charge_cents"], claim["paid_cents"]
        return 0 if claim["payer_claim_number"] and money in own else 2

    return sorted(told, key=rank)


def _meets(posting: Row, said: Sequence[Row], earlier: Sequence[Row]) -> bool:
    """Say whether a reversal meets money that waits, or an answer that stands."""
    waits = bool(posting["paid_cents"]) and waiting(earlier, -posting["paid_cents"]) is not None
    return waits or _meets_an_answer(posting, said_legs(said), earlier)


def post_remitted_claim(posting: Row, said: Sequence[Row], earlier: Sequence[Row], night: date) -> PostedClaim:
    """The money of one CLP is in the ledger, once.

    Shape: a row of ledger.posting and its rows of ledger.said_amount; `earlier` are the ledger.entry rows already made
    for this claim_id, those of the same night included.
    Holds: entries sum to zero; their cash is CLP04; a claim whose posting is in `earlier` gives nothing;
    the balances of a thread do not depend on the order of its remittances.
    """
    key = posting["posting_id"]
    if any(entry["posting_id"] == key for entry in earlier):
        return PostedClaim()
    subject, legs = _subject(posting, night), said_legs(said)
    if posting["status_code"] == REVERSED and posting["paid_cents"]:
        held = waiting(earlier, -posting["paid_cents"])
        if held and not _meets_an_answer(posting, legs, earlier):
            entries = post(key, subject, release_legs(-posting["paid_cents"], Place.of(posting)))
            return PostedClaim(entries, [], [held, key] if posting["action"] == SUSPEND else [held])
    if posting["action"] != POST:
        told = [suspended(posting)] if posting["action"] == SUSPEND else []
        return PostedClaim(post(key, subject, legs), told)
    return _answered(posting, key, legs, earlier, night)


def release_suspense(
    posting: Row, amounts: Sequence[Row], earlier: Sequence[Row], choice: str, decision_id: str, night: date
) -> PostedClaim:
    """The money of one CLP has left suspense for what a person chose.

    Shape: as post_remitted_claim, `amounts` are its rows of ledger.claim_amount; a choice of tasks.ledger.suspense.
    Holds: the entries in suspense are reversed, not edited; all sum to zero; the same decision again gives nothing.
    """
    out = key_of(posting["posting_id"], SUSPENSE_RELEASE.rule_id, decision_id)
    if any(entry["posting_id"] == out for entry in earlier):
        return PostedClaim()
    entries = post(out, _subject(posting, night), release_legs(posting["paid_cents"], Place.of(posting)))
    legs, key = chosen_legs(posting, said_legs(amounts), choice), key_of(posting["posting_id"], decision_id)
    made = _answered(posting, key, legs, [*earlier, *entries], night)
    return PostedClaim(entries + made.entries, made.exceptions, [posting["posting_id"]])


def _subject(posting: Row, night: date) -> Subject:
    return Subject(night, *(posting[name] for name in ("claim_id", "claim_version", "encounter_id", "trace_number")))


def _answered(posting: Row, key: str, legs: list[Leg], earlier: Sequence[Row], night: date) -> PostedClaim:
    """Give an answer's legs as entries, a reversal's as what it takes back, and what they make of earlier versions."""
    subject, exceptions = _subject(posting, night), list[dict[str, Any]]()
    if posting["status_code"] == REVERSED:
        legs, exceptions = _reverse(posting, legs, earlier)
    entries = post(key, subject, legs)
    superseding = transfers([*earlier, *entries], Place.of(posting))
    entries += post(key_of(key, SUPERSEDING.rule_id), subject, superseding)
    return PostedClaim(entries, exceptions)


def _meets_an_answer(posting: Row, own: Sequence[Leg], earlier: Sequence[Row]) -> bool:
    return bool(taken_back(totals_of(own), posting["claim_version"], standing_of(earlier).answers))


def _reverse(posting: Row, own: Sequence[Leg], earlier: Sequence[Row]) -> tuple[list[Leg], list[dict[str, Any]]]:
    """Give the exact negatives of what is stored, or the reversal's own amounts and an exception.

    Source: domain notes 2; RFI 1147, 1429.
    """
    answers, totals, version = standing_of(earlier).answers, totals_of(own), posting["claim_version"]
    taken = taken_back(totals, version, answers)
    if taken or not own:
        return negative_legs(taken, own, Place.of(posting)), []
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
    return signed_legs(own), [exception(posting, code, message, difference)]
