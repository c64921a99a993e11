"""Remittances in short words become rows as the reader would give them; books that take them."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any

import duckdb
import pyarrow as pa

from schemas.warehouse import statements
from tasks.denials.taxonomy import load_taxonomy
from tasks.ledger.posting import in_posting_order, post_provider_adjustments, post_remitted_claim
from tasks.post_payments import load_rules_and_policy
from tasks.stores import postings
from tasks.stores.warehouse import CONFIG, Warehouse

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
    payment = {**reader.place(), "payment_id": reader.key(), "trace_number": remittance.trace_number, "paid_on": NIGHT}
    rows: dict[str, list[dict[str, Any]]] = {
        "payment": [payment],
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
            "payment_id": rows["payment"][0]["payment_id"],
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


_FILLED: Mapping[str, Mapping[str, Any]] = {
    "payment": dict.fromkeys(("originator_id", "payer_id", "payer_name", "handling_code", "credit_debit_code", "method_code"), "")
    | {"payment_cents": 0, "verdict": "accepted", "read_on": NIGHT},
    "claim": {"patient_control_number": "", "patient_cents": 0, "read_on": NIGHT},
    "service": {"procedure_code": "", "modifiers": "", "position": 0},
    "adjustment": {"triple": 1},
}  # fmt: skip
"""What the warehouse wants filled and the ledger never asks for."""


@cache
def warehouse() -> Warehouse:
    """Give a warehouse in memory that judges remittances."""
    made = Warehouse(duckdb.connect(config=CONFIG | {"threads": 1}))
    for statement in statements():
        if not statement.startswith("comment"):
            made.execute(statement)
    load_rules_and_policy(made)
    made.execute("pragma disable_optimizer")  # planning takes longer than three rows deserve
    return made


def judged(
    files: Sequence[Mapping[str, Sequence[Mapping[str, Any]]]], *, with_entries: bool = False
) -> dict[str, list[dict[str, Any]]]:
    """Give ledger.posting and ledger.said_amount of these files' rows, as the night asks for them; the tables are empty again."""
    asked = warehouse()
    for table, filled in _FILLED.items():
        rows = [{**filled, **row} for file in files for row in file[table]]
        if rows:
            asked.insert_table(f"remittances.{table}", pa.Table.from_pylist(_typed(rows)), {})
    run = postings.judge_due(asked, NIGHT)
    found = {
        "posting": asked.rows(
            """select p.*, c.position, c.payer_claim_number, c.remark_codes from ledger.posting p
               join remittances.claim c on c.remitted_claim_id = p.posting_id where run = $1""",
            [run],
        ),
        "amount": asked.rows("select * from ledger.said_amount where run = $1", [run]),
        "entry": asked.rows("select * exclude (run) from ledger.said_entry where run = $1", [run])
        if with_entries
        else [],
        "unposted": asked.rows("from ledger.unposted_share order by byte_start") if with_entries else [],
    }
    for table in ("ledger.posting", *(f"remittances.{name}" for name in _FILLED)):
        asked.execute(f"delete from {table}")
    return found


def _typed(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give every row every column, so that one without a line's number leaves the column's type alone."""
    names = {name for row in rows for name in row}
    return [{name: row.get(name) for name in names} for row in rows]


EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "20"))
"""How many examples each property is shown; the soak shows more."""

_KNOWN: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}
"""What was judged before, by the words of the claims: hypothesis and permutations ask for the same ones often."""


def learn(remittances: Iterable[Remittance]) -> None:
    """Judge the remittances that were not judged before, all in one question."""
    new = {repr(r.claims): r for r in remittances if r.claims and repr(r.claims) not in _KNOWN}
    named = {sha256(key.encode()).hexdigest(): (key, r) for key, r in new.items()}
    found = judged([read(Remittance(f"?{key}", r.claims)) for key, r in new.items()]) if new else {}
    by_file: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for table in ("posting", "amount"):
        for row in found.get(table, ()):
            by_file[row["file_sha256"]][table].append(row)
    for key, _ in named.values():
        told = by_file[sha256(f"?{key}".encode()).hexdigest()]
        _KNOWN[key] = told["posting"], told["amount"]


def asked_of(remittance: Remittance) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the postings and amounts of a remittance, as those of its own file."""
    if not remittance.claims:
        return [], []
    learn([remittance])
    name = sha256(remittance.trace_number.encode()).hexdigest()

    def own(row: Mapping[str, Any]) -> dict[str, Any]:
        changed = {
            column: f"{name[:8]}:{row[column].split(':')[1]}"
            for column in ("posting_id", "amount_id", "payment_id")
            if column in row
        }
        place = {"file_sha256": name, "trace_number": remittance.trace_number}
        return {**row, **changed, **place, "encounter_id": "VISIT" if row["claim_id"] else None}

    told, amounts = _KNOWN[repr(remittance.claims)]
    return [own(row) for row in told], [own(row) for row in amounts]


@dataclass
class Books:
    """A ledger in memory that posts remittances as the night does."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    exceptions: list[dict[str, Any]] = field(default_factory=list)

    def take(self, remittance: Remittance, night: date = NIGHT) -> list[dict[str, Any]]:
        """Post one 835 and give its entries."""
        rows = read(remittance)
        payment, start = rows["payment"][0], len(self.entries)
        told, amounts = asked_of(remittance)
        known = {p["claim_id"]: [e for e in self.entries if e["claim_id"] == p["claim_id"]] for p in told}
        saying = {p["posting_id"]: [a for a in amounts if a["posting_id"] == p["posting_id"]] for p in told}
        for posting in in_posting_order(told, saying, known):
            said = saying[posting["posting_id"]]
            earlier = [e for e in self.entries if e["claim_id"] == posting["claim_id"]]
            posted = post_remitted_claim(posting, said, earlier, night)
            self.entries += posted.entries
            self.exceptions += posted.exceptions
        made = {e["entry_id"] for e in self.entries}
        provider = post_provider_adjustments(payment, rows["provider_adjustment"], night)
        self.entries += [e for e in provider if e["entry_id"] not in made]
        return self.entries[start:]

    def balances(self, entries: Sequence[Mapping[str, Any]] | None = None) -> dict[str, int]:
        """Give the cents of each account that has any."""
        totals: Counter[str] = Counter()
        for entry in self.entries if entries is None else entries:
            totals[entry["account"]] += entry["amount_cents"]
        return {account: cents for account, cents in totals.items() if cents}
