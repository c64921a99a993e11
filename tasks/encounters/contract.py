"""The canonical contract as data: tables, fields, and the warehouse columns they become.

Source: schemas/contract/canonical_encounter_v1.csv.
"""

import csv
import io
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TABLES: tuple[str, ...] = (
    "encounters",
    "patients",
    "coverages",
    "cob_adjustments",
    "cob_lines",
    "service_lines",
    "providers",
    "attachments",
)
# The tables whose rows belong to one encounter.
CHILD_TABLES: tuple[str, ...] = ("coverages", "cob_adjustments", "cob_lines", "service_lines", "attachments")
# Payments at the desk, row by row, where an adapter's export has them: no table of the contract, which knows their sum.
DESK_PAYMENTS = "desk_payments"
# Where a row came from, beside its contract columns.
LINEAGE: tuple[str, ...] = ("source_row", "byte_start", "byte_end")

_OURS = frozenset({"source_file_sha256", "source_row"})
_WAREHOUSE_TABLES = {
    "encounters": "encounter",
    "patients": "patient",
    "coverages": "coverage",
    "cob_adjustments": "cob_adjustment",
    "cob_lines": "cob_line",
    "service_lines": "service_line",
    "providers": "provider",
    "attachments": "attachment",
}
_REPEATED = re.compile(r"(\w+_)(\d+)\.\.(?:\w+_)?(\d+)")
# Code sets that the contract names in words, and codes that an adapter brings for the coding step to translate.
_RANKS = ("P", "S", "T", "A", "B", "C", "D", "E", "F", "G", "H", "U")
_NAMED_SETS: dict[str, tuple[str, ...]] = {
    "billable_status": ("billable", "hold", "not_billable"),
    "encounter_status": ("planned", "arrived", "in_progress", "finished", "cancelled", "no_show"),
    "responsible_party": ("insurance", "self_pay", "other"),
    "payer_rank": _RANKS,
    "subscriber_sex": ("M", "F", "U"),
    "eligibility_status": ("active", "inactive", "unknown"),
    "dx_version": ("10", "SCT"),
    "procedure_qualifier": ("HC", "ER", "IV", "WK", "SCT", "CVX", "RXN"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a table of the contract.

    Holds: `required` is R required, C conditional, O optional, D derived; `max_length` is None where the contract gives none.
    """

    name: str
    type: str
    max_length: int | None
    required: str
    rule: str

    @property
    def is_money(self) -> bool:
        """Whether the warehouse holds it as cents."""
        return self.type == "decimal(10,2)"

    @property
    def column(self) -> str:
        """Its column in the warehouse."""
        return f"{self.name}_cents" if self.is_money else self.name

    @property
    def values(self) -> tuple[str, ...]:
        """The values it may have; empty where it is not a closed set."""
        if self.name in _NAMED_SETS:
            return _NAMED_SETS[self.name]
        return tuple(self.type.removeprefix("enum ").split(",")) if self.type.startswith("enum ") else ()


def _names(name: str) -> tuple[str, ...]:
    """Give dx_2, dx_3 .. dx_12 for `dx_2..dx_12`, and the name itself where nothing repeats."""
    repeated = _REPEATED.fullmatch(name)
    if not repeated:
        return (name,)
    return tuple(f"{repeated[1]}{number}" for number in range(int(repeated[2]), int(repeated[3]) + 1))


@cache
def _contract() -> dict[str, tuple[Field, ...]]:
    text = files("schemas").joinpath("contract", "canonical_encounter_v1.csv").read_text(encoding="utf-8")
    found: dict[str, list[Field]] = {table: [] for table in TABLES}
    for row in csv.DictReader(io.StringIO(text)):
        length = int(row["max_len"]) if row["max_len"].isdigit() else None
        kind = row["type"].removesuffix(" x11")
        for name in _names(row["field"]):
            if name not in _OURS:
                required = "C" if re.fullmatch(r"dx_pointer_[234]", name) else row["req"]
                found[row["table"]].append(Field(name, kind, length, required, row["rule"]))
    return {table: tuple(rows) for table, rows in found.items()}


def fields(table: str) -> tuple[Field, ...]:
    """Every field of a table in contract order, repeated ones written out, without our own lineage."""
    return _contract()[table]


def header(table: str) -> tuple[str, ...]:
    """The header of a table's file in the canonical layout."""
    return tuple(field.name for field in fields(table))


def warehouse_table(table: str) -> str:
    """The table of the warehouse's schema `encounters` that holds a contract table's rows."""
    return _WAREHOUSE_TABLES[table]
