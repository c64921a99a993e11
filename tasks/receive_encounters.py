"""Receive: exports become canonical encounters; rows that break the contract go to quarantine with rule and remedy."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from schemas.errors import Fault
from tasks.encounters.contract import TABLES, header
from tasks.encounters.gate_frames import gate_frames
from tasks.encounters.registry import make_registry
from tasks.encounters.rows import BadRow, check_manifest, read_rows
from tasks.encounters.synthea import to_canonical
from tasks.encounters.typed import judge_drop
from tasks.step import night_step
from tasks.stores import home as homes
from tasks.stores.contents import finish, quarantine, unread
from tasks.stores.gate import judge_rows
from tasks.stores.vault import get_bytes
from tasks.stores.warehouse import Warehouse, session

Frames = dict[str, pd.DataFrame]


@night_step
def receive_encounters(home: Path, night: date) -> dict[str, int]:
    """Every collected export is canonical rows, quarantined rows or a quarantined drop; each encounter row has its verdict.

    Shape: encounters.*. Holds: one drop is one transaction; an encounter version is accepted once.
    """
    practice = homes.load_practice(home)
    with session(home) as warehouse:
        drops = unread(warehouse, ["encounters"])
        counts = {"drops": len(drops), "accepted": 0, "rejected": 0, "repeated": 0, "findings": 0}
        for digest, kind in drops:
            index = json.loads(get_bytes(home, digest))["files"]
            try:
                with warehouse.transaction():
                    _receive(warehouse, home, practice, index, night, counts)
                    finish(warehouse, digest, kind, "read", night)
            except Fault as fault:
                quarantine(warehouse, digest, kind, fault, night)
    return counts


def _receive(
    warehouse: Warehouse,
    home: Path,
    practice: homes.Practice,
    index: Mapping[str, str],
    night: date,
    counts: dict[str, int],
) -> None:
    """Judge one drop and keep its rows."""
    contents = {name: get_bytes(home, digest) for name, digest in index.items()}
    frames, bad_rows, digests = _read(practice, contents, index)
    payers = warehouse.rows("select * from encounters.payer")
    verdicts = {
        table: judge_rows(frame, table) for table, frame in gate_frames(frames, payers, night).items() if len(frame)
    }
    known = warehouse.rows(
        "select encounter_id, encounter_version, content_sha256 from encounters.intake where verdict = 'accepted'"
    )
    judged = judge_drop(
        frames,
        bad_rows,
        verdicts,
        payers,
        digests,
        night,
        {(k["encounter_id"], k["encounter_version"]): k["content_sha256"] for k in known},
    )
    for table, rows in judged.accepted.items():
        warehouse.insert(f"encounters.{table}", rows)
    warehouse.insert("encounters.quarantine", judged.quarantine)
    counts["findings"] += warehouse.insert("encounters.finding", judged.finding)
    warehouse.insert("encounters.intake", judged.intake)
    for row in judged.intake:
        counts[str(row["verdict"])] += 1


def _read(
    practice: homes.Practice, contents: Mapping[str, bytes], index: Mapping[str, str]
) -> tuple[Frames, list[BadRow], dict[str, str]]:
    """Give canonical frames, rows that are none, and the file each table came from."""
    files = {name: content for name, content in contents.items() if name.endswith(".csv")}
    if practice.layout == "synthea_csv":
        return _read_synthea(practice, files, index)
    check_manifest(contents["manifest.json"], files)
    frames: Frames = {}
    bad_rows: list[BadRow] = []
    for table in TABLES:
        frames[table], bad = read_rows(files[f"{table}.csv"], table, header(table))
        bad_rows += bad
    return frames, bad_rows, {table: index[f"{table}.csv"] for table in TABLES}


def _read_synthea(
    practice: homes.Practice, files: Mapping[str, bytes], index: Mapping[str, str]
) -> tuple[Frames, list[BadRow], dict[str, str]]:
    """Give the canonical frames of a Synthea export; each row keeps the place of the Synthea row it was made from."""
    read = {name.removesuffix(".csv"): read_rows(content, name, None) for name, content in files.items()}
    source = {stem: frame for stem, (frame, _) in read.items()}
    bad_rows = [bad for _, found in read.values() for bad in found]
    frames = to_canonical(source, make_registry(source, practice.tenant_id), practice.tenant_id, practice.timezone)
    digests = {stem: index[f"{stem}.csv"] for stem in source}
    return frames, bad_rows, digests | _main_files(frames, index)


def _main_files(frames: Frames, index: Mapping[str, str]) -> dict[str, str]:
    """Give the file each canonical table was made from."""
    stems = {table: str(frame["source_table"].iloc[0]) for table, frame in frames.items() if len(frame)}
    return {table: index[f"{stem}.csv"] for table, stem in stems.items()}
