"""Draft: every billable encounter version becomes a claim version, held with its rules or ready to be sealed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tasks.claims.draft import claim_key, draft_version, patient_control_number
from tasks.claims.lifecycle import Happening, advance, standings
from tasks.step import step
from tasks.stores.threads import keep_moves, known_events, states_of
from tasks.stores.warehouse import Warehouse, writer

DRAFTABLE = ("START", "DRAFT", "HELD", "READY", "REJECTED", "REPLACEMENT_DRAFT")
"""States in which an encounter's newest version may become a claim version."""


@step
def draft_claims(home: Path, night: date) -> dict[str, int]:
    """Every draftable encounter version has a claim version; each is HELD for named rules or READY.

    Shape: claims.claim, claims.version, claims.line, claims.event, coding.finding.
    """
    with writer(home) as warehouse:
        drafted = [
            row
            for row in warehouse.rows("select * from claims.undrafted order by encounter_id")
            if row["state"] in DRAFTABLE
        ]
        warehouse.insert("coding.finding", _set_findings(warehouse, night))
        if not drafted:
            return {"drafted": 0, "held": 0}
        lines = _coded_lines(warehouse)
        happenings = [
            h
            for row in drafted
            for h in _draft(warehouse, row, lines[row["encounter_id"], row["encounter_version"]], night)
        ]
        happenings += _judge(warehouse, drafted)
        claim_ids = sorted({h.claim_id for h in happenings})
        moved = advance(
            standings(states_of(warehouse, claim_ids), known_events(warehouse, claim_ids)), happenings, night
        )
        keep_moves(warehouse, moved)
    held = sum(1 for event in moved.events if event["to_state"] == "HELD")
    return {"drafted": len(drafted), "held": held, "ready": len(drafted) - held}


def _set_findings(warehouse: Warehouse, night: date) -> list[dict[str, Any]]:
    """Give the findings of edits that look beyond one encounter, for versions not yet sent."""
    return warehouse.rows(
        """select e.encounter_id, e.encounter_version, e.rule_id, e.line_number, e.column_name, 'hold' as severity, null as value,
                  e.remedy, e.owner, $1::date as found_on
           from claims.edit e semi join claims.undrafted u on u.encounter_id = e.encounter_id and u.encounter_version = e.encounter_version
           where (e.applies_after_on is null or e.applies_after_on < $1::date) order by all""",
        [night],
    )


def _coded_lines(warehouse: Warehouse) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Give the billable coded lines of what is to be drafted, with the dates of their source lines."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in warehouse.rows(
        """select l.*, s.date_from, s.date_to from coding.line l
           join encounters.service_line s using (encounter_id, encounter_version, line_number)
           semi join claims.undrafted u on u.encounter_id = l.encounter_id and u.encounter_version = l.encounter_version
           where l.disposition = 'billable' order by l.encounter_id, l.line_number"""
    ):
        found[row["encounter_id"], row["encounter_version"]].append(row)
    return found


def _draft(
    warehouse: Warehouse, row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], night: date
) -> list[Happening]:
    """Write one claim version and give what brings its thread to a draft."""
    claim_id = row["claim_id"] or claim_key(row["tenant_id"], row["encounter_id"], row["payer_rank"])
    version = row["claim_version"] + 1
    frequency, original = row["claim_frequency"] or "1", row["original_claim_number"]
    if row["is_replacement"]:
        frequency, original = "7", _payer_claim_number(warehouse, claim_id)
    draft = draft_version(
        claim_id, version, _control_number(warehouse, row, version), lines, frequency, original, night
    )
    if row["state"] == "START":
        claim = {
            "claim_id": claim_id,
            "tenant_id": row["tenant_id"],
            "encounter_id": row["encounter_id"],
            "payer_rank": row["payer_rank"],
        }
        warehouse.insert("claims.claim", [{**claim, "payer_id": row["payer_id"] or "", "opened_on": night}])
    warehouse.insert("claims.version", [draft.version])
    warehouse.insert("claims.line", draft.lines)
    event = {"START": "charge_captured", "REPLACEMENT_DRAFT": "", "DRAFT": ""}.get(row["state"], "data_changed")
    return [Happening(claim_id, version, event, f"encounter version {row['encounter_version']}")] if event else []


def _control_number(warehouse: Warehouse, row: Mapping[str, Any], version: int) -> str:
    """Give the export's own patient control number to the first version if it is free, else burn one of ours."""
    given = row["patient_control_number"]
    if (
        given
        and version == 1
        and not warehouse.value("select 1 from claims.version where patient_control_number = $1", [given])
    ):
        return str(given)
    return patient_control_number(warehouse.take_numbers("patient_control", 1)[0])


def _payer_claim_number(warehouse: Warehouse, claim_id: str) -> str | None:
    """Give the payer's number of the claim to be replaced, as its newest remittance or acceptance told it."""
    found = warehouse.value(
        """select payer_claim_number from (
             select payer_claim_number, read_on, 1 as rank from remittances.claim where claim_id = $1 and status_code <> '22' and payer_claim_number is not null
             union all select payer_claim_number, read_on, 0 from acknowledgments.claim_answer where claim_id = $1 and payer_claim_number is not null)
           order by rank desc, read_on desc limit 1""",
        [claim_id],
    )
    return None if found is None else str(found)


def _judge(warehouse: Warehouse, drafted: Sequence[Mapping[str, Any]]) -> list[Happening]:
    """Give edits_passed or edits_failed for each version just drafted, the failing rules named."""
    rules: dict[tuple[str, int], set[str]] = defaultdict(set)
    for row in warehouse.rows("select encounter_id, encounter_version, rule_id from coding.hold"):
        rules[row["encounter_id"], row["encounter_version"]].add(row["rule_id"])
    happenings = []
    for draft in drafted:
        broken = sorted(rules[draft["encounter_id"], draft["encounter_version"]])
        event = "edits_failed" if broken else "edits_passed"
        claim_id = draft["claim_id"] or claim_key(draft["tenant_id"], draft["encounter_id"], draft["payer_rank"])
        happenings.append(Happening(claim_id, draft["claim_version"] + 1, event, "edits", " ".join(broken)))
    return happenings
