"""Remit: 835s become rows with a verdict; claims are matched by control numbers only."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import Fault
from tasks.step import night_step
from tasks.stores.contents import finish, quarantine, unread
from tasks.stores.threads import versions_by_control_number
from tasks.stores.vault import get_bytes
from tasks.stores.warehouse import Warehouse, session
from tasks.x12.envelope import X12File, read_x12
from tasks.x12.remittance import read_remittance

TABLES = ("payment", "claim", "service", "adjustment", "provider_adjustment", "segment")


@night_step
def read_remittances(home: Path, night: date) -> dict[str, int]:
    """Every 835 received is rows; each payment is accepted, held with its difference, or known as repeated.

    Shape: remittances.*. Holds: one file is one transaction; nothing is corrected; nothing is matched by name.
    """
    with session(home) as warehouse:
        contents = unread(warehouse, ["835"])
        counts = {"files": len(contents), "payments": 0, "held": 0}
        for digest, kind in contents:
            try:
                with warehouse.transaction():
                    rows = _read(warehouse, read_x12(get_bytes(home, digest)), digest, night)
                    _match(warehouse, rows)
                    for table in TABLES:
                        warehouse.insert(f"remittances.{table}", rows[table])
                    held = _judge(warehouse, rows["payment"])
                    finish(warehouse, digest, kind, "read", night)
            except Fault as fault:
                quarantine(warehouse, digest, kind, fault, night)
                continue
            counts["payments"] += len(rows["payment"])
            counts["held"] += held
    return counts


def _read(warehouse: Warehouse, x12: X12File, digest: str, night: date) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of an 835, what was tolerated noted beside it.

    Raises: Fault, the first in the file's order.
    """
    remittance = read_remittance(x12, digest, night)
    if remittance.faults:
        raise remittance.faults[0]
    tolerated = [{"file_sha256": digest, "tolerated": t, "occurrences": n} for t, n in remittance.tolerances.items()]
    warehouse.insert("files.tolerance", tolerated)
    return remittance.rows


def _match(warehouse: Warehouse, rows: Mapping[str, Sequence[dict[str, Any]]]) -> None:
    """Match claims by patient control number, else by the payer's number learned before; lines by their control number.

    Source: shared rule, billing.md section 2: never by name.
    """
    by_control = versions_by_control_number(warehouse, [c["patient_control_number"] for c in rows["claim"]])
    by_payer = _by_payer_number(warehouse, [c["payer_claim_number"] for c in rows["claim"] if c["payer_claim_number"]])
    claims = {}
    for claim in rows["claim"]:
        control, payer = (
            by_control.get(claim["patient_control_number"]),
            by_payer.get(claim["payer_claim_number"] or ""),
        )
        ours = control or payer
        if ours:
            claim["claim_id"], claim["claim_version"] = ours["claim_id"], ours["claim_version"]
            claim["match_rule"] = "patient_control_number" if control else "payer_claim_number"
            claims[claim["remitted_claim_id"]] = (ours["claim_id"], ours["claim_version"])
    _match_lines(warehouse, rows["service"], claims)


def _by_payer_number(warehouse: Warehouse, numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Give the claim version of each payer claim number that an acceptance or remittance told for exactly one claim."""
    found = warehouse.rows(
        """select payer_claim_number, min(claim_id) as claim_id, max(claim_version) as claim_version from (
             select payer_claim_number, claim_id, claim_version from acknowledgments.claim_answer where claim_id is not null
             union select payer_claim_number, claim_id, claim_version from remittances.claim where claim_id is not null)
           where payer_claim_number in (select unnest($1)) group by 1 having count(distinct claim_id) = 1""",
        [list(numbers)],
    )
    return {row["payer_claim_number"]: row for row in found}


def _match_lines(
    warehouse: Warehouse, services: Sequence[dict[str, Any]], claims: Mapping[str, tuple[str, int]]
) -> None:
    """Match lines by REF*6R, else by code, modifiers and charge where exactly one line of the claim has them."""
    lines = warehouse.rows(
        "select * from claims.line where claim_id in (select unnest($1))", [sorted({c for c, _ in claims.values()})]
    )
    by_control = {line["line_control_number"]: line["line_number"] for line in lines}
    for service in services:
        number = by_control.get(service["line_control_number"] or "")
        at = claims.get(service["remitted_claim_id"])
        if number is None and at:
            code = service["submitted_code"] or service["procedure_code"]
            same = [
                line["line_number"]
                for line in lines
                if (line["claim_id"], line["claim_version"]) == at
                and line["procedure_code"] == code
                and line["charge_cents"] == abs(service["charge_cents"])
            ]
            number = same[0] if len(same) == 1 else None
        service["line_number"] = number


def _judge(warehouse: Warehouse, payments: Sequence[Mapping[str, Any]]) -> int:
    """Hold payments that do not balance, or that say again, or otherwise, what a payment of the same trace said."""
    held = 0
    for payment in payments:
        verdict, reason = _verdict(warehouse, payment)
        if verdict != "accepted":
            held += verdict == "held"
            warehouse.execute(
                "update remittances.payment set verdict = $1, verdict_reason = $2 where payment_id = $3",
                [verdict, reason, payment["payment_id"]],
            )
    return held


def _verdict(warehouse: Warehouse, payment: Mapping[str, Any]) -> tuple[str, str | None]:
    payment_id = payment["payment_id"]
    earlier = warehouse.rows(
        """select payment_id from remittances.payment where trace_number = $1 and originator_id = $2 and verdict = 'accepted'
           and (file_sha256 <> $3 or byte_start < $4)""",
        [payment["trace_number"], payment["originator_id"], payment["file_sha256"], payment["byte_start"]],
    )
    if earlier:
        same = all(_content(warehouse, e["payment_id"]) == _content(warehouse, payment_id) for e in earlier)
        return (
            ("repeated", "the same payment in another file")
            if same
            else ("held", "another payment has this trace number: ask the payer which is right")
        )
    difference = warehouse.value(
        "select difference_cents from remittances.transaction_balance where payment_id = $1", [payment_id]
    )
    if difference:
        return (
            "held",
            f"BPR02 differs by {difference} cents from its claims less its PLB: ask the payer for a corrected 835",
        )
    return "accepted", None


def _content(warehouse: Warehouse, payment_id: str) -> list[tuple[Any, ...]]:
    """Give what a payment says, without where it stands."""
    rows = warehouse.rows(
        """select c.patient_control_number, c.status_code, c.charge_cents, c.paid_cents, c.payer_claim_number, a.group_code, a.reason_code, a.amount_cents
           from remittances.claim c left join remittances.adjustment a using (remitted_claim_id) where c.payment_id = $1 order by all""",
        [payment_id],
    )
    return [tuple(row.values()) for row in rows]
