"""Threads: where claims stand, read for the steps that move them, and the moves written back."""

from collections.abc import Sequence
from typing import Any, Protocol

from tasks.stores.warehouse import Warehouse


class Moves(Protocol):
    """What applying happenings makes: rows of claims.event and of claims.refused_event."""

    @property
    def events(self) -> list[dict[str, object]]:
        """Rows of claims.event."""

    @property
    def refused(self) -> list[dict[str, object]]:
        """Rows of claims.refused_event."""


def states_of(warehouse: Warehouse, claim_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Give claim_id, state, sequence and newest sent or drafted version of each of these claims that has a state."""
    return warehouse.rows(
        """select e.claim_id, arg_max(e.to_state, e.sequence) as state, max(e.sequence) as sequence, max(v.claim_version) as claim_version
           from claims.event e join claims.version v on v.claim_id = e.claim_id
           where e.claim_id in (select unnest($1)) group by 1""",
        [list(claim_ids)],
    )


def known_events(warehouse: Warehouse, claim_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Give claim_id and event_id of everything ever said of these claims, refused or not."""
    return warehouse.rows(
        """select claim_id, event_id from claims.event where claim_id in (select unnest($1))
           union all select claim_id, event_id from claims.refused_event where claim_id in (select unnest($1))""",
        [list(claim_ids)],
    )


def keep_moves(warehouse: Warehouse, moves: Moves) -> None:
    """Write what was applied and what was refused; an event that is there is not written again."""
    warehouse.insert("claims.event", moves.events)
    warehouse.insert("claims.refused_event", moves.refused)


def versions_by_control_number(warehouse: Warehouse, numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Give the sent claim versions of these patient control numbers; CLM01 is matched exactly, never by name."""
    found = warehouse.rows(
        """select v.patient_control_number, v.claim_id, v.claim_version from claims.version v
           semi join claims.batch_claim b on b.claim_id = v.claim_id and b.claim_version = v.claim_version
           where v.patient_control_number in (select unnest($1))""",
        [list(numbers)],
    )
    return {row["patient_control_number"]: row for row in found}


def name_by_payer_number(warehouse: Warehouse, answers: Sequence[dict[str, Any]]) -> None:
    """Answers without our patient control number get it where their payer claim number was told for one claim version alone."""
    unnamed = [a for a in answers if not a["patient_control_number"] and a["payer_claim_number"]]
    found = warehouse.rows(
        """select payer_claim_number, any_value(patient_control_number) as patient_control_number from (
             select payer_claim_number, patient_control_number from acknowledgments.claim_answer where claim_id is not null
             union select payer_claim_number, patient_control_number from remittances.claim where claim_id is not null)
           where payer_claim_number in (select unnest($1)) group by 1 having count(distinct patient_control_number) = 1""",
        [[a["payer_claim_number"] for a in unnamed]],
    )
    known = {row["payer_claim_number"]: row["patient_control_number"] for row in found}
    for answer in unnamed:
        answer["patient_control_number"] = known.get(answer["payer_claim_number"], "")
