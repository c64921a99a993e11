"""Post: charges and remittances to the double-entry ledger; the one place where money enters it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tasks.denials.taxonomy import load_taxonomy
from tasks.ledger.accounts import load_accounts
from tasks.ledger.balance import load_policy, suspended
from tasks.ledger.charges import post_charge_change, post_charges, post_patient_payment
from tasks.ledger.components import adjustment_accounts
from tasks.ledger.entries import Place
from tasks.ledger.meeting import Meeting, meeting_of
from tasks.ledger.posting import in_posting_order, post_remitted_claim, release_suspense
from tasks.ledger.provider_adjustments import post_provider_adjustments
from tasks.ledger.rules import load_rules
from tasks.ledger.suspense import TAKEN_BACK
from tasks.remittance_moves import exception_row, grouped, move_by_decision, move_claims
from tasks.step import night_step
from tasks.stores import postings
from tasks.stores.warehouse import Warehouse, writer

CLAIMS_AT_ONCE = 20_000
"""Claims whose charges are in memory at a time."""

THREADS_AT_ONCE = 20_000
"""Remitted claims posted with all that is known of their threads, in memory at a time."""

MOVES_AT_ONCE = 50_000
"""Remitted claims that move theirs, in memory at a time."""


@night_step
def post_payments(home: Path, night: date) -> dict[str, int]:
    """Every claim's charge and every accepted payment is in the ledger to the cent, and each remitted claim has moved.

    Shape: ledger.posting, ledger.entry, ledger.exception, claims.event. Holds: every posting sums to zero; a payment is
    posted once; a claim of which nothing else was ever said is posted as a set, from the view ledger.said_entry; every
    other goes through tasks/ledger with all that is known of its thread.
    """
    with writer(home) as warehouse:
        warehouse.insert("ledger.account", load_accounts())
        load_rules_and_policy(warehouse)
        charged = _post_charges(warehouse, night)
        run = postings.judge_due(warehouse, night)
        postings.insert_alone(warehouse, run)
        told = [suspended(posting) for posting in postings.suspended_alone(warehouse, run)]
        meetings: dict[str, Meeting] = {}
        parts = _parts(postings.count_threads(warehouse, run), THREADS_AT_ONCE)
        for part in range(parts):
            told += _post_threads(warehouse, run, parts, part, meetings, night)
        _post_provider_adjustments(warehouse, night)
        parts = _parts(postings.count_moving(warehouse, run), MOVES_AT_ONCE)
        for part in range(parts):
            move_claims(warehouse, run, parts, part, meetings, night)
        payments = postings.close_due(warehouse, night)
        told += _release(warehouse, night)
        warehouse.insert("ledger.exception", [exception_row(one, night) for one in told])
    return {"charges": charged, "payments": payments, "exceptions": len(told)}


def _parts(count: int, at_once: int) -> int:
    return -(-count // at_once)


def load_rules_and_policy(warehouse: Warehouse) -> None:
    """The tables that the views of the ledger ask are those of this edition."""
    taxonomy = load_taxonomy()
    warehouse.replace("ledger.rule", load_rules())
    warehouse.replace("ledger.adjustment_account", adjustment_accounts(taxonomy, taxonomy.by_reason))
    warehouse.replace("ledger.balance_policy", load_policy())


def _post_charges(warehouse: Warehouse, night: date) -> int:
    """Post the charge lines of claims that have none, and the change where a new version charges otherwise."""
    posted = 0
    claim_ids = postings.due_claims(warehouse)
    for start in range(0, len(claim_ids), CLAIMS_AT_ONCE):
        posted += _post_charges_of(warehouse, claim_ids[start : start + CLAIMS_AT_ONCE], night)
    if claim_ids:
        postings.close_charges(warehouse, night)
    return posted


def _post_charges_of(warehouse: Warehouse, claim_ids: Sequence[str], night: date) -> int:
    lines = grouped(postings.current_lines(warehouse, claim_ids), "claim_id")
    posted = grouped(postings.posted_charges(warehouse, claim_ids), "claim_id")
    at_desk = grouped(postings.patient_payments(warehouse, claim_ids), "claim_id")
    entries: list[dict[str, Any]] = []
    for claim_id, rows in lines.items():
        claim, now = rows[0], [row for row in rows if row["line_number"] is not None]
        before = [line for line in posted.get(claim_id, ()) if line["charge_cents"]]
        if claim_id in posted and _charged(before) != _charged(now):
            entries += post_charge_change(claim, before, now, night)
        elif now and claim_id not in posted:
            entries += post_charges(claim, now, night)
            for paid in at_desk.get(claim_id, ()):
                entries += post_patient_payment(claim, paid["paid_cents"], Place.of(paid), night)
    return warehouse.insert("ledger.entry", entries)


def _charged(lines: Iterable[Mapping[str, Any]]) -> list[tuple[int, int]]:
    return [(line["line_number"], line["charge_cents"]) for line in lines]


def _post_threads(
    warehouse: Warehouse, run: int, parts: int, part: int, meetings: dict[str, Meeting], night: date
) -> list[dict[str, Any]]:
    """Post the remitted claims that speak of a claim of which more was said, thread by thread; give the exceptions, add what met."""
    due = postings.due_in_threads(warehouse, run, parts, part)
    said = grouped(postings.said_in_threads(warehouse, run, parts, part), "posting_id")
    known = grouped(postings.entries_of_threads(warehouse, run, parts, part), "claim_id")
    entries: list[dict[str, Any]] = []
    exceptions: list[dict[str, Any]] = []
    released: list[dict[str, Any]] = []
    for payment in grouped(due, "payment_id").values():
        for posting in in_posting_order(payment, said, known):
            earlier = known.setdefault(posting["claim_id"], [])
            made = post_remitted_claim(posting, said.get(posting["posting_id"], ()), earlier, night)
            meetings[posting["posting_id"]] = meeting_of(earlier, made.entries, made.released)
            earlier += made.entries
            entries += made.entries
            exceptions += made.exceptions
            released += [_released(one, posting["posting_id"], TAKEN_BACK, night) for one in made.released]
    warehouse.insert("ledger.entry", entries)
    warehouse.insert("ledger.suspense_release", released)
    return exceptions


def _release(warehouse: Warehouse, night: date) -> list[dict[str, Any]]:
    """Post what people decided of money in suspense; give the exceptions."""
    exceptions: list[dict[str, Any]] = []
    for posting in postings.decided_releases(warehouse):
        choice, decision_id = json.loads(posting["choice"])["release"], posting["decision_id"]
        amounts = postings.amounts_of(warehouse, posting["posting_id"])
        earlier = postings.entries_of(warehouse, posting["claim_id"])
        made = release_suspense(posting, amounts, earlier, choice, decision_id, night)
        warehouse.insert("ledger.entry", made.entries)
        released = [_released(one, decision_id, choice, night) for one in made.released]
        warehouse.insert("ledger.suspense_release", released)
        exceptions += made.exceptions
        meeting = meeting_of(earlier, made.entries)
        if meeting.is_met:
            why = f"CLP02 {posting['status_code']} left suspense"
            move_by_decision(warehouse, posting, meeting.standing, why, decision_id, night)
    return exceptions


def _released(posting_id: str, released_by: str, choice: str, night: date) -> dict[str, Any]:
    return {"posting_id": posting_id, "released_by": released_by, "choice": choice, "released_on": night}


def _post_provider_adjustments(warehouse: Warehouse, night: date) -> None:
    """Post the PLB of every payment of the night."""
    due = grouped(postings.due_provider_adjustments(warehouse), "payment_id")
    entries = [entry for rows in due.values() for entry in post_provider_adjustments(rows[0], rows, night)]
    warehouse.insert("ledger.entry", entries)
