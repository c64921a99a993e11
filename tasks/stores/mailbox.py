"""Mailboxes: where files for a partner are left and files of a partner are found; nothing is ever overwritten."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from schemas.errors import ClaimcycleError, HomeFault
from tasks.stores.home import Partner, is_replayed
from tasks.stores.vault import write_once

UNFINISHED = (".part", ".tmp", ".filepart")
"""Endings of files that are still being written."""


class Unreachable(ClaimcycleError):
    """The partner's server does not answer now; nothing of ours was changed there, a later try may do."""


class Mailbox(Protocol):
    """What a partner's mailbox does, whatever it is made of."""

    def check_sending(self) -> None:
        """No setting stands in the way of sending; that the partner does not answer now is for `deliver` to tell.

        Raises: ClaimcycleError with the next step. To be asked before a try is noted: then a refusal leaves no doubt.
        """

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

    def check_sending(self) -> None:
        """Nothing to prove: a link never replaces a file."""

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
        return sorted(p.name for p in self._inbound.iterdir() if p.is_file() and not is_unfinished(p.name))

    def fetch(self, name: str) -> bytes:
        """Give the bytes of one of the partner's files."""
        return (self._inbound / name).read_bytes()


def open_mailbox(home: Path, partner: Partner) -> Mailbox:
    """Open the mailbox that practice.toml names for a partner; nothing is connected yet.

    Raises: HomeFault naming a setting that is missing, unknown or wrong; always in a home that a replay made.
    """
    if is_replayed(home):
        raise HomeFault(
            f"{home} was made by `claims replay`: nothing is sent or fetched there; name the practice's own --home"
        )
    if partner.mailbox == "directory":
        return DirectoryMailbox(home / partner.folder)
    if partner.mailbox == "sftp":
        from tasks.stores.mailbox_sftp import SftpMailbox  # late: practices without SFTP need not load paramiko

        return SftpMailbox(home, partner)
    if partner.mailbox == "s3":
        from tasks.stores.mailbox_s3 import S3Mailbox  # late: practices without S3 need not load boto3

        return S3Mailbox(partner)
    raise HomeFault(
        f"practice.toml: partner {partner.partner_id} has mailbox {partner.mailbox!r}; use directory, sftp or s3"
    )


def read_options(partner: Partner, needed: Mapping[str, type], others: Mapping[str, Any]) -> dict[str, Any]:
    """Give the partner's settings, each known and of its type; `others` holds the ones with a default.

    Raises: HomeFault naming the key, never its value.
    """
    types = dict(needed) | {key: type(default) for key, default in others.items()}
    place = f"practice.toml: partner {partner.partner_id} ({partner.mailbox})"
    for key, value in partner.options.items():
        if key not in types:
            raise HomeFault(
                f"{place} has a key {key!r} that is not known; use {', '.join(sorted(types))}; secrets belong in the environment"
            )
        if type(value) is not types[key]:
            raise HomeFault(
                f"{place}: {key} must be of type {types[key].__name__}; correct it as docs/mailboxes.md shows"
            )
    for key in needed:
        if not partner.options.get(key):
            raise HomeFault(f"{place} has no {key}; add it as docs/mailboxes.md shows")
    return {**others, **partner.options}


def is_unfinished(name: str) -> bool:
    """Tell whether a name is hidden or of a file that is still being written."""
    return name.startswith(".") or name.endswith(UNFINISHED)
