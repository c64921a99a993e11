"""Send: every sealed batch reaches its partner's mailbox once; the try is noted before it, the outcome after it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tasks.claims.lifecycle import Happening, advance, standings
from tasks.step import night_step
from tasks.stores import home as homes
from tasks.stores.outbox import Left, leave, note_outcome
from tasks.stores.threads import keep_moves, known_events, states_of
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
    """Leave the file, and note the outcome with what it means for each claim."""
    left = leave(warehouse, home, practice.partner(batch["partner_id"]), batch, night)
    with warehouse.transaction():
        _record(warehouse, batch, left, night)
    return left.outcome


def _record(warehouse: Warehouse, batch: Mapping[str, Any], left: Left, night: date) -> None:
    note_outcome(warehouse, batch, left, night)
    claims = warehouse.rows(
        "select claim_id, claim_version from claims.batch_claim where batch_id = $1 order by claim_id",
        [batch["batch_id"]],
    )
    source = f"{batch['batch_id']}:{left.attempt}"
    happenings = [
        Happening(c["claim_id"], c["claim_version"], EVENTS[left.outcome], source, batch["file_name"]) for c in claims
    ]
    claim_ids = [h.claim_id for h in happenings]
    keep_moves(
        warehouse,
        advance(standings(states_of(warehouse, claim_ids), known_events(warehouse, claim_ids)), happenings, night),
    )
