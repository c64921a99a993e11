"""What the page asks of the snapshot: one query per section; ids, codes, cents and dates only, never a name or a birth date."""

from collections.abc import Mapping
from types import MappingProxyType

LIMIT = 500
"""Rows of a worklist on the page; `total_count` tells how many there are."""


def _named(select: str, alias: str) -> str:
    """Put the payer of `alias` in the query: its registered name, else its id."""
    column = f"coalesce(p.payer_name, nullif({alias}.payer_id, ''), 'no payer') as payer"
    join = f"left join encounters.payer p on p.payer_id = {alias}.payer_id"
    return select.replace("{payer}", column).replace("{named}", join)


REPORT_QUERIES: Mapping[str, str] = MappingProxyType(
    {
        "kpi": "select * from analytics.kpi order by position",
        "night": "select * from reports.night order by night desc limit 1",
        "waiting": "select what, count from reports.waiting where night = (select max(night) from reports.night) order by count desc, what",
        "invariants": "select invariant, rows from reports.invariant where night = (select max(night) from reports.night) order by invariant",
        "funnel": "select * from analytics.claim_funnel order by position",
        "aging": _named("select {payer}, a.* from analytics.ar_aging a {named} order by payer, a.position", "a"),
        "patients": "select * from patients.summary order by position",
        "payers": "select *, payer_name as payer from analytics.payer_summary order by charged_cents desc, payer_id",
        "denials_by_category": """
            select category, sum(cases) as cases, sum(cents)::bigint as cents, sum(open_cases) as open_cases,
                   sum(open_cents)::bigint as open_cents, sum(recovered_cents)::bigint as recovered_cents
            from analytics.denial_reasons group by 1 order by cents desc, category""",
        "denial_reasons": _named(
            "select {payer}, r.* from analytics.denial_reasons r {named} order by r.cents desc, payer, category, code",
            "r",
        ),
        "cash": "select * from (select * from analytics.cash_by_day order by posted_on desc limit 60) order by posted_on",
        "deposits": f"""
            select r.state, coalesce(r.payer_name, 'unknown') as payer, r.trace_number, r.paid_on, r.settled_on, r.banking_days,
                   r.expected_cents, r.deposit_cents, r.difference_cents, count(*) over () as total_count
            from bank.reassociation r where r.state <> 'before_bank_files'
            order by (r.remedy is null), coalesce(r.paid_on, r.settled_on) desc, r.trace_number, r.deposit_id limit {LIMIT}""",
        "books": "select line, cents from bank.cash order by position, line",
        "chains": _named("select {payer}, c.* from ledger.open_chain c {named} order by payer, c.kind", "c"),
        "last_era": "select *, payer_name as payer from analytics.last_era order by is_silent desc, days_since desc nulls first, payer_id",
        "lag": _named(
            "select {payer}, l.* from analytics.payer_lag l {named} where l.payer_id is not null order by payer", "l"
        ),
        "trend": f"select *, count(*) over () as total_count from analytics.night_trend order by night desc limit {LIMIT}",
        "worklist": _named(
            f"""select {{payer}}, w.deadline_on, datediff('day', t.as_of_on, w.deadline_on) as days_left, w.claim_id,
                       k.patient_control_number, w.category, w.code, w.remark_codes, w.remedy, w.owner, w.amount_cents,
                       count(*) over () as total_count
                from denials.worklist w join claims.current_version k using (claim_id) cross join analytics.as_of t {{named}}
                order by w.deadline_on, w.amount_cents desc, w.case_id limit {LIMIT}""",
            "w",
        ),
        "underpaid": _named(
            f"""select {{payer}}, u.patient_control_number, u.line_number, u.procedure_code, u.expected_cents, u.allowed_cents, u.underpaid_cents,
                       u.basis || ': ' || u.computation as how, u.paid_on, u.byte_start, u.file_sha256, count(*) over () as total_count
                from contracts.underpayment u {{named}} order by u.underpaid_cents desc, u.service_id limit {LIMIT}""",
            "u",
        ),
        "held_by_rule": """
            select o.rule_id, o.owner, count(*) as encounters, sum(o.charge_cents)::bigint as charge_cents,
                   coalesce(max(h.remedy), 'ask claims explain for what stopped it') as remedy
            from encounters.outcome o
            left join (select encounter_id, encounter_version, rule_id, min(remedy) as remedy from coding.hold group by 1, 2, 3) h
            using (encounter_id, encounter_version, rule_id) where o.outcome = 'held' group by 1, 2 order by charge_cents desc, 1, 2""",
        "held": f"""
            select o.encounter_id, coalesce(h.rules, o.rule_id) as rules, o.owner, o.charge_cents, coalesce(h.since_on, s.since_on) as since_on,
                   datediff('day', coalesce(h.since_on, s.since_on), t.as_of_on) as days_held, count(*) over () as total_count
            from encounters.outcome o cross join analytics.as_of t
            left join (select encounter_id, encounter_version, min(found_on) as since_on,
                              string_agg(distinct rule_id, ' ' order by rule_id) as rules from coding.hold group by 1, 2) h
            using (encounter_id, encounter_version)
            left join claims.claim c on c.encounter_id = o.encounter_id and c.payer_rank = 'P' left join claims.state s on s.claim_id = c.claim_id
            where o.outcome = 'held' order by o.charge_cents desc, o.encounter_id limit {LIMIT}""",
        "quarantined_rows": f"""
            select file_sha256, table_name, source_row, rule_id, column_name, owner, remedy, quarantined_on, count(*) over () as total_count
            from encounters.quarantine order by quarantined_on desc, file_sha256, table_name, source_row, rule_id, column_name limit {LIMIT}""",
        "quarantined_files": f"""
            select file_sha256, source, fault_code, byte_start, message, remedy, found_on, count(*) over () as total_count
            from files.quarantined order by found_on desc, file_sha256, fault_code, byte_start limit {LIMIT}""",
        "overdue": _named(
            f"""select {{payer}}, o.claim_id, o.patient_control_number, o.state, o.since_on, o.expected_on, o.days_late,
                       o.open_cents, count(*) over () as total_count
                from analytics.overdue o {{named}} order by o.days_late desc, o.open_cents desc, o.claim_id limit {LIMIT}""",
            "o",
        ),
        "unmatched": f"""
            select patient_control_number, payer_claim_number, status_code, charge_cents, paid_cents, file_sha256, byte_start, count(*) over () as total_count
            from remittances.unmatched order by abs(paid_cents) desc, file_sha256, byte_start limit {LIMIT}""",
        "held_payments": _named(
            f"""select {{payer}}, h.trace_number, h.payment_cents, h.difference_cents, h.verdict_reason,
                       h.file_sha256, h.read_on, count(*) over () as total_count
                from remittances.held h {{named}} order by h.read_on, h.payment_id limit {LIMIT}""",
            "h",
        ),
        "exceptions": f"""
            select exception_code, claim_id, difference_cents, message, found_on, count(*) over () as total_count
            from ledger.open_exception order by found_on desc, exception_id limit {LIMIT}""",
        "refused": f"""
            select k.patient_control_number, r.event, r.state, r.detail, r.refused_on, r.claim_id, r.file_sha256, count(*) over () as total_count
            from claims.refused_event r left join claims.version k using (claim_id, claim_version) where r.kind = 'illegal'
            order by r.refused_on desc, r.event_id limit {LIMIT}""",
        "unknown_answers": f"""
            select patient_control_number, category_code, status_code, byte_start, read_on, file_sha256, count(*) over () as total_count
            from acknowledgments.unknown_claim order by read_on desc, file_sha256, byte_start limit {LIMIT}""",
        "amendments": f"""
            select a.encounter_id, a.encounter_version, k.patient_control_number, a.state, a.claim_id, count(*) over () as total_count
            from claims.pending_amendment a left join claims.current_version k using (claim_id)
            order by a.encounter_id, a.claim_id limit {LIMIT}""",
        "batches": _named(
            f"""select {{payer}}, b.sealed_on, b.kind, b.file_name, b.interchange_control_number, b.claim_count, b.total_charge_cents, b.judge,
                       coalesce(d.outcome, 'not sent') as outcome, count(*) over () as total_count
                from claims.batch b
                left join (select batch_id, arg_max(outcome, attempt) as outcome from claims.delivery group by 1) d using (batch_id) {{named}}
                order by b.sealed_on desc, b.interchange_control_number desc limit {LIMIT}""",
            "b",
        ),
        "files": f"""
            select a.arrived_on, a.source, f.kind, coalesce(c.kinds, '') as kinds, f.byte_count, a.is_repeat,
                   coalesce(r.outcome, 'unread') as outcome, a.file_sha256, count(*) over () as total_count
            from files.arrival a join files.file f using (file_sha256)
            left join (select file_sha256, string_agg(kind || ' x ' || transaction_count, ', ' order by kind) as kinds
                       from files.content group by 1) c using (file_sha256)
            left join (select file_sha256, string_agg(distinct outcome, ', ' order by outcome) as outcome
                       from files.reading group by 1) r using (file_sha256)
            order by a.arrived_on desc, a.source, f.kind, a.file_sha256 limit {LIMIT}""",
    }
)
