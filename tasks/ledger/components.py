"""The money of one remitted claim, piece by piece: which account each piece goes to, and the bytes that say so."""

from collections.abc import Sequence
from typing import Protocol

from tasks.ledger.accounts import CASH, CONTRACTUAL, DENIED, PATIENT_RECEIVABLE, PAYER_RECEIVABLE, PRIOR_PAYER
from tasks.ledger.entries import Leg, Place, Row, pair
from tasks.ledger.rules import CONTRACTUAL_ADJUSTMENT, DENIAL, PATIENT_SHARE, PAYMENT, PRIOR_PAYER_EFFECT, Rule

ADJUSTMENT_ACCOUNTS = (CONTRACTUAL, DENIED, PATIENT_RECEIVABLE, PRIOR_PAYER)
"""Accounts that a payer's adjustments move money to."""

_BY_KIND: dict[str, tuple[str, Rule] | None] = {
    "contractual": (CONTRACTUAL, CONTRACTUAL_ADJUSTMENT),
    "denial": (DENIED, DENIAL),
    "patient": (PATIENT_RECEIVABLE, PATIENT_SHARE),
    "prior_payer": (PRIOR_PAYER, PRIOR_PAYER_EFFECT),
    "informational": None,
}


class Meaning(Protocol):
    """What a taxonomy says of one adjustment; `kind` picks the account."""

    @property
    def kind(self) -> str:
        """One of denial, contractual, patient, prior_payer, informational."""


class Taxonomy(Protocol):
    """What the ledger asks of the denial science's taxonomy: it is handed in, never imported."""

    def classify(self, group_code: str, reason_code: str, remark_codes: Sequence[str]) -> Meaning:
        """Give the meaning of an adjustment."""


def remitted_legs(claim: Row, services: Sequence[Row], counted: Sequence[Row], taxonomy: Taxonomy) -> list[Leg]:
    """Give the legs of a balanced remitted claim: its payments, then its adjustments, in the order of the file.

    Holds: cash is CLP04; informational adjustments have no leg, so their cents stay open with the payer.
    """
    return [*_payments(claim, services), *_adjustments(services, counted, taxonomy)]


def _payments(claim: Row, services: Sequence[Row]) -> list[Leg]:
    """Give the payment by line where the lines add up to CLP04, else at claim level.

    Source: domain notes 2: line payments differ from CLP04 when claim level CAS exists.
    """
    if sum(s["paid_cents"] for s in services) == claim["paid_cents"]:
        return [
            leg
            for s in services
            for leg in pair(CASH, PAYER_RECEIVABLE, s["paid_cents"], Place.of(s), PAYMENT, s["line_number"])
        ]
    return list(pair(CASH, PAYER_RECEIVABLE, claim["paid_cents"], Place.of(claim), PAYMENT))


def _adjustments(services: Sequence[Row], counted: Sequence[Row], taxonomy: Taxonomy) -> list[Leg]:
    lines = {s["service_id"]: s for s in services}
    legs: list[Leg] = []
    for a in counted:
        service = lines.get(a["service_id"])
        target = _target(a, taxonomy)
        if target is None:
            continue
        account, rule = target
        code = f"{a['group_code']}-{a['reason_code']}"
        number = service["line_number"] if service else None
        legs += pair(account, PAYER_RECEIVABLE, a["amount_cents"], Place.of(a), rule, number, code)
    return legs


def _target(adjustment: Row, taxonomy: Taxonomy) -> tuple[str, Rule] | None:
    """Give account and rule: group PR is the patient's whatever the reason, else the taxonomy's kind decides.

    Holds: remarks move no money, so a reversal, which has none, finds the account of what it takes back.
    Source: domain notes 2: the group says who is liable.
    """
    meaning = taxonomy.classify(adjustment["group_code"], adjustment["reason_code"], ())
    target = _BY_KIND[meaning.kind]
    if target is not None and adjustment["group_code"] == "PR":
        return PATIENT_RECEIVABLE, PATIENT_SHARE
    return target
