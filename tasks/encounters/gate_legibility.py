"""Checks that every table has: can it be read (S04, S05, S07, S08), is it clean text (P02, P08, X01) and short enough (X02)."""

import json
import re

import numpy as np
import pandas as pd

from tasks.encounters.contract import Field, fields
from tasks.encounters.frames import Flaws, Mask, equals, has, is_in, lacks, mended, where
from tasks.encounters.mends import mend_of
from tasks.encounters.values import is_plain_money, parse_money, parser_of

# Without these a row cannot be read as a row of its table; other required fields have a check of their own.
_NEEDED = {
    "encounters": (
        "source_system", "tenant_id", "encounter_id", "encounter_version", "claim_type", "billable_status",
        "encounter_status", "responsible_party", "date_of_service_from", "patient_key",
    ),
    "patients": ("patient_key",),
    "coverages": ("encounter_id", "payer_rank"),
    "cob_adjustments": ("encounter_id", "payer_rank", "group_code"),
    "cob_lines": ("encounter_id", "payer_rank", "line_number"),
    "service_lines": ("encounter_id", "line_number", "date_from"),
    "providers": ("provider_key", "entity_type"),
    "attachments": ("encounter_id", "report_type", "transmission"),
}  # fmt: skip
# Closed sets that have a check of their own.
_CHECKED_SETS = frozenset(
    {
        "claim_type", "assignment_code", "benefits_assigned", "release_of_information", "sex", "dx_version",
        "procedure_qualifier", "unit_type", "ndc_unit_type", "tax_id_type",
    }
)  # fmt: skip
# Fields whose length belongs to a check of their own (E14, D02, E05, P07, C11, C12, L02, L03, L15, V05, V06).
_CHECKED_LENGTHS = re.compile(
    r"patient_control_number|dx_[0-9]+|.*place_of_service|(.*_)?(state|zip|zip9)|claim_filing_code|relationship|procedure_code"
    r"|modifier_[1-4]|ndc|taxonomy|tax_id"
)
_BROKEN_LETTERS = re.compile("\ufffd|[\u00c2\u00c3][\u0080-\u00bf]")


def legibility_flaws(frame: pd.DataFrame, table: str) -> Flaws:
    """Give the flaws that any table's rows can have."""
    flaws: Flaws = {rule: {} for rule in ("S04", "S05", "S07", "S08", "S08_refused", "P02", "P08", "X01", "X02")}
    for field in fields(table):
        column = frame[field.name]
        if field.name in _NEEDED[table]:
            flaws["S04"][field.name] = lacks(column)
        if column.notna().any():
            for rule, mask in _field_flaws(frame, table, field).items():
                flaws[rule][field.name] = mask | flaws[rule].get(field.name, np.zeros(len(frame), np.bool_))
    return flaws


def _field_flaws(frame: pd.DataFrame, table: str, field: Field) -> dict[str, Mask]:
    column = frame[field.name]
    if field.is_money:
        refused = where(column, lambda text: parse_money(text) is None)
        return {"S08_refused": refused, "S08": where(column, lambda text: not is_plain_money(text)) & ~refused}
    if field.type.startswith(("int", "bool", "decimal", "date", "timestamp")):
        parse = parser_of(field)
        rule = "S07" if field.type in {"date", "timestamp"} else "S04"
        return {rule: where(column, lambda text: parse(text) is None)}
    if field.type.startswith(("list", "json")):
        return {"S04": where(column, lambda text: not _is_json(text))}
    if field.values:
        return {} if field.name in _CHECKED_SETS else {"S04": has(column) & ~is_in(column, field.values)}
    return _text_flaws(frame, table, field)


def _text_flaws(frame: pd.DataFrame, table: str, field: Field) -> dict[str, Mask]:
    column, after = frame[field.name], mended(frame, table, field)
    found = {"S05": where(column, _BROKEN_LETTERS.search)}
    rule = mend_of(table, field)
    if rule:
        found[rule[0]] = has(column) & ~equals(column, after)
    length = field.max_length
    if length and not _CHECKED_LENGTHS.fullmatch(field.name):
        found["X02"] = where(after, lambda text: len(text) > length)
    return found


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
