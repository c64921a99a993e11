"""Collect: every export and every partner's file into the vault, once by content; nothing is judged but its kind."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

from schemas.errors import Fault
from tasks.claims.lifecycle import moves
from tasks.step import step
from tasks.stores import home as homes
from tasks.stores.contents import park_unhandled, quarantine
from tasks.stores.mailbox import open_mailbox
from tasks.stores.vault import get_bytes, put_bytes
from tasks.stores.warehouse import Warehouse, prepare, writer
from tasks.x12.envelope import read_x12


@step
def collect_files(home: Path, night: date) -> dict[str, int]:
    """Every finished file of the drops and mailboxes lies in the vault and is registered; registries are up to date.

    Shape: files.file, files.arrival, files.content, files.fault. Holds: a file seen before changes nothing.
    """
    prepare(home)
    practice = homes.load_practice(home)
    with writer(home) as warehouse:
        _load_registries(warehouse, home)
        _sort_released(warehouse, home, night)
        drops = sum(_collect_drop(warehouse, home, folder, night) for folder in _finished_drops(practice.drops, night))
        mails = sum(_collect_mail(warehouse, home, partner, night) for partner in practice.partners)
    return {"drops": drops, "files_of_partners": mails}


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
        warehouse.execute(f"delete from {table}")
        warehouse.insert(table, rows)


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


def _collect_drop(warehouse: Warehouse, home: Path, folder: Path, night: date) -> int:
    contents = {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.suffix in {".csv", ".json"}}
    digests = {name: put_bytes(home, content) for name, content in contents.items()}
    index = json.dumps({"drop": folder.name, "files": digests}, sort_keys=True).encode()
    key = put_bytes(home, index)
    new = _register(warehouse, key, "drop", index, "encounters", folder.name, "", night)
    for name, content in contents.items():
        kind = "encounters" if name.endswith(".csv") else "manifest"
        _register(warehouse, digests[name], kind, content, "encounters", folder.name, name, night)
    warehouse.insert("files.content", [{"file_sha256": key, "kind": "encounters", "transaction_count": 1}])
    return new


def _collect_mail(warehouse: Warehouse, home: Path, partner: homes.Partner, night: date) -> int:
    mailbox = open_mailbox(home, partner)
    new = 0
    for name in mailbox.inbound():
        content = mailbox.fetch(name)
        digest = put_bytes(home, content)
        if _register(warehouse, digest, "x12", content, partner.partner_id, "", name, night):
            new += 1
            _sort_x12(warehouse, digest, content, night)
    return new


def _sort_released(warehouse: Warehouse, home: Path, night: date) -> None:
    """Sort again the files that a person has released from quarantine."""
    for row in warehouse.rows(
        "select file_sha256 from files.file f anti join files.content c using (file_sha256) anti join claims.batch b using (file_sha256) where f.kind = 'x12'"
    ):
        _sort_x12(warehouse, row["file_sha256"], get_bytes(home, row["file_sha256"]), night)


def _sort_x12(warehouse: Warehouse, digest: str, content: bytes, night: date) -> None:
    """Register which transactions a file holds, or quarantine it whole."""
    try:
        x12 = read_x12(content)
    except Fault as fault:
        warehouse.insert("files.content", [{"file_sha256": digest, "kind": "unknown", "transaction_count": 0}])
        quarantine(warehouse, digest, "unknown", fault, night)
        return
    kinds = Counter(t.kind for t in x12.transactions)
    warehouse.insert(
        "files.content", [{"file_sha256": digest, "kind": k, "transaction_count": n} for k, n in kinds.items()]
    )
    park_unhandled(warehouse, night)
    warehouse.insert(
        "files.tolerance",
        [{"file_sha256": digest, "tolerated": t, "occurrences": n} for t, n in x12.tolerances.items()],
    )


def _register(
    warehouse: Warehouse, digest: str, kind: str, content: bytes, source: str, drop: str, name: str, night: date
) -> int:
    """Register a content and its arrival; give 1 when the content is new."""
    new = warehouse.insert(
        "files.file", [{"file_sha256": digest, "kind": kind, "byte_count": len(content), "first_seen_on": night}]
    )
    warehouse.insert(
        "files.arrival",
        [
            {
                "source": source,
                "drop_name": drop,
                "file_name": name,
                "file_sha256": digest,
                "arrived_on": night,
                "is_repeat": not new,
            }
        ],
    )
    return new
