"""Matches that come late: what people decided on them, and the money that goes with them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from tasks.stores.remitted import SENT_ON
from tasks.stores.warehouse import Warehouse

KINDS = ("match_claim", "unmatch_claim")
"""Decisions on a match: the subject is a remitted claim, the choice of the first names `claim_id`."""

_OF_CLAIM = """
ledger.entry e join remittances.claim c on e.file_sha256 = c.file_sha256 and e.byte_start >= c.byte_start and e.byte_end <= c.byte_end
where c.remitted_claim_id in (select unnest($1)) and e.trace_number is not null
"""
"""The entries that a remitted claim made: their bytes lie within its loop."""


def due_decisions(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Give the decisions on matches that no night has carried out, in the order they were made."""
    return warehouse.rows(
        """select d.decision_id, d.kind, d.subject_id, d.choice from decisions.decision d anti join remittances.decided_match m using (decision_id)
           where d.kind in (select unnest($1)) order by d.sequence""",
        [list(KINDS)],
    )


def remitted_claim(warehouse: Warehouse, remitted_claim_id: str) -> dict[str, Any] | None:
    """Give a remitted claim with what is said of its payment and of its posting; None where there is none."""
    found = warehouse.rows(
        """select c.*, p.verdict, p.trace_number, g.action from remittances.claim c join remittances.payment p using (payment_id)
           left join ledger.posting g on g.posting_id = c.remitted_claim_id where c.remitted_claim_id = $1""",
        [remitted_claim_id],
    )
    return found[0] if found else None


def denials_of_later_payers(warehouse: Warehouse, night: date) -> list[dict[str, Any]]:
    """Give the denials (4) posted to a primary's claim before the night on which its payer turned out to have sent it on.

    Shape: as remitted_claim. Holds: each is of another payer, under a number of its own, and not taken back by it since.
    Source: as tasks.stores.remitted has it of a denial that is read after the crossover.
    """
    found = warehouse.rows(
        f"""with forwarded as (
             select c.claim_id, p.originator_id, c.payer_claim_number
             from remittances.claim c join remittances.payment p using (payment_id) join claims.claim k using (claim_id)
             where c.matched_on = $1 and k.payer_rank = 'P' and p.verdict = 'accepted' and {SENT_ON}),
           said as (
             select c.*, p.originator_id from (select * from remittances.claim where claim_id in (select claim_id from forwarded)) c
             join remittances.payment p on p.payment_id = c.payment_id and p.verdict = 'accepted')
           select distinct s.remitted_claim_id from said s join forwarded f using (claim_id)
           where s.status_code = '4' and s.match_rule <> 'person' and s.originator_id <> f.originator_id
             and s.payer_claim_number is distinct from f.payer_claim_number
             and not exists (select 1 from said b where b.claim_id = s.claim_id and b.status_code = '22' and b.originator_id = s.originator_id
                             and b.payer_claim_number is not distinct from s.payer_claim_number)
           order by 1""",
        [night],
    )
    posted = (remitted_claim(warehouse, row["remitted_claim_id"]) for row in found)
    return [remitted for remitted in posted if remitted and remitted["action"] is not None]


def is_sent(warehouse: Warehouse, claim_id: str) -> bool:
    """Tell whether a claim of ours was ever sent."""
    return bool(warehouse.rows("select 1 from claims.batch_claim where claim_id = $1 limit 1", [claim_id]))


def judge_again(warehouse: Warehouse, remitted_claim_ids: Sequence[str], night: date) -> int:
    """The postings of these remitted claims say what their match now makes of them; give the number of the run.

    Shape: ledger.posting. Holds: nothing else of their payments becomes due.
    """
    run = 1 + int(warehouse.value("select coalesce(max(run), 0) from ledger.posting"))
    chosen = [list(remitted_claim_ids)]
    payments = "payment_id in (select payment_id from remittances.claim where remitted_claim_id in (select unnest($1)))"
    posted = warehouse.rows(f"select * from ledger.posting_run where {payments}", chosen)
    warehouse.execute(f"delete from ledger.posting_run where {payments}", chosen)
    warehouse.execute("delete from ledger.posting where posting_id in (select unnest($1))", chosen)
    warehouse.execute(
        """insert into ledger.posting by name select * replace (false as is_alone), $2 as run, $3::date as posted_on
           from ledger.due_verdict where posting_id in (select unnest($1))""",
        [*chosen, run, night],
    )
    warehouse.insert("ledger.posting_run", posted)
    return run


def waiting_entries(warehouse: Warehouse, remitted_claim_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Give what these remitted claims have in the ledger beside any claim of ours, by account.

    Shape: remitted_claim_id, account, amount_cents.
    """
    return warehouse.rows(
        f"""select c.remitted_claim_id, e.account, sum(e.amount_cents)::bigint as amount_cents from {_OF_CLAIM} and e.claim_id is null
            group by 1, 2 having sum(e.amount_cents) <> 0 order by all""",
        [list(remitted_claim_ids)],
    )


def entries_at_claim(warehouse: Warehouse, remitted_claim_id: str, claim_id: str) -> list[dict[str, Any]]:
    """Give the entries that a remitted claim made at a claim of ours."""
    return warehouse.rows(
        f"select e.* from {_OF_CLAIM} and e.claim_id = $2 order by e.entry_id", [[remitted_claim_id], claim_id]
    )


def entries_of_claim(warehouse: Warehouse, claim_id: str) -> list[dict[str, Any]]:
    """Give every entry that remittances made at a claim of ours."""
    return warehouse.rows(
        "select * from ledger.entry where claim_id = $1 and trace_number is not null order by entry_id", [claim_id]
    )
