"""The frames that the expectation suites judge: an export's text, and beside it what each row breaks."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from tasks.encounters.contract import CHILD_TABLES, TABLES
from tasks.encounters.frames import Drop, Flaws, has, name_flaws, occurs, tidy_frames
from tasks.encounters.gate_encounters import encounter_flaws
from tasks.encounters.gate_legibility import legibility_flaws
from tasks.encounters.gate_lines import cob_adjustment_flaws, cob_line_flaws, line_flaws
from tasks.encounters.gate_parties import coverage_flaws, patient_flaws, provider_flaws

_OWN_FLAWS: dict[str, Callable[[Drop], Flaws]] = {
    "encounters": encounter_flaws,
    "patients": patient_flaws,
    "coverages": coverage_flaws,
    "cob_adjustments": cob_adjustment_flaws,
    "cob_lines": cob_line_flaws,
    "service_lines": line_flaws,
    "providers": provider_flaws,
}


def gate_frames(
    frames: Mapping[str, pd.DataFrame], payers: Sequence[Mapping[str, Any]], night: date
) -> dict[str, pd.DataFrame]:
    """Give each table's rows with what they break, ready for the suites of schemas/expectations/.

    Shape: the contract's columns as trimmed text, missing (NaN) where empty; source_row, byte_start, byte_end, source_table;
    then per rule a column such as `d02_columns`: the columns that break it, joined by commas, missing where none does.
    An empty table has no rule columns.
    Holds: row n of a table is row n of the frame that came in, and the index is 0, 1, 2 and so on.
    """
    drop = Drop(tidy_frames(frames), {str(payer["payer_id"]): payer for payer in payers}, night)
    return {table: _with_flaws(drop, table) for table in TABLES}


def _with_flaws(drop: Drop, table: str) -> pd.DataFrame:
    frame = drop.tables[table]
    if frame.empty:
        return frame
    flaws = legibility_flaws(frame, table)
    for rule, by_column in {**_orphans(drop, table), **_own_flaws(drop, table)}.items():
        flaws[rule] = flaws.get(rule, {}) | by_column
    return pd.concat([frame, pd.DataFrame(name_flaws(flaws, len(frame)))], axis=1)


def _own_flaws(drop: Drop, table: str) -> Flaws:
    find = _OWN_FLAWS.get(table)
    return find(drop) if find else {}


def _orphans(drop: Drop, table: str) -> Flaws:
    """Mark rows of no encounter (check S09)."""
    if table not in CHILD_TABLES:
        return {}
    keys = drop.tables[table]["encounter_id"]
    return {"S09": {"encounter_id": has(keys) & ~occurs(keys, drop.encounters["encounter_id"])}}
