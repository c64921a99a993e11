"""Sort: which transactions a partner's file holds, however it came; a file that is no X12 is set aside whole."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import Fault
from tasks.stores.contents import quarantine
from tasks.stores.vault import get_bytes
from tasks.stores.warehouse import Warehouse
from tasks.x12.envelope import read_x12


def sort_x12(warehouse: Warehouse, home: Path, digests: Sequence[str], night: date) -> None:
    """Each file of the vault is registered with its transactions, or is in quarantine whole.

    Shape: files.content, files.tolerance, files.fault.
    """
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
