"""The analysts' snapshot: a copy of the closed warehouse under a name of its own, `current.duckdb` points at it."""

import hashlib
import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from schemas.errors import ClaimcycleError
from tasks.stores.warehouse import locked, reader, warehouse_path

KEPT = 3
WHAT_THERE_IS = 'claims sql "select table_schema, table_name from information_schema.tables"'


def current_snapshot(home: Path) -> Path:
    """Where analysts open the newest snapshot."""
    return home / "warehouse" / "current.duckdb"


def snapshot_of(home: Path, night: date | None) -> Path:
    """Give the snapshot published after that night, or the newest one.

    Raises: ClaimcycleError naming the nights whose snapshots are kept.
    """
    if night is None or not current_snapshot(home).exists():
        return current_snapshot(home)
    kept = _oldest_first(home)
    found = [path for path in kept if path.name.startswith(f"snapshot-{night:%Y%m%d}-")]
    if not found:
        nights = ", ".join(sorted({f"{date.fromisoformat(path.name.split('-')[1])}" for path in kept}))
        raise ClaimcycleError(f"no snapshot of the night of {night} is kept; name one of {nights}, or leave --date out")
    return found[-1]


def ask(home: Path, query: str) -> list[dict[str, Any]]:
    """Give the rows of an analyst's query on the newest snapshot; nothing is written, and nothing beside the snapshot is read.

    Raises: ClaimcycleError with the first line of what the database says.
    """
    if not query.strip():
        raise ClaimcycleError(f"an empty query; `{WHAT_THERE_IS}` tells what can be asked")
    with reader(current_snapshot(home)) as warehouse:
        warehouse.execute("set enable_external_access = false")
        try:
            return warehouse.rows(query)
        except duckdb.Error as error:
            said = str(error).strip().splitlines()[0].rstrip("!")
            raise ClaimcycleError(f"{said}; `{WHAT_THERE_IS}` tells what can be asked") from None


def publish_snapshot(home: Path, night: date) -> Path:
    """Copy the warehouse while nobody writes, prove the copy readable, then point `current.duckdb` at it.

    Holds: a reader sees the old snapshot or the new one, never half; open readers keep theirs.
    """
    with locked(home):
        source = warehouse_path(home)
        digest = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
        target = source.with_name(f"snapshot-{night:%Y%m%d}-{digest}.duckdb")
        aside = target.with_suffix(".part")
        shutil.copyfile(source, aside)
        aside.chmod(0o600)
        with aside.open("rb") as stream:
            os.fsync(stream.fileno())
        with reader(aside) as copy:
            copy.rows("select * from reports.night")
        aside.replace(target)
        link = current_snapshot(home)
        pointer = link.with_suffix(".link")
        pointer.unlink(missing_ok=True)
        pointer.symlink_to(target.name)
        pointer.replace(link)
        _sync(source.parent)
        for old in _oldest_first(home)[:-KEPT]:
            old.unlink()
    return target


def _oldest_first(home: Path) -> list[Path]:
    found = current_snapshot(home).parent.glob("snapshot-*.duckdb")
    return sorted(found, key=lambda path: path.stat().st_mtime_ns)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
