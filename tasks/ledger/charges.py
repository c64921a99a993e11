"""Charges of claims, their changes, and money taken from patients at the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import date
from typing import Any

from schemas.keys import key_of
from tasks.ledger.accounts import CASH, CHARGES, PATIENT_RECEIVABLE, PAYER_RECEIVABLE
from tasks.ledger.entries import Entry, Leg, Place, Row, Subject, pair, post
from tasks.ledger.rules import CHARGE, CHARGE_CHANGE, PATIENT_PAYMENT, Rule


def post_charges(claim: Mapping[str, Any], lines: Sequence[Row], night: date) -> list[Entry]:
    """Every line of the claim is charged to the payer.

    Shape: claim (claim_id, encounter_id, claim_version if known); lines (line_number, charge_cents, file_sha256,
    byte_start, byte_end); out ledger.entry.
    """
    legs = [leg for line in lines for leg in _charge(line, line["charge_cents"], CHARGE)]
    return post(key_of(claim["claim_id"], claim.get("claim_version"), CHARGE.rule_id), _subject(claim, night), legs)


def post_charge_change(
    claim: Mapping[str, Any], old_lines: Sequence[Row], new_lines: Sequence[Row], night: date
) -> list[Entry]:
    """The charges of the claim are those of `new_lines`: lines that changed are taken back and charged anew.

    Shape: as post_charges; `claim_version` is the new version and must be given, an empty `new_lines` takes all back.
    Holds: a line whose number and cents stay has no entry; so the same change again, with its result as old, is empty.
    """
    old = {line["line_number"]: line for line in old_lines}
    new = {line["line_number"]: line for line in new_lines}
    same = {n for n, line in old.items() if n in new and new[n]["charge_cents"] == line["charge_cents"]}
    changes = [(line, -line["charge_cents"]) for n, line in old.items() if n not in same]
    changes += [(line, line["charge_cents"]) for n, line in new.items() if n not in same]
    legs = [leg for line, cents in changes for leg in _charge(line, cents, CHARGE_CHANGE)]
    return post(key_of(claim["claim_id"], claim["claim_version"], CHARGE_CHANGE.rule_id), _subject(claim, night), legs)


def post_patient_payment(claim: Mapping[str, Any], amount_cents: int, place: Place, night: date) -> list[Entry]:
    """What the patient paid is in cash and no longer owed by the patient.

    Units: cents; negative is money given back.
    Holds: the same amount at the same place of the same claim has the same keys.
    """
    posting_id = key_of(claim["claim_id"], PATIENT_PAYMENT.rule_id, *astuple(place), amount_cents)
    legs = pair(CASH, PATIENT_RECEIVABLE, amount_cents, place, PATIENT_PAYMENT)
    return post(posting_id, _subject(claim, night), legs)


def _charge(line: Row, amount_cents: int, rule: Rule) -> tuple[Leg, ...]:
    return pair(PAYER_RECEIVABLE, CHARGES, amount_cents, Place.of(line), rule, line["line_number"])


def _subject(claim: Mapping[str, Any], night: date) -> Subject:
    return Subject(night, claim["claim_id"], claim.get("claim_version"), claim["encounter_id"])
