"""Post: charges and remittances to the double-entry ledger; the one place where money enters it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from schemas.keys import key_of
from tasks.claims.lifecycle import Advance, Happening, advance, standings
from tasks.denials.answers import RemittanceEvent, remittance_event
from tasks.denials.taxonomy import load_taxonomy
from tasks.ledger.accounts import load_accounts
from tasks.ledger.charges import post_charge_change, post_charges, post_patient_payment
from tasks.ledger.entries import Place
from tasks.ledger.posting import in_posting_order, post_remitted_claim
from tasks.ledger.provider_adjustments import post_provider_adjustments
from tasks.step import night_step
from tasks.stores.threads import keep_moves, known_events, states_of
from tasks.stores.warehouse import Warehouse, writer

CURRENT_LINES = """
select c.claim_id, c.encounter_id, v.claim_version, l.line_number, l.charge_cents, s.file_sha256, s.byte_start, s.byte_end
from claims.claim c join claims.current_version v using (claim_id)
join claims.line l on l.claim_id = v.claim_id and l.claim_version = v.claim_version
join encounters.service_line s on s.encounter_id = c.encounter_id and s.encounter_version = v.encounter_version and s.line_number = l.source_line_number
order by c.claim_id, l.line_number
"""


ANSWERED = ("PAID", "PART_DENIED", "DENIED", "UNDERPAID", "APPEALED")
"""States in which an answer of the payer stands, so that more money is supplemental."""


@night_step
def post_payments(home: Path, night: date) -> dict[str, int]:
    """Every claim's charge and every accepted payment is in the ledger to the cent, and each remitted claim has moved.

    Shape: ledger.entry, ledger.exception, claims.event. Holds: every posting sums to zero; a payment is posted once.
    """
    with writer(home) as warehouse:
        warehouse.insert("ledger.account", load_accounts())
        charged = _post_charges(warehouse, night)
        payments = warehouse.rows(
            """select p.* from remittances.payment p anti join ledger.posting_run r using (payment_id)
               where p.verdict = 'accepted' order by p.read_on, p.file_sha256, p.byte_start"""
        )
        counts = {"charges": charged, "payments": len(payments), "exceptions": 0}
        for payment in payments:
            counts["exceptions"] += _post_payment(warehouse, payment, night)
    return counts


def _post_charges(warehouse: Warehouse, night: date) -> int:
    """Post the charge lines of claims that have none, and the change where a new version charges otherwise."""
    lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in warehouse.rows(CURRENT_LINES):
        lines[row["claim_id"]].append(row)
    posted, at_desk = _posted_charges(warehouse), _patient_payments(warehouse)
    entries: list[dict[str, Any]] = []
    for claim_id, now in lines.items():
        before = posted.get(claim_id, [])
        if not before:
            entries += post_charges(now[0], now, night)
            if paid := at_desk.get(now[0]["encounter_id"]):
                entries += post_patient_payment(now[0], paid["patient_amount_paid_cents"], Place.of(paid), night)
        elif [(b["line_number"], b["charge_cents"]) for b in before] != [
            (n["line_number"], n["charge_cents"]) for n in now
        ]:
            entries += post_charge_change(now[0], before, now, night)
    return warehouse.insert("ledger.entry", entries)


def _posted_charges(warehouse: Warehouse) -> dict[str, list[dict[str, Any]]]:
    """Give the charge lines each claim has in the ledger now, with the bytes they came from."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in warehouse.rows(
        """select claim_id, encounter_id, line_number, -sum(amount_cents) as charge_cents,
                  arg_max(file_sha256, posted_on) as file_sha256, arg_max(byte_start, posted_on) as byte_start, arg_max(byte_end, posted_on) as byte_end
           from ledger.entry where account = 'charges' group by 1, 2, 3 having sum(amount_cents) <> 0 order by 1, 3"""
    ):
        found[row["claim_id"]].append(row)
    return found


def _patient_payments(warehouse: Warehouse) -> dict[str, dict[str, Any]]:
    """Give the encounters whose patient paid something at the desk, with their bytes."""
    found = warehouse.rows(
        """select encounter_id, patient_amount_paid_cents, file_sha256, byte_start, byte_end
           from encounters.current_encounter where patient_amount_paid_cents > 0"""
    )
    return {row["encounter_id"]: row for row in found}


def _post_payment(warehouse: Warehouse, payment: Mapping[str, Any], night: date) -> int:
    """Post one accepted 835 transaction: its claims, reversals first, then its PLB; give how many exceptions it made."""
    claims = in_posting_order(
        warehouse.rows("select * from remittances.claim where payment_id = $1", [payment["payment_id"]])
    )
    threads = _threads_of(warehouse, claims)
    services, adjustments = _grouped(warehouse, "service", payment), _grouped(warehouse, "adjustment", payment)
    entries: list[dict[str, Any]] = []
    exceptions: list[dict[str, Any]] = []
    for claim in claims:
        thread = threads[claim["claim_id"]]
        said = claim, services[claim["remitted_claim_id"]], adjustments[claim["remitted_claim_id"]]
        posted = post_remitted_claim(payment, *said, thread.entries, load_taxonomy(), thread.encounter_id, night)
        thread.entries += posted.entries
        entries += posted.entries
        exceptions += [_exception_row(payment, e, night) for e in posted.exceptions]
    adjusted = warehouse.rows(
        "select * from remittances.provider_adjustment where payment_id = $1 order by byte_start, pair",
        [payment["payment_id"]],
    )
    warehouse.insert("ledger.entry", entries + post_provider_adjustments(payment, adjusted, night))
    warehouse.insert("ledger.exception", exceptions)
    _move(warehouse, claims, services, adjustments, night)
    warehouse.insert("ledger.posting_run", [{"payment_id": payment["payment_id"], "posted_on": night}])
    return len(exceptions)


@dataclass(slots=True)
class _Thread:
    """What the ledger knows of a claim before a payment is posted: its encounter, and its entries from remittances."""

    encounter_id: str | None = None
    entries: list[dict[str, Any]] = field(default_factory=list)


def _threads_of(warehouse: Warehouse, claims: Sequence[Mapping[str, Any]]) -> dict[str | None, _Thread]:
    """Give the threads that a payment speaks of; claims that are not ours share one without an encounter."""
    ids = [_ours(claims)]
    threads: dict[str | None, _Thread] = defaultdict(_Thread)
    for row in warehouse.rows(
        "select claim_id, encounter_id from claims.claim where claim_id in (select unnest($1))", ids
    ):
        threads[row["claim_id"]].encounter_id = row["encounter_id"]
    for entry in warehouse.rows(
        "select * from ledger.entry where claim_id in (select unnest($1)) and trace_number is not null order by entry_id",
        ids,
    ):
        threads[entry["claim_id"]].entries.append(entry)
    return threads


def _ours(claims: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted({claim["claim_id"] for claim in claims if claim["claim_id"]})


def _exception_row(payment: Mapping[str, Any], said: Mapping[str, Any], night: date) -> dict[str, Any]:
    return {
        "exception_id": key_of(said["remitted_claim_id"], said["code"]),
        "claim_id": said["claim_id"],
        "payment_id": payment["payment_id"],
        "exception_code": said["code"],
        "message": said["message"],
        "difference_cents": said["difference_cents"],
        "found_on": night,
    }


def _move(
    warehouse: Warehouse,
    claims: Sequence[Mapping[str, Any]],
    services: Mapping[str, Sequence[Mapping[str, Any]]],
    adjustments: Mapping[str, Sequence[Mapping[str, Any]]],
    night: date,
) -> None:
    """Move our claims as the remitted ones say, one after another; nothing where one speaks of no money."""
    ours = _ours(claims)
    standing = standings(states_of(warehouse, ours), known_events(warehouse, ours))
    incomplete = _incomplete(warehouse, ours)
    moved = Advance([], [])
    for claim in claims:
        if not claim["claim_id"]:
            continue
        said = remittance_event(
            claim,
            services[claim["remitted_claim_id"]],
            adjustments[claim["remitted_claim_id"]],
            load_taxonomy(),
            lines_missing=(claim["claim_id"], claim["claim_version"]) in incomplete,
            is_answered=standing[claim["claim_id"]].state in ANSWERED,
        )
        if said is not None:
            step = advance(standing, [_happening(claim, said)], night)
            moved.events.extend(step.events)
            moved.refused.extend(step.refused)
    keep_moves(warehouse, moved)


def _happening(claim: Mapping[str, Any], said: RemittanceEvent) -> Happening:
    return Happening(
        claim["claim_id"],
        claim["claim_version"],
        said.event,
        f"{claim['file_sha256']}:{claim['byte_start']}",
        said.detail,
        file_sha256=claim["file_sha256"],
        byte_start=claim["byte_start"],
        byte_end=claim["byte_end"],
    )


def _incomplete(warehouse: Warehouse, claim_ids: Sequence[str]) -> set[tuple[str, int]]:
    """Give the claim versions of which some lines were remitted and others are in no remittance yet."""
    found = warehouse.rows(
        """with seen as (select distinct c.claim_id, c.claim_version, s.line_number
                         from remittances.service s join remittances.claim c using (remitted_claim_id)
                         where c.claim_id in (select unnest($1)) and c.status_code <> '22' and s.line_number is not null)
           select l.claim_id, l.claim_version from claims.line l semi join seen using (claim_id, claim_version)
           anti join seen on seen.claim_id = l.claim_id and seen.claim_version = l.claim_version and seen.line_number = l.line_number""",
        [list(claim_ids)],
    )
    return {(row["claim_id"], row["claim_version"]) for row in found}


def _grouped(warehouse: Warehouse, table: str, payment: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = warehouse.rows(
        f"select t.* from remittances.{table} t join remittances.claim c using (remitted_claim_id) where c.payment_id = $1 order by t.byte_start, t.{table}_id",
        [payment["payment_id"]],
    )
    for row in rows:
        found[row["remitted_claim_id"]].append(row)
    return found
