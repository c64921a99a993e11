"""Collect: every export and every partner's file into the vault, once by content; nothing is judged but its kind."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from tasks.claims.lifecycle import moves
from tasks.file_sorting import sort_x12
from tasks.step import night_step
from tasks.stores import home as homes
from tasks.stores.contents import park_unhandled
from tasks.stores.decisions import take_up
from tasks.stores.journal import ARRIVAL, arrival_of, note
from tasks.stores.mailbox import open_mailbox
from tasks.stores.vault import put_bytes
from tasks.stores.warehouse import Warehouse, writer

File = dict[str, Any]
"""A file that arrived, as the log says it: source, drop_name, file_name, file_sha256, kind, byte_count."""


@night_step
def collect_files(home: Path, night: date) -> dict[str, int]:
    """Every finished file of the drops and mailboxes lies in the vault and is registered; registries are up to date.

    Shape: files.file, files.arrival, files.content, files.fault, decisions.decision.
    Holds: a file seen before changes nothing. What the night takes, files and decisions, stands in the log before it stands
    in the warehouse; where the log says it already, nobody looks again.
    """
    practice = homes.load_practice(home)
    with writer(home) as warehouse:
        _load_registries(warehouse, home)
        line = arrival_of(home, collect_files.name, night)
        if line is None:
            line = note(home, ARRIVAL, "", {"files": _look(warehouse, home, practice, night)}, night)
        counts = _keep(warehouse, json.loads(line["choice"])["files"], night)
        sort_x12(warehouse, home, _unsorted(warehouse), night)
        park_unhandled(warehouse, night)
        decided = take_up(warehouse, home, night, before=line["sequence"])
    return {
        "drops": counts["drop"],
        "files_of_partners": counts["x12"],
        "files_of_bank": counts["bank"],
        "decisions": decided,
    }


_WHOLE = {"drop": "encounters", "bank": "bank"}
"""Kinds of files that hold one thing, and what it is; of the others the envelope tells."""
_UNFINISHED = {".part", ".tmp", ".filepart"}


class _Arrivals:
    """What lies outside and has not arrived before; its bytes are put into the vault."""

    def __init__(self, home: Path, warehouse: Warehouse) -> None:
        self._home = home
        before = warehouse.rows("select source, drop_name, file_name, file_sha256 from files.arrival")
        self._arrived = {tuple(row.values()) for row in before}
        self.files: list[File] = []

    def take(self, source: str, drop: str, name: str, kind: str, content: bytes) -> str:
        """Put a file into the vault and note that it is new under this name; give its SHA-256."""
        digest = sha256(content).hexdigest()
        if (source, drop, name, digest) not in self._arrived:
            put_bytes(self._home, content)
            place = {"source": source, "drop_name": drop, "file_name": name, "file_sha256": digest}
            self.files.append({**place, "kind": kind, "byte_count": len(content)})
        return digest


def _look(warehouse: Warehouse, home: Path, practice: homes.Practice, night: date) -> list[File]:
    """Give the files that lie in the drops and mailboxes and have not arrived before, their bytes safe in the vault."""
    arrivals = _Arrivals(home, warehouse)
    for folder in _finished_drops(practice.drops, night):
        _collect_drop(arrivals, folder)
    for partner in practice.partners:
        mailbox = open_mailbox(home, partner)
        for name in mailbox.inbound():
            arrivals.take(partner.partner_id, "", name, "x12", mailbox.fetch(name))
    if practice.bank:
        _collect_bank(arrivals, practice.bank)
    return arrivals.files


def _keep(warehouse: Warehouse, taken: Sequence[File], night: date) -> Counter[str]:
    """Register the files; give how many contents of each kind are new."""
    known = {row["file_sha256"] for row in warehouse.rows("select file_sha256 from files.file")}
    files: dict[str, dict[str, Any]] = {}
    arrivals = []
    for file in taken:
        digest = file["file_sha256"]
        is_repeat = digest in known or digest in files
        if not is_repeat:
            files[digest] = {name: file[name] for name in ("file_sha256", "kind", "byte_count")}
        place = {name: file[name] for name in ("source", "drop_name", "file_name", "file_sha256")}
        arrivals.append({**place, "arrived_on": night, "is_repeat": is_repeat})
    warehouse.insert("files.file", [{**file, "first_seen_on": night} for file in files.values()])
    warehouse.insert("files.arrival", arrivals)
    whole = [
        {"file_sha256": digest, "kind": _WHOLE[file["kind"]], "transaction_count": 1}
        for digest, file in files.items()
        if file["kind"] in _WHOLE
    ]
    warehouse.insert("files.content", whole)
    return Counter(file["kind"] for file in files.values())


def _load_registries(warehouse: Warehouse, home: Path) -> None:
    registries = {
        "encounters.payer": homes.load_payers(home),
        "encounters.fee": homes.load_fees(home),
        "encounters.authorization_rule": homes.load_authorization_rules(home),
        "claims.move": [
            {"from_state": m.from_state, "event": m.event, "guard": m.guard, "to_state": m.to_state} for m in moves()
        ],
    }
    for table, rows in registries.items():
        if not _is_same(warehouse.rows(f"select * from {table}"), rows):
            warehouse.execute(f"delete from {table}")
            warehouse.insert(table, rows)


def _is_same(kept: Sequence[Mapping[str, Any]], loaded: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether two sets of rows are equal, whatever their order and that of their columns."""
    return {frozenset(row.items()) for row in kept} == {frozenset(row.items()) for row in loaded}


def _finished_drops(drops: Path, night: date) -> list[Path]:
    """Give the export folders that are complete: a manifest, or an export of another program; dated ones up to the night."""
    if any(drops.glob("*.csv")):
        return [drops]
    folders = sorted(p for p in drops.iterdir() if p.is_dir()) if drops.is_dir() else []
    return [f for f in folders if _is_due(f.name, night) and (f / "manifest.json").exists()]


def _is_due(name: str, night: date) -> bool:
    try:
        return date.fromisoformat(name[:10]) <= night
    except ValueError:
        return True


def _collect_drop(arrivals: _Arrivals, folder: Path) -> None:
    """Take an export's files, and an index of them that stands for the drop."""
    contents = {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.suffix in {".csv", ".json"}}
    digests = {}
    for name, content in contents.items():
        kind = "encounters" if name.endswith(".csv") else "manifest"
        digests[name] = arrivals.take("encounters", folder.name, name, kind, content)
    index = json.dumps({"drop": folder.name, "files": digests}, sort_keys=True).encode()
    arrivals.take("encounters", folder.name, "", "drop", index)


def _collect_bank(arrivals: _Arrivals, bank: homes.Bank) -> None:
    """Take the bank's finished files, by the rule of the mailboxes for names."""
    files = sorted(p for p in bank.drops.iterdir() if p.is_file()) if bank.drops.is_dir() else []
    for path in files:
        if not path.name.startswith(".") and path.suffix not in _UNFINISHED:
            arrivals.take("bank", "", path.name, "bank", path.read_bytes())


def _unsorted(warehouse: Warehouse) -> list[str]:
    """Give the partners' files whose kind nobody has looked at: new ones, and those released from quarantine."""
    found = warehouse.rows(
        """select f.file_sha256, min(a.file_name) as file_name from files.file f join files.arrival a using (file_sha256)
           anti join files.content c using (file_sha256) where f.kind = 'x12' group by 1 order by 2, 1"""
    )
    return [row["file_sha256"] for row in found]
