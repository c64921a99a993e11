"""Match late: what people decided, and what numbers learned since say; the money that waited goes to its claim, or back."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from schemas.keys import key_of
from tasks.ledger.accounts import CASH, UNAPPLIED
from tasks.ledger.entries import Leg, Place, Subject, pair, post
from tasks.ledger.meeting import Meeting, meeting_of, standing_answers
from tasks.ledger.posting import in_posting_order, post_remitted_claim
from tasks.ledger.reversal import ANSWER_RULES, REVERSAL_RULES
from tasks.ledger.rules import RELEASE, SUPERSEDING, UNMATCHED_ANSWER, UNMATCHED_MONEY, UNMATCHED_REVERSAL, Rule
from tasks.ledger.superseding import transfers
from tasks.ledger.suspense import TAKEN_BACK
from tasks.remittance_moves import exception_row, grouped, move_by_decision, move_claims
from tasks.step import night_step
from tasks.stores import matches, postings
from tasks.stores.remitted import LATER_PAYER, match_by_person, match_waiting, unmatch
from tasks.stores.warehouse import Warehouse, writer

Row = Mapping[str, Any]


@night_step
def apply_matches(home: Path, night: date) -> dict[str, int]:
    """Remitted claims that found theirs late are posted to it, those taken from it wait again.

    Shape: remittances.claim, remittances.decided_match, ledger.posting, ledger.entry, claims.event.
    Holds: the cash of a payment stays BPR02: what waited is taken back and posted anew; a decision is carried out once.
    """
    with writer(home) as warehouse:
        decided = [_carry_out(warehouse, decision, night) for decision in matches.due_decisions(warehouse)]
        warehouse.insert("remittances.decided_match", decided)
        for remitted in matches.denials_of_later_payers(warehouse, night):
            _take_back(warehouse, remitted, night)
        late = match_waiting(warehouse, night)
        exceptions = _post_late(warehouse, late, night) if late else 0
    refused = sum(1 for row in decided if row["verdict"] == "refused")
    return {"decided": len(decided) - refused, "refused": refused, "late": len(late), "exceptions": exceptions}


def _carry_out(warehouse: Warehouse, decision: Row, night: date) -> dict[str, Any]:
    """Carry out one decision, or say why it cannot be; give its row of remittances.decided_match."""
    remitted_id, decision_id = decision["subject_id"], decision["decision_id"]
    claim_id = json.loads(decision["choice"]).get("claim_id")
    remitted = matches.remitted_claim(warehouse, remitted_id)
    message = _refusal(warehouse, decision["kind"], remitted, claim_id)
    row = {"decision_id": decision_id, "remitted_claim_id": remitted_id, "claim_id": claim_id, "decided_on": night}
    if message or remitted is None:
        return {**row, "verdict": "refused", "message": message}
    if decision["kind"] == "unmatch_claim":
        _take_back(warehouse, remitted, night, decision_id)
    else:
        match_by_person(warehouse, remitted_id, claim_id, decision_id, night)
        _post_late(warehouse, [remitted_id], night, decision_id)
    return {**row, "verdict": "taken", "message": None}


def _refusal(warehouse: Warehouse, kind: str, remitted: Row | None, claim_id: str | None) -> str | None:
    """Give why a decision cannot be carried out, None where it can."""
    if remitted is None or remitted["verdict"] != "accepted" or remitted["action"] is None:
        return "no posted remitted claim has this id: `claims unmatched list` shows those that wait"
    if kind == "unmatch_claim":
        return None if remitted["claim_id"] else "it is matched to no claim: nothing to take back"
    if remitted["claim_id"]:
        return f"it is matched to {remitted['claim_id'][:12]} already: unmatch it first"
    if claim_id is None or not matches.is_sent(warehouse, claim_id):
        return "no claim of ours that was sent has this id: `claims unmatched list` shows candidates"
    return None


def _post_late(warehouse: Warehouse, remitted_ids: Sequence[str], night: date, decision_id: str | None = None) -> int:
    """Take what waited back and post these remitted claims to theirs; give how many exceptions that made.

    Holds: keys name the decision, or the night for a match by number, so that the same money may go and come more than once.
    """
    run = matches.judge_again(warehouse, remitted_ids, night)
    due = postings.due_in_threads(warehouse, run, 1, 0)
    said = grouped(postings.said_in_threads(warehouse, run, 1, 0), "posting_id")
    known = grouped(postings.entries_of_threads(warehouse, run, 1, 0), "claim_id")
    waiting = grouped(matches.waiting_entries(warehouse, remitted_ids), "remitted_claim_id")
    entries: list[dict[str, Any]] = []
    exceptions: list[dict[str, Any]] = []
    released: list[dict[str, Any]] = []
    meetings: dict[str, Meeting] = {}
    for payment in grouped(due, "payment_id").values():
        for posting in in_posting_order(payment, said, known):
            key = key_of(posting["posting_id"], "match", decision_id or night)
            entries += _released(posting, waiting.get(posting["posting_id"], ()), key, night)
            anew = [{**a, "amount_id": key_of(key, a["amount_id"])} for a in said.get(posting["posting_id"], ())]
            earlier = known.setdefault(posting["claim_id"], [])
            made = post_remitted_claim({**posting, "posting_id": key}, anew, earlier, night)
            meetings[posting["posting_id"]] = meeting_of(earlier, made.entries, made.released)
            earlier += made.entries
            entries += made.entries
            exceptions += made.exceptions
            released += [
                {"posting_id": one, "released_by": key, "choice": TAKEN_BACK, "released_on": night}
                for one in made.released
            ]
    warehouse.insert("ledger.entry", entries)
    warehouse.insert("ledger.suspense_release", released)
    warehouse.insert("ledger.exception", [exception_row(one, night) for one in exceptions])
    move_claims(warehouse, run, 1, 0, meetings, night, decision_id or "")
    return len(exceptions)


def _released(posting: Row, waiting: Iterable[Row], key: str, night: date) -> list[dict[str, Any]]:
    """Give the negatives of what a remitted claim has in the ledger beside any claim."""
    legs = [Leg(row["account"], -row["amount_cents"], Place.of(posting), RELEASE) for row in waiting]
    return (
        post(key_of(key, RELEASE.rule_id), Subject(night, trace_number=posting["trace_number"]), legs) if legs else []
    )


def _take_back(warehouse: Warehouse, remitted: Row, night: date, decision_id: str | None = None) -> None:
    """Take all that a remitted claim made at its claim back; its money waits again, and the claim has an answer less.

    Holds: without a decision it is the answer of a later payer.
    """
    claim_id, remitted_id = remitted["claim_id"], remitted["remitted_claim_id"]
    key = key_of(remitted_id, "unmatch", decision_id or LATER_PAYER)
    made = [
        entry
        for entry in matches.entries_at_claim(warehouse, remitted_id, claim_id)
        if entry["rule_id"] != SUPERSEDING.rule_id
    ]
    known = matches.entries_of_claim(warehouse, claim_id)
    encounter_id = made[0]["encounter_id"] if made else None
    subject = Subject(night, claim_id, remitted["claim_version"], encounter_id, remitted["trace_number"])
    entries = post(key, subject, _negatives(made))
    superseding = transfers([*known, *entries], Place.of(remitted))
    entries += post(key_of(key, SUPERSEDING.rule_id), subject, superseding)
    waits = pair(CASH, UNAPPLIED, remitted["paid_cents"], Place.of(remitted), UNMATCHED_MONEY)
    entries += post(
        key_of(key, UNMATCHED_MONEY.rule_id), Subject(night, trace_number=remitted["trace_number"]), list(waits)
    )
    warehouse.insert("ledger.entry", entries)
    unmatch(warehouse, remitted_id, "unmatched_by_person" if decision_id else LATER_PAYER, decision_id, night)
    matches.judge_again(warehouse, [remitted_id], night)
    if made:
        left = standing_answers([*known, *entries])
        why = "a person took the match back" if decision_id else "it was the next payer's answer"
        move_by_decision(warehouse, remitted, left, why, decision_id or LATER_PAYER, night)


def _negatives(made: Sequence[Row]) -> list[Leg]:
    """Give the negatives of what stands of the entries, by account, line, code and version.

    Holds: an answer taken back meets its answer as a reversal does, a reversal taken back stands as an answer again.
    """
    rules = {entry["rule_id"] for entry in made}
    rule: Rule = UNMATCHED_ANSWER if rules & ANSWER_RULES else UNMATCHED_REVERSAL if rules & REVERSAL_RULES else RELEASE
    standing: dict[tuple[Any, ...], int] = defaultdict(int)
    for entry in made:
        place = Place.of(entry)
        standing[entry["account"], place, entry["line_number"], entry["code"], entry["claim_version"]] += entry[
            "amount_cents"
        ]
    return [
        Leg(account, -cents, place, rule, line_number, code, version)
        for (account, place, line_number, code, version), cents in standing.items()
        if cents
    ]
