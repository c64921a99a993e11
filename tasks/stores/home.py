"""A practice's folder: practice.toml, registries, and where everything of it lies."""

import csv
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import HomeFault
from schemas.money import cents_of

REPLAYED = "replayed.json"
"""Lies in a home that `claims replay` made."""


@dataclass(frozen=True)
class Partner:
    """Whom files are exchanged with: a clearinghouse or a payer, and by which mailbox."""

    partner_id: str
    receiver_id: str
    receiver_name: str
    mailbox: str
    folder: str
    usage: str = "T"
    acknowledge_835: bool = True
    is_simulated: bool = False
    scenario: str = ""
    seed: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Bank:
    """Where the practice's bank leaves its files, and the column names of a CSV among them ([bank.csv])."""

    drops: Path
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Practice:
    """What practice.toml says."""

    home: Path
    tenant_id: str
    name: str
    timezone: str
    submitter_id: str
    submitter_name: str
    contact_name: str
    contact_phone: str
    layout: str
    drops: Path
    partners: tuple[Partner, ...]
    first_night: date | None = None
    nights: int = 1
    bank: Bank | None = None

    def partner(self, partner_id: str) -> Partner:
        """Give the partner of that id."""
        for partner in self.partners:
            if partner.partner_id == partner_id:
                return partner
        raise HomeFault(
            f"{self.home / 'practice.toml'}: no [[partner]] {partner_id}; add it or correct registry/payers.csv"
        )

    def parties(self, partner: Partner) -> dict[str, str]:
        """Say who sends to whom, and whether in test or production (ISA15), as an interchange's envelope wants it."""
        return {
            "sender_id": self.submitter_id,
            "sender_name": self.submitter_name,
            "contact_name": self.contact_name,
            "contact_phone": self.contact_phone,
            "receiver_id": partner.receiver_id,
            "receiver_name": partner.receiver_name,
            "usage": partner.usage,
        }


def load_practice(home: Path) -> Practice:
    """Read practice.toml.

    Raises: HomeFault naming the file and what is missing.
    """
    path = home / "practice.toml"
    if not path.exists():
        raise HomeFault(
            f"{path} is missing; copy data/sample/practice.toml there and fill it in, or name another --home"
        )
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        practice, encounters = said["practice"], said["encounters"]
        return Practice(
            home=home,
            layout=encounters["layout"],
            drops=home / encounters["drops"],
            partners=tuple(_partner(p) for p in said["partner"]),
            bank=Bank(home / said["bank"]["drops"], said["bank"].get("csv", {})) if "bank" in said else None,
            **practice,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise HomeFault(f"{path}: {error}; compare it with data/sample/practice.toml") from error


def _partner(said: dict[str, Any]) -> Partner:
    known = {
        "partner_id",
        "receiver_id",
        "receiver_name",
        "mailbox",
        "folder",
        "usage",
        "scenario",
        "seed",
        "acknowledge_835",
    }
    return Partner(
        **{k: v for k, v in said.items() if k in known},
        is_simulated=said.get("simulated", False),
        options={k: v for k, v in said.items() if k not in known | {"simulated"}},
    )


def is_replayed(home: Path) -> bool:
    """Tell whether the home was made by a replay: nothing may leave it, and its log is another's."""
    return (home / REPLAYED).exists()


def load_payers(home: Path) -> list[dict[str, Any]]:
    """Give the rows of registry/payers.csv in the shape of encounters.payer."""
    return _registry(home, "payers.csv", _payer)


def _payer(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        **row,
        "filing_limit_days": int(row["filing_limit_days"]),
        "corrected_limit_days": int(row["corrected_limit_days"]),
        "appeal_limit_days": int(row["appeal_limit_days"]),
        "accepts_replacement": row["accepts_replacement"] == "Y",
        "expected_answer_days": int(row["expected_answer_days"]),
    }


def load_fees(home: Path) -> list[dict[str, Any]]:
    """Give the rows of registry/fees.csv in the shape of encounters.fee."""
    return _registry(home, "fees.csv", _fee)


def _fee(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "procedure_code": row["procedure_code"],
        "charge_cents": cents_of(row["charge"]),
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    }


def load_authorization_rules(home: Path) -> list[dict[str, Any]]:
    """Give the rows of registry/authorizations.csv in the shape of encounters.authorization_rule."""
    return _registry(home, "authorizations.csv", dict)


def _registry(home: Path, name: str, shaped: Callable[[Mapping[str, str]], dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the rows of a registry, each in its table's shape.

    Raises: HomeFault naming the file, and the line and what is wrong with it.
    """
    path = home / "registry" / name
    if not path.exists():
        raise HomeFault(f"{path} is missing; every practice needs it, data/sample/registry shows the columns")
    rows = []
    with path.open(encoding="utf-8", newline="") as stream:
        for line, row in enumerate(csv.DictReader(stream), 2):
            try:
                rows.append(shaped(row))
            except (KeyError, ValueError, TypeError) as error:
                raise HomeFault(f"{path} line {line}: {error}; compare it with data/sample/registry/{name}") from error
    return rows
