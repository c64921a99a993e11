"""Bill patients: decisions on their money carried out, statements made, write-offs proposed; nothing is given up or back by itself."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from schemas.keys import key_of
from tasks.ledger.accounts import load_accounts
from tasks.ledger.entries import Place, Subject, pair, post
from tasks.ledger.rules import Rule
from tasks.patients.judging import KINDS, Decision, Facts, Move, judge
from tasks.patients.paper import Letterhead, draw_statement
from tasks.patients.policies import POLICIES, load_policy
from tasks.patients.proposing import propose_write_offs
from tasks.patients.statements import Statement, due_patients, state
from tasks.step import night_step
from tasks.stores.decisions import line_of
from tasks.stores.home import Practice, load_practice
from tasks.stores.vault import put_bytes, write_over
from tasks.stores.warehouse import Warehouse, writer

Row = Mapping[str, Any]

OPEN_ACCOUNTS = """
with a as (select * from patients.account where balance_cents <> 0)
select a.encounter_id, c.patient_key, a.balance_cents, a.left_on, c.date_of_service_from as service_on,
       m.charge_cents, m.adjusted_cents, m.pending_cents, a.paid_cents - a.refunded_cents as patient_paid_cents,
       m.charge_cents - m.adjusted_cents - m.pending_cents - (a.paid_cents - a.refunded_cents) - a.balance_cents as insurance_paid_cents
from a join (select encounter_id,
                    -sum(case when account = 'charges' then amount_cents else 0 end)::bigint as charge_cents,
                    sum(case when account in ('contractual', 'prior_payer', 'write_off') then amount_cents else 0 end)::bigint as adjusted_cents,
                    sum(case when account in ('payer_receivable', 'denied') then amount_cents else 0 end)::bigint as pending_cents
             from ledger.entry semi join a using (encounter_id) group by 1) m using (encounter_id)
join encounters.current_encounter c using (encounter_id) where c.patient_key is not null order by c.patient_key, a.encounter_id
"""
"""The rows of patients.encounter_balance that are not level, asked of their own entries only: the view reads the whole ledger."""

ASKED = """
select a.encounter_id, a.balance_cents, count(*)::integer as statement_count, min(s.made_on) as first_statement_on
from patients.account a join patients.statement_line l using (encounter_id) join patients.statement s using (statement_id)
where a.balance_cents > 0 group by all order by a.encounter_id
"""


@night_step
def bill_patients(home: Path, night: date) -> dict[str, int]:
    """People's decisions on patients' money are in the ledger, statements that are due are made, write-offs that a policy names are proposed.

    Shape: ledger.entry, patients.*, files.file. Holds: a decision is carried out once; a write-off or a refund moves
    money only with the approval of a second person; nothing is sent.
    """
    practice = load_practice(home)
    with writer(home) as warehouse:
        warehouse.insert("ledger.account", load_accounts())
        _load_policies(warehouse)
        carried, refused = _carry_out(warehouse, home, night)
        statements = _make_statements(warehouse, practice, night)
        proposed = warehouse.insert(
            "patients.proposal",
            propose_write_offs(warehouse.rows(ASKED), warehouse.rows("select * from patients.write_off_policy"), night),
        )
        warehouse.execute("delete from patients.night where night = $1", [night])
        row = {
            "night": night,
            "statement_count": len(statements),
            "statement_cents": sum(s.amount_cents for s in statements),
            "proposal_count": proposed,
            "refused_count": refused,
        }
        warehouse.insert("patients.night", [row])
    return {"decisions": carried, "refused": refused, "statements": len(statements), "proposed": proposed}


def _load_policies(warehouse: Warehouse) -> None:
    for name in POLICIES:
        rows = load_policy(name)
        if warehouse.rows(f"select * from patients.{name} order by all") != sorted(
            rows, key=lambda r: tuple(map(str, r.values()))
        ):
            warehouse.execute(f"delete from patients.{name}")
            warehouse.insert(f"patients.{name}", rows)


def _carry_out(warehouse: Warehouse, home: Path, night: date) -> tuple[int, int]:
    """Carry out the decisions that no night has taken up yet, one after another; give how many, and how many were refused."""
    todo = warehouse.rows(
        """select * from decisions.decision where kind in (select unnest($1))
           and decision_id not in (select decision_id from patients.decided) order by sequence""",
        [list(KINDS)],
    )
    refused = 0
    for row in todo:
        decision = Decision(
            row["decision_id"], row["kind"], row["subject_id"], json.loads(row["choice"]), row["made_by"]
        )
        facts = _facts(warehouse, decision)
        judged = judge(decision, facts)
        place = _keep(warehouse, home, row, night)
        entries = [e for move in judged.moves for e in _entries(decision, move, facts.encounter_id, place, night)]
        warehouse.insert("ledger.entry", entries)
        if judged.proposal is not None:
            warehouse.insert("patients.proposal", [{**judged.proposal, "proposed_on": night}])
        refused += bool(judged.message)
        said = {name: row[name] for name in ("decision_id", "kind", "subject_id")}
        verdict = {"verdict": "refused" if judged.message else "accepted", "message": judged.message}
        days = {"decided_on": row["made_on"], "taken_up_on": night}
        warehouse.insert("patients.decided", [{**said, **verdict, "file_sha256": place.file_sha256, **days}])
    return len(todo), refused


def _keep(warehouse: Warehouse, home: Path, row: Row, night: date) -> Place:
    """Put the decision's line of the log into the vault, and give its bytes: what the ledger names."""
    line = line_of(row)
    digest = put_bytes(home, line)
    file = {"file_sha256": digest, "kind": "decision", "byte_count": len(line), "first_seen_on": night}
    warehouse.insert("files.file", [file])
    return Place(digest, 0, len(line))


def _entries(
    decision: Decision, move: Move, encounter_id: str | None, place: Place, night: date
) -> list[dict[str, Any]]:
    rule = Rule(move.rule.rule_id, move.rule.version, move.rule.meaning, move.rule.source)
    legs = pair(move.rule.debit, move.rule.credit, move.amount_cents, place, rule, code=move.code)
    posting_id = key_of(decision.decision_id, rule.rule_id, move.claim_id)
    return post(posting_id, Subject(night, move.claim_id, encounter_id=encounter_id), legs)


def _facts(warehouse: Warehouse, decision: Decision) -> Facts:
    """Give what the books say of the proposal, encounter or claim that the decision names."""
    found = warehouse.rows("select * from patients.standing where proposal_id = $1", [decision.subject_id])
    proposal = found[0] if found else None
    is_payer = decision.kind in ("investigate_credit", "conclude_investigation")
    holder = "payer" if is_payer else str(decision.choice.get("holder", "patient"))
    subject_id = decision.subject_id
    if proposal is not None:
        holder, subject_id = proposal["holder"], proposal["subject_id"]
    claims = _balances(warehouse, holder, subject_id)
    credit = _credit(warehouse, holder, subject_id) if decision.kind in ("refund", "approve_refund") else {}
    return Facts(
        encounter_id=claims[0]["encounter_id"] if claims else None,
        balances={row["claim_id"]: row["cents"] for row in claims},
        refundable_cents=credit.get("refundable_cents", 0),
        requested_cents=credit.get("requested_cents", 0),
        proposal=proposal,
        moved=_moved(warehouse, proposal) if proposal else {},
    )


def _credit(warehouse: Warehouse, holder: str, subject_id: str) -> dict[str, Any]:
    """Give what can be given back of the account, and what of it is asked for already; nothing where it has no credit."""
    found = warehouse.rows(
        "select refundable_cents, requested_cents from patients.credit where holder = $1 and subject_id = $2",
        [holder, subject_id],
    )
    return found[0] if found else {}


def _balances(warehouse: Warehouse, holder: str, subject_id: str) -> list[dict[str, Any]]:
    """Give the holder's open cents by claim: of an encounter for a patient, of one claim for a payer."""
    accounts = ["patient_receivable"] if holder == "patient" else ["payer_receivable", "denied"]
    return warehouse.rows(
        f"""select claim_id, any_value(encounter_id) as encounter_id,
                   sum(case when list_contains($2, account) then amount_cents else 0 end)::bigint as cents
            from ledger.entry where {"encounter_id" if holder == "patient" else "claim_id"} = $1 and claim_id is not null
            group by 1 order by 1""",
        [subject_id, accounts],
    )


def _moved(warehouse: Warehouse, proposal: Row) -> dict[str, int]:
    """Give the cents by claim that the proposal's approval moved."""
    found = warehouse.rows(
        """select claim_id, sum(amount_cents)::bigint as cents from ledger.entry
           where file_sha256 = $1 and amount_cents > 0 group by 1 order by 1""",
        [proposal["approval_sha256"]],
    )
    return {row["claim_id"]: row["cents"] for row in found}


def _make_statements(warehouse: Warehouse, practice: Practice, night: date) -> list[Statement]:
    """Make the statements that are due: rows, PDF in the vault and under the home's statements/."""
    balances = warehouse.rows(OPEN_ACCOUNTS)
    policies = warehouse.rows("select * from patients.statement_policy")
    last = {
        row["patient_key"]: row["made_on"]
        for row in warehouse.rows("select patient_key, max(made_on) as made_on from patients.statement group by 1")
    }
    due = sorted(due_patients(balances, last, policies, night))
    if not due:
        return []
    own: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in balances:
        own[row["patient_key"]].append(row)
    numbers = warehouse.take_numbers("statement", len(due))
    senders, receivers = _senders(warehouse, due), _receivers(warehouse, due)
    made = [state(patient, own[patient], policies, night) for patient in due]
    rows = []
    for statement, number in zip(made, numbers, strict=True):
        patient = statement.patient_key
        sender = [practice.name, *senders.get(own[patient][0]["encounter_id"], [])]
        head = Letterhead(sender, _phone(practice.contact_phone), receivers.get(patient, []), number)
        rows.append(_keep_paper(practice.home, statement, number, draw_statement(statement, head)))
    files = [{"file_sha256": row["file_sha256"], "byte_count": row.pop("byte_count")} for row in rows]
    warehouse.insert("files.file", [{**file, "kind": "statement", "first_seen_on": night} for file in files])
    warehouse.insert("patients.statement", rows)
    lines = [
        {"statement_id": row["statement_id"], **line}
        for row, statement in zip(rows, made, strict=True)
        for line in statement.lines
    ]
    warehouse.insert("patients.statement_line", lines)
    return made


def _keep_paper(home: Path, statement: Statement, number: int, pdf: bytes) -> dict[str, Any]:
    """Put the PDF into the vault and under the home's statements/; give the statement's row and the size of the file."""
    night = statement.made_on
    name = f"{night}/{number:06d}.pdf"
    write_over(home / "statements" / name, pdf)
    return {
        "statement_id": key_of("statement", statement.patient_key, night),
        "statement_number": number,
        "patient_key": statement.patient_key,
        "amount_cents": statement.amount_cents,
        "encounter_count": len(statement.lines),
        "due_on": statement.due_on,
        "file_name": name,
        "file_sha256": put_bytes(home, pdf),
        "made_on": night,
        "byte_count": len(pdf),
    }


def _senders(warehouse: Warehouse, patients: Sequence[str]) -> dict[str, list[str]]:
    """Give the address of each encounter's billing provider, as lines."""
    found = warehouse.rows(
        """select c.encounter_id, p.* from encounters.current_encounter c
           join encounters.current_provider p on p.provider_key = c.billing_provider_key where c.patient_key in (select unnest($1))""",
        [list(patients)],
    )
    return {row["encounter_id"]: _address(row, row["zip9"]) for row in found}


def _receivers(warehouse: Warehouse, patients: Sequence[str]) -> dict[str, list[str]]:
    """Give the name and address of each patient, as lines."""
    found = warehouse.rows(
        "select * from encounters.current_patient where patient_key in (select unnest($1))", [list(patients)]
    )
    return {
        row["patient_key"]: [
            " ".join(row[part] for part in ("first_name", "middle_name", "last_name", "suffix") if row[part]),
            *_address(row, row["zip"]),
        ]
        for row in found
    }


def _address(row: Row, zip_code: str | None) -> list[str]:
    code = f"{zip_code[:5]}-{zip_code[5:]}" if zip_code and len(zip_code) > 5 else zip_code
    place = ", ".join(part for part in (row["city"], " ".join(p for p in (row["state"], code) if p)) if part)
    return [line for line in (row["address1"], row["address2"], place) if line]


def _phone(digits: str) -> str:
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 10 and digits.isdigit() else digits
