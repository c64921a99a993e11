"""Remittances in short words become rows as the reader would give them; books that take them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from tasks.denials.taxonomy import load_taxonomy
from tasks.ledger.posting import in_posting_order, post_provider_adjustments, post_remitted_claim

NIGHT = date(2026, 3, 2)
TAXONOMY = load_taxonomy()

Reasons = Mapping[str, int]


@dataclass(frozen=True)
class Line:
    """One SVC: reasons are {'CO-45': cents}."""

    number: int | None
    charge_cents: int
    paid_cents: int
    reasons: Reasons = field(default_factory=dict)
    remark_codes: str = ""


@dataclass(frozen=True)
class Claim:
    """One CLP with its lines and its claim level reasons."""

    charge_cents: int
    paid_cents: int
    lines: tuple[Line, ...] = ()
    reasons: Reasons = field(default_factory=dict)
    status_code: str = "1"
    version: int | None = 1
    claim_id: str | None = "CLAIM"
    remark_codes: str = ""
    payer_claim_number: str | None = "ICN1"

    def reversed(self, **changes: Any) -> "Claim":
        """Give the exact negative, as a payer sends it: without remarks."""
        lines = tuple(Line(x.number, -x.charge_cents, -x.paid_cents, _negative(x.reasons)) for x in self.lines)
        values = {**self.__dict__, "remark_codes": "", "status_code": "22", "lines": lines, **changes}
        values["reasons"] = _negative(self.reasons)
        values["charge_cents"], values["paid_cents"] = -self.charge_cents, -self.paid_cents
        return Claim(**values)


@dataclass(frozen=True)
class Remittance:
    """One 835: its claims and its PLB pairs as (code, cents)."""

    trace_number: str
    claims: tuple[Claim, ...] = ()
    provider: tuple[tuple[str, int], ...] = ()

    @property
    def payment_cents(self) -> int:
        return sum(c.paid_cents for c in self.claims) - sum(cents for _, cents in self.provider)


def _negative(reasons: Reasons) -> Reasons:
    return {code: -cents for code, cents in reasons.items()}


class _Reader:
    """Hands out byte ranges in the order of the file."""

    def __init__(self, name: str) -> None:
        self.name, self.at = sha256(name.encode()).hexdigest(), 100

    def place(self) -> dict[str, Any]:
        self.at += 40
        return {"file_sha256": self.name, "byte_start": self.at - 40, "byte_end": self.at}

    def key(self) -> str:
        return f"{self.name[:8]}:{self.at}"


def read(remittance: Remittance) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of one remittance, columns as ledger and denials use them."""
    reader = _Reader(remittance.trace_number)
    rows: dict[str, list[dict[str, Any]]] = {
        "payment": [{**reader.place(), "trace_number": remittance.trace_number, "paid_on": NIGHT}],
        "claim": [],
        "service": [],
        "adjustment": [],
        "provider_adjustment": [],
    }
    for position, claim in enumerate(remittance.claims):
        _read_claim(reader, rows, position, claim)
    for code, cents in remittance.provider:
        place = reader.place()
        row = {**place, "provider_adjustment_id": reader.key(), "reason_code": code, "amount_cents": cents}
        rows["provider_adjustment"].append(row)
    return rows


def _read_claim(reader: _Reader, rows: Mapping[str, list[dict[str, Any]]], position: int, claim: Claim) -> None:
    place, key = reader.place(), reader.key()
    _read_reasons(reader, rows, key, None, claim.reasons)
    for line in claim.lines:
        line_place, line_key = reader.place(), reader.key()
        _read_reasons(reader, rows, key, line_key, line.reasons)
        rows["service"].append(
            {
                **line_place,
                "remitted_claim_id": key,
                "service_id": line_key,
                "line_number": line.number,
                "charge_cents": line.charge_cents,
                "paid_cents": line.paid_cents,
                "remark_codes": line.remark_codes,
            }
        )
    rows["claim"].append(
        {
            **place,
            "remitted_claim_id": key,
            "position": position,
            "status_code": claim.status_code,
            "charge_cents": claim.charge_cents,
            "paid_cents": claim.paid_cents,
            "claim_id": claim.claim_id,
            "claim_version": claim.version,
            "remark_codes": claim.remark_codes,
            "payer_claim_number": claim.payer_claim_number,
        }
    )


def _read_reasons(
    reader: _Reader, rows: Mapping[str, list[dict[str, Any]]], key: str, line_key: str | None, reasons: Reasons
) -> None:
    for code, cents in reasons.items():
        place = reader.place()
        group, reason = code.split("-")
        rows["adjustment"].append(
            {
                **place,
                "remitted_claim_id": key,
                "service_id": line_key,
                "adjustment_id": reader.key(),
                "group_code": group,
                "reason_code": reason,
                "amount_cents": cents,
            }
        )


@dataclass
class Books:
    """A ledger in memory that posts remittances as the night does."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    exceptions: list[dict[str, Any]] = field(default_factory=list)

    def take(self, remittance: Remittance, night: date = NIGHT) -> list[dict[str, Any]]:
        """Post one 835 and give its entries."""
        rows = read(remittance)
        payment, start = rows["payment"][0], len(self.entries)
        for claim in in_posting_order(rows["claim"]):
            key = claim["remitted_claim_id"]
            services = [s for s in rows["service"] if s["remitted_claim_id"] == key]
            adjustments = [a for a in rows["adjustment"] if a["remitted_claim_id"] == key]
            earlier = [e for e in self.entries if e["claim_id"] == claim["claim_id"]]
            posted = post_remitted_claim(payment, claim, services, adjustments, earlier, TAXONOMY, "VISIT", night)
            self.entries += posted.entries
            self.exceptions += posted.exceptions
        known = {e["entry_id"] for e in self.entries}
        provider = post_provider_adjustments(payment, rows["provider_adjustment"], night)
        self.entries += [e for e in provider if e["entry_id"] not in known]
        return self.entries[start:]

    def balances(self, entries: Sequence[Mapping[str, Any]] | None = None) -> dict[str, int]:
        """Give the cents of each account that has any."""
        totals: Counter[str] = Counter()
        for entry in self.entries if entries is None else entries:
            totals[entry["account"]] += entry["amount_cents"]
        return {account: cents for account, cents in totals.items() if cents}
