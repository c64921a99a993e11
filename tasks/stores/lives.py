"""Lives: everything the warehouse knows of one claim, encounter, file, payment, deposit, ledger entry or denial, with the bytes that said it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import ClaimcycleError
from tasks.stores.vault import get_bytes
from tasks.stores.warehouse import Warehouse

FIND = """
select 'claim' as kind, claim_id as id from claims.claim where claim_id like $1
union select 'claim', claim_id from claims.version where patient_control_number = $2
union select 'claim', claim_id from remittances.claim where payer_claim_number = $2 and claim_id is not null
union select 'encounter', encounter_id from encounters.intake where encounter_id like $1
union select 'file', file_sha256 from files.file where file_sha256 like $1
union select 'file', file_sha256 from files.arrival where file_name = $2 or drop_name = $2
union select 'file', file_sha256 from claims.batch where file_name = $2
union select 'entry', entry_id from ledger.entry where entry_id like $1
union select 'denial', case_id from denials.case where case_id like $1
union select 'payment', payment_id from remittances.payment where payment_id like $1 or trace_number = $2
union select 'deposit', deposit_id from bank.report where movement_id like $1
"""

SECTIONS: Mapping[str, Mapping[str, str]] = {
    "encounter": {
        "received": "select encounter_version, verdict, line_count, charge_cents, file_sha256, byte_start, byte_end, received_on from encounters.intake where encounter_id = $1 order by received_on, encounter_version",
        "outcome": "select outcome, rule_id, owner, reason, charge_cents from encounters.outcome where encounter_id = $1",
        "quarantined rows": "select table_name, source_row, rule_id, column_name, remedy, owner, file_sha256, byte_start, byte_end from encounters.quarantine where encounter_id = $1 order by all",
        "findings at intake": "select encounter_version, rule_id, line_number, column_name, severity, remedy, owner, found_on from encounters.finding where encounter_id = $1 order by all",
        "findings of edits": "select encounter_version, rule_id, line_number, column_name, severity, remedy, owner, found_on from coding.finding where encounter_id = $1 order by all",
        "diagnoses": "select encounter_version, position, icd10cm_code, source_system, source_code, rule_id, rule_version from coding.diagnosis where encounter_id = $1 order by 1, 2",
        "lines": "select encounter_version, line_number, disposition, reason, procedure_code, modifiers, units, charge_cents, source_code, rule_id, rule_version from coding.line where encounter_id = $1 order by 1, 2",
        "claims": "select claim_id, payer_id, state, since_on from claims.claim join claims.state using (claim_id) where encounter_id = $1",
    },
    "claim": {
        "claim": "select c.claim_id, c.encounter_id, c.payer_id, s.state, s.since_on from claims.claim c left join claims.state s using (claim_id) where c.claim_id = $1",
        "versions": "select claim_version, encounter_version, patient_control_number, frequency_code, original_claim_number, total_charge_cents, drafted_on from claims.version where claim_id = $1 order by 1",
        "lines": "select claim_version, line_number, line_control_number, procedure_code, modifiers, units, charge_cents from claims.line where claim_id = $1 order by 1, 2",
        "sent": "select b.claim_version, a.file_name, a.interchange_control_number, d.outcome, a.sealed_on, a.file_sha256, b.byte_start, b.byte_end from claims.batch_claim b join claims.batch a using (batch_id) left join claims.delivery d using (batch_id) where b.claim_id = $1 order by 1",
        "events": "select sequence, claim_version, event, from_state, to_state, detail, happened_on, file_sha256, byte_start, byte_end from claims.event where claim_id = $1 order by 1",
        "refused events": "select claim_version, event, state, kind, detail, refused_on, file_sha256, byte_start, byte_end from claims.refused_event where claim_id = $1 order by refused_on, event_id",
        "remitted": "select c.claim_version, p.trace_number, c.status_code, c.charge_cents, c.paid_cents, c.patient_cents, c.payer_claim_number, c.match_rule, c.read_on, c.file_sha256, c.byte_start, c.byte_end from remittances.claim c join remittances.payment p using (payment_id) where c.claim_id = $1 order by c.read_on, c.file_sha256, c.byte_start",
        "ledger": "select posted_on, account, amount_cents, claim_version, line_number, code, rule_id, rule_version, trace_number, entry_id, file_sha256, byte_start, byte_end from ledger.entry where claim_id = $1 order by posted_on, posting_id, entry_id",
        "balance": "select charged_cents, paid_cents, patient_paid_cents, contractual_cents, prior_payer_cents, written_off_cents, waiting_cents, patient_cents as patient_owes_cents, payer_open_cents, denied_cents from ledger.claim_balance where claim_id = $1",
        "takebacks": "select chain_id, link, amount_cents, trace_number, paid_on, file_sha256, byte_start, byte_end from ledger.takeback_link where claim_id = $1 order by paid_on, file_sha256, byte_start",
        "denials": "select case_id, group_code, reason_code, remark_codes, category, remedy, amount_cents, deadline_on, owner, state from denials.case_state where claim_id = $1 order by opened_on, case_id",
    },
    "file": {
        "file": "select file_sha256, kind, byte_count, first_seen_on from files.file where file_sha256 = $1",
        "arrivals": "select source, drop_name, file_name, arrived_on, is_repeat from files.arrival where file_sha256 = $1 order by all",
        "contents": "select c.kind, c.transaction_count, r.outcome, r.read_on from files.content c left join files.reading r on r.file_sha256 = c.file_sha256 and r.kind = c.kind where c.file_sha256 = $1 order by 1",
        "faults": "select fault_code, byte_start, segment, element, message, remedy, found_on from files.fault where file_sha256 = $1 order by all",
        "tolerated": "select tolerated, occurrences from files.tolerance where file_sha256 = $1 order by 1",
        "batch": "select batch_id, kind, payer_id, interchange_control_number, claim_count, total_charge_cents, sealed_on from claims.batch where file_sha256 = $1",
        "payments": "select trace_number, payer_id, payment_cents, paid_on, verdict, verdict_reason from remittances.payment where file_sha256 = $1 order by byte_start",
        "encounters": "select verdict, count(*) as encounters, sum(charge_cents)::bigint as charge_cents from encounters.intake where file_sha256 = $1 group by 1 order by 1",
        "ledger": "select account, count(*) as entries, sum(amount_cents)::bigint as amount_cents from ledger.entry where file_sha256 = $1 group by 1 order by 1",
    },
    "payment": {
        "payment": "select trace_number, originator_id, payer_id, method_code, payment_cents, paid_on, verdict, verdict_reason, read_on, file_sha256, byte_start, byte_end from remittances.payment where payment_id = $1",
        "in the bank": "select state, expected_cents, deposit_cents, difference_cents, settled_on, banking_days, rule, decision_id, deposit_id from bank.reassociation where payment_id = $1",
        "claims": "select patient_control_number, status_code, charge_cents, paid_cents, claim_id, file_sha256, byte_start, byte_end from remittances.claim where payment_id = $1 order by byte_start",
        "provider level money": "select reason_code, reference_number, amount_cents, file_sha256, byte_start, byte_end from remittances.provider_adjustment where payment_id = $1 order by byte_start, pair",
        "chains it is a link of": "select c.chain_id, c.kind, c.subject, c.open_cents, c.is_unexplained from ledger.chain c semi join (select l.chain_id from ledger.chain_link l join remittances.payment p on p.file_sha256 = l.file_sha256 and p.trace_number = l.trace_number where p.payment_id = $1) using (chain_id) order by 1",
        "ledger": "select e.account, count(*) as entries, sum(e.amount_cents)::bigint as amount_cents from ledger.entry e join remittances.payment p on p.file_sha256 = e.file_sha256 and e.byte_start >= p.byte_start and e.byte_end <= p.byte_end where p.payment_id = $1 group by 1 order by 1",
    },
    "deposit": {
        "told by": "select format, settled_on, amount_cents, trace_number, originator_id, check_number, bank_reference, file_sha256, byte_start, byte_end from bank.report where deposit_id = $1 order by format, file_sha256",
        "its remittance": "select r.state, r.payment_id, r.trace_number, r.payer_name, r.expected_cents, r.deposit_cents, r.difference_cents, r.paid_on, r.rule, r.decision_id from bank.reassociation r where r.deposit_id = $1",
    },
    "entry": {
        "entry": "select * from ledger.entry where entry_id = $1",
        "its posting": "select account, amount_cents, line_number, code, rule_id, entry_id from ledger.entry where posting_id = (select posting_id from ledger.entry where entry_id = $1) order by entry_id",
    },
    "denial": {
        "case": "select * from denials.case_state where case_id = $1",
        "actions": "select action, detail, cents, acted_on from denials.action where case_id = $1 order by acted_on",
        "adjustment": "select a.group_code, a.reason_code, a.amount_cents, a.file_sha256, a.byte_start, a.byte_end from remittances.adjustment a join denials.case c using (adjustment_id) where c.case_id = $1",
        "events of its claim": "select e.sequence, e.event, e.from_state, e.to_state, e.happened_on from claims.event e join denials.case c using (claim_id) where c.case_id = $1 order by 1",
    },
}
WITHOUT_PHI = frozenset(
    {"ISA", "TA1", "CLM", "CLP", "SVC", "CAS", "STC", "PLB", "BPR", "TRN", "IK5", "AK2", "SV1", "MOA", "LQ"}
)
"""Segments whose bytes carry no name, birth date, member id or address, and may be shown."""


@dataclass(frozen=True, slots=True)
class Life:
    """One thing's life: its kind and key, and its rows by section."""

    kind: str
    key: str
    sections: dict[str, list[dict[str, Any]]]


def live_of(warehouse: Warehouse, identifier: str) -> Life:
    """Give the life of the one thing that the identifier (a key, its first digits, a control number, a file name) names.

    Raises: ClaimcycleError when nothing or more than one thing has it.
    """
    found = warehouse.rows(FIND, [identifier.replace("%", "") + "%", identifier])
    if len(found) != 1:
        said = "names nothing" if not found else f"names {len(found)} things"
        raise ClaimcycleError(
            f"{identifier!r} {said}; give a longer key, a patient control number or a file name (`claims sql` finds them)"
        )
    kind, key = found[0]["kind"], found[0]["id"]
    sections = {name: warehouse.rows(sql, [key]) for name, sql in SECTIONS[kind].items()}
    return Life(kind, key, {name: rows for name, rows in sections.items() if rows})


def said_at(home: Path, file_sha256: str, byte_start: int, byte_end: int) -> list[str]:
    """Give the segments without PHI that stand in these bytes of an X12 file of the vault."""
    content = get_bytes(home, file_sha256)
    if not content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"ISA"):
        return []
    terminator, separator = content[105:106], content[3:4]
    pieces = (p.strip().decode("ascii", "replace") for p in content[byte_start:byte_end].split(terminator))
    return [p for p in pieces if p.split(separator.decode())[0] in WITHOUT_PHI]
