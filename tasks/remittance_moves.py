"""How remitted claims move ours: what the steps that post them have in common."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schemas.keys import key_of
from schemas.money import dollars
from tasks.claims.lifecycle import Advance, Happening, Standing, advance, legal_move, standings
from tasks.denials.answers import REVERSED, RemittanceEvent, crosses_over, event_of
from tasks.ledger.meeting import Answer, Meeting
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
    goes where that one leads; what moves no cent of an answered claim does not move it, nor does what is taken back at once.
    """
    walk = _Walk(night, decision_id=decision_id)
    told = {said["posting_id"]: said for said in postings.moving(warehouse, run, parts, part)}
    for posting_id, said in told.items():
        if posting_id not in meetings:
            _answer(walk, said, walk.at(said).state in ANSWERED)
    met = {posting_id: meeting for posting_id, meeting in meetings.items() if posting_id in told}
    found = postings.answers_at(warehouse, [answer for meeting in met.values() for answer in meeting.standing])
    for posting_id, meeting in met.items():
        _take(walk, told[posting_id], meeting, found)
    keep_moves(warehouse, walk.moved)


def move_by_decision(
    warehouse: Warehouse, said: Row, standing: Sequence[Answer], why: str, decision_id: str, night: date
) -> None:
    """Our claim stands where its answers lead after a person's decision on a remitted claim took one of them away.

    Shape: `standing` are the answers that are left.
    """
    ids = [said["claim_id"]]
    walk = _Walk(night, standings(states_of(warehouse, ids), known_events(warehouse, ids)), decision_id)
    left = _last(postings.answers_at(warehouse, standing), standing)
    _reverse(walk, said, left, RemittanceEvent("remit_reversal", why))
    keep_moves(warehouse, walk.moved)


def _take(walk: _Walk, said: Row, meeting: Meeting, found: Mapping[tuple[int, str, int], Row]) -> None:
    """The claim has moved as one more word on it says."""
    state, is_reversal = walk.at(said).state, said["status_code"] == REVERSED
    is_answered = state in ANSWERED and (state != "DENIED" or meeting.was_answered)
    if not is_reversal:
        if state in ANSWERED and (meeting.is_met or (meeting.is_silent and is_answered)):
            return
        _answer(walk, said, is_answered)
    if meeting.is_met:
        why = f"CLP02 22, payment {dollars(said['paid_cents'])}" if is_reversal else "its reversal was read before it"
        _reverse(walk, said, _last(found, meeting.standing), RemittanceEvent("remit_reversal", why))


def _answer(walk: _Walk, said: Row, is_answered: bool) -> None:
    """The claim has moved as an answer says, and crossed over where its payer sent it on."""
    event = event_of(said, lines_missing=said["lines_missing"], is_answered=is_answered)
    if event is not None:
        walk.go(said, event)
    _cross_over(walk, said, said)


def _cross_over(walk: _Walk, said: Row, answer: Row, turn: str = "") -> None:
    """The claim has crossed over where the payer that paid it has sent it on."""
    if walk.at(said).state == "PAID" and crosses_over(answer):
        walk.go(said, RemittanceEvent("crossover_seen", f"CLP02 {answer['status_code']}"), turn)


def _reverse(walk: _Walk, said: Row, left: Row | None, why: RemittanceEvent) -> None:
    """The claim is reversed where it had an answer, and then where the answer leads that stands last.

    Holds: of a split claim (MA15) whose other part is reversed, lines are missing.
    """
    at = walk.at(said)
    is_older = said["claim_version"] < at.claim_version
    if is_older or legal_move(at.state, why.event):
        walk.go(said, why)
    event = left and event_of(left, lines_missing=True, is_answered=left["is_supplement"])
    if at.state == "REVERSED" and left and event:
        name = "remit_paid" if event.event == "remit_supplemental" else event.event
        stands = RemittanceEvent(name, f"stands: {event.detail}")
        walk.go(said, stands, "stands", left["claim_version"])
        _cross_over(walk, said, left, "stands")


def _last(found: Mapping[tuple[int, str, int], Row], standing: Sequence[Answer]) -> Row | None:
    """Give the answer that stands last, of the newest version, as the payments were read, and whether others stand before it."""
    answers = [found[answer] for answer in standing if answer in found]
    order = ("claim_version", "read_on", "paid_on", "file_sha256", "payment_start", "position")
    last = max(answers, key=lambda row: tuple(row[name] for name in order), default=None)
    return last and {**last, "is_supplement": len(answers) > 1}


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
