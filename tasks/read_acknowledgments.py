"""Acknowledge: TA1, 999, 277CA, 277 and 277RFI become rows and move each claim they speak of by the table of legal moves."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import Fault
from tasks.claims.lifecycle import Happening, advance, standings
from tasks.step import night_step
from tasks.stores.contents import finish, quarantine, unread
from tasks.stores.threads import (
    keep_moves,
    known_events,
    name_by_payer_number,
    states_of,
    versions_by_control_number,
)
from tasks.stores.vault import get_bytes
from tasks.stores.warehouse import Warehouse, writer
from tasks.x12.acknowledgment import read_277ca, read_999, read_ta1, tolerated_answers
from tasks.x12.envelope import read_x12
from tasks.x12.status_answer import read_claim_answers

READERS = {
    "TA1": (read_ta1, "TA1"),
    "999": (read_999, "999"),
    "997": (read_999, "999"),
    "277CA": (read_277ca, "277CA"),
    "277": (read_claim_answers, "277CA"),
    "277RFI": (read_claim_answers, "277CA"),
}
"""How each kind is read, and as which its answers count; TA1 speaks before 999, 999 before 277CA, 277CA before 277 and 277RFI."""
KINDS = tuple(READERS)
TA1_EVENTS = {"A": "ta1_accepted", "E": "ta1_accepted", "R": "ta1_rejected"}
IK5_EVENTS = {"A": "ack999_accepted", "E": "ack999_accepted"}
STC_EVENTS = {
    "A0": "ack277_received",
    "A1": "ack277_received",
    "A2": "ack277_accepted",
    "A5": "ack277_split",
    "A3": "ack277_rejected",
    "A6": "ack277_rejected",
    "A7": "ack277_rejected",
    "A8": "ack277_rejected",
    "A4": "status_not_found",
    "D0": "status_not_found",
}
"""What an answer does to a claim; F*, finalised, does nothing: the 835 says it. Source: X12 external code list 507;
docs/architecture.md, acknowledgments."""
WAITING_EVENTS = {"P": "status_pending", "R": "info_requested"}
"""The same by the first letter of the category. Source: X12 RFI 1942: not for a 277CA, and sent in it all the same."""
TROUBLE_FIRST = {
    "ack277_received": 0,
    "ack277_accepted": 1,
    "ack277_split": 1,
    "status_pending": 2,
    "info_requested": 2,
    "status_not_found": 2,
    "ack277_rejected": 3,
}


@night_step
def read_acknowledgments(home: Path, night: date) -> dict[str, int]:
    """Every acknowledgment received is rows, and every claim it names has moved, or the refusal is kept.

    Shape: acknowledgments.*, claims.event, claims.refused_event. Holds: reading a file twice changes nothing.
    """
    with writer(home) as warehouse:
        contents = sorted(unread(warehouse, KINDS), key=lambda content: KINDS.index(content[1]))
        answers = _read_all(warehouse, home, contents, night)
        happenings = [
            *_interchanges(warehouse, answers["TA1"]),
            *_transactions(warehouse, answers["999"]),
            *_claims(warehouse, answers["277CA"]),
        ]
        claim_ids = sorted({h.claim_id for h in happenings})
        standing = standings(states_of(warehouse, claim_ids), known_events(warehouse, claim_ids))
        moved = advance(standing, happenings, night)
        keep_moves(warehouse, moved)
    return {"files": len(contents), "moved": len(moved.events), "refused": len(moved.refused)}


def _read_all(
    warehouse: Warehouse, home: Path, contents: Sequence[tuple[str, str]], night: date
) -> dict[str, list[dict[str, Any]]]:
    """Give the answers of every file by kind, in order of arrival; a file at fault is quarantined, the others go on."""
    answers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for digest, kind in contents:
        read, told_as = READERS[kind]
        try:
            x12 = read_x12(get_bytes(home, digest))
            said = read(x12, digest, night)
            if told_as == "277CA":
                name_by_payer_number(warehouse, said)
                _require_ours(warehouse, said)
            answers[told_as] += said
        except Fault as fault:
            quarantine(warehouse, digest, kind, fault, night)
        else:
            tolerated = tolerated_answers(x12, kind).items()
            warehouse.insert(
                "files.tolerance",
                [{"file_sha256": digest, "tolerated": code, "occurrences": number} for code, number in tolerated],
            )
            finish(warehouse, digest, kind, "read", night)
    return answers


def _require_ours(warehouse: Warehouse, answers: Sequence[dict[str, Any]]) -> None:
    """Say nothing where a 277CA or 277 speaks of a claim of ours, or of none at all.

    Raises: Fault where every claim it speaks of is one that we never sent.
    """
    if answers and not versions_by_control_number(warehouse, [a["patient_control_number"] for a in answers]):
        raise Fault(
            "UNKNOWN_CLAIM",
            f"none of its answers names a claim that we sent: {len(answers)}",
            "ask the sender whose file it is, and which claims it refuses",
            answers[0]["byte_start"],
            "STC",
        )


def _interchanges(warehouse: Warehouse, answers: Sequence[dict[str, Any]]) -> list[Happening]:
    """Keep TA1 answers and give what they say of each claim of their batch."""
    happenings = []
    for answer in answers:
        claims = warehouse.rows(
            """select b.batch_id, c.claim_id, c.claim_version from claims.batch b left join claims.batch_claim c using (batch_id)
               where b.interchange_control_number = $1 order by c.claim_id""",
            [answer["interchange_control_number"]],
        )
        answer["batch_id"] = claims[0]["batch_id"] if claims else None
        event = TA1_EVENTS.get(answer["answer_code"], "ta1_rejected")
        happenings += [
            _happening(c, event, answer, f"TA1 {answer['answer_code']} {answer['note_code']}")
            for c in claims
            if c["claim_id"]
        ]
    warehouse.insert("acknowledgments.interchange_answer", answers)
    return happenings


def _transactions(warehouse: Warehouse, answers: Sequence[dict[str, Any]]) -> list[Happening]:
    """Keep 999 answers and give what they say of each claim of their transaction, or of the whole group where none is named."""
    happenings = []
    for answer in answers:
        claims = warehouse.rows(
            """select b.batch_id, c.claim_id, c.claim_version from claims.batch b left join claims.batch_claim c
                 on c.batch_id = b.batch_id and $2 in ('', c.transaction_control_number)
               where b.group_control_number = $1 order by c.claim_id""",
            [answer["group_control_number"], answer["transaction_control_number"]],
        )
        answer["batch_id"] = claims[0]["batch_id"] if claims else None
        event = IK5_EVENTS.get(answer["answer_code"], "ack999_rejected")
        detail = f"999 {answer['answer_code']} {answer['error_codes']}".strip()
        happenings += [_happening(c, event, answer, detail) for c in claims if c["claim_id"]]
    warehouse.insert("acknowledgments.transaction_answer", answers)
    return happenings


def _claims(warehouse: Warehouse, answers: Sequence[dict[str, Any]]) -> list[Happening]:
    """Keep 277CA answers and give what they say of each claim; of several statuses of a claim in one file the worst counts."""
    known = versions_by_control_number(warehouse, [a["patient_control_number"] for a in answers])
    worst: dict[tuple[str, str, str], tuple[str, dict[str, Any]]] = {}
    for answer in answers:
        ours = known.get(answer["patient_control_number"])
        answer["claim_id"], answer["claim_version"] = (
            (ours["claim_id"], ours["claim_version"]) if ours else (None, None)
        )
        event = STC_EVENTS.get(answer["category_code"]) or WAITING_EVENTS.get(answer["category_code"][:1])
        key = (answer["file_sha256"], answer["patient_control_number"], answer["hop"])
        if ours and event and (key not in worst or TROUBLE_FIRST[event] > TROUBLE_FIRST[worst[key][0]]):
            worst[key] = (event, answer)
    warehouse.insert("acknowledgments.claim_answer", answers)
    return [_happening(a, event, a, f"{a['category_code']}:{a['status_code']}") for event, a in worst.values()]


def _happening(claim: dict[str, Any], event: str, answer: dict[str, Any], detail: str) -> Happening:
    return Happening(
        claim["claim_id"],
        claim["claim_version"],
        event,
        f"{answer['file_sha256']}:{answer['byte_start']}",
        detail,
        file_sha256=answer["file_sha256"],
        byte_start=answer["byte_start"],
        byte_end=answer["byte_end"],
    )
