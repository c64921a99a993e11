"""The dated tables of schemas/patients, as rows."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Any

Row = Mapping[str, Any]
POLICIES = ("write_off_policy", "statement_policy", "overpayment_clock")
"""The tables, each a file of schemas/patients and a table of the warehouse's schema patients."""

_DATES = ("valid_from", "valid_to")
_TEXTS = ("reason_code", "claim_filing_code", "source")


def load_policy(name: str) -> list[dict[str, Any]]:
    """Give the rows of one of POLICIES in the shape of its table; what stands empty is null."""
    text = files("schemas.patients").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return [{column: _typed(column, said) for column, said in row.items()} for row in csv.DictReader(text.splitlines())]


def valid_on(rows: Sequence[Row], night: date) -> list[Row]:
    """Give the rows that hold on that day."""
    return [row for row in rows if row["valid_from"] <= night <= (row["valid_to"] or date.max)]


def _typed(column: str, said: str) -> object:
    if column in _TEXTS:
        return said
    if not said:
        return None
    return date.fromisoformat(said) if column in _DATES else int(said)
