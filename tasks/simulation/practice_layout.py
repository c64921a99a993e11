"""The export's layout: columns as the contract names them, rows as CSV bytes, a manifest that tells the truth."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files

Row = dict[str, str]

LAYOUT = "canonical_v1"
TABLES = (
    "encounters",
    "patients",
    "coverages",
    "cob_adjustments",
    "cob_lines",
    "service_lines",
    "providers",
    "attachments",
)
LINEAGE_FIELDS = frozenset({"source_file_sha256", "source_row"})
_REPEATED = re.compile(r"(?P<stem>\w+?_)(?P<first>\d+)\.\.(?:\w+_)?(?P<last>\d+)")


@dataclass(frozen=True)
class Column:
    """One field of the contract, as its row in schemas/contract/canonical_encounter_v1.csv."""

    table: str
    name: str
    type: str
    max_length: int | None
    requirement: str


def _expand(name: str) -> list[str]:
    """Give dx_2, dx_3 .. dx_12 for `dx_2..dx_12`, and the name itself where nothing repeats."""
    match = _REPEATED.fullmatch(name)
    if match is None:
        return [name]
    return [f"{match['stem']}{number}" for number in range(int(match["first"]), int(match["last"]) + 1)]


@cache
def contract_columns() -> Mapping[str, tuple[Column, ...]]:
    """Every column of each table, in contract order, repeated fields written out (the first alone may be required).

    Source: schemas/contract/canonical_encounter_v1.csv.
    """
    text = files("schemas").joinpath("contract", "canonical_encounter_v1.csv").read_text(encoding="utf-8")
    columns: dict[str, list[Column]] = {table: [] for table in TABLES}
    for field in csv.DictReader(io.StringIO(text)):
        length = int(field["max_len"]) if field["max_len"].isdigit() else None
        for place, name in enumerate(_expand(field["field"])):
            requirement = field["req"] if place == 0 else "O"
            columns[field["table"]].append(Column(field["table"], name, field["type"], length, requirement))
    return {table: tuple(found) for table, found in columns.items()}


@cache
def header(table: str) -> tuple[str, ...]:
    """The columns that an export of the table carries: all but our own lineage."""
    return tuple(column.name for column in contract_columns()[table] if column.name not in LINEAGE_FIELDS)


def write_csv(names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Give UTF-8 CSV with a header, LF line ends and quotes only where needed.

    Raises: ValueError where a row has a column that the header lacks.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def write_drop(
    tenant_id: str, source_system: str, night: date, tables: Mapping[str, Sequence[Row]]
) -> dict[str, bytes]:
    """Give the files of one night's drop: eight tables and their manifest.

    Holds: the manifest's row counts and hashes are those of the files beside it.
    """
    drop = {f"{table}.csv": write_csv(header(table), tables[table]) for table in TABLES}
    counted = {
        f"{table}.csv": {"rows": len(tables[table]), "sha256": sha256(drop[f"{table}.csv"]).hexdigest()}
        for table in TABLES
    }
    manifest = {
        "source_system": source_system,
        "tenant_id": tenant_id,
        "layout": LAYOUT,
        "exported_on": night.isoformat(),
        "tables": counted,
    }
    return {**drop, "manifest.json": (json.dumps(manifest, indent=2) + "\n").encode()}


def money(cents: int) -> str:
    """Give 123.45 for 12345 cents.

    Units: cents in, decimal dollars out.
    """
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def cents(dollars: str) -> int:
    """Give 12345 for `123.45`, a text that `money` wrote.

    Units: decimal dollars in, cents out.
    """
    return int(dollars.replace(".", ""))
