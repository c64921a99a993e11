"""Collect: every export and every partner's file into the vault, once by content; nothing is judged but its kind."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from schemas.errors import Fault
from tasks.claims.lifecycle import moves
from tasks.step import night_step
from tasks.stores import home as homes
from tasks.stores.contents import park_unhandled, quarantine
from tasks.stores.decisions import take_up
from tasks.stores.mailbox import open_mailbox
from tasks.stores.vault import get_bytes, put_bytes
from tasks.stores.warehouse import Warehouse, writer
from tasks.x12.envelope import read_x12


@night_step
def collect_files(home: Path, night: date) -> dict[str, int]:
    """Every finished file of the drops and mailboxes lies in the vault and is registered; registries are up to date.

    Shape: files.file, files.arrival, files.content, files.fault, decisions.decision. Holds: a file seen before changes nothing.
    """
    practice = homes.load_practice(home)
    with writer(home) as warehouse:
        _load_registries(warehouse, home)
        arrivals = _Arrivals(home, night, warehouse)
        drops = sum(_collect_drop(arrivals, folder) for folder in _finished_drops(practice.drops, night))
        mails = sum(_collect_mail(arrivals, home, partner) for partner in practice.partners)
        banked = _collect_bank(arrivals, practice.bank) if practice.bank else 0
        arrivals.keep()
        _sort_x12(warehouse, home, _unsorted(warehouse), night)
        park_unhandled(warehouse, night)
        decided = take_up(warehouse, home, night)
    return {"drops": drops, "files_of_partners": mails, "files_of_bank": banked, "decisions": decided}


_WHOLE = {"drop": "encounters", "bank": "bank"}
"""Kinds of files that hold one thing, and what it is; of the others the envelope tells."""
_UNFINISHED = {".part", ".tmp", ".filepart"}


class _Arrivals:
    """What arrives tonight beside what arrived before; kept in one go."""

    def __init__(self, home: Path, night: date, warehouse: Warehouse) -> None:
        self._home, self._night, self._warehouse = home, night, warehouse
        before = warehouse.rows("select source, drop_name, file_name, file_sha256 from files.arrival")
        self._arrived = {tuple(row.values()) for row in before}
        self._contents = {row["file_sha256"] for row in warehouse.rows("select file_sha256 from files.file")}
        self._files: list[dict[str, Any]] = []
        self._rows: list[dict[str, Any]] = []

    def take(self, source: str, drop: str, name: str, kind: str, content: bytes) -> tuple[str, bool]:
        """Put a file into the vault and note its arrival; give its SHA-256 and whether the content is new."""
        digest = sha256(content).hexdigest()
        if (source, drop, name, digest) in self._arrived:
            return digest, False
        is_new = digest not in self._contents
        if is_new:
            put_bytes(self._home, content)
            self._contents.add(digest)
            file = {"file_sha256": digest, "kind": kind, "byte_count": len(content), "first_seen_on": self._night}
            self._files.append(file)
        arrival = {"source": source, "drop_name": drop, "file_name": name, "file_sha256": digest}
        self._rows.append({**arrival, "arrived_on": self._night, "is_repeat": not is_new})
        return digest, is_new

    def keep(self) -> None:
        """Register everything taken."""
        self._warehouse.insert("files.file", self._files)
        self._warehouse.insert("files.arrival", self._rows)
        drops = [
            {"file_sha256": file["file_sha256"], "kind": _WHOLE[file["kind"]], "transaction_count": 1}
            for file in self._files
            if file["kind"] in _WHOLE
        ]
        self._warehouse.insert("files.content", drops)


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


def _collect_drop(arrivals: _Arrivals, folder: Path) -> int:
    """Take an export's files, and an index of them that stands for the drop; give 1 when the drop is new."""
    contents = {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.suffix in {".csv", ".json"}}
    digests = {}
    for name, content in contents.items():
        kind = "encounters" if name.endswith(".csv") else "manifest"
        digests[name], _ = arrivals.take("encounters", folder.name, name, kind, content)
    index = json.dumps({"drop": folder.name, "files": digests}, sort_keys=True).encode()
    return int(arrivals.take("encounters", folder.name, "", "drop", index)[1])


def _collect_mail(arrivals: _Arrivals, home: Path, partner: homes.Partner) -> int:
    """Take a partner's finished files; give how many are new."""
    mailbox = open_mailbox(home, partner)
    names = mailbox.inbound()
    return sum(arrivals.take(partner.partner_id, "", name, "x12", mailbox.fetch(name))[1] for name in names)


def _collect_bank(arrivals: _Arrivals, bank: homes.Bank) -> int:
    """Take the bank's finished files, by the rule of the mailboxes for names; give how many are new."""
    files = sorted(p for p in bank.drops.iterdir() if p.is_file()) if bank.drops.is_dir() else []
    finished = [p for p in files if not p.name.startswith(".") and p.suffix not in _UNFINISHED]
    return sum(arrivals.take("bank", "", p.name, "bank", p.read_bytes())[1] for p in finished)


def _unsorted(warehouse: Warehouse) -> list[str]:
    """Give the partners' files whose kind nobody has looked at: new ones, and those released from quarantine."""
    found = warehouse.rows(
        """select f.file_sha256, min(a.file_name) as file_name from files.file f join files.arrival a using (file_sha256)
           anti join files.content c using (file_sha256) where f.kind = 'x12' group by 1 order by 2, 1"""
    )
    return [row["file_sha256"] for row in found]


def _sort_x12(warehouse: Warehouse, home: Path, digests: Sequence[str], night: date) -> None:
    """Register which transactions each file holds, or quarantine it whole."""
    contents: list[dict[str, Any]] = []
    tolerated: list[dict[str, Any]] = []
    for digest in digests:
        try:
            x12 = read_x12(get_bytes(home, digest))
        except Fault as fault:
            contents.append({"file_sha256": digest, "kind": "unknown", "transaction_count": 0})
            quarantine(warehouse, digest, "unknown", fault, night)
            continue
        kinds = Counter(t.kind for t in x12.transactions)
        contents += [{"file_sha256": digest, "kind": k, "transaction_count": n} for k, n in kinds.items()]
        tolerated += [{"file_sha256": digest, "tolerated": t, "occurrences": n} for t, n in x12.tolerances.items()]
    warehouse.insert("files.content", contents)
    warehouse.insert("files.tolerance", tolerated)
