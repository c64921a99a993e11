"""How remitted claims move ours: what the steps that post them have in common."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schemas.keys import key_of
from tasks.claims.lifecycle import Advance, Happening, Standing, advance, standings
from tasks.denials.answers import REVERSED, RemittanceEvent, crosses_over, event_of
from tasks.ledger.meeting import Meeting
from tasks.stores import postings
from tasks.stores.threads import keep_moves, known_events, states_of
from tasks.stores.warehouse import Warehouse

ANSWERED = ("PAID", "PART_DENIED", "DENIED", "UNDERPAID", "APPEALED", "CROSSED_OVER")
"""States in which an answer of the payer stands, so that more money is supplemental."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Walk:
    """Claims of ours on the way: where each stands, and the moves made and refused so far."""

    night: date
    standing: dict[str, Standing] = field(default_factory=dict)
    decision_id: str = ""
    moved: Advance = field(default_factory=lambda: Advance([], []))

    def at(self, said: Row) -> Standing:
        """Give where the claim of a remitted one stands."""
        if said["claim_id"] not in self.standing:
            is_new = said.get("state") is None
            self.standing[said["claim_id"]] = (
                Standing() if is_new else Standing(said["state"], said["sequence"], said["newest_version"])
            )
        return self.standing[said["claim_id"]]

    def go(self, said: Row, event: RemittanceEvent, turn: str = "", claim_version: int | None = None) -> None:
        """The claim has moved, or the refusal is kept; of one remitted claim each turn and decision is an event of its own."""
        happening = Happening(
            said["claim_id"],
            said["claim_version"] if claim_version is None else claim_version,
            event.event,
            ":".join(filter(None, (said["file_sha256"], str(said["byte_start"]), self.decision_id, turn))),
            event.detail,
            file_sha256=said["file_sha256"],
            byte_start=said["byte_start"],
            byte_end=said["byte_end"],
        )
        step = advance(self.standing, [happening], self.night)
        self.moved.events.extend(step.events)
        self.moved.refused.extend(step.refused)


def move_claims(
    warehouse: Warehouse,
    run: int,
    parts: int,
    part: int,
    meetings: Mapping[str, Meeting],
    night: date,
    decision_id: str = "",
) -> None:
    """Our claims have moved as one part of a posting run says, one remitted claim after another.

    Shape: meetings by posting_id, in the order of the postings, of claims of which more was ever said. Holds: a reversal
    moves a claim when it has met its answer, whichever of the two came first, and where another answer stands the claim
    goes where that one leads; what moves no cent of an answered claim does not move it.
    """
    walk = _Walk(night, decision_id=decision_id)
    told = {said["posting_id"]: said for said in postings.moving(warehouse, run, parts, part)}
    for posting_id, said in told.items():
        if posting_id not in meetings:
            _answer(walk, said)
    met = {posting_id: meeting for posting_id, meeting in meetings.items() if posting_id in told}
    left = _routed(warehouse, [meeting.left for meeting in met.values() if meeting.left])
    for posting_id, meeting in met.items():
        said = told[posting_id]
        is_reversal = said["status_code"] == REVERSED
        if not is_reversal and not (meeting.is_silent and walk.at(said).state in ANSWERED):
            _answer(walk, said)
        if meeting.is_met:
            why = event_of(said, lines_missing=False, is_answered=True) if is_reversal else _REVERSED_BEFORE
            stands = meeting.left and left[meeting.left["posting_id"]]
            _reverse(walk, said, stands, why or _REVERSED_BEFORE)
    keep_moves(warehouse, walk.moved)


def move_back(warehouse: Warehouse, said: Row, stands: Row | None, decision_id: str, night: date) -> None:
    """Our claim stands as it does without a remitted claim that a person took from it, or the refusal is kept.

    Shape: `stands` as tasks.ledger.meeting.standing_answer gives it.
    """
    ids = [said["claim_id"]]
    walk = _Walk(night, standings(states_of(warehouse, ids), known_events(warehouse, ids)), decision_id)
    left = _routed(warehouse, [stands] if stands else [])
    why = RemittanceEvent("remit_reversal", "a person took the match back")
    _reverse(walk, said, stands and left[stands["posting_id"]], why)
    keep_moves(warehouse, walk.moved)


_REVERSED_BEFORE = RemittanceEvent("remit_reversal", "the reversal of this answer was read before it")


def _answer(walk: _Walk, said: Row) -> None:
    """The claim has moved as an answer says, and crossed over where its payer sent it on."""
    state = walk.at(said).state
    event = event_of(said, lines_missing=said["lines_missing"], is_answered=state in ANSWERED)
    if event is not None:
        walk.go(said, event)
    _cross_over(walk, said, said)


def _cross_over(walk: _Walk, said: Row, answer: Row, turn: str = "") -> None:
    """The claim has crossed over where the payer that paid it has sent it on."""
    if walk.at(said).state == "PAID" and crosses_over(answer):
        walk.go(said, RemittanceEvent("crossover_seen", f"CLP02 {answer['status_code']}"), turn)


def _reverse(walk: _Walk, said: Row, left: Row | None, why: RemittanceEvent) -> None:
    """The claim is reversed, and then where the answer leads that stands last."""
    at = walk.at(said)
    if at.state != "REVERSED":
        walk.go(said, why)
    event = left and event_of(left, lines_missing=False, is_answered=False)
    if at.state == "REVERSED" and left and event:
        walk.go(said, event._replace(detail=f"stands: {event.detail}"), "stands", left["claim_version"])
        _cross_over(walk, said, left, "stands")


def _routed(warehouse: Warehouse, answers: Sequence[Row]) -> dict[str, Row]:
    """Give the answers by posting_id, each with the way it sent its claim on."""
    found = {answer["posting_id"]: answer for answer in answers}
    routes = postings.routes_of(warehouse, list(found)) if found else {}
    nowhere = {"remark_codes": "", "crossover_payer": None}
    return {posting_id: {**nowhere, **left, **routes.get(posting_id, {})} for posting_id, left in found.items()}


def exception_row(said: Mapping[str, Any], night: date) -> dict[str, Any]:
    """Give what could not be posted as said as a row of ledger.exception."""
    return {
        "exception_id": key_of(said["posting_id"], said["code"]),
        "claim_id": said["claim_id"],
        "payment_id": said["payment_id"],
        "exception_code": said["code"],
        "message": said["message"],
        "difference_cents": said["difference_cents"],
        "found_on": night,
    }


def grouped(rows: Iterable[dict[str, Any]], column: str) -> dict[str, list[dict[str, Any]]]:
    """Give the rows by what they have in a column, in the order they came."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
