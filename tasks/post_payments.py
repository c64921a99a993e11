"""Post: charges and remittances to the double-entry ledger; the one place where money enters it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from schemas.keys import key_of
from tasks.claims.lifecycle import Happening, advance, standings
from tasks.denials.answers import remittance_event
from tasks.denials.taxonomy import load_taxonomy
from tasks.ledger.accounts import load_accounts
from tasks.ledger.charges import post_charge_change, post_charges, post_patient_payment
from tasks.ledger.entries import Place
from tasks.ledger.posting import in_posting_order, post_remitted_claim
from tasks.ledger.provider_adjustments import post_provider_adjustments
from tasks.step import step
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


@step
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
    posted = _posted_charges(warehouse)
    entries: list[dict[str, Any]] = []
    for claim_id, now in lines.items():
        before = posted.get(claim_id, [])
        if not before:
            entries += post_charges(now[0], now, night)
            entries += _patient_payment(warehouse, now[0], night)
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


def _patient_payment(warehouse: Warehouse, claim: Mapping[str, Any], night: date) -> list[dict[str, Any]]:
    found = warehouse.rows(
        "select * from encounters.current_encounter where encounter_id = $1", [claim["encounter_id"]]
    )
    paid = found[0]["patient_amount_paid_cents"] or 0
    return post_patient_payment(claim, paid, Place.of(found[0]), night) if paid > 0 else []


def _post_payment(warehouse: Warehouse, payment: Mapping[str, Any], night: date) -> int:
    """Post one accepted 835 transaction: its claims in the payer's order, reversals first, then its PLB."""
    claims = in_posting_order(
        warehouse.rows("select * from remittances.claim where payment_id = $1", [payment["payment_id"]])
    )
    services, adjustments = _grouped(warehouse, "service", payment), _grouped(warehouse, "adjustment", payment)
    taxonomy = load_taxonomy()
    exceptions: list[dict[str, Any]] = []
    for claim in claims:
        own_services, own = services[claim["remitted_claim_id"]], adjustments[claim["remitted_claim_id"]]
        posted = post_remitted_claim(
            payment,
            claim,
            own_services,
            own,
            _earlier(warehouse, claim),
            taxonomy,
            _encounter_of(warehouse, claim),
            night,
        )
        warehouse.insert("ledger.entry", posted.entries)
        exceptions += [_exception_row(payment, e, night) for e in posted.exceptions]
        if claim["claim_id"]:
            _move(warehouse, claim, own_services, own, night)
    warehouse.insert(
        "ledger.entry", post_provider_adjustments(payment, _rows(warehouse, "provider_adjustment", payment), night)
    )
    warehouse.insert("ledger.exception", exceptions)
    warehouse.insert("ledger.posting_run", [{"payment_id": payment["payment_id"], "posted_on": night}])
    return len(exceptions)


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
    claim: Mapping[str, Any],
    services: Sequence[Mapping[str, Any]],
    adjustments: Sequence[Mapping[str, Any]],
    night: date,
) -> None:
    """Move our claim as the remitted one says, nothing where it speaks of no money."""
    standing = standings(states_of(warehouse, [claim["claim_id"]]), known_events(warehouse, [claim["claim_id"]]))
    is_answered = standing[claim["claim_id"]].state in ANSWERED
    said = remittance_event(
        claim,
        services,
        adjustments,
        load_taxonomy(),
        lines_missing=_has_lines_missing(warehouse, claim),
        is_answered=is_answered,
    )
    if said is None:
        return
    happening = Happening(
        claim["claim_id"],
        claim["claim_version"],
        said.event,
        f"{claim['file_sha256']}:{claim['byte_start']}",
        said.detail,
        file_sha256=claim["file_sha256"],
        byte_start=claim["byte_start"],
        byte_end=claim["byte_end"],
    )
    keep_moves(warehouse, advance(standing, [happening], night))


def _has_lines_missing(warehouse: Warehouse, claim: Mapping[str, Any]) -> bool:
    """Tell whether some lines of the claim version were remitted and others are in no remittance yet."""
    counts = warehouse.rows(
        """with seen as (select distinct s.line_number from remittances.service s join remittances.claim c using (remitted_claim_id)
                         where c.claim_id = $1 and c.claim_version = $2 and c.status_code <> '22')
           select (select count(*) from seen) as seen, count(*) as missing from claims.line l
           where l.claim_id = $1 and l.claim_version = $2 and l.line_number not in (select line_number from seen where line_number is not null)""",
        [claim["claim_id"], claim["claim_version"]],
    )[0]
    return bool(counts["seen"] and counts["missing"])


def _earlier(warehouse: Warehouse, claim: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not claim["claim_id"]:
        return []
    return warehouse.rows(
        "select * from ledger.entry where claim_id = $1 and trace_number is not null order by entry_id",
        [claim["claim_id"]],
    )


def _encounter_of(warehouse: Warehouse, claim: Mapping[str, Any]) -> str | None:
    found = warehouse.value("select encounter_id from claims.claim where claim_id = $1", [claim["claim_id"]])
    return None if found is None else str(found)


def _grouped(warehouse: Warehouse, table: str, payment: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = warehouse.rows(
        f"select t.* from remittances.{table} t join remittances.claim c using (remitted_claim_id) where c.payment_id = $1 order by t.byte_start, t.{table}_id",
        [payment["payment_id"]],
    )
    for row in rows:
        found[row["remitted_claim_id"]].append(row)
    return found


def _rows(warehouse: Warehouse, table: str, payment: Mapping[str, Any]) -> list[dict[str, Any]]:
    return warehouse.rows(
        f"select * from remittances.{table} where payment_id = $1 order by byte_start, pair", [payment["payment_id"]]
    )
