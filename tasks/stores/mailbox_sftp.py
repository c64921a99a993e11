"""SFTP mailboxes: a file stands under its final name whole or not at all, and never in the place of another."""

import hashlib
import os
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import Any

import paramiko
from paramiko.pkey import UnknownKeyType
from paramiko.sftp import CMD_EXTENDED

from schemas.errors import ClaimcycleError, HomeFault
from tasks.stores.home import Partner
from tasks.stores.mailbox import Unreachable, is_unfinished, read_options

TIMEOUT_SECONDS = 30.0
"""How long a connection, a login or one answer may take."""
CHUNK_BYTES = 32_768
"""What one SFTP request carries at most."""
MOST_PARTS = 20
"""So many leftovers of killed tries may lie under one name before a person must clear them."""
LOST = (OSError, EOFError, paramiko.SSHException, paramiko.SFTPError)
"""What paramiko raises when a connection breaks or the server says no; which of both cannot be told by the type."""


class SftpMailbox:
    """A mailbox on a partner's SFTP server: `to_partner` and `from_partner` below the partner's folder.

    Holds: the server's key stands in known_hosts before anything is said to it; no file is overwritten (plain rename
    refuses a taken name; the POSIX rename, which replaces, is never used).
    Source: draft-ietf-secsh-filexfer-02, 6.5 (rename); measured on OpenSSH 9.2.
    """

    def __init__(self, home: Path, partner: Partner) -> None:
        self._server = SftpServer.of(home, partner)
        folder = PurePosixPath(partner.folder)
        said = self._server.options
        self._outbound, self._inbound = folder / str(said["to_partner"]), folder / str(said["from_partner"])
        self._keeps_files = bool(said["keeps_files"])
        self._reading: _Line | None = None

    def check_sending(self) -> None:
        """Key, host key and outbound folder are as practice.toml says.

        Raises: HomeFault with the next step.
        """
        try:
            with self._line() as line:
                line.sftp.stat(str(self._outbound))
        except Unreachable:
            return
        except (FileNotFoundError, PermissionError) as error:
            raise self._no_folder(self._outbound, "to_partner") from error
        except LOST:
            return

    def deliver(self, name: str, content: bytes) -> tuple[str, str]:
        """Leave the file by `.part`, read-back and rename; the same bytes there already are a delivery.

        Holds: before the rename was asked for, a broken connection is a known failure; after it, only a look can tell.
        Raises: HomeFault where a setting is wrong; nothing was left then.
        """
        target, upload = str(self._outbound / name), _Upload()
        try:
            with self._line() as line:
                held = _read(line.sftp, target)
                if held is None:
                    upload.run(line.sftp, target, content)
                    return "delivered", f"{len(content)} bytes, read back before the rename"
        except Unreachable as error:
            return "failed", f"nothing was sent: {error}"
        except LOST as error:
            return self._settle(target, content, upload, type(error).__name__)
        if held == content:
            return "delivered", f"{len(content)} bytes, there already"
        return "failed", "another file has this name"

    def look(self, name: str, content: bytes) -> str:
        """Tell whether these bytes lie there; where partners take files away, absent proves nothing and is unknown."""
        try:
            with self._line() as line:
                held = _read(line.sftp, str(self._outbound / name))
        except (Unreachable, *LOST):
            return "unknown"
        if held == content:
            return "present"
        return "absent" if self._keeps_files else "unknown"

    def inbound(self) -> list[str]:
        """Give the partner's finished files, in order; folders, links, hidden and unfinished ones are passed over.

        Raises: HomeFault where the folder is missing or closed to us; Unreachable.
        """
        try:
            entries = self._reader().listdir_attr(str(self._inbound))
        except (FileNotFoundError, PermissionError) as error:
            raise self._no_folder(self._inbound, "from_partner") from error
        except LOST as error:
            raise self._server.silent(error) from error
        return sorted(e.filename for e in entries if _is_plain_file(e) and not is_unfinished(e.filename))

    def fetch(self, name: str) -> bytes:
        """Give the bytes of one of the partner's files.

        Raises: ClaimcycleError when it is gone or closed to us; Unreachable. No message tells the partner's file names.
        """
        try:
            content = _read(self._reader(), str(self._inbound / name))
        except PermissionError as error:
            raise self._no_file("may not be read; ask the partner for read permission") from error
        except LOST as error:
            raise self._server.silent(error) from error
        if content is None:
            raise self._no_file("was listed and is gone; run the step again")
        return content

    def _settle(self, target: str, content: bytes, upload: "_Upload", cause: str) -> tuple[str, str]:
        """Withdraw our `.part` over a fresh connection, then look under the final name.

        Holds: a `.part` that could be withdrawn was not renamed and cannot be any more, so an absent file is a known
        failure; a `.part` that is gone with no file under the final name may have been renamed and taken away: unknown.
        """
        try:
            with self._line() as line:
                is_withdrawn = upload.is_made and _remove(line.sftp, upload.part)
                held = _read(line.sftp, target)
        except (ClaimcycleError, *LOST):
            if upload.is_rename_asked:
                return "unknown", f"{cause} during the rename, and the server could not be asked"
            return "failed", f"{cause} before the rename was asked for; the server could not be asked again"
        if held == content:
            return "delivered", f"{len(content)} bytes, seen after {cause}"
        if is_withdrawn or not upload.is_rename_asked:
            why = "nothing lies under the name" if held is None else "another file has this name"
            return "failed", f"{cause}; {why}"
        return "unknown", f"{cause} during the rename; neither the .part nor the file is there"

    @contextmanager
    def _line(self) -> Iterator["_Line"]:
        with closing(self._server.connect()) as line:
            yield line

    def _reader(self) -> paramiko.SFTPClient:
        """Give the line that listing and fetching share; it closes with the mailbox."""
        if self._reading is None or not self._reading.is_open():
            self._reading = self._server.connect()
            weakref.finalize(self, self._reading.close)
        return self._reading.sftp

    def _no_folder(self, folder: PurePosixPath, key: str) -> HomeFault:
        return HomeFault(
            f"{self._server.place}: folder {folder} is missing or closed to us; correct folder or {key} in practice.toml, or ask the partner"
        )

    def _no_file(self, what: str) -> ClaimcycleError:
        return ClaimcycleError(f"{self._server.place}: a file of {self._inbound} {what}")


@dataclass
class _Upload:
    """How far a try has come: whether its `.part` was made, and whether the rename was asked for."""

    part: str = ""
    is_made: bool = False
    is_rename_asked: bool = False

    def run(self, sftp: paramiko.SFTPClient, target: str, content: bytes) -> None:
        """The bytes stand under the final name, read back before they got it."""
        with closing(self._make_part(sftp, target)) as stream:
            stream.set_pipelined(True)
            stream.write(content)
            stream.flush()
            _ask_fsync(sftp, stream)
        kept = _read(sftp, self.part) or b""
        if len(kept) != len(content) or hashlib.sha256(kept).digest() != hashlib.sha256(content).digest():
            raise _ReadBackDiffers
        self.is_rename_asked = True
        sftp.rename(self.part, target)

    def _make_part(self, sftp: paramiko.SFTPClient, target: str) -> paramiko.SFTPFile:
        """Make a `.part` of our own: a name that a racer or a killed try holds is passed over."""
        for number in range(1, MOST_PARTS + 1):
            self.part = f"{target}.part" if number == 1 else f"{target}.{number}.part"
            try:
                stream = sftp.open(self.part, "wx")
            except OSError:
                if not _exists(sftp, self.part):
                    raise
                continue
            self.is_made = True
            return stream
        raise _TooManyParts


class _ReadBackDiffers(paramiko.SFTPError):
    """The server gave back other bytes than it was given."""


class _TooManyParts(paramiko.SFTPError):
    """Every `.part` name is taken; a person must clear the leftovers."""


@dataclass(frozen=True)
class _Line:
    """One connection."""

    ssh: paramiko.SSHClient
    sftp: paramiko.SFTPClient

    def is_open(self) -> bool:
        transport = self.ssh.get_transport()
        return transport is not None and transport.is_active()

    def close(self) -> None:
        self.ssh.close()


@dataclass(frozen=True)
class SftpServer:
    """Where a partner's server is, who we are there, and by which key we know it."""

    place: str
    home: Path
    options: dict[str, str | int | bool]

    @classmethod
    def of(cls, home: Path, partner: Partner) -> "SftpServer":
        """Read the partner's settings.

        Raises: HomeFault naming the key that is missing, unknown or of another type.
        """
        needed = {"host": str, "user": str, "known_hosts": str}
        others = {
            "port": 22,
            "key_file": "",
            "key_passphrase_env": "",
            "password_env": "",
            "to_partner": "to_partner",
            "from_partner": "from_partner",
            "keeps_files": False,
        }
        said = read_options(partner, needed, others)
        place = f"partner {partner.partner_id} (sftp {said['host']}:{said['port']})"
        if not said["key_file"] and not said["password_env"]:
            raise HomeFault(f"{place} has neither key_file nor password_env; add one as docs/mailboxes.md shows")
        return cls(place, home, said)

    def connect(self) -> _Line:
        """Open a line to the server that known_hosts names, and to no other.

        Raises: HomeFault where a setting or the host key is wrong; Unreachable.
        """
        pkey, password = self._private_key(), self._secret("password_env")
        ssh = paramiko.SSHClient()
        try:
            self._load_known_hosts(ssh)
            self._log_in(ssh, pkey, password)
            sftp = ssh.open_sftp()
            channel = sftp.get_channel()
            if channel is not None:
                channel.settimeout(TIMEOUT_SECONDS)
            return _Line(ssh, sftp)
        except LOST as error:
            ssh.close()
            raise self.silent(error) from error
        except BaseException:
            ssh.close()
            raise

    def silent(self, error: BaseException) -> Unreachable:
        """Give the error for a server that breaks off or does not answer."""
        return Unreachable(
            f"{self.place} does not answer ({type(error).__name__}); try again later, then ask the partner"
        )

    def _log_in(self, ssh: paramiko.SSHClient, pkey: paramiko.PKey | None, password: str | None) -> None:
        try:
            ssh.connect(
                str(self.options["host"]),
                int(self.options["port"]),
                username=str(self.options["user"]),
                pkey=pkey,
                password=password,
                allow_agent=False,
                look_for_keys=False,
                timeout=TIMEOUT_SECONDS,
                banner_timeout=TIMEOUT_SECONDS,
                auth_timeout=TIMEOUT_SECONDS,
                channel_timeout=TIMEOUT_SECONDS,
            )
        except paramiko.BadHostKeyException as error:
            raise HomeFault(
                f"{self.place} shows another host key than known_hosts; send nothing, ask the partner by telephone whether the key was changed"
            ) from error
        except paramiko.AuthenticationException as error:
            transport = ssh.get_transport()
            if transport is None or not transport.is_active() or "timeout" in str(error):
                raise  # the line broke during the login: nothing is said about the key
            raise HomeFault(
                f"{self.place} refuses user and key; correct user, key_file or password_env, or ask the partner"
            ) from error

    def _load_known_hosts(self, ssh: paramiko.SSHClient) -> None:
        path = self._file("known_hosts")
        try:
            ssh.load_host_keys(str(path))
        except (OSError, paramiko.SSHException, ValueError) as error:
            raise HomeFault(f"{self.place}: known_hosts cannot be read; make it as docs/mailboxes.md shows") from error
        ssh.set_missing_host_key_policy(_RefuseUnknownHost(self.place))

    def _private_key(self) -> paramiko.PKey | None:
        if not self.options["key_file"]:
            return None
        path = self._file("key_file")
        try:
            if path.stat().st_mode & 0o077:
                raise HomeFault(f"{self.place}: others may read key_file; run chmod 600 on it")
            passphrase = self._secret("key_passphrase_env")
            password: Any = (
                passphrase.encode() if passphrase else None
            )  # paramiko's types say str, its code wants bytes
            return paramiko.PKey.from_path(path, password)
        except (OSError, paramiko.SSHException, UnknownKeyType, ValueError, TypeError) as error:
            raise HomeFault(
                f"{self.place}: key_file cannot be read as a private key ({type(error).__name__}); correct key_file or key_passphrase_env"
            ) from error

    def _secret(self, key: str) -> str | None:
        """Give the secret that stands in the environment under the name that practice.toml tells."""
        name = str(self.options[key])
        if not name:
            return None
        if not os.environ.get(name):
            raise HomeFault(
                f"{self.place}: {key} names an environment variable that is not set; set it for the night's user"
            )
        return os.environ[name]

    def _file(self, key: str) -> Path:
        return self.home / Path(str(self.options[key])).expanduser()


class _RefuseUnknownHost(paramiko.MissingHostKeyPolicy):
    """A server that known_hosts does not name is talked to by nobody."""

    def __init__(self, place: str) -> None:
        self._place = place

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:  # noqa: ARG002 - paramiko's signature
        raise HomeFault(
            f"{self._place}: known_hosts has no key of {hostname}; add the one the partner confirms, docs/mailboxes.md shows how"
        )


def _read(sftp: paramiko.SFTPClient, path: str) -> bytes | None:
    """Give a file's bytes, None where there is none.

    Read without prefetch: paramiko's prefetch thread dies loudly when a connection breaks.
    """
    try:
        stream = sftp.open(path, "r")
    except FileNotFoundError:
        return None
    with closing(stream):
        return b"".join(iter(lambda: stream.read(CHUNK_BYTES), b""))


def _exists(sftp: paramiko.SFTPClient, path: str) -> bool:
    try:
        sftp.stat(path)
    except FileNotFoundError:
        return False
    return True


def _remove(sftp: paramiko.SFTPClient, path: str) -> bool:
    """Tell whether the file was there and is now gone by our hand."""
    try:
        sftp.remove(path)
    except (FileNotFoundError, PermissionError):
        return False
    return True


def _ask_fsync(sftp: paramiko.SFTPClient, stream: paramiko.SFTPFile) -> None:
    """The server was asked to put the bytes on its disk; one without that extension says no, and the read-back decides."""
    asking: Any = sftp  # the request for extensions is no part of paramiko's types
    with suppress(OSError):
        asking._request(CMD_EXTENDED, "fsync@openssh.com", stream.handle)


def _is_plain_file(entry: paramiko.SFTPAttributes) -> bool:
    return entry.st_mode is None or S_ISREG(entry.st_mode)
