"""Check: 271 answers become coverage facts; encounters nobody asked about yet become 270 inquiries, sealed for the mailbox."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
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
from tasks.x12.eligibility_answer import read_271
from tasks.x12.envelope import read_x12
from tasks.x12.inquiry import Inquiry, write_270
from tasks.x12.professional import Envelope

UNASKED = """
select e.encounter_id, e.encounter_version, e.date_of_service_from, c.payer_id, c.member_id, c.relationship, c.subscriber_last_name,
       c.subscriber_first_name, c.subscriber_birth_date, c.subscriber_sex, p.payer_name, p.partner_id, e.billing_provider_key,
       b.npi, b.last_or_org_name, b.entity_type
from encounters.current_encounter e
join encounters.coverage c on c.encounter_id = e.encounter_id and c.encounter_version = e.encounter_version and c.payer_rank = 'P'
join encounters.payer p on p.payer_id = c.payer_id
join encounters.current_provider b on b.provider_key = e.billing_provider_key
where e.responsible_party = 'insurance' and e.encounter_status = 'finished' and e.billable_status = 'billable'
  and not exists (select 1 from encounters.finding f where f.encounter_id = e.encounter_id and f.encounter_version = e.encounter_version
                  and f.severity = 'hold' and (f.rule_id like 'C%' or f.rule_id like 'V%'))
  and not exists (select 1 from encounters.inquiry i where i.encounter_id = e.encounter_id and i.encounter_version = e.encounter_version)
order by p.partner_id, c.payer_id, e.encounter_id
"""


@night_step
def check_eligibility(home: Path, night: date) -> dict[str, int]:
    """Every 271 received is answers; every insured encounter with sound coverage data has been asked about.

    Shape: encounters.coverage_answer, encounters.inquiry, claims.batch (kind 270). Units: cents.
    """
    practice = homes.load_practice(home)
    answered = _read_answers(home, night)
    with writer(home) as warehouse:
        by_payer: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in warehouse.rows(UNASKED):
            by_payer[row["payer_id"]].append(row)
        asked = sum(_ask(warehouse, home, practice, rows, night) for _, rows in sorted(by_payer.items()))
    return {"answered": answered, "asked": asked}


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
    """Seal one 270 of a payer; one inquiry per member and date of service."""
    partner = practice.partner(rows[0]["partner_id"])
    interchange, group = take_control_numbers(warehouse)
    traces = [f"T{n:09d}" for n in warehouse.take_numbers("trace", len(rows))]
    envelope = Envelope(
        **practice.parties(partner), interchange_control_number=interchange, group_control_number=group, night=night
    )
    content = write_270(envelope, [_inquiry(row, trace) for row, trace in zip(rows, traces, strict=True)])
    sealed = Sealed(
        "270", partner.partner_id, rows[0]["payer_id"], interchange, group, content, len(rows), 0, judge="no map"
    )
    batch_id, _ = register_batch(warehouse, home, sealed, night)
    asked = [_asked(row, trace, batch_id, night) for row, trace in zip(rows, traces, strict=True)]
    return warehouse.insert("encounters.inquiry", asked)


def _inquiry(row: Mapping[str, Any], trace: str) -> Inquiry:
    return Inquiry(
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
    )


def _asked(row: Mapping[str, Any], trace: str, batch_id: str, night: date) -> dict[str, Any]:
    return {
        "trace_number": trace,
        "batch_id": batch_id,
        "encounter_id": row["encounter_id"],
        "encounter_version": row["encounter_version"],
        "payer_id": row["payer_id"],
        "member_key": hashlib.sha256(f"{row['payer_id']}:{row['member_id']}".encode()).hexdigest(),
        "service_on": row["date_of_service_from"],
        "asked_on": night,
    }
