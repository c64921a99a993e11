"""Draft: every billable encounter version becomes a claim version, held with its rules or ready to be sealed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tasks.claims.draft import Draft, claim_key, draft_version, patient_control_number
from tasks.claims.lifecycle import Happening, advance, standings
from tasks.step import night_step
from tasks.stores.threads import keep_moves, known_events, states_of
from tasks.stores.warehouse import Warehouse, writer

DRAFTABLE = ("START", "DRAFT", "HELD", "READY", "REJECTED", "REPLACEMENT_DRAFT")
"""States in which an encounter's newest version may become a claim version."""

EVENTS_TO_DRAFT = {"START": "charge_captured", "REPLACEMENT_DRAFT": "", "DRAFT": ""}
"""What brings a thread to a draft by its state; any other state: the data changed."""


@dataclass(frozen=True, slots=True)
class _Drafted:
    """An encounter version to be claimed (a row of claims.undrafted), its thread, and the version made of it."""

    row: Mapping[str, Any]
    claim: dict[str, Any]
    draft: Draft


@night_step
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
        drafts = _draft_all(warehouse, drafted, night)
        warehouse.insert("claims.claim", [d.claim for d in drafts if d.row["state"] == "START"])
        _change_payers(warehouse, drafts)
        warehouse.insert("claims.version", [d.draft.version for d in drafts])
        warehouse.insert("claims.line", [line for d in drafts for line in d.draft.lines])
        happenings = [h for d in drafts for h in _opening(d)] + _judge(warehouse, drafts)
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


def _draft_all(warehouse: Warehouse, rows: Sequence[Mapping[str, Any]], night: date) -> list[_Drafted]:
    """Give the claim version that each row makes; patient control numbers are taken in the rows' order."""
    lines = _coded_lines(warehouse)
    given = _usable_numbers(warehouse, rows)
    own = iter(warehouse.take_numbers("patient_control", len(rows) - len(given)))
    drafted = []
    for row in rows:
        claim_id = row["claim_id"] or claim_key(row["tenant_id"], row["encounter_id"], row["payer_rank"])
        control_number = given.get(row["encounter_id"]) or patient_control_number(next(own))
        frequency, original = row["claim_frequency"] or "1", row["original_claim_number"]
        if row["is_replacement"]:
            frequency, original = "7", _payer_claim_number(warehouse, claim_id)
        coded = lines[row["encounter_id"], row["encounter_version"]]
        draft = draft_version(claim_id, row["claim_version"] + 1, control_number, coded, frequency, original, night)
        claim = {
            "claim_id": claim_id,
            "tenant_id": row["tenant_id"],
            "encounter_id": row["encounter_id"],
            "payer_rank": row["payer_rank"],
            "payer_id": row["payer_id"] or "",
            "opened_on": night,
        }
        drafted.append(_Drafted(row, claim, draft))
    return drafted


def _change_payers(warehouse: Warehouse, drafts: Sequence[_Drafted]) -> None:
    """Point threads at the payer of their newest version: an amendment may name another one."""
    for claim in (d.claim for d in drafts if d.row["state"] != "START"):
        warehouse.execute(
            "update claims.claim set payer_id = $1 where claim_id = $2 and payer_id <> $1",
            [claim["payer_id"], claim["claim_id"]],
        )


def _usable_numbers(warehouse: Warehouse, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Give the export's own patient control number for first versions, where it was never used."""
    wanted = {
        r["patient_control_number"]: r["encounter_id"]
        for r in rows
        if r["patient_control_number"] and not r["claim_version"]
    }
    taken = warehouse.rows(
        "select patient_control_number from claims.version where patient_control_number in (select unnest($1))",
        [list(wanted)],
    )
    used = {row["patient_control_number"] for row in taken}
    return {encounter_id: number for number, encounter_id in wanted.items() if number not in used}


def _opening(drafted: _Drafted) -> list[Happening]:
    """Give what brings the thread of a new version back to a draft; nothing where it is one already."""
    event = EVENTS_TO_DRAFT.get(drafted.row["state"], "data_changed")
    version = drafted.draft.version
    source = f"encounter version {version['encounter_version']}"
    return [Happening(version["claim_id"], version["claim_version"], event, source)] if event else []


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


def _judge(warehouse: Warehouse, drafts: Sequence[_Drafted]) -> list[Happening]:
    """Give edits_passed or edits_failed for each version just drafted, the failing rules named."""
    rules: dict[tuple[str, int], set[str]] = defaultdict(set)
    for row in warehouse.rows("select encounter_id, encounter_version, rule_id from coding.hold"):
        rules[row["encounter_id"], row["encounter_version"]].add(row["rule_id"])
    happenings = []
    for drafted in drafts:
        broken = sorted(rules[drafted.row["encounter_id"], drafted.row["encounter_version"]])
        event = "edits_failed" if broken else "edits_passed"
        version = drafted.draft.version
        happenings.append(Happening(version["claim_id"], version["claim_version"], event, "edits", " ".join(broken)))
    return happenings
