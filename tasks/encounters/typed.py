"""The judged drop as the warehouse's rows: accepted ones typed, the others in quarantine, findings, and the count of all.

A rejected row rejects its whole encounter; a rejected patient or provider rejects the encounters that need it.
Nothing falls out: every encounter row of the export has one intake row, and every row that is kept out has a quarantine
row or belongs to an encounter that has one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from tasks.encounters.contract import CHILD_TABLES, DESK_PAYMENTS, TABLES, warehouse_table
from tasks.encounters.frames import cents, tidy_frames
from tasks.encounters.hashes import Key
from tasks.encounters.hearing import ACCEPTED, PARTY_KEYS, REJECTED, Cause, Hearing, Verdict, cause_of, table_of
from tasks.encounters.rows import BadRow
from tasks.encounters.typed_rows import (
    Row,
    finish_coverages,
    finish_encounters,
    finish_lines,
    type_desk_payments,
    type_rows,
)
from tasks.encounters.values import parse_small_integer

_AMBIGUOUS = Cause(
    "S10", "encounter_version", "ask the source which content is right; send it under a higher version", "data_engineer"
)


@dataclass(frozen=True, slots=True)
class IntakeRows:
    """What a drop adds to the warehouse.

    Shape: `accepted` by table of the schema encounters; then rows of encounters.quarantine, .finding and .intake.
    """

    accepted: dict[str, list[Row]]
    quarantine: list[Row]
    finding: list[Row]
    intake: list[Row]


def judge_drop(
    frames: Mapping[str, pd.DataFrame],
    bad_rows: Sequence[BadRow],
    verdicts_by_table: Mapping[str, Sequence[Verdict]],
    payers: Sequence[Mapping[str, Any]],
    file_sha256s: Mapping[str, str],
    night: date,
    known: Mapping[Key, str] | None = None,
) -> IntakeRows:
    """Give the rows of a drop as the gate's verdicts and the contents known already have them.

    Shape: `frames` as read or as gated; `verdicts_by_table` by contract table; `file_sha256s` by contract table and, where
    an adapter made the rows, by the source table it names; `known`: hash of every encounter version accepted before.
    Holds: intake has one row per row of the encounters table, broken ones too; the same input gives the same rows.
    """
    hearing = Hearing(tidy_frames(frames), bad_rows, verdicts_by_table, known or {}, file_sha256s, night)
    accepted = _accept(hearing, payers)
    if DESK_PAYMENTS in frames:
        accepted["desk_payment"] = type_desk_payments(frames[DESK_PAYMENTS], hearing.versions, file_sha256s, night)
    return IntakeRows(accepted, _quarantine(hearing), _find(hearing), _count(hearing))


def _accept(hearing: Hearing, payers: Sequence[Mapping[str, Any]]) -> dict[str, list[Row]]:
    """Give the typed rows of accepted encounters, and every patient and provider that is not rejected."""
    kept = {table: type_rows(hearing.kept(table), table, hearing.file_sha256s, hearing.night) for table in TABLES}
    moves = finish_encounters(kept["encounters"], _fixed(hearing, "E14"), _fixed(hearing, "V04"))
    finish_lines(kept["service_lines"], moves)
    finish_coverages(kept["coverages"], payers)
    for table in CHILD_TABLES:
        for row in kept[table]:
            row["encounter_version"] = hearing.versions[row["encounter_id"]]
    return {warehouse_table(table): rows for table, rows in kept.items()}


def _fixed(hearing: Hearing, rule_id: str) -> set[str]:
    """Give the encounters that broke a FIX rule of their own row."""
    verdicts = hearing.verdicts.get("encounters", ())
    return {hearing.keys[v.row][0] for v in verdicts if v.rule_id == rule_id and v.severity == "fix"}


def _quarantine(hearing: Hearing) -> list[Row]:
    """Give one row per failing row, rule and column of what is kept out; the first cause of each stays."""
    key = ("file_sha256", "table_name", "source_row", "rule_id", "column_name")
    found: dict[tuple[Any, ...], Row] = {}
    for row in (*_broken(hearing), *_rejected(hearing), *_drawn_in(hearing)):
        found.setdefault(tuple(row[name] for name in key), row)
    return list(found.values())


def _broken(hearing: Hearing) -> Iterable[Row]:
    """Give the stretches of files that are no rows."""
    for bad in hearing.bad_rows:
        table, cause = table_of(bad), cause_of(bad)
        is_numbered = table == "encounters" and bad.source_row
        encounter_id = bad.key or (f"row {bad.source_row}" if is_numbered else None)
        yield {
            "file_sha256": hearing.file_sha256s[table],
            "table_name": table,
            "source_row": bad.source_row,
            "rule_id": cause.rule_id,
            "byte_start": bad.byte_start,
            "byte_end": bad.byte_end,
            "encounter_id": encounter_id if table not in PARTY_KEYS else None,
            "column_name": cause.column,
            "value": None,
            "remedy": cause.remedy,
            "owner": cause.owner,
            "quarantined_on": hearing.night,
        }


def _rejected(hearing: Hearing) -> Iterable[Row]:
    """Give the rows that a verdict keeps out; what only comes again is no news."""
    for table in TABLES:
        for verdict in hearing.verdicts.get(table, ()):
            if hearing.encounter_of(table, verdict.row) in hearing.only_repeated:
                continue
            if verdict.severity == "reject" or hearing.is_left_out(table, verdict):
                cause = Cause(verdict.rule_id, verdict.column, verdict.remedy, verdict.owner)
                yield _quarantine_row(hearing, table, verdict.row, cause)


def _drawn_in(hearing: Hearing) -> Iterable[Row]:
    """Give the encounters that are kept out because another content is known, or for their patient or provider."""
    for position, (key, outcome) in enumerate(zip(hearing.keys, hearing.outcomes, strict=True)):
        if outcome == REJECTED and key in hearing.known:
            yield _quarantine_row(hearing, "encounters", position, _AMBIGUOUS)
        elif outcome == REJECTED and (cause := hearing.refused_party(position)):
            yield _quarantine_row(hearing, "encounters", position, cause)


def _quarantine_row(hearing: Hearing, table: str, row: int, cause: Cause) -> Row:
    return {
        **hearing.lineage_of(table, row),
        "file_sha256": hearing.file_of(table, row),
        "table_name": table,
        "rule_id": cause.rule_id,
        "encounter_id": hearing.encounter_of(table, row),
        "column_name": cause.column,
        "value": hearing.text(table, cause.column, row),
        "remedy": cause.remedy,
        "owner": cause.owner,
        "quarantined_on": hearing.night,
    }


def _find(hearing: Hearing) -> list[Row]:
    """Give one row per rule and place that an accepted encounter broke; what is not to be billed is not held."""
    encounters = hearing.frames["encounters"]
    status = dict(zip(encounters["encounter_id"], encounters["billable_status"], strict=True))
    found: dict[tuple[Any, ...], Row] = {}
    for table in TABLES:
        for verdict in hearing.verdicts.get(table, ()):
            for encounter_id in _accepted_for(hearing, table, verdict):
                if verdict.severity != "hold" or status[encounter_id] != "not_billable":
                    row = _finding_row(hearing, table, verdict, encounter_id)
                    found.setdefault((encounter_id, row["rule_id"], row["line_number"], row["column_name"]), row)
    return list(found.values())


def _accepted_for(hearing: Hearing, table: str, verdict: Verdict) -> list[str]:
    """Give the accepted encounters that a verdict is about."""
    if verdict.severity == "reject":
        return []
    if table in PARTY_KEYS:
        return hearing.users.get(hearing.party_of(table, verdict.row), [])
    if table == "encounters" and hearing.outcomes[verdict.row] != ACCEPTED:
        return []
    encounter_id = hearing.encounter_of(table, verdict.row)
    return [encounter_id] if encounter_id is not None and encounter_id in hearing.versions else []


def _finding_row(hearing: Hearing, table: str, verdict: Verdict, encounter_id: str) -> Row:
    line = hearing.text(table, "line_number", verdict.row)
    return {
        "encounter_id": encounter_id,
        "encounter_version": hearing.versions[encounter_id],
        "rule_id": verdict.rule_id,
        "line_number": (parse_small_integer(line) or 0) if line else 0,
        "column_name": _place(hearing, table, verdict),
        "severity": verdict.severity,
        "value": hearing.text(table, verdict.column, verdict.row),
        "remedy": verdict.remedy,
        "owner": verdict.owner,
        "found_on": hearing.night,
    }


def _place(hearing: Hearing, table: str, verdict: Verdict) -> str:
    """Give the column with its table and key, such as coverages.S.member_id; alone for encounters and service lines."""
    if table in {"encounters", "service_lines"}:
        return verdict.column
    name = hearing.text(table, "provider_key" if table == "providers" else "payer_rank", verdict.row)
    return ".".join(part for part in (table, name, verdict.column) if part)


def _count(hearing: Hearing) -> list[Row]:
    """Give one row per encounter row of the export, with its lines and their cents."""
    lines = hearing.frames["service_lines"]
    counts = lines["encounter_id"].value_counts().to_dict()
    charged = pd.Series(np.nan_to_num(cents(lines["charge"]))).groupby(lines["encounter_id"]).sum().to_dict()
    counted = [
        {
            **hearing.lineage_of("encounters", position),
            "file_sha256": hearing.file_of("encounters", position),
            "encounter_id": key[0],
            "encounter_version": key[1],
            "charge_cents": int(charged.get(key[0], 0)),
            "line_count": int(counts.get(key[0], 0)),
            "content_sha256": hearing.hashes[key],
            "verdict": outcome,
            "received_on": hearing.night,
        }
        for position, (key, outcome) in enumerate(zip(hearing.keys, hearing.outcomes, strict=True))
    ]
    broken = [bad for bad in hearing.bad_rows if table_of(bad) == "encounters" and bad.source_row]
    return counted + [_count_broken(hearing, bad) for bad in broken]


def _count_broken(hearing: Hearing, bad: BadRow) -> Row:
    return {
        "file_sha256": hearing.file_sha256s["encounters"],
        "source_row": bad.source_row,
        "byte_start": bad.byte_start,
        "byte_end": bad.byte_end,
        "encounter_id": bad.key or f"row {bad.source_row}",
        "encounter_version": 0,
        "charge_cents": 0,
        "line_count": 0,
        "content_sha256": "",
        "verdict": REJECTED,
        "received_on": hearing.night,
    }
