"""Rows of text become the warehouse's rows: every FIX rule applied, every value of its type, every default of the contract."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from schemas.money import cents_of
from tasks.encounters.contract import LINEAGE, Field, fields
from tasks.encounters.frames import mended
from tasks.encounters.mends import derive_control_number, mend_diagnosis
from tasks.encounters.values import parse_column, parser_of

Row = dict[str, Any]

_DIAGNOSES = tuple(f"dx_{number}" for number in range(1, 13))
_POINTERS = tuple(f"dx_pointer_{number}" for number in range(1, 5))


def type_rows(frame: pd.DataFrame, table: str, file_sha256s: Mapping[str, str], night: date) -> list[Row]:
    """Give the typed rows of a tidy frame with their lineage.

    Shape: `file_sha256s` by table, and by source table where an adapter names one; the rows have the columns of the
    table in schemas/warehouse/20_encounters.sql, but encounter_version of a child row.
    Units: money in cents.
    """
    columns = {field.column: _type_column(frame, table, field) for field in fields(table)}
    columns |= {name: frame[name].tolist() for name in LINEAGE}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    for row, source_table in zip(rows, frame["source_table"], strict=True):
        row["file_sha256"] = file_sha256s.get(source_table) or file_sha256s[table]
        row["received_on"] = night
    return rows


def _type_column(frame: pd.DataFrame, table: str, field: Field) -> list[Any]:
    text = mended(frame, table, field)
    if text.isna().all():
        return [None] * len(frame)
    return list(parse_column(text, parser_of(field)))


def type_desk_payments(
    frame: pd.DataFrame, versions: Mapping[str, int], file_sha256s: Mapping[str, str], night: date
) -> list[Row]:
    """Give the payments at the desk of accepted encounters, by their versions, as rows of encounters.desk_payment."""
    columns = (frame[name].tolist() for name in ("encounter_id", "paid", "source_table", *LINEAGE))
    return [
        {
            "encounter_id": encounter_id,
            "encounter_version": versions[encounter_id],
            "paid_cents": cents_of(paid),
            **dict(zip(LINEAGE, lineage, strict=True)),
            "file_sha256": file_sha256s[source_table],
            "received_on": night,
        }
        for encounter_id, paid, source_table, *lineage in zip(*columns, strict=True)
        if encounter_id in versions
    ]


def finish_encounters(rows: Sequence[Row], e14: Collection[str], v04: Collection[str]) -> dict[str, dict[int, int]]:
    """Give encounters their defaults and fixes in place; return where each encounter's diagnoses moved.

    Shape: `e14` and `v04` are the encounters that broke those FIX rules; returned: encounter, then old to new place.
    """
    moves = {}
    for row in rows:
        row["date_of_service_to"] = row["date_of_service_to"] or row["date_of_service_from"]
        row["claim_frequency"] = row["claim_frequency"] or "1"
        row["total_charge_cents"] = row["total_charge_cents"] or 0
        if row["encounter_id"] in e14:
            names = (row["tenant_id"], row["encounter_id"], str(row["encounter_version"]))
            row["patient_control_number"] = derive_control_number(*names)
        if row["encounter_id"] in v04:
            row["rendering_provider_key"] = None
        moves[row["encounter_id"]] = _close_ranks(row)
    return moves


def _close_ranks(row: Row) -> dict[int, int]:
    """Write diagnoses without dots, repeats and gaps (checks D03, D09) and give old to new places; dx_1 stays where it is."""
    codes = [row[name] for name in _DIAGNOSES]
    if row["dx_version"] == "10":
        codes = [code and mend_diagnosis(code) for code in codes]
    kept: list[str | None] = codes[:1]
    moves = {1: 1}
    for place, code in enumerate(codes[1:], 2):
        if code:
            if code not in kept:
                kept.append(code)
            moves[place] = kept.index(code) + 1
    row.update(zip(_DIAGNOSES, [*kept, *[None] * (len(_DIAGNOSES) - len(kept))], strict=True))
    return moves


def finish_lines(rows: Sequence[Row], moves: Mapping[str, Mapping[int, int]]) -> None:
    """Give service lines their defaults in place and turn their pointers to where the diagnoses moved.

    Holds: a missing charge or unit count is 0 and held by L09 or L05, so that the night's sums can be made.
    """
    for row in rows:
        row["procedure_qualifier"] = row["procedure_qualifier"] or "HC"
        row["date_to"] = row["date_to"] or row["date_from"]
        row["charge_cents"] = row["charge_cents"] or 0
        row["units"] = row["units"] if row["units"] is not None else Decimal(0)
        row["drug_qualifier"] = row["drug_qualifier"] or ("N4" if row["ndc"] else None)
        moved = moves[row["encounter_id"]]
        if any(old != new for old, new in moved.items()):
            pointers = [moved.get(row[name], row[name]) for name in _POINTERS if row[name] is not None]
            distinct = list(dict.fromkeys(pointers))
            row.update(zip(_POINTERS, [*distinct, *[None] * (len(_POINTERS) - len(distinct))], strict=True))


def finish_coverages(rows: Sequence[Row], payers: Sequence[Mapping[str, Any]]) -> None:
    """Give coverages without a payer's name the one in the practice's registry, in place."""
    names = {payer["payer_id"]: payer["payer_name"] for payer in payers}
    for row in rows:
        row["payer_name"] = row["payer_name"] or names.get(row["payer_id"])
