"""Check: 271 answers become coverage facts; encounters nobody asked about yet become 270 inquiries, sealed for the mailbox."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import Fault
from tasks.step import night_step
from tasks.stores import home as homes
from tasks.stores.contents import finish, quarantine, unread
from tasks.stores.outbox import Sealed, register_batch, take_control_numbers
from tasks.stores.vault import get_bytes
from tasks.stores.warehouse import Warehouse, session, writer
from tasks.x12.builder import WriteFault
from tasks.x12.eligibility_answer import read_271
from tasks.x12.envelope import read_x12
from tasks.x12.inquiry import Inquiry, write_270
from tasks.x12.professional import Envelope

UNASKED = "select * from encounters.unasked order by partner_id, payer_id, encounter_id"
SELF = "18"
"""The patient is the subscriber. Nobody else has a member id of his own: the contract knows one for each coverage, the subscriber's."""


@night_step
def check_eligibility(home: Path, night: date) -> dict[str, int]:
    """Every 271 received is answers; every insured encounter with sound coverage data has been asked about.

    Shape: encounters.coverage_answer, encounters.inquiry, claims.batch (kind 270). Units: cents.
    Holds: a patient who is not the subscriber is asked about himself; a question that cannot be written keeps no other
    from being asked, stays in encounters.unasked, and is tried again each night.
    """
    practice = homes.load_practice(home)
    answered = _read_answers(home, night)
    with writer(home) as warehouse:
        by_payer: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in warehouse.rows(UNASKED):
            by_payer[row["payer_id"]].append(row)
        asked = sum(_ask(warehouse, home, practice, rows, night) for _, rows in sorted(by_payer.items()))
    waiting = sum(len(rows) for rows in by_payer.values()) - asked
    return {"answered": answered, "asked": asked, "not_writable": waiting}


def _read_answers(home: Path, night: date) -> int:
    answered = 0
    with session(home) as warehouse:
        for digest, kind in unread(warehouse, ["271"]):
            try:
                with warehouse.transaction():
                    rows = read_271(read_x12(get_bytes(home, digest)), digest, night)
                    answered += warehouse.insert("encounters.coverage_answer", rows)
                    finish(warehouse, digest, kind, "read", night)
            except Fault as fault:
                quarantine(warehouse, digest, kind, fault, night)
    return answered


def _ask(
    warehouse: Warehouse, home: Path, practice: homes.Practice, rows: Sequence[Mapping[str, Any]], night: date
) -> int:
    """Seal one 270 of a payer with what can be written; one inquiry per encounter. Give how many it holds."""
    partner = practice.partner(rows[0]["partner_id"])
    interchange, group = take_control_numbers(warehouse)
    traces = [f"T{n:09d}" for n in warehouse.take_numbers("trace", len(rows))]
    envelope = Envelope(
        **practice.parties(partner), interchange_control_number=interchange, group_control_number=group, night=night
    )
    by_trace = dict(zip(traces, rows, strict=True))
    content, inquiries = _write(envelope, [_inquiry(row, trace) for trace, row in by_trace.items()])
    if not inquiries:
        return 0
    sealed = Sealed(
        "270", partner.partner_id, rows[0]["payer_id"], interchange, group, content, len(inquiries), 0, judge="no map"
    )
    batch_id, _ = register_batch(warehouse, home, sealed, night)
    asked = [_asked(by_trace[one.trace_number], one.trace_number, batch_id, night) for one in inquiries]
    return warehouse.insert("encounters.inquiry", asked)


def _write(envelope: Envelope, inquiries: Sequence[Inquiry]) -> tuple[bytes, Sequence[Inquiry]]:
    """Give the bytes and the questions in them; one by one where not all can be written together, nothing where none can.

    Raises: Fault (WRITE_*) where the envelope cannot be written.
    """
    try:
        return write_270(envelope, inquiries), inquiries
    except WriteFault as fault:
        if not fault.claim_id:
            raise
    good = [inquiry for inquiry in inquiries if _is_writable(envelope, inquiry)]
    return (write_270(envelope, good) if good else b""), good


def _is_writable(envelope: Envelope, inquiry: Inquiry) -> bool:
    try:
        write_270(envelope, [inquiry])
    except WriteFault:
        return False
    return True


def _inquiry(row: Mapping[str, Any], trace: str) -> Inquiry:
    """Give the question: about the subscriber where he is the patient, else about the patient as his dependent."""
    about_subscriber = Inquiry(
        trace_number=trace,
        payer_id=row["payer_id"],
        payer_name=row["payer_name"],
        provider_npi=row["npi"],
        provider_last_or_org_name=row["last_or_org_name"],
        provider_entity_type=row["entity_type"],
        subscriber_last_name=row["subscriber_last_name"],
        subscriber_first_name=row["subscriber_first_name"],
        member_id=row["member_id"],
        birth_date=row["subscriber_birth_date"],
        sex=row["subscriber_sex"],
        service_on=row["date_of_service_from"],
        relationship_code=row["relationship"] or "",
    )
    if row["relationship"] == SELF:
        return about_subscriber
    return replace(
        about_subscriber,
        dependent_last_name=row["last_name"],
        dependent_first_name=row["first_name"],
        dependent_birth_date=row["birth_date"],
        dependent_sex=row["sex"],
    )


def _asked(row: Mapping[str, Any], trace: str, batch_id: str, night: date) -> dict[str, Any]:
    return {
        "trace_number": trace,
        "batch_id": batch_id,
        "encounter_id": row["encounter_id"],
        "encounter_version": row["encounter_version"],
        "payer_id": row["payer_id"],
        "member_key": row["member_key"],
        "service_on": row["date_of_service_from"],
        "asked_on": night,
    }
