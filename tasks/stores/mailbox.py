"""Mailboxes: where files for a partner are left and files of a partner are found; nothing is ever overwritten."""

from pathlib import Path
from typing import Protocol

from schemas.errors import HomeFault
from tasks.stores.home import Partner
from tasks.stores.vault import write_once

UNFINISHED = (".part", ".tmp", ".filepart")
"""Endings of files that are still being written."""


class Mailbox(Protocol):
    """What a partner's mailbox does, whatever it is made of."""

    def deliver(self, name: str, content: bytes) -> tuple[str, str]:
        """Leave a file for the partner and give (outcome, proof); outcome is delivered, failed or unknown."""

    def look(self, name: str, content: bytes) -> str:
        """Tell whether these bytes lie there under this name: present, absent, or unknown where partners take files away."""

    def inbound(self) -> list[str]:
        """Give the names of the partner's finished files, in order."""

    def fetch(self, name: str) -> bytes:
        """Give the bytes of one of the partner's files; it stays where it is."""


class DirectoryMailbox:
    """A mailbox made of two folders: `to_partner` and `from_partner`."""

    def __init__(self, folder: Path) -> None:
        self._outbound, self._inbound = folder / "to_partner", folder / "from_partner"

    def deliver(self, name: str, content: bytes) -> tuple[str, str]:
        """Leave the file complete or not at all; the same bytes there already are a delivery."""
        try:
            write_once(self._outbound / name, content)
        except FileExistsError:
            if self.look(name, content) != "present":
                return "failed", "another file has this name"
        return "delivered", f"{len(content)} bytes"

    def look(self, name: str, content: bytes) -> str:
        """Tell whether these bytes lie in the folder; files stay where they are, so absent is proof."""
        path = self._outbound / name
        return "present" if path.exists() and path.read_bytes() == content else "absent"

    def inbound(self) -> list[str]:
        """Give the partner's finished files; those still being written wait."""
        if not self._inbound.is_dir():
            return []
        return sorted(p.name for p in self._inbound.iterdir() if p.is_file() and not _is_unfinished(p.name))

    def fetch(self, name: str) -> bytes:
        """Give the bytes of one of the partner's files."""
        return (self._inbound / name).read_bytes()


def open_mailbox(home: Path, partner: Partner) -> Mailbox:
    """Open the mailbox that practice.toml names for a partner."""
    if partner.mailbox == "directory":
        return DirectoryMailbox(home / partner.folder)
    raise HomeFault(
        f"practice.toml: partner {partner.partner_id} has mailbox {partner.mailbox!r}; use directory, sftp or s3"
    )


def _is_unfinished(name: str) -> bool:
    return name.startswith(".") or name.endswith(UNFINISHED)
