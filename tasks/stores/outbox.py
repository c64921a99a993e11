"""The outbox: sealed interchanges, their bytes in the vault, their numbers burnt, each left with its partner once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from schemas.keys import key_of
from tasks.stores.home import Partner
from tasks.stores.journal import DELIVERY, delivery_of, note
from tasks.stores.mailbox import Mailbox, open_mailbox
from tasks.stores.vault import get_bytes, put_bytes
from tasks.stores.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is to be registered of one interchange: its bytes and what they hold.

    Units: cents; 0 for inquiries.
    """

    kind: str
    partner_id: str
    payer_id: str
    interchange_control_number: int
    group_control_number: int
    content: bytes
    claim_count: int
    total_charge_cents: int
    judge: str


def take_control_numbers(warehouse: Warehouse) -> tuple[int, int]:
    """Burn the next ISA13 and GS06; neither is ever given again."""
    return warehouse.take_numbers("interchange", 1)[0], warehouse.take_numbers("group", 1)[0]


def register_batch(warehouse: Warehouse, home: Path, sealed: Sealed, night: date) -> tuple[str, str]:
    """The bytes lie in the vault and the batch waits to be sent; give its batch_id and its SHA-256."""
    digest = put_bytes(home, sealed.content)
    batch_id = key_of("batch", sealed.partner_id, sealed.interchange_control_number)
    row = {
        "batch_id": batch_id,
        "kind": sealed.kind,
        "partner_id": sealed.partner_id,
        "payer_id": sealed.payer_id,
        "interchange_control_number": sealed.interchange_control_number,
        "group_control_number": sealed.group_control_number,
        "file_name": f"{sealed.kind}_{sealed.payer_id or sealed.partner_id}_{sealed.interchange_control_number:09d}.x12",
        "file_sha256": digest,
        "claim_count": sealed.claim_count,
        "total_charge_cents": sealed.total_charge_cents,
        "judge": sealed.judge,
        "sealed_on": night,
    }
    file = {"file_sha256": digest, "kind": "x12", "byte_count": len(sealed.content), "first_seen_on": night}
    warehouse.insert("files.file", [file])
    warehouse.insert("claims.batch", [row])
    return batch_id, digest


@dataclass(frozen=True, slots=True)
class Left:
    """What became of a try to leave a batch with its partner: delivered, failed or unknown, what proves it, and its first night."""

    attempt: int
    outcome: str
    proof: str
    started_on: date


def leave(warehouse: Warehouse, home: Path, partner: Partner, batch: Mapping[str, Any], night: date) -> Left:
    """Note the try, leave the bytes, and note in the log what became of them; what the log says already is not tried again.

    Shape: `batch` is a row of claims.unsent. Holds: the try is committed before the mailbox is touched; bytes that lie there are
    not left again. The caller commits the outcome with note_outcome.
    """
    attempt = batch["attempts"] + 1
    subject = f"{batch['batch_id']}:{attempt}"
    known = delivery_of(home, subject)
    if known is None:
        mailbox = open_mailbox(home, partner)
        mailbox.check_sending()
        tried = {"batch_id": batch["batch_id"], "attempt": attempt}
        with warehouse.transaction():
            is_first_try = bool(warehouse.insert("claims.dispatch", [{**tried, "started_on": night}]))
        started_on = warehouse.value(
            "select started_on from claims.dispatch where batch_id = $1 and attempt = $2", list(tried.values())
        )
        outcome, proof = _left(mailbox, batch["file_name"], get_bytes(home, batch["file_sha256"]), is_first_try)
        known = {"outcome": outcome, "proof": proof, "started_on": str(started_on)}
        note(home, DELIVERY, subject, known, night)
    return Left(attempt, known["outcome"], known["proof"], date.fromisoformat(known["started_on"]))


def _left(mailbox: Mailbox, name: str, content: bytes, is_first_try: bool) -> tuple[str, str]:
    """Leave the file and give outcome and proof; a try that a crash left open is settled by looking first."""
    found = "absent" if is_first_try else mailbox.look(name, content)
    if found == "absent":
        return mailbox.deliver(name, content)
    if found == "present":
        return "delivered", f"{len(content)} bytes"
    return "unknown", "a try was cut off and the mailbox cannot tell"


def note_outcome(warehouse: Warehouse, batch: Mapping[str, Any], left: Left, night: date) -> None:
    """Write the try, where it does not stand there yet, and what became of it."""
    tried = {"batch_id": batch["batch_id"], "attempt": left.attempt}
    warehouse.insert("claims.dispatch", [tried | {"started_on": left.started_on}])
    row = tried | {"outcome": left.outcome, "proof": left.proof, "delivered_on": night}
    warehouse.insert("claims.delivery", [row])
