"""Answer: each 835 received gets its 999, and a TA1 where one is due, sealed and delivered once as batches are."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import ClaimcycleError, Fault
from tasks.step import night_step
from tasks.stores import home as homes
from tasks.stores.outbox import Sealed, leave, note_outcome, register_batch, take_control_numbers
from tasks.stores.vault import get_bytes
from tasks.stores.warehouse import Warehouse, session
from tasks.x12.answering import Answer, answer_of, faults_of
from tasks.x12.builder_envelope import Envelope
from tasks.x12.judge import judge
from tasks.x12.receipt import write_999, write_ta1

DUE = """
select r.file_sha256, r.outcome, min(a.source) as partner_id from files.reading r join files.arrival a using (file_sha256)
anti join acknowledgments.receipt t on t.file_sha256 = r.file_sha256 and t.outcome = r.outcome
where r.kind in ('835', 'unknown') and a.source in (select unnest($1))
  and r.read_on >= coalesce((select min(night) from reports.step where step = 'acknowledge_remittances'), $2)
group by 1, 2 order by 1, 2
"""
WAITING = """
select * from claims.unsent where kind in ('999', 'TA1') and (outcome is null or outcome = 'failed') order by interchange_control_number
"""


@night_step
def acknowledge_remittances(home: Path, night: date) -> dict[str, int]:
    """Every 835 received since this step first ran has its answer in its partner's mailbox, or waits to be sent again.

    Shape: acknowledgments.receipt, claims.batch (999, TA1), claims.dispatch, claims.delivery.
    Holds: a file is answered once for each outcome (used, or set aside); numbers are burnt; the bytes are in the vault.
    """
    practice = homes.load_practice(home)
    partners = {partner.partner_id: partner for partner in practice.partners}
    with session(home) as warehouse:
        written = 0
        for due in warehouse.rows(DUE, [list(partners), night]):
            with warehouse.transaction():
                written += _answer(warehouse, home, practice, partners[due["partner_id"]], due, night)
        outcomes = [_send(warehouse, home, practice, batch, night) for batch in warehouse.rows(WAITING)]
    return {"written": written, "delivered": outcomes.count("delivered")}


def _answer(
    warehouse: Warehouse,
    home: Path,
    practice: homes.Practice,
    partner: homes.Partner,
    due: Mapping[str, Any],
    night: date,
) -> int:
    """Seal what is to be said of one file and note it, also that there is nothing to say; give how many files that makes."""
    content = get_bytes(home, due["file_sha256"]) if partner.acknowledge_835 else b""
    is_used = due["outcome"] == "read"
    answer = answer_of(content, is_used, [] if is_used else faults_of(content)) if content else Answer((), ())
    noted: list[dict[str, object]] = []
    missing = list(answer.left_out)
    for kind in ("TA1", "999"):
        if not (answer.interchanges if kind == "TA1" else answer.groups):
            continue
        try:
            batch_id = _seal(warehouse, home, practice, partner, kind, answer, night)
        except Fault as fault:
            missing.append(f"no {kind} can be written: {fault.code} at {fault.segment}{fault.element}")
            continue
        noted.append({"kind": kind, "batch_id": batch_id, "answer_codes": _codes(answer, kind)})
    silent = "nothing to answer in it" if partner.acknowledge_835 else "switched off in practice.toml"
    said = "; ".join(missing) or ("" if noted else silent)
    row = {"file_sha256": due["file_sha256"], "outcome": due["outcome"], "note": said, "written_on": night}
    none: dict[str, object] = {"kind": "none", "batch_id": None, "answer_codes": ""}
    warehouse.insert("acknowledgments.receipt", [row | found for found in noted or [none]])
    return len(noted)


def _codes(answer: Answer, kind: str) -> str:
    if kind == "TA1":
        return " ".join(f"{receipt.code}:{receipt.note_code}" for receipt in answer.interchanges)
    return " ".join(group.verdict() for group in answer.groups)


def _seal(
    warehouse: Warehouse,
    home: Path,
    practice: homes.Practice,
    partner: homes.Partner,
    kind: str,
    answer: Answer,
    night: date,
) -> str:
    """Register the answer's bytes, judged where pyx12 has a map; give its batch_id.

    Raises: Fault where it cannot be written, ClaimcycleError where the judge refuses it.
    """
    interchange, group = take_control_numbers(warehouse)
    if kind == "TA1" and len(answer.interchanges) > 1:  # an interchange of its own for each
        warehouse.take_numbers("interchange", len(answer.interchanges) - 1)
    envelope = Envelope(
        **practice.parties(partner), interchange_control_number=interchange, group_control_number=group, night=night
    )
    content = write_ta1(envelope, answer.interchanges) if kind == "TA1" else write_999(envelope, answer.groups)
    if kind == "999" and not judge(content).accepted:
        raise ClaimcycleError(
            "a 999 that we wrote is refused by the judge; nothing was sealed; report this with the night's date"
        )
    verdict = "accepted" if kind == "999" else "no map"
    return register_batch(
        warehouse, home, Sealed(kind, partner.partner_id, "", interchange, group, content, 0, 0, verdict), night
    )[0]


def _send(warehouse: Warehouse, home: Path, practice: homes.Practice, batch: Mapping[str, Any], night: date) -> str:
    left = leave(warehouse, home, practice.partner(batch["partner_id"]), batch, night)
    with warehouse.transaction():
        note_outcome(warehouse, batch, left, night)
    return left.outcome
