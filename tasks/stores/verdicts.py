"""Verdicts: what the payments of a night say beside each other and beside what was said before; asked once a night."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.stores.warehouse import Warehouse

NEW = "new"
"""The verdict of a payment that was read and not judged yet."""

_UNJUDGED = """
with fresh as (select * from remittances.payment where verdict = 'new'),
     arrived as (select file_sha256, min(arrived_on) as arrived_on, min(file_name) as file_name from files.arrival
                 where file_sha256 in (select file_sha256 from fresh) group by 1),
     paid as (select payment_id, sum(paid_cents) as cents from remittances.claim
              where read_on >= (select min(read_on) from fresh) and payment_id in (select payment_id from fresh) group by 1),
     withheld as (select payment_id, sum(amount_cents) as cents from remittances.provider_adjustment
                  where payment_id in (select payment_id from fresh) group by 1)
select f.payment_id, f.trace_number, f.originator_id, f.file_sha256, f.byte_start, f.handling_code, f.credit_debit_code, f.payment_cents,
       f.payment_cents - coalesce(p.cents, 0) + coalesce(w.cents, 0) as difference_cents
from fresh f left join arrived a using (file_sha256) left join paid p using (payment_id) left join withheld w using (payment_id)
order by a.arrived_on, a.file_name, f.file_sha256, f.byte_start
"""

_OF_THE_SAME_TRACE = """
select p.payment_id, p.trace_number, p.originator_id, p.file_sha256, p.byte_start, p.verdict from remittances.payment p
join (select trace_number, originator_id, bool_or(verdict = 'new') as has_new from remittances.payment group by 1, 2 having count(*) > 1) t
using (trace_number, originator_id) where t.has_new order by p.read_on, p.file_sha256, p.byte_start
"""

_CONTENT = """
with asked as (select unnest($1) as payment_id),
claim as (select * from remittances.claim where payment_id in (select payment_id from asked)),
said as (
  select payment_id, 1 as part, payment_id as place, row(payment_cents, handling_code, credit_debit_code, method_code, paid_on, payee_number)::varchar as words
  from remittances.payment where payment_id in (select payment_id from asked)
  union all
  select payment_id, 2, remitted_claim_id, row(patient_control_number, status_code, charge_cents, paid_cents, patient_cents, payer_claim_number,
    frequency_code, remark_codes, crossover_payer, member_number, rendering_number, service_start_on, service_end_on)::varchar from claim
  union all
  select c.payment_id, 2, s.service_id, row(s.procedure_code, s.modifiers, s.submitted_code, s.submitted_modifiers, s.charge_cents, s.paid_cents, s.units,
    s.service_on, s.line_control_number, s.remark_codes)::varchar from remittances.service s join claim c using (remitted_claim_id)
  union all
  select c.payment_id, 2, a.adjustment_id, row(a.group_code, a.reason_code, a.amount_cents, a.quantity)::varchar
  from remittances.adjustment a join claim c using (remitted_claim_id)
  union all
  select payment_id, 3, provider_adjustment_id, row(provider_number, reason_code, reference_number, amount_cents)::varchar
  from remittances.provider_adjustment where payment_id in (select payment_id from asked))
select payment_id, md5(string_agg(words, chr(10) order by part, place)) as content from said group by 1
"""
"""A payment in words, without what depends on where it stands; keys sort as the file does."""


def unjudged_payments(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Give the payments without a verdict in the order of arrival, with what BPR02 differs from its claims less its PLB."""
    return warehouse.rows(_UNJUDGED)


def same_trace_payments(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Give all payments that share trace number and originator with an unjudged one, each with a hash of what it says.

    Source: billing.md section 2: TRN02 and TRN03 together name a payment.
    """
    found = warehouse.rows(_OF_THE_SAME_TRACE)
    if not found:
        return []
    said = warehouse.rows(_CONTENT, [[row["payment_id"] for row in found]])
    contents = {row["payment_id"]: row["content"] for row in said}
    return [{**row, "content": contents[row["payment_id"]]} for row in found]


def keep_verdicts(warehouse: Warehouse, verdicts: Sequence[Mapping[str, Any]]) -> None:
    """Each payment has its verdict and the reason for it.

    Shape: rows of payment_id, verdict, verdict_reason.
    """
    warehouse.execute(
        """update remittances.payment p set verdict = v.verdict, verdict_reason = v.verdict_reason
           from (select unnest($1::varchar[]) as payment_id, unnest($2::varchar[]) as verdict, unnest($3::varchar[]) as verdict_reason) v
           where v.payment_id = p.payment_id""",
        [[v[name] for v in verdicts] for name in ("payment_id", "verdict", "verdict_reason")],
    )
