"""The tables that this edition ships: payment rules, roles of adjustments, facility places, thresholds of history."""

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

Row = dict[str, object]

_DATES = ("valid_from", "valid_to")
_NUMBERS = ("rank_from", "rank_to", "minimum_count", "window_months", "fence_percent")
_FILES = {
    "contracts.rule": "rules.csv",
    "contracts.adjustment_role": "adjustment_roles.csv",
    "contracts.facility_place": "facility_places.csv",
    "contracts.threshold": "thresholds.csv",
}


@cache
def shipped_tables() -> Mapping[str, tuple[Row, ...]]:
    """Give the rows of each shipped table, by the table's name in the warehouse."""
    return {table: _rows(name) for table, name in _FILES.items()}


def _rows(name: str) -> tuple[Row, ...]:
    text = files("schemas.contracts").joinpath(name).read_text(encoding="utf-8")
    return tuple(
        {column: _value(column, said) for column, said in row.items()} for row in csv.DictReader(text.splitlines())
    )


def _value(column: str, said: str) -> object:
    if column in _DATES:
        return date.fromisoformat(said) if said else None
    if column in _NUMBERS:
        return int(said) if said else None
    if column == "percent":
        return Decimal(said) if said else None
    return said
