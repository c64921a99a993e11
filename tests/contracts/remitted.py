"""Remitted lines as tests state them, put into a warehouse in memory and compared by the step's own statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

import duckdb

from schemas.warehouse import statements
from tasks.compare_payments import _compare
from tasks.contracts.tables import shipped_tables
from tasks.stores.warehouse import Warehouse

NIGHT = date(2026, 3, 10)
SERVICE = date(2026, 3, 2)
USED = (
    "claims.claim", "claims.version", "claims.line", "encounters.encounter", "remittances.payment", "remittances.claim", "remittances.service",
    "remittances.adjustment", "ledger.posting", "ledger.posting_run", "contracts.term", "contracts.fee", "contracts.relative_value", "contracts.locality_index",
    "contracts.comparison",
)  # fmt: skip
PLAIN = {"VARCHAR": "", "DATE": SERVICE, "BOOLEAN": False}


@dataclass(frozen=True)
class Sent:
    """One line as sent and as the payer answered it; a claim's lines have its name and follow one another."""

    code: str
    charge: int
    allowed: int | None = None
    modifiers: str = ""
    units: str = "1"
    claim: str = "c1"
    payer: str = "P1"
    place: str = "11"
    on: date = SERVICE
    paid_code: str = ""
    adjustments: tuple[tuple[str, str, int], ...] = ()
    status: str = "1"
    rank: str = "P"
    paid_on: date = date(2026, 3, 9)
    line: int = 0


@cache
def _empty_warehouse() -> Warehouse:
    """Make it once: every book begins by emptying it."""
    warehouse = Warehouse(duckdb.connect())
    for statement in statements():
        if not statement.startswith("comment on"):
            warehouse.execute(statement)
    return warehouse


class Book:
    """A warehouse in memory with the shipped tables in it, and nothing else; the newest book is the only one."""

    def __init__(self) -> None:
        self.warehouse = _empty_warehouse()
        self.shapes: dict[str, list[dict[str, str]]] = {}
        self.answers = 0
        for table in USED:
            self.warehouse.execute(f"delete from {table}")
        for table, rows in shipped_tables().items():
            self.warehouse.insert(table, rows)

    def add(self, table: str, rows: Sequence[dict[str, object]]) -> None:
        if table not in self.shapes:
            self.shapes[table] = self.warehouse.rows(
                "select column_name, data_type from duckdb_columns() where schema_name = $1 and table_name = $2 and not is_nullable",
                table.split("."),
            )
        plain = {
            c["column_name"]: PLAIN.get(c["data_type"], Decimal(0) if "DECIMAL" in c["data_type"] else 0)
            for c in self.shapes[table]
        }
        self.warehouse.insert(table, [plain | row for row in rows])

    def term(self, payer: str = "P1", **said: object) -> None:
        row = {"payer_id": payer, "valid_from": date(2020, 1, 1), "payment_rules": "none", "is_lesser_of_charge": True}
        self.add("contracts.term", [row | said])

    def fee(self, cents: int | None = None, code: str = "", payer: str = "P1", **said: object) -> None:
        number = self.warehouse.value("select count(*) from contracts.fee")
        row = {"fee_id": f"f{number}", "payer_id": payer, "procedure_code": code, "basis": "fee", "fee_cents": cents}
        self.add("contracts.fee", [row | {"valid_from": date(2020, 1, 1)} | said])

    def remit(self, *lines: Sent) -> None:
        """The lines were sent and answered in one payment for each date of payment and status."""
        self.answers += 1
        claims: dict[str, list[Sent]] = {}
        for sent in lines:
            claims.setdefault(sent.claim, []).append(sent)
        tables: dict[str, list[dict[str, object]]] = {}
        for name, found in claims.items():
            self._send(tables, name, found)
            self._answer(tables, name, found)
        for table, rows in tables.items():
            self.add(table, rows)

    def _send(self, tables, name, found) -> None:
        tables.setdefault("claims.claim", []).append(
            {"claim_id": name, "encounter_id": name, "payer_rank": found[0].rank, "payer_id": found[0].payer}
        )
        tables.setdefault("claims.version", []).append(
            {"claim_id": name, "claim_version": 1, "encounter_version": 1, "patient_control_number": name}
        )
        tables.setdefault("encounters.encounter", []).append(
            {
                "encounter_id": name,
                "encounter_version": 1,
                "place_of_service": found[0].place,
                "source_row": abs(hash(name)) % 10**9,
            }
        )
        for number, sent in enumerate(found, 1):
            tables.setdefault("claims.line", []).append(
                {
                    "claim_id": name, "claim_version": 1, "line_number": sent.line or number, "source_line_number": number,
                    "line_control_number": f"{name}L{number}", "procedure_code": sent.code, "modifiers": sent.modifiers,
                    "units": Decimal(sent.units), "charge_cents": sent.charge, "service_from_on": sent.on, "service_to_on": sent.on,
                }
            )  # fmt: skip

    def _answer(self, tables, name, found) -> None:
        first, key = found[0], f"{name}-{self.answers}"
        payment = {"payment_id": key, "verdict": "accepted", "paid_on": first.paid_on, "read_on": NIGHT}
        tables.setdefault("remittances.payment", []).append(payment)
        tables.setdefault("ledger.posting_run", []).append({"payment_id": key})
        tables.setdefault("remittances.claim", []).append(
            {
                "payment_id": key,
                "remitted_claim_id": key,
                "claim_id": name,
                "claim_version": 1,
                "status_code": first.status,
            }
        )
        for number, sent in enumerate(found, 1):
            service_id = f"{key}-{number}"
            tables.setdefault("remittances.service", []).append(
                {
                    "remitted_claim_id": key, "service_id": service_id, "procedure_code": sent.paid_code or sent.code,
                    "submitted_code": sent.code if sent.paid_code else None, "modifiers": sent.modifiers, "units": Decimal(sent.units),
                    "charge_cents": sent.charge, "allowed_cents": sent.allowed, "line_number": sent.line or number,
                    "service_on": sent.on, "byte_start": 100 * self.answers + number,
                }
            )  # fmt: skip
            for place, (group, reason, cents) in enumerate(sent.adjustments):
                tables.setdefault("remittances.adjustment", []).append(
                    {
                        "remitted_claim_id": key, "service_id": service_id, "adjustment_id": f"{service_id}-{place}",
                        "group_code": group, "reason_code": reason, "amount_cents": cents,
                    }
                )  # fmt: skip

    def compare(self, night: date = NIGHT) -> list[dict[str, object]]:
        """Give the verdicts of this night, in the order of the lines."""
        _compare(self.warehouse, night)
        return self.warehouse.rows(
            "select * from contracts.comparison where compared_on = $1 order by claim_id, line_number, service_id",
            [night],
        )
