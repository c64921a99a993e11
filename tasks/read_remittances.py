"""Remit: 835s become rows with a verdict; claims are matched by control numbers only."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import Fault
from tasks.step import night_step
from tasks.stores.contents import finish, quarantine, unread
from tasks.stores.remitted import match_claims, match_lines
from tasks.stores.vault import open_content
from tasks.stores.warehouse import Warehouse, session
from tasks.x12 import remittance

_THREADS = 2
"""One reads ahead while the other writes."""


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
                    _load(warehouse, home, digest, night)
                    match_claims(warehouse, digest)
                    match_lines(warehouse, digest)
                    payments = warehouse.rows(
                        "select * from remittances.payment where file_sha256 = $1 order by byte_start", [digest]
                    )
                    held = _judge(warehouse, payments)
                    finish(warehouse, digest, kind, "read", night)
            except Fault as fault:
                quarantine(warehouse, digest, kind, fault, night)
                continue
            counts["payments"] += len(payments)
            counts["held"] += held
    return counts


def _load(warehouse: Warehouse, home: Path, digest: str, night: date) -> None:
    """Bring the rows of an 835 into the warehouse piece by piece, what was tolerated noted beside them.

    Raises: Fault, the first in the file's order; the caller's transaction then forgets the pieces.
    """
    ours: Mapping[str, Mapping[str, object]] = {
        "payment": {"verdict": "accepted", "read_on": night},
        "claim": {"read_on": night},
    }
    for piece in remittance.read_remittances([open_content(home, digest)], [digest], _THREADS):
        for name, table in piece.tables.items():
            warehouse.insert_table(f"remittances.{name}", table, ours.get(name, {}))
        for _, tolerances, faults in piece.ended:
            if faults:
                raise faults[0]
            tolerated = [{"file_sha256": digest, "tolerated": t, "occurrences": n} for t, n in tolerances.items()]
            warehouse.insert("files.tolerance", tolerated)


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
