"""Send: every sealed batch reaches its partner's mailbox once; the try is noted before it, the outcome after it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tasks.claims.lifecycle import Happening, advance, standings
from tasks.step import night_step
from tasks.stores import home as homes
from tasks.stores.journal import DELIVERY, delivery_of, note
from tasks.stores.mailbox import Mailbox, open_mailbox
from tasks.stores.threads import keep_moves, known_events, states_of
from tasks.stores.vault import get_bytes
from tasks.stores.warehouse import Warehouse, session

EVENTS = {"delivered": "transmit_ok", "failed": "transmit_failed", "unknown": "transmit_unknown"}

WAITING = "select * from claims.unsent where outcome is null or outcome = 'failed' order by interchange_control_number"


@night_step
def send_batches(home: Path, night: date) -> dict[str, int]:
    """Every sealed file is with its partner, or its failure is known, or it is in doubt and waits for proof.

    Shape: claims.dispatch, claims.delivery, claims.event.
    Holds: the same bytes are left again after a known failure only; an unknown outcome is never repeated by itself. The
    outcome stands in the log before it stands in the warehouse; what the log says became of a try is not tried again.
    """
    practice = homes.load_practice(home)
    with session(home) as warehouse:
        outcomes = [_send(warehouse, home, practice, batch, night) for batch in warehouse.rows(WAITING)]
    return {
        "delivered": outcomes.count("delivered"),
        "failed": outcomes.count("failed"),
        "in_doubt": outcomes.count("unknown"),
    }


def _send(warehouse: Warehouse, home: Path, practice: homes.Practice, batch: Mapping[str, Any], night: date) -> str:
    """Note the try, leave the file, note the outcome; what the log says became of this try is not tried again."""
    attempt = batch["attempts"] + 1
    tried = {"batch_id": batch["batch_id"], "attempt": attempt}
    subject = f"{batch['batch_id']}:{attempt}"
    known = delivery_of(home, subject)
    if known is None:
        mailbox = open_mailbox(home, practice.partner(batch["partner_id"]))
        mailbox.check_sending()
        with warehouse.transaction():
            is_first_try = bool(warehouse.insert("claims.dispatch", [{**tried, "started_on": night}]))
        started_on = warehouse.value(
            "select started_on from claims.dispatch where batch_id = $1 and attempt = $2", list(tried.values())
        )
        outcome, proof = _leave(mailbox, batch["file_name"], get_bytes(home, batch["file_sha256"]), is_first_try)
        known = {"outcome": outcome, "proof": proof, "started_on": str(started_on)}
        note(home, DELIVERY, subject, known, night)
    with warehouse.transaction():
        warehouse.insert("claims.dispatch", [{**tried, "started_on": date.fromisoformat(known["started_on"])}])
        _record(warehouse, batch, attempt, known["outcome"], known["proof"], night)
    return known["outcome"]


def _leave(mailbox: Mailbox, name: str, content: bytes, is_first_try: bool) -> tuple[str, str]:
    """Leave the file and give outcome and proof; a try that a crash left open is settled by looking first."""
    found = "absent" if is_first_try else mailbox.look(name, content)
    if found == "absent":
        return mailbox.deliver(name, content)
    if found == "present":
        return "delivered", f"{len(content)} bytes"
    return "unknown", "a try was cut off and the mailbox cannot tell"


def _record(
    warehouse: Warehouse, batch: Mapping[str, Any], attempt: int, outcome: str, proof: str, night: date
) -> None:
    row = {"batch_id": batch["batch_id"], "attempt": attempt, "outcome": outcome, "proof": proof, "delivered_on": night}
    warehouse.insert("claims.delivery", [row])
    claims = warehouse.rows(
        "select claim_id, claim_version from claims.batch_claim where batch_id = $1 order by claim_id",
        [batch["batch_id"]],
    )
    source = f"{batch['batch_id']}:{attempt}"
    happenings = [
        Happening(c["claim_id"], c["claim_version"], EVENTS[outcome], source, batch["file_name"]) for c in claims
    ]
    claim_ids = [h.claim_id for h in happenings]
    keep_moves(
        warehouse,
        advance(standings(states_of(warehouse, claim_ids), known_events(warehouse, claim_ids)), happenings, night),
    )
