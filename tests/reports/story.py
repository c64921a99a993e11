"""A practice of ten claims, small enough to work every figure by hand; the cents of each claim stand beside it.

Newest closed night: 2026-07-15. Two payers: P1 answers by itself, P2 through a clearinghouse.

    claim  payer  service  charge  what happens                                                        stands
    c1     P1     02-10    100.00  paid 60, contract 30, patient 10                                    PAID
    c2     P1     03-05    200.00  held first; then denied CO-197                                      DENIED
    c3     P2     06-20     50.00  denied CO-16; corrected; version 2 paid 40, contract 10             PAID
    c4     P2     06-25     80.00  called a duplicate, CO-18: no money moves                           DENIED
    c5     P1     07-10    120.00  rejected by the payer's 277CA                                       REJECTED
    c6     P2     07-12     70.00  held, never sent                                                    HELD
    c7     P1     06-01    150.00  paid 90, contract 10, line denied CO-50 for 50, upheld              PART_DENIED
    c8     P2     07-01     30.00  at the clearinghouse since 07-03, answer due in 10 days; copay 5    WITH_CLEARINGHOUSE
    c9     P1     06-10     40.00  denied CO-29, then the payer takes the denial back                  REVERSED
    c10    P2     04-20     20.00  overpaid: 25                                                        PAID
    e11                     50.00  not billable
    e12                     30.00  rejected at the gate
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import duckdb

from schemas.keys import key_of
from schemas.warehouse import statements
from tasks.claims.lifecycle import moves

AS_OF = date(2026, 7, 15)
FIRST_NIGHT = date(2026, 2, 20)
FILE = "f" * 64
OUT = "READY BATCHED SENT"


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def empty_warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for statement in statements():
        if not statement.startswith("comment on column"):  # nine in ten statements, and no test here asks for them
            connection.execute(statement)
    return connection


class Story:
    """Rows put into the tables by meaning: what is not given is the plainest value of its type."""

    def __init__(self) -> None:
        self.connection = empty_warehouse()
        self.sequence: dict[str, int] = {}
        self.state: dict[str, str] = {}
        self.shapes: dict[str, list[tuple[str, str, bool]]] = {}
        self.entries = 0
        legal = [text for m in moves() for text in (m.from_state, m.event, m.guard, m.to_state)]
        marks = ", ".join("(?, ?, ?, ?)" for _ in moves())
        self.connection.execute(f"insert into claims.move (from_state, event, guard, to_state) values {marks}", legal)

    def add(self, table: str, **given: object) -> None:
        if table not in self.shapes:
            self.shapes[table] = self.connection.execute(
                "select column_name, data_type, is_nullable from duckdb_columns() where schema_name = $1 and table_name = $2",
                table.split("."),
            ).fetchall()
        values = {**{column: _plain(kind) for column, kind, nullable in self.shapes[table] if not nullable}, **given}
        marks = ", ".join(f"${i}" for i in range(1, len(values) + 1))
        self.connection.execute(f"insert into {table} ({', '.join(values)}) values ({marks})", list(values.values()))

    def encounter(
        self, encounter_id: str, cents: int, verdict: str = "accepted", disposition: str = "billable"
    ) -> None:
        row = len(self.rows("select * from encounters.intake")) + 1
        self.add(
            "encounters.intake",
            file_sha256=FILE,
            source_row=row,
            encounter_id=encounter_id,
            encounter_version=1,
            charge_cents=cents,
            line_count=1,
            verdict=verdict,
        )
        if verdict == "accepted":
            self.add(
                "encounters.encounter", encounter_id=encounter_id, encounter_version=1, file_sha256=FILE, source_row=row
            )
            self.add(
                "encounters.service_line",
                encounter_id=encounter_id,
                encounter_version=1,
                line_number=1,
                charge_cents=cents,
                source_row=row,
            )
            self.add(
                "coding.encounter",
                encounter_id=encounter_id,
                encounter_version=1,
                disposition=disposition,
                billable_cents=cents,
            )

    def claim(self, claim_id: str, payer_id: str, service: str, drafted: str, cents: int) -> None:
        encounter_id = f"e{claim_id[1:]}"
        self.encounter(encounter_id, cents)
        self.add(
            "claims.claim",
            claim_id=claim_id,
            encounter_id=encounter_id,
            payer_rank="P",
            payer_id=payer_id,
            opened_on=day(drafted),
        )
        self.version(claim_id, 1, service, cents)
        self.events(claim_id, 1, [("charge_captured", drafted)])
        self.post(claim_id, drafted, cents, "payer_receivable", "charges")

    def version(self, claim_id: str, version: int, service: str, cents: int) -> None:
        number = f"PCN{claim_id.upper()}V{version}"
        self.add(
            "claims.version",
            claim_id=claim_id,
            claim_version=version,
            encounter_version=1,
            patient_control_number=number,
            total_charge_cents=cents,
        )
        self.add(
            "claims.line",
            claim_id=claim_id,
            claim_version=version,
            line_number=1,
            charge_cents=cents,
            service_from_on=day(service),
        )

    def events(self, claim_id: str, version: int, said: Iterable[tuple[str, str]]) -> None:
        for event, on in said:
            before, at = self.state.get(claim_id, "START"), self.sequence.get(claim_id, 0) + 1
            move = next(m for m in moves() if (m.from_state, m.event) == (before, event))
            self.add(
                "claims.event",
                event_id=key_of(claim_id, at),
                claim_id=claim_id,
                claim_version=version,
                sequence=at,
                event=event,
                guard=move.guard,
                from_state=before,
                to_state=move.to_state,
                happened_on=day(on),
            )
            self.state[claim_id], self.sequence[claim_id] = move.to_state, at

    def send(self, claim_id: str, version: int, on: str) -> None:
        self.events(claim_id, version, [("edits_passed", on), ("sealed_in_batch", on), ("transmit_ok", on)])

    def hear(self, claim_id: str, version: int, hop: str, category: str, on: str) -> None:
        """Take one status of a 277CA: hop AY is the clearinghouse, PR the payer."""
        number = len(self.rows("select * from acknowledgments.claim_answer"))
        self.add(
            "acknowledgments.claim_answer",
            file_sha256=FILE,
            byte_start=number,
            category_code=category,
            hop=hop,
            claim_id=claim_id,
            claim_version=version,
            read_on=day(on),
        )
        event = {"A0": "received", "A1": "received", "A2": "accepted", "A7": "rejected"}[category]
        self.events(claim_id, version, [(f"ack277_{event}", on)])

    def remit(
        self,
        claim_id: str,
        version: int,
        on: str,
        event: str,
        cents: int,
        paid: int = 0,
        contractual: int = 0,
        patient: int = 0,
        denied: tuple[str, str, int] | None = None,
        status: str = "1",
    ) -> None:
        """Take one remitted claim: its rows, its event, its ledger entries and its denial case."""
        number = len(self.rows("select * from remittances.claim")) + 1
        payment, remitted = f"pay{number}", f"rc{number}"
        self.add(
            "remittances.payment",
            payment_id=payment,
            file_sha256=FILE,
            byte_start=number * 100,
            byte_end=number * 100 + 99,
            trace_number=f"T{number}",
            payment_cents=paid,
            paid_on=day(on),
            verdict="accepted",
            read_on=day(on),
        )
        self.add(
            "remittances.claim",
            payment_id=payment,
            remitted_claim_id=remitted,
            file_sha256=FILE,
            byte_start=number * 100,
            status_code=status,
            charge_cents=cents,
            paid_cents=paid,
            claim_id=claim_id,
            claim_version=version,
            read_on=day(on),
        )
        self.events(claim_id, version, [(event, on)])
        for account, amount in (("cash", paid), ("contractual", contractual), ("patient_receivable", patient)):
            self.post(claim_id, on, amount, account, "payer_receivable", f"T{number}")
        if denied:
            self.deny(claim_id, version, on, remitted, denied, f"T{number}")

    def deny(
        self, claim_id: str, version: int, on: str, remitted: str, denied: tuple[str, str, int], trace: str
    ) -> None:
        category, code, cents = denied
        self.add(
            "remittances.adjustment",
            remitted_claim_id=remitted,
            adjustment_id=f"adj-{remitted}",
            group_code="CO",
            reason_code=code,
            amount_cents=cents,
        )
        self.add(
            "denials.case",
            case_id=f"case-{claim_id}",
            claim_id=claim_id,
            claim_version=version,
            group_code="CO",
            reason_code=code,
            category=category,
            remedy="correct",
            amount_cents=cents,
            adjustment_id=f"adj-{remitted}",
            owner="biller",
            opened_on=day(on),
            deadline_on=date(2026, 9, 1),
        )
        if category != "duplicate":
            self.post(claim_id, on, cents, "denied", "payer_receivable", trace)

    def post(
        self, claim_id: str | None, on: str, cents: int, debit: str, credit: str, trace: str | None = None
    ) -> None:
        if not cents:
            return
        self.entries += 1
        at = int(trace[1:]) * 100 if trace else 0
        for position, (account, amount) in enumerate(((debit, cents), (credit, -cents))):
            self.add(
                "ledger.entry",
                entry_id=f"{self.entries}-{position}",
                posting_id=str(self.entries),
                account=account,
                amount_cents=amount,
                claim_id=claim_id,
                claim_version=1,
                trace_number=trace,
                code="PR-1" if debit == "patient_receivable" else None,
                rule_id="patient_payment" if credit == "patient_receivable" else "",
                file_sha256=FILE,
                byte_start=at,
                byte_end=at + 1,
                posted_on=day(on),
            )

    def close(self, *nights: date) -> None:
        for night in nights:
            self.add("reports.night", night=night)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        cursor = self.connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _plain(kind: str) -> object:
    return {"VARCHAR": "", "DATE": AS_OF, "BOOLEAN": False}.get(kind, 0)


def ten_claims() -> Story:
    """Give the warehouse of the ten claims."""
    s = Story()
    s.add("files.file", file_sha256=FILE, kind="encounters", byte_count=100_000_000)
    for payer_id, name in (("P1", "Alpha Plan"), ("P2", "Beta Plan")):
        s.add("encounters.payer", payer_id=payer_id, payer_name=name, expected_answer_days=10)
    _paid_and_denied(s)
    _corrected_and_duplicate(s)
    _on_the_way(s)
    s.encounter("e11", 5000, disposition="not_billable")
    s.encounter("e12", 3000, verdict="rejected")
    s.add(
        "encounters.quarantine",
        file_sha256=FILE,
        table_name="encounters",
        source_row=12,
        rule_id="S01",
        encounter_id="e12",
        column_name="dx_1",
        value="DOE JANE 1980-01-01",
        remedy="give a diagnosis",
        owner="front_desk",
        quarantined_on=AS_OF,
    )
    s.post(None, "07-15", 100, "cash", "interest_income", "T99")
    s.close(FIRST_NIGHT, date(2026, 7, 14), AS_OF)
    return s


def _paid_and_denied(s: Story) -> None:
    s.claim("c1", "P1", "02-10", "02-20", 10000)
    s.send("c1", 1, "02-20")
    s.hear("c1", 1, "PR", "A2", "02-22")
    s.remit("c1", 1, "03-02", "remit_paid", 10000, paid=6000, contractual=3000, patient=1000)
    s.claim("c2", "P1", "03-05", "03-10", 20000)
    s.events("c2", 1, [("edits_failed", "03-10"), ("data_changed", "03-12")])
    s.send("c2", 1, "03-12")
    s.hear("c2", 1, "PR", "A2", "03-14")
    s.remit("c2", 1, "04-01", "remit_denied", 20000, denied=("authorization", "197", 20000), status="4")
    s.claim("c7", "P1", "06-01", "06-02", 15000)
    s.send("c7", 1, "06-03")
    s.hear("c7", 1, "PR", "A2", "06-05")
    s.remit(
        "c7", 1, "06-30", "remit_partial", 15000, paid=9000, contractual=1000, denied=("medical_necessity", "50", 5000)
    )
    s.add("denials.action", case_id="case-c7", action="upheld", acted_on=day("07-14"))
    s.claim("c9", "P1", "06-10", "06-11", 4000)
    s.send("c9", 1, "06-11")
    s.hear("c9", 1, "PR", "A2", "06-12")
    s.remit("c9", 1, "06-28", "remit_denied", 4000, denied=("timely_filing", "29", 4000), status="4")
    s.remit("c9", 1, "07-06", "remit_reversal", -4000, status="22")
    s.post("c9", "07-06", 4000, "payer_receivable", "denied", "T0")
    s.add("denials.action", case_id="case-c9", action="reversed", acted_on=day("07-06"))


def _corrected_and_duplicate(s: Story) -> None:
    s.claim("c10", "P2", "04-20", "04-21", 2000)
    s.send("c10", 1, "04-21")
    s.hear("c10", 1, "AY", "A1", "04-22")
    s.hear("c10", 1, "PR", "A2", "04-22")
    s.remit("c10", 1, "05-01", "remit_paid", 2000, paid=2500)
    s.claim("c3", "P2", "06-20", "06-22", 5000)
    s.send("c3", 1, "06-22")
    s.hear("c3", 1, "AY", "A0", "06-23")
    s.hear("c3", 1, "PR", "A2", "06-24")
    s.remit("c3", 1, "07-01", "remit_denied", 5000, denied=("missing_data", "16", 5000), status="4")
    s.version("c3", 2, "06-20", 5000)
    s.events("c3", 2, [("worked_as_corrected", "07-03")])
    s.send("c3", 2, "07-03")
    s.hear("c3", 2, "PR", "A2", "07-04")
    s.post("c3", "07-10", 5000, "payer_receivable", "denied")
    s.remit("c3", 2, "07-10", "remit_paid", 5000, paid=4000, contractual=1000)
    s.add("denials.action", case_id="case-c3", action="recovered", cents=4000, acted_on=day("07-10"))
    s.claim("c4", "P2", "06-25", "06-26", 8000)
    s.send("c4", 1, "06-26")
    s.hear("c4", 1, "AY", "A1", "06-27")
    s.hear("c4", 1, "PR", "A2", "06-28")
    s.remit("c4", 1, "07-05", "remit_denied", 8000, denied=("duplicate", "18", 8000), status="4")


def _on_the_way(s: Story) -> None:
    s.claim("c5", "P1", "07-10", "07-11", 12000)
    s.send("c5", 1, "07-11")
    s.hear("c5", 1, "PR", "A7", "07-12")
    s.claim("c6", "P2", "07-12", "07-14", 7000)
    s.events("c6", 1, [("edits_failed", "07-14")])
    s.add(
        "coding.finding",
        encounter_id="e6",
        encounter_version=1,
        rule_id="A01",
        severity="hold",
        value="DOE JOHN",
        remedy="ask for authorization",
        owner="front_desk",
        found_on=day("07-14"),
    )
    s.claim("c8", "P2", "07-01", "07-02", 3000)
    s.send("c8", 1, "07-02")
    s.hear("c8", 1, "AY", "A1", "07-03")
    s.post("c8", "07-02", 500, "cash", "patient_receivable")


def sections_of(story: Story, queries: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Give what the night's last step gives the page: each query's rows, what waits, and the views that must be empty."""
    found = {name: story.rows(sql) for name, sql in queries.items()}
    found["waiting"] = [
        {"what": "denials open", "count": story.rows("select count(*) as n from denials.worklist")[0]["n"]}
    ]
    views = story.rows(
        "select schema_name || '.' || view_name as name from duckdb_views() where comment like 'MUST BE EMPTY%' order by 1"
    )
    found["invariants"] = [
        {"invariant": v["name"], "rows": story.rows(f"select count(*) as n from {v['name']}")[0]["n"]} for v in views
    ]
    return found
