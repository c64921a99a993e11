"""Fee schedules: the files of registry/contracts, kept in the vault and loaded as rows when one of them has changed."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from schemas.errors import HomeFault
from tasks.stores.vault import put_bytes, write_once
from tasks.stores.warehouse import Warehouse

Row = dict[str, object]
TABLES = {
    "fees": "contracts.fee",
    "terms": "contracts.term",
    "rvu": "contracts.relative_value",
    "gpci": "contracts.locality_index",
}
_SHORTFALLS = {
    "paid too little": """
        select payer_id as payer, patient_control_number as control_number, line_number::varchar as line, procedure_code as code,
               expected_cents, allowed_cents, underpaid_cents, basis || ': ' || computation as how,
               left(file_sha256, 12) as file, byte_start || '-' || byte_end as bytes
        from contracts.underpayment""",
    "paid as another code": """
        select payer_id as payer, patient_control_number as control_number, line_number::varchar as line, procedure_code as code, paid_code,
               expected_cents, allowed_cents, lost_cents, left(file_sha256, 12) as file, byte_start || '-' || byte_end as bytes
        from contracts.downcode""",
    "come back": """
        select payer_id as payer, claim_id, line_number::varchar as line, procedure_code as code,
               first_allowed_cents, final_allowed_cents, recovered_cents,
               left(first_file_sha256, 12) as first_file, left(final_file_sha256, 12) as final_file
        from contracts.recovery""",
}
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")


class Schedule(Protocol):
    """What a file holds, as tasks/contracts reads it."""

    @property
    def kind(self) -> str:
        """One of TABLES."""

    @property
    def rows(self) -> list[Row]:
        """Rows of that table."""


Reading = Callable[[bytes, str, date | None], Schedule]


def schedule_folder(home: Path) -> Path:
    """Where the contract files of a practice lie."""
    return home / "registry" / "contracts"


def keep_schedule(home: Path, name: str, content: bytes, effective_on: date, kind: str) -> Path:
    """The file lies in registry/contracts, byte for byte, its first date of service in its name; the next night loads it.

    Raises: HomeFault where another file lies there under that name.
    """
    stem = re.sub(r"[^A-Za-z0-9-]+", "_", Path(name).stem)
    path = schedule_folder(home) / f"{kind}_{effective_on.isoformat()}_{stem}.csv"
    if path.exists():
        if path.read_bytes() == content:
            return path
        raise HomeFault(f"{path} is another file; move it away or rename yours")
    write_once(path, content)
    return path


def load_schedules(warehouse: Warehouse, home: Path, read: Reading, night: date) -> int:
    """The rows of contracts.fee, term, relative_value and locality_index are those of the files; give how many files were loaded.

    Holds: nothing is done where the files are those loaded before; their bytes are in the vault.
    Raises: HomeFault naming the file and the line.
    """
    contents = {p.name: p.read_bytes() for p in sorted(schedule_folder(home).glob("*.csv"))}
    lying = {(name, sha256(content).hexdigest()) for name, content in contents.items()}
    loaded = {tuple(row.values()) for row in warehouse.rows("select file_name, file_sha256 from contracts.source")}
    if lying == loaded:
        return 0
    rows: dict[str, list[Row]] = {table: [] for table in TABLES.values()}
    sources = []
    for name, content in contents.items():
        schedule = _read(read, name, content)
        rows[TABLES[schedule.kind]] += schedule.rows
        digest = put_bytes(home, content)
        sources.append(
            {
                "file_sha256": digest,
                "file_name": name,
                "kind": schedule.kind,
                "row_count": len(schedule.rows),
                "loaded_on": night,
            }
        )
        file = {"file_sha256": digest, "kind": "registry", "byte_count": len(content), "first_seen_on": night}
        warehouse.insert("files.file", [file])
    _require_terms(rows)
    for table, found in (*rows.items(), ("contracts.source", sources)):
        replace_rows(warehouse, table, found)
    return len(sources)


def replace_rows(warehouse: Warehouse, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """The table holds these rows and no other.

    Raises: HomeFault where two of them say the same thing of the same dates.
    """
    warehouse.execute(f"delete from {table}")
    if warehouse.insert(table, rows) != len(rows):
        raise HomeFault(f"registry/contracts: two rows for one key of {table}; take the older file away")


def shortfalls(warehouse: Warehouse, payer_id: str | None) -> dict[str, list[dict[str, Any]]]:
    """Give the lines of all payers or of one that stand underpaid, that stand recoded, and that were mended, by title."""
    return {
        title: warehouse.rows(f"{query} where payer_id = coalesce($1, payer_id)", [payer_id])
        for title, query in _SHORTFALLS.items()
    }


def _read(read: Reading, name: str, content: bytes) -> Schedule:
    dated = _DATED.search(name)
    try:
        return read(content, sha256(content).hexdigest(), date.fromisoformat(dated[0]) if dated else None)
    except Exception as error:
        raise HomeFault(f"registry/contracts/{name}: {error}; correct the file or take it away") from error


def _require_terms(rows: Mapping[str, Sequence[Row]]) -> None:
    known = {row["payer_id"] for row in rows["contracts.term"]}
    missing = sorted({str(row["payer_id"]) for row in rows["contracts.fee"]} - known)
    if missing:
        raise HomeFault(
            f"registry/contracts: fees of {', '.join(missing)} without terms; add a line to a file of terms"
        )
