"""`claims doctor`: is this installation fit to run tonight, and if not, what to do."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from schemas.errors import ClaimcycleError
from tasks.stores import home as homes
from tasks.stores.mailbox import open_mailbox
from tasks.stores.warehouse import locked, warehouse_path

LEAST_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing looked at: whether it is well, and what was seen or is to be done."""

    what: str
    is_well: bool
    said: str


def examine(home: Path) -> list[Examined]:
    """Look at everything a night needs, and say of each whether it is well."""
    looks: dict[str, Callable[[Path], str]] = {
        "python": _python,
        "prefect and fastapi": _prefect,
        "practice.toml": _practice,
        "registries": _registries,
        "mailboxes": _mailboxes,
        "writer lock": _lock,
        "disk": _disk,
        "file modes": _modes,
    }
    return [_look(what, look, home) for what, look in looks.items()]


def _look(what: str, look: Callable[[Path], str], home: Path) -> Examined:
    try:
        return Examined(what, True, look(home))
    except ClaimcycleError as error:
        return Examined(what, False, str(error))


def _python(_home: Path) -> str:
    return sys.version.split()[0]


def _prefect(_home: Path) -> str:
    fastapi = version("fastapi")
    if tuple(int(part) for part in fastapi.split(".")[:2]) > (0, 150):
        raise ClaimcycleError(f"fastapi {fastapi} breaks prefect {version('prefect')}; pip install 'fastapi<0.151'")
    return f"prefect {version('prefect')}, fastapi {fastapi}"


def _practice(home: Path) -> str:
    practice = homes.load_practice(home)
    return f"{practice.name}, {len(practice.partners)} partner(s), zone {practice.timezone}"


def _registries(home: Path) -> str:
    payers, fees = homes.load_payers(home), homes.load_fees(home)
    practice = homes.load_practice(home)
    for payer in payers:
        practice.partner(payer["partner_id"])
    return f"{len(payers)} payers, {len(fees)} fees, {len(homes.load_authorization_rules(home))} authorization rules"


def _mailboxes(home: Path) -> str:
    partners = homes.load_practice(home).partners
    waiting = sum(len(open_mailbox(home, partner).inbound()) for partner in partners)
    return f"{len(partners)} reachable, {waiting} files lie there"


def _lock(home: Path) -> str:
    if not warehouse_path(home).exists():
        return "no warehouse yet"
    with locked(home):
        return "free"


def _disk(home: Path) -> str:
    free = shutil.disk_usage(home if home.exists() else Path()).free
    if free < LEAST_FREE_BYTES:
        raise ClaimcycleError(f"{free // 1024**2} MB free; make room: a night wants {LEAST_FREE_BYTES // 1024**2} MB")
    return f"{free // 1024**3} GB free"


def _modes(home: Path) -> str:
    kept = [home / "vault", home / "warehouse", home / "mailbox", home / "reports"]
    open_ones = [
        p
        for folder in kept
        for p in (folder, *folder.rglob("*"))
        if p.exists() and p.stat().st_mode & 0o077 and not p.is_symlink()
    ]
    if open_ones:
        raise ClaimcycleError(
            f"{len(open_ones)} files others may read, the first {open_ones[0]}; chmod -R go-rwx {home}"
        )
    return "private"
