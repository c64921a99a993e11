"""Take: remittance files that a person names, into the vault and the register as a night takes those of mailboxes."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from schemas.errors import ClaimcycleError, Fault
from tasks.file_sorting import sort_x12
from tasks.stores.journal import POSTED, note, note_settings
from tasks.stores.vault import get_bytes, put_bytes
from tasks.stores.warehouse import Warehouse, writer
from tasks.x12.envelope import read_x12

BY_HAND = "by hand"
"""The source of an arrival that came from no mailbox."""


def take_files(home: Path, paths: Sequence[Path], night: date) -> dict[str, str]:
    """Each file lies in the vault and is registered; give its SHA-256 by name.

    Shape: files.file, files.arrival, files.content, files.fault. Holds: content seen before is registered once; the log says
    what is taken before the warehouse does.
    Raises: ClaimcycleError where a file cannot be read or has no 835 in it; then none is taken.
    """
    contents = {path: _content(path) for path in paths}
    digests = {path: put_bytes(home, content) for path, content in contents.items()}
    files = [{"file_name": path.name, "file_sha256": digest} for path, digest in digests.items()]
    note_settings(home, night)
    note(home, POSTED, "", {"files": files}, night)
    register_taken(home, files, night)
    return {str(path): digest for path, digest in digests.items()}


def register_taken(home: Path, files: Sequence[Mapping[str, str]], night: date) -> None:
    """Files that a person named are registered, as the log says them; their bytes lie in the vault."""
    with writer(home) as warehouse:
        for file in files:
            _take(warehouse, home, file["file_name"], file["file_sha256"], night)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ClaimcycleError(f"{path}: {error.strerror}; name a file that can be read") from error
    try:
        kinds = {transaction.kind for transaction in read_x12(content).transactions}
    except Fault:
        return content  # it is set aside with its fault, as a night would do
    if "835" not in kinds:
        raise ClaimcycleError(f"{path} has no 835 in it but {', '.join(sorted(kinds))}; leave it to the night")
    return content


def _take(warehouse: Warehouse, home: Path, name: str, digest: str, night: date) -> None:
    is_new = not warehouse.rows("select 1 from files.file where file_sha256 = $1", [digest])
    file = {"file_sha256": digest, "kind": "x12", "byte_count": len(get_bytes(home, digest)), "first_seen_on": night}
    arrival = {"source": BY_HAND, "drop_name": "", "file_name": name, "file_sha256": digest}
    warehouse.insert("files.file", [file])
    warehouse.insert("files.arrival", [{**arrival, "arrived_on": night, "is_repeat": not is_new}])
    if is_new:
        sort_x12(warehouse, home, [digest], night)
