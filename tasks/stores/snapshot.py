"""The analysts' snapshot: a copy of the closed warehouse under a name of its own, `current.duckdb` points at it."""

import hashlib
import os
import shutil
from datetime import date
from pathlib import Path

from tasks.stores.warehouse import locked, reader, warehouse_path

KEPT = 3


def current_snapshot(home: Path) -> Path:
    """Where analysts open the newest snapshot."""
    return home / "warehouse" / "current.duckdb"


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
        for old in sorted(source.parent.glob("snapshot-*.duckdb"), key=lambda p: p.stat().st_mtime_ns)[:-KEPT]:
            old.unlink()
    return target


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
