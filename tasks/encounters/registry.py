"""A registry for an export that brings none: who bills, who treats, where, who pays, for how much.

Nothing here is a claim about a real provider or payer: NPIs and tax ids are derived from keys by hash, limits and fees are ours.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from schemas.keys import key_of
from tasks.encounters.contract import header
from tasks.encounters.places import is_zip_in_state
from tasks.encounters.registry_tables import (
    AUTHORIZED_CODES,
    AUTHORIZING_FILING_CODES,
    CLAIM_FILING_CODES,
    FACILITY_TAXONOMY_CODE,
    FEES,
    GROUP_TAXONOMY_CODE,
    LIMITS,
    OTHER_FILING_CODES,
    OTHER_LIMITS,
    TAXONOMY_CODES,
    UNKNOWN_EXTENSION,
    ZIP_CODES,
)

Row = dict[str, Any]

NO_INSURANCE = "NO_INSURANCE"
PARTNER_ID = "CLEARWAY"
"""The mailbox by which claims to the payers of a made registry leave."""

_FEES_FROM = date(2015, 10, 1)
_STREET = "1 PRACTICE WAY"
_PO_BOX = re.compile(r"\bP\.?\s*O\.?\s*BOX\b|\bPOST OFFICE BOX\b", re.IGNORECASE)
_TITLES = re.compile(r"^(mr|mrs|ms|miss|dr)\.?\s+", re.IGNORECASE)
_PAYER_COLUMNS = (
    "payer_id",
    "payer_name",
    "claim_filing_code",
    "member_id_pattern",
    "filing_limit_days",
    "corrected_limit_days",
    "appeal_limit_days",
    "accepts_replacement",
    "expected_answer_days",
    "partner_id",
)


@dataclass(frozen=True)
class Registry:
    """What the practice knows of itself and its payers.

    Shape: `clia_number` is the group's laboratory certificate; `providers` in the contract's columns, the billing group first;
    `payers`, `fees`, `authorizations` as the warehouse has them; `payer_ids` by the export's payer keys.
    """

    billing_provider_key: str
    clia_number: str
    providers: tuple[Row, ...]
    payers: tuple[Row, ...]
    payer_ids: Mapping[str, str]
    fees: tuple[Row, ...]
    authorizations: tuple[Row, ...]


def make_registry(frames: Mapping[str, pd.DataFrame], tenant_id: str) -> Registry:
    """Give the registry of an export's organizations, providers and payers.

    Shape: Synthea's frames `organizations`, `providers`, `payers`. Holds: the same frames and tenant give the same registry.
    """
    organizations = sorted(_records(frames["organizations"]), key=lambda row: str(row["Id"]))
    clinicians = sorted(_records(frames["providers"]), key=lambda row: str(row["Id"]))
    payers, payer_ids = _payers(_records(frames["payers"]))
    group = _group(tenant_id, organizations)
    providers = [group, *(_facility(row) for row in organizations), *(_clinician(row) for row in clinicians)]
    numbers = npis([row["provider_key"] for row in providers], tenant_id)
    return Registry(
        billing_provider_key=group["provider_key"],
        clia_number=f"22D{_number('clia', tenant_id, 7)}",
        providers=tuple(
            {**dict.fromkeys(header("providers")), **row, "npi": numbers[row["provider_key"]]} for row in providers
        ),
        payers=tuple(payers),
        payer_ids=payer_ids,
        fees=tuple(_fee(code, cents) for code, cents in sorted(FEES.items())),
        authorizations=tuple(_authorizations(payers)),
    )


def registry_files(registry: Registry) -> dict[str, bytes]:
    """Give the registry as the files of a practice's folder; the billing group is the first row of providers.csv."""
    payers = [{**row, "accepts_replacement": "Y" if row["accepts_replacement"] else "N"} for row in registry.payers]
    fees = [{**row, "charge": f"{row['charge_cents'] // 100}.{row['charge_cents'] % 100:02d}"} for row in registry.fees]
    return {
        "registry/providers.csv": _write(header("providers"), registry.providers),
        "registry/payers.csv": _write(_PAYER_COLUMNS, payers),
        "registry/fees.csv": _write(("procedure_code", "charge", "valid_from", "valid_to"), fees),
        "registry/authorizations.csv": _write(("payer_id", "procedure_code"), registry.authorizations),
    }


def npis(keys: Iterable[str], tenant_id: str) -> dict[str, str]:
    """Give each key its own ten-figure NPI that starts with 1 and passes the check of prefix 80840.

    Holds: no two keys share one; a key keeps its number unless an earlier key in order already has it.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for key in sorted(keys):
        attempt, number = 0, _npi(tenant_id, key, 0)
        while number in taken:
            attempt += 1
            number = _npi(tenant_id, key, attempt)
        taken.add(number)
        found[key] = number
    return found


def npi_check_digit(body: str) -> str:
    """Give the tenth figure of an NPI. Source: Luhn over prefix 80840, 45 CFR 162.406."""
    total = 0
    for position, figure in enumerate(reversed("80840" + body)):
        value = int(figure) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _npi(tenant_id: str, key: str, attempt: int) -> str:
    body = "1" + _number("npi", f"{tenant_id} {key} {attempt}", 8)
    return body + npi_check_digit(body)


def _number(kind: str, key: str, figures: int) -> str:
    """Give a number of that many figures that belongs to the key."""
    return f"{int(key_of(kind, key), 16) % 10**figures:0{figures}d}"


def split_name(text: str | None) -> tuple[str | None, str | None]:
    """Give first and last name of one string, without title; one word is a last name."""
    words = _TITLES.sub("", text or "").split()
    return (" ".join(words[:-1]) or None, words[-1]) if words else (None, None)


def _group(tenant_id: str, organizations: Sequence[Row]) -> Row:
    """Give the one group that bills for all: it sits where the export's first organization does, at a street of its own."""
    place = organizations[0] if organizations else {}
    return {
        "provider_key": f"{tenant_id[:33]}-group",
        "entity_type": "2",
        "last_or_org_name": _plain_name(f"{tenant_id} MEDICAL GROUP"),
        "taxonomy": GROUP_TAXONOMY_CODE,
        "tax_id": f"04{_number('ein', tenant_id, 7)}",
        "tax_id_type": "EI",
        "address1": _STREET,
        **_place(place),
        "contact_name": "BILLING OFFICE",
        "phone": _phone(place.get("PHONE")) or "6175550100",
    }


def _facility(row: Row) -> Row:
    address = row.get("ADDRESS")
    return {
        "provider_key": row["Id"],
        "entity_type": "2",
        "last_or_org_name": _plain_name(row.get("NAME") or "CLINIC"),
        "taxonomy": FACILITY_TAXONOMY_CODE,
        "address1": _STREET if not address or _PO_BOX.search(address) else _plain_name(address, 55),
        **_place(row),
        "phone": _phone(row.get("PHONE")),
    }


def _clinician(row: Row) -> Row:
    first, last = split_name(re.sub(r"\d", "", row.get("NAME") or ""))
    specialty = (row.get("SPECIALITY") or "").upper()
    return {
        "provider_key": row["Id"],
        "entity_type": "1",
        "last_or_org_name": _plain_name(last or "CLINICIAN"),
        "first_name": _plain_name(first or "UNKNOWN", 35),
        "taxonomy": TAXONOMY_CODES.get(specialty, TAXONOMY_CODES["GENERAL PRACTICE"]),
    }


def _place(row: Row) -> Row:
    """Give city, state and nine-figure ZIP; where the export has no usable ZIP, that of the state's capital."""
    state = str(row.get("STATE"))
    state = state if state in ZIP_CODES else "MA"
    figures = re.sub(r"\D", "", row.get("ZIP") or "")
    if len(figures) not in (5, 9) or not is_zip_in_state(figures, state):
        figures = ZIP_CODES[state]
    city = _plain_name(row.get("CITY") or "", 30)
    return {
        "city": city if len(city) >= 2 else "BOSTON",
        "state": state,
        "zip9": figures if len(figures) == 9 else figures + UNKNOWN_EXTENSION,
    }


def _phone(text: str | None) -> str | None:
    figures = re.sub(r"\D", "", text or "").removeprefix("1")
    return figures if len(figures) == 10 else None


def _plain_name(text: str, length: int = 60) -> str:
    """Give a name in capitals without what X12 keeps for itself."""
    return " ".join(re.sub(r"[^A-Z0-9 &'(),./\-]", " ", text.upper()).split())[:length].strip()


def _payers(rows: Sequence[Row]) -> tuple[list[Row], dict[str, str]]:
    """Give the payers and their ids by the export's keys; the export's way of saying "none" is no payer."""
    payers: list[Row] = []
    payer_ids: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: str(row["Id"])):
        name = _plain_name(row.get("NAME") or "")
        if (row.get("NAME") or "").upper() == NO_INSURANCE or not name:
            continue
        payer_id = "SYN" + re.sub(r"[^A-Z]", "", name)[:12]
        if payer_id in payer_ids.values():
            payer_id += _number("payer", str(row["Id"]), 4)
        payer_ids[row["Id"]] = payer_id
        payers.append(_payer(payer_id, name, (row.get("OWNERSHIP") or "").upper()))
    return payers, payer_ids


def _payer(payer_id: str, name: str, ownership: str) -> Row:
    filing_code = CLAIM_FILING_CODES.get(name, OTHER_FILING_CODES.get(ownership, "CI"))
    limits = LIMITS.get(filing_code, OTHER_LIMITS)
    return {
        "payer_id": payer_id,
        "payer_name": name,
        "claim_filing_code": filing_code,
        "member_id_pattern": "^[0-9A-F]{32}$",
        "filing_limit_days": limits.filing_days,
        "corrected_limit_days": limits.corrected_days,
        "appeal_limit_days": limits.appeal_days,
        "accepts_replacement": limits.takes_replacement,
        "expected_answer_days": limits.answer_days,
        "partner_id": PARTNER_ID,
    }


def _authorizations(payers: Sequence[Row]) -> Iterable[Row]:
    for payer in payers:
        if payer["claim_filing_code"] in AUTHORIZING_FILING_CODES:
            yield from ({"payer_id": payer["payer_id"], "procedure_code": code} for code in AUTHORIZED_CODES)


def _fee(code: str, cents: int) -> Row:
    return {"procedure_code": code, "charge_cents": cents, "valid_from": _FEES_FROM, "valid_to": None}


def _records(frame: pd.DataFrame) -> list[Row]:
    """Give a frame's rows with None where a value is missing."""
    records: list[Any] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return records


def _write(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()
