"""S3 mailboxes: an object is put only where none lies, and only into a bucket that has proved to keep that rule."""

from functools import cache, cached_property
from pathlib import PurePosixPath
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
)

from schemas.errors import ClaimcycleError, HomeFault
from tasks.stores.home import Partner
from tasks.stores.mailbox import Unreachable, is_unfinished, read_options

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60
READ_TRIES = 3
PUT_TRIES = 1
"""A put is tried once: again by itself it would be safe where objects stay (it is conditional), but not where the partner
takes them away between two tries."""
NEVER_SENT = (EndpointConnectionError, ConnectTimeoutError, NoCredentialsError, CredentialRetrievalError)
"""What botocore raises before a byte of the request has left."""
_MAKING_CLIENT = Lock()  # a session makes one client at a time; clients may be used by many threads
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
TAKEN, CONFLICT, NOT_BUILT, SERVER_SIDE = 412, 409, 501, 500


class S3Mailbox:
    """A mailbox in a bucket: `to_partner` and `from_partner` are prefixes below the partner's folder.

    Holds: no object is overwritten (If-None-Match: *), and nothing is sent before the bucket has refused a second put.
    Source: Amazon S3 User Guide, conditional writes; Ceph RGW with versioning and s3rver ignore the header (measured).
    """

    def __init__(self, partner: Partner) -> None:
        others = {
            "endpoint_url": "",
            "to_partner": "to_partner",
            "from_partner": "from_partner",
            "probe_key": "claimcycle-probe",
            "keeps_files": False,
        }
        said = read_options(partner, {"bucket": str}, others)
        self._bucket, self._endpoint = said["bucket"], said["endpoint_url"]
        self._place = f"partner {partner.partner_id} (s3 bucket {self._bucket})"
        self._outbound, self._inbound = (_prefix(partner.folder, said[k]) for k in ("to_partner", "from_partner"))
        self._probe_key, self._keeps_files = said["probe_key"], said["keeps_files"]
        self._is_proved = False
        self._check_endpoint()

    def check_sending(self) -> None:
        """The bucket is proved to refuse a second put, or does not answer now.

        Raises: ClaimcycleError when the bucket overwrites or a setting is wrong.
        """
        try:
            self._prove_bucket()
        except Unreachable:
            return

    def deliver(self, name: str, content: bytes) -> tuple[str, str]:
        """Leave the object where none lies; the same bytes there already are a delivery.

        Raises: ClaimcycleError when the bucket overwrites or a setting is wrong; nothing was left then.
        """
        key = self._outbound + name
        try:
            self._prove_bucket()
            answer = self._put(key, content)
        except (Unreachable, *NEVER_SENT) as error:
            return "failed", f"nothing was sent: {_kind(error)}"
        except ClientError as error:
            if _status(error) == TAKEN:
                return self._judge_taken(key, content)
            if _status(error) < SERVER_SIDE and _status(error) != CONFLICT:
                return "failed", f"refused with {_kind(error)}; the account needs s3:PutObject on {self._outbound}*"
            return self._settle(key, content, _kind(error))
        except BotoCoreError as error:
            return self._settle(key, content, _kind(error))
        return "delivered", f"{len(content)} bytes, ETag {answer.get('ETag', 'not told')}"

    def look(self, name: str, content: bytes) -> str:
        """Tell whether these bytes lie there; where partners take files away, absent proves nothing and is unknown."""
        try:
            held = self._held(self._outbound + name)
        except (ClientError, BotoCoreError):
            return "unknown"
        if held == content:
            return "present"
        return "absent" if self._keeps_files else "unknown"

    def inbound(self) -> list[str]:
        """Give the partner's finished objects, in order; deeper prefixes, hidden and unfinished names are passed over.

        Raises: HomeFault where bucket or credentials are wrong; Unreachable.
        """
        try:
            pages = self._reader.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._inbound, Delimiter="/"
            )
            names = [found["Key"].removeprefix(self._inbound) for page in pages for found in page.get("Contents", [])]
        except (ClientError, BotoCoreError) as error:
            raise self._fault(error) from error
        return sorted(name for name in names if name and not is_unfinished(name))

    def fetch(self, name: str) -> bytes:
        """Give the bytes of one of the partner's objects.

        Raises: ClaimcycleError when it is gone; HomeFault; Unreachable. No message tells the partner's object names.
        """
        try:
            content = self._held(self._inbound + name)
        except (ClientError, BotoCoreError) as error:
            raise self._fault(error) from error
        if content is None:
            raise ClaimcycleError(
                f"{self._place}: an object below {self._inbound} was listed and is gone; run the step again"
            )
        return content

    def _prove_bucket(self) -> None:
        """Two different bodies were put under one key on condition that nothing lies there, and the second was refused.

        Holds: the probe object stays, so no right to delete is needed, and a later probe is one refused put.
        """
        if self._is_proved:
            return
        try:
            for body in (b"first", b"second"):
                self._put(self._probe_key, body)
        except ClientError as error:
            if _status(error) == NOT_BUILT:
                raise self._overwrites() from error
            if _status(error) != TAKEN:
                raise self._fault(error) from error
            self._is_proved = True
        except BotoCoreError as error:
            raise self._fault(error) from error
        else:
            raise self._overwrites()

    def _judge_taken(self, key: str, content: bytes) -> tuple[str, str]:
        """A put was refused because the name is taken: by the same bytes it is a delivery, by others a known failure."""
        try:
            held = self._held(key)
        except (ClientError, BotoCoreError) as error:
            return "unknown", f"the name is taken, and what lies there cannot be read: {_kind(error)}"
        if held is None:
            return "unknown", "the name was taken and is free now: the partner may have taken the file"
        if held == content:
            return "delivered", f"{len(content)} bytes, there already"
        return "failed", "another file has this name"

    def _settle(self, key: str, content: bytes, cause: str) -> tuple[str, str]:
        """The put may have landed: look; absent is a known failure only where the partner keeps files in place."""
        try:
            held = self._held(key)
        except (ClientError, BotoCoreError):
            return "unknown", f"{cause} during the put, and the bucket could not be asked"
        if held == content:
            return "delivered", f"{len(content)} bytes, seen after {cause}"
        if self._keeps_files:
            why = "nothing lies under the name" if held is None else "another file has this name"
            return "failed", f"{cause}; {why}"
        return "unknown", f"{cause} during the put; it is not there, or the partner has taken it away"

    def _put(self, key: str, content: bytes) -> dict[str, Any]:
        answer: dict[str, Any] = self._sender.put_object(Bucket=self._bucket, Key=key, Body=content, IfNoneMatch="*")
        return answer

    def _held(self, key: str) -> bytes | None:
        """Give an object's bytes, None where there is none.

        Raises: ClientError, BotoCoreError.
        """
        try:
            content: bytes = self._reader.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if _code(error) in {"NoSuchKey", "404"}:
                return None
            raise
        return content

    @cached_property
    def _reader(self) -> Any:
        return self._client(READ_TRIES)

    @cached_property
    def _sender(self) -> Any:
        return self._client(PUT_TRIES)

    def _client(self, tries: int) -> Any:
        """Make a client; credentials come from boto3's own chain (environment, profile, role), never from practice.toml."""
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
            retries={"total_max_attempts": tries, "mode": "standard"},
            s3={"addressing_style": "path" if self._endpoint else "auto"},
        )
        try:
            with _MAKING_CLIENT:
                return _session().client("s3", endpoint_url=self._endpoint or None, config=config)
        except ValueError as error:
            raise HomeFault(f"{self._place}: endpoint_url is no address; correct it in practice.toml") from error

    def _check_endpoint(self) -> None:
        """Claims do not cross a network in the clear."""
        if not self._endpoint:
            return
        address = urlsplit(self._endpoint)
        if address.scheme != "https" and not (address.scheme == "http" and address.hostname in LOOPBACK):
            raise HomeFault(f"{self._place}: endpoint_url must begin with https://; http:// is for this machine alone")

    def _overwrites(self) -> ClaimcycleError:
        return ClaimcycleError(
            f"{self._place} lets a second put replace the first (If-None-Match is ignored), so a claim could be sent twice; "
            "nothing was sent: switch versioning off if the server is Ceph, or use another bucket or sftp"
        )

    def _fault(self, error: Exception) -> ClaimcycleError:
        """Give what a person must mend, or Unreachable where waiting may do."""
        if isinstance(error, NoCredentialsError | PartialCredentialsError | NoRegionError):
            return HomeFault(
                f"{self._place}: {_kind(error)}; set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, or a profile"
            )
        if not isinstance(error, ClientError) or _status(error) >= SERVER_SIDE or _status(error) == CONFLICT:
            return Unreachable(f"{self._place} does not answer ({_kind(error)}); try again later, then ask who runs it")
        return HomeFault(
            f"{self._place} refuses with {_kind(error)}; check bucket, folder, credentials and the permissions in docs/mailboxes.md"
        )


@cache
def _session() -> Session:
    """Give the session of this process: reading the service's description costs 0.15 s, once is enough."""
    return Session()


def _prefix(folder: str, below: str) -> str:
    """Give the beginning that the keys of a folder have in common; S3 keys begin with no slash."""
    path = str(PurePosixPath(folder) / below).lstrip("/")
    return "" if path in {"", "."} else path + "/"


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", SERVER_SIDE))


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _kind(error: Exception) -> str:
    """Give status and code of an answer, or the kind of the break; the server's own words may hold anything."""
    if isinstance(error, ClientError):
        return f"{_status(error)} {_code(error)}".strip()
    return str(error) if isinstance(error, Unreachable) else type(error).__name__
