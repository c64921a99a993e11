"""The vault: what arrived or left, once by content, never changed."""

import hashlib
import os
from pathlib import Path

from schemas.errors import ClaimcycleError

_CHUNK = 8_000_000


def put_bytes(home: Path, content: bytes) -> str:
    """Keep the bytes under their SHA-256 and give it; bytes already there stay as they are.

    Holds: a file of the vault is complete or absent, also after a crash (write aside, fsync, link).
    """
    digest = hashlib.sha256(content).hexdigest()
    path = _path(home, digest)
    if not path.exists():
        write_once(path, content)
    return digest


def get_bytes(home: Path, digest: str) -> bytes:
    """Give the bytes of a file of the vault, checked against their hash."""
    content = _there(home, digest).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise _changed(digest)
    return content


def open_content(home: Path, digest: str) -> "FileBytes":
    """Give a file of the vault by slices, checked against its hash."""
    content = FileBytes(_there(home, digest))
    found = hashlib.sha256()
    for place in range(0, len(content), _CHUNK):
        found.update(content[place : place + _CHUNK])
    if found.hexdigest() != digest:
        raise _changed(digest)
    return content


def link_content(home: Path, digest: str, into: Path) -> None:
    """The file lies in the vault of another home too: the same file where the disk can link it, else a copy.

    Raises: ClaimcycleError naming a file that is missing or was changed.
    """
    open_content(home, digest)
    target = _path(into, digest)
    if target.exists():
        return
    make_folder(target.parent)
    try:
        os.link(_path(home, digest), target)
    except OSError:  # another disk
        write_once(target, get_bytes(home, digest))


def has_content(home: Path, digest: str) -> bool:
    """Tell whether the vault has these bytes."""
    return _path(home, digest).exists()


def _there(home: Path, digest: str) -> Path:
    path = _path(home, digest)
    if not path.exists():
        raise ClaimcycleError(f"vault file {digest[:12]} is missing; restore {path} from a backup")
    return path


def _changed(digest: str) -> ClaimcycleError:
    return ClaimcycleError(
        f"vault file {digest[:12]} was changed on disk; restore it from a backup before the next night"
    )


class FileBytes:
    """The bytes of a file by slices: a large one is never in memory as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = path.stat().st_size

    def __len__(self) -> int:
        """Give the size of the file."""
        return self._size

    def __getitem__(self, part: slice, /) -> bytes:
        """Give a part of it."""
        start, stop, _ = part.indices(self._size)
        handle = os.open(self._path, os.O_RDONLY)
        try:
            found = os.pread(handle, max(stop - start, 0), start)
            while len(found) < stop - start and (
                more := os.pread(handle, stop - start - len(found), start + len(found))
            ):
                found += more  # the system gives at most 2 GB at once
        finally:
            os.close(handle)
        return found

    def read_into(self, room: bytearray, place: int, /) -> int:
        """Fill the room with the bytes from this place; give how many these are."""
        handle = os.open(self._path, os.O_RDONLY)
        try:
            return os.preadv(handle, [room], place)
        finally:
            os.close(handle)


def write_once(path: Path, content: bytes) -> None:
    """Make a file that is complete or absent, mode 0600, and never replaces another.

    Raises: FileExistsError when the name is taken.
    """
    make_folder(path.parent)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(aside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def write_over(path: Path, content: bytes) -> None:
    """Replace a file that is made anew each time (a page, a state) in one step, mode 0600."""
    make_folder(path.parent)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    aside.unlink(missing_ok=True)
    write_once(aside, content)
    aside.replace(path)


def make_folder(folder: Path) -> None:
    """The folder and those above it that were missing are there, for their owner alone (0700)."""
    for path in reversed([folder, *folder.parents]):
        path.mkdir(mode=0o700, exist_ok=True)


def _path(home: Path, digest: str) -> Path:
    return home / "vault" / digest[:2] / digest
