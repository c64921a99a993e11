"""Postings: what is due for the ledger, judged and posted as sets, and what the ledger knows of the threads it touches.

The rules are views of schemas/warehouse/70_ledger.sql; here they are asked for one run.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from tasks.stores.warehouse import Warehouse

Answer = tuple[int, str, int]
"""A claim version, a file and a byte of it."""

_THREADS = "ledger.posting p where p.run = $1 and not p.is_alone and hash(p.claim_id) % $2 = $3"


def judge_due(warehouse: Warehouse, night: date) -> int:
    """Every due remitted claim has its verdict in ledger.posting; payments that the policy holds wait whole. Give the run.

    Holds: a payment that is held has no posting.
    """
    run = 1 + int(warehouse.value("select coalesce(max(run), 0) from ledger.posting"))
    warehouse.execute(
        "insert into ledger.posting by name select *, $1 as run, $2::date as posted_on from ledger.due_verdict",
        [run, night],
    )
    warehouse.execute(
        """update remittances.payment p set verdict = 'held', verdict_reason = h.reason
           from (select payment_id, min(reason) as reason from ledger.posting where run = $1 and action = 'hold' group by 1) h
           where h.payment_id = p.payment_id""",
        [run],
    )
    warehouse.execute(
        "delete from ledger.posting where run = $1 and payment_id in (select payment_id from ledger.posting where run = $1 and action = 'hold')",
        [run],
    )
    return run


def insert_alone(warehouse: Warehouse, run: int) -> None:
    """The claims of which nothing else was ever said are in the ledger, as the view ledger.said_entry says."""
    warehouse.execute(
        "insert into ledger.entry by name select * exclude (is_alone, run) from ledger.said_entry where run = $1 and is_alone",
        [run],
    )


def suspended_alone(warehouse: Warehouse, run: int) -> list[dict[str, Any]]:
    """Give the postings of those whose money is in suspense."""
    return warehouse.rows(
        "select * from ledger.posting where run = $1 and is_alone and action = 'suspend' order by posting_id", [run]
    )


def count_threads(warehouse: Warehouse, run: int) -> int:
    """Give how many of the run's remitted claims speak of a claim of which more was said."""
    return int(warehouse.value("select count(*) from ledger.posting where run = $1 and not is_alone", [run]))


def due_in_threads(warehouse: Warehouse, run: int, parts: int, part: int) -> list[dict[str, Any]]:
    """Give those remitted claims of one part of the threads, payments in the order they are posted in."""
    return warehouse.rows(
        f"""select d.*, c.position, c.payer_claim_number from (select p.* from {_THREADS}) d
            join remittances.claim c on c.remitted_claim_id = d.posting_id join remittances.payment y on y.payment_id = d.payment_id
            order by y.read_on, y.paid_on, y.file_sha256, y.byte_start, c.position""",
        [run, parts, part],
    )


def said_in_threads(warehouse: Warehouse, run: int, parts: int, part: int) -> list[dict[str, Any]]:
    """Give what they say, amount by amount (ledger.said_amount)."""
    return warehouse.rows(
        f"select posting_id, file_sha256, amount_id, debit, credit, amount_cents, said_start, said_end, rule_id, line_number, code from {_THREADS.replace('posting p', 'said_amount p')}",
        [run, parts, part],
    )


def entries_of_threads(warehouse: Warehouse, run: int, parts: int, part: int) -> list[dict[str, Any]]:
    """Give the entries that earlier remittances made in these threads."""
    return warehouse.rows(
        f"select e.* from ledger.entry e semi join (select claim_id from {_THREADS}) t using (claim_id) where e.trace_number is not null order by e.entry_id",
        [run, parts, part],
    )


def due_provider_adjustments(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Give the PLB pairs of the payments that are due, with their payment's trace."""
    return warehouse.rows(
        """select a.*, p.trace_number from remittances.provider_adjustment a
           join (select p.payment_id, p.trace_number from remittances.payment p anti join ledger.posting_run r using (payment_id) where p.verdict = 'accepted') p
           using (payment_id) order by a.payment_id, a.byte_start, a.pair"""
    )


def close_due(warehouse: Warehouse, night: date) -> int:
    """The payments that were due are posted; give how many there were."""
    before = int(warehouse.value("select count(*) from ledger.posting_run"))
    warehouse.execute(
        """insert into ledger.posting_run (payment_id, posted_on)
           select p.payment_id, $1 from remittances.payment p anti join ledger.posting_run r using (payment_id) where p.verdict = 'accepted'""",
        [night],
    )
    return int(warehouse.value("select count(*) from ledger.posting_run")) - before


def count_moving(warehouse: Warehouse, run: int) -> int:
    """Give how many remitted claims of the run speak of claims of ours."""
    return int(warehouse.value("select count(*) from ledger.posting where run = $1 and claim_id is not null", [run]))


def moving(warehouse: Warehouse, run: int, parts: int, part: int) -> list[dict[str, Any]]:
    """Give one part of those, in the order of their files, with the state, sequence and newest version of the claim.

    Shape: what tasks.denials.answers.event_of and crosses_over take; state is null for a claim without an event; lines_missing says that
    lines of the claim are in no remittance yet, and is asked only of those that the remittance splits (MA15).
    """
    return warehouse.rows(
        """with due as (
             select p.*, c.remark_codes, c.crossover_payer, c.position, y.read_on, y.paid_on, y.byte_start as payment_start from ledger.posting p
             join remittances.claim c on c.remitted_claim_id = p.posting_id join remittances.payment y on y.payment_id = p.payment_id
             where p.run = $1 and p.claim_id is not null and hash(p.claim_id) % $2 = $3),
           state as (
             select e.claim_id, arg_max(e.to_state, e.sequence) as state, max(e.sequence) as sequence
             from claims.event e semi join due using (claim_id) group by 1),
           newest as (select v.claim_id, max(v.claim_version) as newest_version from claims.version v semi join due using (claim_id) group by 1),
           split as (select distinct claim_id, claim_version from due where contains(remark_codes, 'MA15')),
           seen as (
             select distinct c.claim_id, c.claim_version, s.line_number from remittances.claim c semi join split using (claim_id, claim_version)
             join remittances.service s using (remitted_claim_id) where c.status_code <> '22' and s.line_number is not null),
           missing as (
             select distinct l.claim_id, l.claim_version from claims.line l semi join seen using (claim_id, claim_version) anti join seen using (claim_id, claim_version, line_number))
           select d.posting_id, d.claim_id, d.claim_version, d.status_code, d.paid_cents, d.patient_cents, d.refused_cents, d.refused_codes, d.undecided_cents, d.remark_codes, d.crossover_payer, d.file_sha256, d.byte_start, d.byte_end,
                  s.state, s.sequence, n.newest_version, m.claim_id is not null as lines_missing
           from due d left join state s using (claim_id) left join newest n using (claim_id) left join missing m on m.claim_id = d.claim_id and m.claim_version = d.claim_version
           order by d.read_on, d.paid_on, d.file_sha256, d.payment_start, d.position""",
        [run, parts, part],
    )


def answers_at(warehouse: Warehouse, answers: Sequence[Answer]) -> dict[Answer, dict[str, Any]]:
    """Give what tasks.denials.answers takes of the remitted claims that said these, by the answer, with their order of reading.

    Shape: (claim_version, file_sha256, byte_start) each, a byte within the claim's loop.
    """
    if not answers:
        return {}
    places = sorted({(file_sha256, byte_start) for _, file_sha256, byte_start in answers})
    rows = warehouse.rows(
        """with place as (select unnest($1) as file_sha256, unnest($2) as said_start),
           claim as (select c.* from remittances.claim c semi join place using (file_sha256))
           select a.said_start, p.status_code, p.paid_cents, p.patient_cents, p.refused_cents, p.refused_codes, p.undecided_cents, c.remark_codes, c.crossover_payer,
                  c.file_sha256, c.position, y.read_on, y.paid_on, y.byte_start as payment_start
           from place a asof join claim c on c.file_sha256 = a.file_sha256 and c.byte_start <= a.said_start
           join ledger.posting p on p.posting_id = c.remitted_claim_id join remittances.payment y on y.payment_id = c.payment_id
           where a.said_start < c.byte_end""",
        [[file_sha256 for file_sha256, _ in places], [start for _, start in places]],
    )
    found = {(row["file_sha256"], row["said_start"]): row for row in rows}
    return {answer: {**found[answer[1:]], "claim_version": answer[0]} for answer in answers if answer[1:] in found}


def due_claims(warehouse: Warehouse) -> list[str]:
    """Give the claims with a version that was not looked at for its charges."""
    return [row["claim_id"] for row in warehouse.rows("select distinct claim_id from ledger.due_charge order by 1")]


def current_lines(warehouse: Warehouse, claim_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Give the lines of the newest version of these claims, with the bytes that charged them; one row without a line where it has none."""
    return warehouse.rows(
        """with newest as (
             select v.claim_id, max(v.claim_version) as claim_version, arg_max(v.encounter_version, v.claim_version) as encounter_version
             from claims.version v where v.claim_id in (select unnest($1)) group by 1)
           select c.claim_id, c.encounter_id, v.claim_version, l.line_number, l.charge_cents, s.file_sha256, s.byte_start, s.byte_end
           from newest v join claims.claim c using (claim_id) left join claims.line l on l.claim_id = v.claim_id and l.claim_version = v.claim_version
           left join encounters.service_line s on s.encounter_id = c.encounter_id and s.encounter_version = v.encounter_version and s.line_number = l.source_line_number
           where l.line_number is null or s.line_number is not null
           order by c.claim_id, l.line_number""",
        [list(claim_ids)],
    )


def posted_charges(warehouse: Warehouse, claim_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Give the charge lines these claims have in the ledger now, with the bytes they came from; those taken back have 0 cents."""
    return warehouse.rows(
        """select claim_id, encounter_id, line_number, -sum(amount_cents) as charge_cents,
                  arg_max(file_sha256, posted_on) as file_sha256, arg_max(byte_start, posted_on) as byte_start, arg_max(byte_end, posted_on) as byte_end
           from ledger.entry where account = 'charges' and claim_id in (select unnest($1)) group by 1, 2, 3 order by 1, 3""",
        [list(claim_ids)],
    )


def patient_payments(warehouse: Warehouse, claim_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Give the payments at the desk of these claims' patients, by the newest version of the encounter, with their bytes.

    Holds: each is a payment row of the export where it has such rows, else the sum that the encounter's row says.
    """
    return warehouse.rows(
        """with newest as (
             select k.claim_id, e.* from claims.claim k join encounters.encounter e using (encounter_id) where k.claim_id in (select unnest($1))
             qualify row_number() over (partition by k.claim_id order by e.encounter_version desc) = 1)
           select n.claim_id, coalesce(d.paid_cents, n.patient_amount_paid_cents) as paid_cents, coalesce(d.file_sha256, n.file_sha256) as file_sha256,
                  coalesce(d.byte_start, n.byte_start) as byte_start, coalesce(d.byte_end, n.byte_end) as byte_end
           from newest n left join encounters.desk_payment d using (encounter_id, encounter_version) where n.patient_amount_paid_cents > 0""",
        [list(claim_ids)],
    )


def close_charges(warehouse: Warehouse, night: date) -> None:
    """The charges of every claim version have been looked at."""
    warehouse.execute(
        "insert into ledger.charge_run select claim_id, claim_version, drafted_on, $1 from ledger.due_charge", [night]
    )


def decided_releases(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Give the open postings in suspense that a person has decided on: the posting, decision_id and choice as JSON."""
    return warehouse.rows(
        """select p.*, d.decision_id, d.choice from decisions.decision d join ledger.suspense s on s.posting_id = d.subject_id
           join ledger.posting p using (posting_id) where d.kind = 'release_suspense'
           qualify row_number() over (partition by p.posting_id order by d.sequence desc) = 1 order by d.sequence"""
    )


def amounts_of(warehouse: Warehouse, posting_id: str) -> list[dict[str, Any]]:
    """Give what a remitted claim says, posted or not."""
    return warehouse.rows("select * from ledger.claim_amount where posting_id = $1", [posting_id])


def entries_of(warehouse: Warehouse, claim_id: str) -> list[dict[str, Any]]:
    """Give the entries that remittances made for a claim."""
    return warehouse.rows(
        "select * from ledger.entry where claim_id = $1 and trace_number is not null order by entry_id", [claim_id]
    )
