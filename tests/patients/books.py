"""One visit's money in short words: charges, remittances, the desk, decisions, nights; the step itself does the rest."""

import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from schemas.keys import key_of
from tasks.bill_patients import bill_patients
from tasks.ledger.entries import Place, Subject, pair, post
from tasks.ledger.rules import CHARGE, CONTRACTUAL_ADJUSTMENT, PATIENT_PAYMENT, PATIENT_SHARE, PAYMENT, REVERSAL
from tasks.stores.decisions import decide, take_up
from tasks.stores.practice_home import SAMPLE
from tasks.stores.vault import get_bytes, put_bytes
from tasks.stores.warehouse import Warehouse, session, writer

PAYERS = {"commercial": "CI", "medicare": "MB", "advantage": "16"}
TARGETS = {"CO": ("contractual", CONTRACTUAL_ADJUSTMENT), "PR": ("patient_receivable", PATIENT_SHARE)}
TABLES = (
    "ledger.entry",
    "files.file",
    "decisions.decision",
    "encounters.encounter",
    "encounters.patient",
    "encounters.provider",
    "encounters.payer",
    "claims.claim",
    "claims.counter",
    "remittances.payment",
    "remittances.claim",
    "patients.decided",
    "patients.proposal",
    "patients.statement",
    "patients.statement_line",
    "patients.night",
)


class Books:
    """A practice of one patient, or of as many as visits are opened for."""

    def __init__(self, home: Path) -> None:
        self.home = home
        shutil.copyfile(SAMPLE / "practice.toml", home / "practice.toml")
        self._plain: dict[str, list[tuple[str, str]]] = {}
        with session(home):
            self.clear()

    def clear(self) -> None:
        """Forget every visit; the warehouse's shape stays."""
        with writer(self.home) as warehouse:
            for table in TABLES:
                warehouse.execute(f"delete from {table}")
            for payer_id, code in PAYERS.items():
                self.add(warehouse, "encounters.payer", payer_id=payer_id, claim_filing_code=code)
            self.add(warehouse, "encounters.provider", provider_key="OFFICE", address1="1 MAIN ST", city="HARBORTON")
        (self.home / "decisions" / "log.jsonl").unlink(missing_ok=True)
        self.posted = 0

    def add(self, warehouse: Warehouse, table: str, **given: Any) -> None:
        """Insert a row; columns that must be filled and are not given are the plainest value of their type."""
        if table not in self._plain:
            found = warehouse.rows(
                "select column_name, data_type from duckdb_columns() where schema_name || '.' || table_name = $1 and not is_nullable",
                [table],
            )
            self._plain[table] = [(row["column_name"], row["data_type"]) for row in found]
        plain = {"VARCHAR": "", "DATE": date(2026, 3, 1), "BOOLEAN": False}
        warehouse.insert(table, [{**{name: plain.get(kind, 0) for name, kind in self._plain[table]}, **given}])

    def visit(self, encounter_id: str, cents: int, on: date, payer_id: str = "commercial") -> None:
        """A visit of a patient of its own is charged to the payer."""
        patient, claim_id = f"PT-{encounter_id}", f"claim-{encounter_id}"
        with writer(self.home) as warehouse:
            who = {"patient_key": patient, "first_name": "ORLA", "last_name": "SALTFORD", "address1": "83 PILOT HILL"}
            self.add(warehouse, "encounters.patient", **who, city="HARBORTON", state="MA", zip="021090001")
            self.add(
                warehouse,
                "encounters.encounter",
                encounter_id=encounter_id,
                patient_key=patient,
                date_of_service_from=on,
                billing_provider_key="OFFICE",
            )
            claim = {"claim_id": claim_id, "encounter_id": encounter_id, "payer_id": payer_id}
            self.add(warehouse, "claims.claim", **claim, payer_rank="P")
            self._post(warehouse, encounter_id, on, CHARGE, [("payer_receivable", "charges", cents, None)])

    def remit(self, encounter_id: str, said: Mapping[str, int], on: date, trace: str, rule=None) -> None:
        """A remittance of this trace pays and adjusts: {'paid': cents, 'CO-45': cents, 'PR-1': cents}."""
        with writer(self.home) as warehouse:
            for code, cents in said.items():
                account, own = ("cash", PAYMENT) if code == "paid" else TARGETS[code[:2]]
                legs = [(account, "payer_receivable", cents, None if code == "paid" else code)]
                self._post(warehouse, encounter_id, on, rule or own, legs, trace)
            payment = {"payment_id": trace, "trace_number": trace, "paid_on": on, "verdict": "accepted"}
            self.add(warehouse, "remittances.payment", **payment)
            claim = {"remitted_claim_id": trace, "payment_id": trace, "claim_id": f"claim-{encounter_id}"}
            self.add(warehouse, "remittances.claim", **claim)

    def reverse(self, encounter_id: str, said: Mapping[str, int], on: date, trace: str) -> None:
        """A remittance takes that back."""
        self.remit(encounter_id, {code: -cents for code, cents in said.items()}, on, trace, REVERSAL)

    def desk(self, encounter_id: str, cents: int, on: date) -> None:
        """The patient pays at the visit."""
        with writer(self.home) as warehouse:
            self._post(warehouse, encounter_id, on, PATIENT_PAYMENT, [("cash", "patient_receivable", cents, None)])

    def decide(self, kind: str, subject_id: str, choice: Mapping[str, Any], by: str, on: date) -> str:
        """A person decides; the next night takes it up."""
        return decide(self.home, kind, subject_id, choice, "a reason", by, on)

    def night(self, on: date) -> dict[str, int]:
        """The step runs, decisions taken up before it."""
        with writer(self.home) as warehouse:
            take_up(warehouse, self.home, on)
        return bill_patients.fn.__wrapped__(self.home, on)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        with session(self.home) as warehouse:
            return warehouse.rows(sql, list(values))

    def balances(self, encounter_id: str) -> dict[str, int]:
        """Give the accounts of the visit that are not level."""
        found = self.rows(
            "select account, sum(amount_cents)::bigint as cents from ledger.entry where encounter_id = $1 group by 1 having sum(amount_cents) <> 0",
            encounter_id,
        )
        return {row["account"]: row["cents"] for row in found}

    def hashes(self) -> dict[str, str]:
        with session(self.home) as warehouse:
            return warehouse.table_hashes()

    def reread(self) -> list[str]:
        """Give the entries whose named bytes do not say their cents: of decisions, the choice's cents by posting."""
        wrong = []
        for row in self.rows(
            """select e.file_sha256, e.byte_start, e.byte_end, sum(e.amount_cents)::bigint as cents from ledger.entry e
               join files.file f using (file_sha256) where f.kind = 'decision' and e.amount_cents > 0 group by 1, 2, 3"""
        ):
            said = json.loads(get_bytes(self.home, row["file_sha256"])[row["byte_start"] : row["byte_end"]])
            if json.loads(said["choice"])["amount_cents"] != row["cents"]:
                wrong.append(said["decision_id"])
        return wrong

    def _post(self, warehouse: Warehouse, encounter_id: str, on: date, rule, legs, trace: str | None = None) -> None:
        self.posted += 1
        source = f"{encounter_id} {self.posted}".encode()
        digest = put_bytes(self.home, source)
        self.add(warehouse, "files.file", file_sha256=digest, kind="x12", byte_count=len(source))
        place = Place(digest, 0, len(source))
        made = [
            leg for debit, credit, cents, code in legs for leg in pair(debit, credit, cents, place, rule, code=code)
        ]
        subject = Subject(on, f"claim-{encounter_id}", 1, encounter_id, trace)
        warehouse.insert("ledger.entry", post(key_of(encounter_id, self.posted), subject, made))
