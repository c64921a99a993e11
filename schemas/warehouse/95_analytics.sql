-- Analytics: what the practice is measured by, as views over everything above. Cents, counts and days; a value is null where its denominator is 0.
-- A rate keeps numerator, denominator, window and the version of its definition beside its value. "Today" is the newest closed night.
create schema if not exists analytics;

create or replace view analytics.as_of as -- one row: the newest closed night, and the first one
select max(night) as as_of_on, min(night) as first_night_on from reports.night;

create or replace view analytics.claim_life as -- one row per claim with an event: the first nights of its stages, whether it was ever stopped, whether its first decision paid it untouched
select claim_id, first_sent_on, first_accepted_on, first_decided_on, first_decision, not was_stopped as is_clean,
       first_decision = 'remit_paid' and first_decided_version = 1 and (touched_sequence is null or touched_sequence > decided_sequence) as is_first_pass
from (
  select claim_id,
         min(case when event in ('transmit_ok', 'found_at_partner') then happened_on end) as first_sent_on,
         min(case when event in ('ack277_accepted', 'ack277_split') then happened_on end) as first_accepted_on,
         min(case when event in ('remit_paid', 'remit_partial', 'remit_denied') then happened_on end) as first_decided_on,
         arg_min(event, sequence) filter (where event in ('remit_paid', 'remit_partial', 'remit_denied')) as first_decision,
         arg_min(claim_version, sequence) filter (where event in ('remit_paid', 'remit_partial', 'remit_denied')) as first_decided_version,
         min(case when event in ('remit_paid', 'remit_partial', 'remit_denied') then sequence end) as decided_sequence,
         min(case when event in ('data_changed', 'hold_overridden', 'info_sent', 'appeal_filed', 'payer_corrected', 'worked_as_corrected', 'worked_as_new') then sequence end) as touched_sequence,
         bool_or(to_state in ('HELD', 'REJECTED')) as was_stopped
  from claims.event group by 1);

create or replace view analytics.claim as -- one row per claim thread: payer, where it stands, its first dates, its cents
with service as (select claim_id, claim_version, min(service_from_on) as service_on from claims.line group by 1, 2)
select c.claim_id, c.encounter_id, c.payer_id, c.payer_rank, v.patient_control_number, v.claim_version, s.state, s.since_on,
       case when s.state in ('DRAFT', 'HELD', 'READY', 'BATCHED') and l.first_sent_on is null then 'not_sent'
            when s.state in ('DRAFT', 'HELD', 'READY', 'BATCHED', 'REPLACEMENT_DRAFT', 'WRONG_PAYER') then 'in_correction'
            when s.state in ('SENT', 'SYNTAX_OK', 'WITH_CLEARINGHOUSE', 'IN_DOUBT') then 'unanswered'
            when s.state = 'REJECTED' then 'rejected'
            when s.state in ('ACCEPTED', 'PENDED', 'INFO_REQUESTED', 'PART_REMIT', 'VOID_PENDING') then 'payment_awaited'
            when s.state = 'PART_DENIED' then 'partly_denied'
            when s.state in ('DENIED', 'APPEALED', 'WRITE_OFF_PENDING') then 'denied'
            when s.state in ('REVERSED', 'VOIDED') then 'reversed'
            when s.state = 'CLOSED' and coalesce(b.paid_cents, 0) + coalesce(b.patient_cents, 0) + coalesce(b.patient_paid_cents, 0) = 0 then 'closed_unpaid'
            else 'paid' end as stage,
       e.service_on, c.opened_on, l.first_sent_on, l.first_accepted_on, l.first_decided_on, l.first_decision, l.is_clean, l.is_first_pass,
       coalesce(b.charged_cents, 0) as charged_cents, coalesce(b.paid_cents, 0) as paid_cents, coalesce(b.patient_paid_cents, 0) as patient_paid_cents,
       coalesce(b.contractual_cents, 0) as contractual_cents, coalesce(b.prior_payer_cents, 0) as prior_payer_cents, coalesce(b.written_off_cents, 0) as written_off_cents,
       coalesce(b.waiting_cents, 0) as suspended_cents, coalesce(b.patient_cents, 0) as patient_cents, coalesce(b.denied_cents, 0) as denied_cents,
       coalesce(b.payer_open_cents + b.denied_cents, 0) as open_cents
from claims.claim c
left join claims.current_version v using (claim_id)
left join claims.state s on s.claim_id = c.claim_id
left join analytics.claim_life l on l.claim_id = c.claim_id
left join service e on e.claim_id = v.claim_id and e.claim_version = v.claim_version
left join ledger.claim_balance b on b.claim_id = c.claim_id;

create or replace view analytics.first_remittance as -- one row per claim that a payer has answered with money or refusal: its first such answer; a later one never resets it
select c.claim_id, c.claim_version, c.remitted_claim_id, c.payment_id, p.paid_on as remitted_on, c.charge_cents
from remittances.claim c join remittances.payment p using (payment_id)
where p.verdict = 'accepted' and c.claim_id is not null and c.status_code not in ('22', '23', '25')
qualify row_number() over (partition by c.claim_id order by p.paid_on, c.read_on, c.file_sha256, c.byte_start) = 1;

create or replace view analytics.denial as -- one row per denial case: payer, state, cents won back, and whether denial rates count it (not duplicates, patient share, contractual, nor what the payer took back)
select s.case_id, s.claim_id, s.claim_version, k.payer_id, s.category, s.group_code || '-' || s.reason_code as code, s.remark_codes, s.remedy, s.owner,
       s.amount_cents, coalesce(r.recovered_cents, 0) as recovered_cents, s.state, s.state in ('open', 'corrected') as is_open,
       s.group_code <> 'PR' and s.reason_code not in ('18', 'B13') and s.category not in ('duplicate', 'contractual') and s.state <> 'reversed' as is_counted,
       a.remitted_claim_id, s.deadline_on, s.opened_on
from denials.case_state s
join claims.claim k using (claim_id)
left join remittances.adjustment a on a.adjustment_id = s.adjustment_id
left join (select case_id, sum(cents) as recovered_cents from denials.action group by 1) r on r.case_id = s.case_id;

create or replace view analytics.ar_aging as -- one row per payer and age from date of service: cents open with the payer (denied and not yet sent ones are part of it), credits apart, and what patients owe
with bucket(position, bucket, from_days, to_days) as (
  values (1, '0-30', -100000, 30), (2, '31-60', 31, 60), (3, '61-90', 61, 90), (4, '91-120', 91, 120), (5, '>120', 121, 100000)),
aged as (select c.*, datediff('day', c.service_on, t.as_of_on) as age_days from analytics.claim c cross join analytics.as_of t where c.service_on is not null)
select p.payer_id, b.position, b.bucket,
       count(*) filter (where a.open_cents <> 0) as claims,
       coalesce(sum(a.open_cents) filter (where a.open_cents > 0), 0)::bigint as open_cents,
       coalesce(sum(a.denied_cents) filter (where a.open_cents > 0), 0)::bigint as denied_cents,
       coalesce(sum(a.open_cents) filter (where a.open_cents > 0 and a.first_sent_on is null), 0)::bigint as unsent_cents,
       coalesce(sum(a.open_cents) filter (where a.open_cents < 0), 0)::bigint as credit_cents,
       coalesce(sum(a.patient_cents), 0)::bigint as patient_cents
from (select distinct payer_id from aged) p cross join bucket b
left join aged a on a.payer_id = p.payer_id and a.age_days between b.from_days and b.to_days
group by 1, 2, 3;

create or replace view analytics.denial_rate as -- one row per payer and month of first remittance: claims with a counted denial in it per claims remitted; the same by charge
with denied as (select remitted_claim_id, sum(amount_cents) as denied_cents from analytics.denial where is_counted group by 1)
select k.payer_id, date_trunc('month', f.remitted_on)::date as month_on,
       count(d.remitted_claim_id) as numerator, count(*) as denominator, (count(d.remitted_claim_id) / nullif(count(*), 0))::decimal(18, 4) as value,
       coalesce(sum(f.charge_cents) filter (where d.remitted_claim_id is not null), 0)::bigint as denied_charge_cents, sum(f.charge_cents)::bigint as remitted_charge_cents,
       (coalesce(sum(f.charge_cents) filter (where d.remitted_claim_id is not null), 0) / nullif(sum(f.charge_cents), 0))::decimal(18, 4) as charge_value,
       coalesce(sum(d.denied_cents), 0)::bigint as denied_cents,
       date_trunc('month', f.remitted_on)::date as window_from_on, least(last_day(f.remitted_on), max(t.as_of_on)) as window_to_on, 1 as definition_version
from analytics.first_remittance f join claims.claim k using (claim_id) cross join analytics.as_of t
left join denied d on d.remitted_claim_id = f.remitted_claim_id
group by k.payer_id, month_on, window_from_on, last_day(f.remitted_on);

create or replace view analytics.denial_reasons as -- one row per payer, category and adjustment code: cases opened, cents refused, cases that rates leave out, what is open of them, what was won back
select payer_id, category, code, count(*) as cases, sum(amount_cents)::bigint as cents, count(*) filter (where not is_counted) as uncounted_cases,
       count(*) filter (where is_open) as open_cases, coalesce(sum(amount_cents) filter (where is_open), 0)::bigint as open_cents, sum(recovered_cents)::bigint as recovered_cents
from analytics.denial group by all;

create or replace view analytics.days_in_ar as -- one row per payer (null: the whole practice) and measure, net or gross: receivable over average daily revenue, in days
with span as (select as_of_on, greatest(first_night_on, as_of_on - 89) as from_on, datediff('day', greatest(first_night_on, as_of_on - 89), as_of_on) + 1 as days from analytics.as_of),
money as (
  select c.payer_id,
         sum(case when e.account in ('payer_receivable', 'denied', 'patient_receivable') then e.amount_cents else 0 end) as receivable_cents,
         sum(case when e.account = 'charges' and e.posted_on between s.from_on and s.as_of_on then -e.amount_cents else 0 end) as gross_cents,
         sum(case when e.account in ('charges', 'contractual') and e.posted_on between s.from_on and s.as_of_on then -e.amount_cents else 0 end) as net_cents
  from ledger.entry e join claims.claim c using (claim_id) cross join span s group by grouping sets ((), (c.payer_id))),
measured as (
  select payer_id, 'net' as measure, receivable_cents, net_cents as revenue_cents from money
  union all select payer_id, 'gross', receivable_cents, gross_cents from money)
select m.payer_id, m.measure, m.receivable_cents::bigint as numerator, (m.revenue_cents / nullif(s.days, 0))::decimal(18, 4) as denominator,
       case when m.revenue_cents > 0 then (m.receivable_cents * s.days / m.revenue_cents)::decimal(18, 4) end as value,
       s.from_on as window_from_on, s.as_of_on as window_to_on, s.days as window_days, 1 as definition_version
from measured m cross join span s where m.receivable_cents is not null;

create or replace view analytics.net_collection_rate as -- one row per month of service: money received over charges less contractual adjustments and what an earlier payer settled, of the same claims; a month is mature 120 days after its end
with cohort as (
  select date_trunc('month', service_on)::date as month_on, last_day(service_on) as ends_on, count(*) as claims, sum(paid_cents + patient_paid_cents) as paid_cents, sum(charged_cents) as charged_cents,
         sum(contractual_cents) as contractual_cents, sum(prior_payer_cents) as prior_payer_cents, sum(charged_cents - contractual_cents - prior_payer_cents) as due_cents
  from analytics.claim where service_on is not null group by 1, 2)
select c.month_on, c.claims, c.charged_cents::bigint as charged_cents, c.contractual_cents::bigint as contractual_cents, c.prior_payer_cents::bigint as prior_payer_cents,
       c.paid_cents::bigint as numerator, c.due_cents::bigint as denominator, (c.paid_cents / nullif(c.due_cents, 0))::decimal(18, 4) as value,
       datediff('day', c.ends_on, t.as_of_on) >= 120 as is_mature, c.month_on as window_from_on, least(c.ends_on, t.as_of_on) as window_to_on, 1 as definition_version
from cohort c cross join analytics.as_of t;

create or replace view analytics.clean_claim_rate as -- one row per payer and month of drafting: claims never held nor rejected per claims drafted
select c.payer_id, date_trunc('month', c.opened_on)::date as month_on,
       count(*) filter (where l.is_clean) as numerator, count(*) as denominator, (count(*) filter (where l.is_clean) / nullif(count(*), 0))::decimal(18, 4) as value,
       date_trunc('month', c.opened_on)::date as window_from_on, least(last_day(c.opened_on), max(t.as_of_on)) as window_to_on, 1 as definition_version
from claims.claim c left join analytics.claim_life l using (claim_id) cross join analytics.as_of t
group by c.payer_id, month_on, window_from_on, last_day(c.opened_on);

create or replace view analytics.first_pass_rate as -- one row per payer and month of first decision: claims paid by it, as first sent and untouched, per claims decided
select c.payer_id, date_trunc('month', l.first_decided_on)::date as month_on,
       count(*) filter (where l.is_first_pass) as numerator, count(*) as denominator, (count(*) filter (where l.is_first_pass) / nullif(count(*), 0))::decimal(18, 4) as value,
       date_trunc('month', l.first_decided_on)::date as window_from_on, least(last_day(l.first_decided_on), max(t.as_of_on)) as window_to_on, 1 as definition_version
from claims.claim c join analytics.claim_life l using (claim_id) cross join analytics.as_of t where l.first_decided_on is not null
group by c.payer_id, month_on, window_from_on, last_day(l.first_decided_on);

create or replace view analytics.acceptance_rate as -- one row per payer, hop of the 277CA and month of sending: claim versions let through by that hop per claim versions sent; a rejection beats an acceptance
with sent as (select claim_id, claim_version, min(happened_on) as sent_on from claims.event where event in ('transmit_ok', 'found_at_partner') group by 1, 2),
said as (
  select claim_id, claim_version, hop, bool_or(category_code in ('A3', 'A6', 'A7', 'A8')) as is_rejected,
         bool_or(category_code in ('A2', 'A5') or (hop <> 'PR' and category_code in ('A0', 'A1'))) as is_passed
  from acknowledgments.claim_answer where claim_id is not null group by 1, 2, 3),
hop as (select distinct k.payer_id, s.hop from said s join claims.claim k using (claim_id))
select h.payer_id, h.hop, date_trunc('month', s.sent_on)::date as month_on,
       count(*) filter (where a.is_passed and not a.is_rejected) as numerator, count(*) as denominator,
       (count(*) filter (where a.is_passed and not a.is_rejected) / nullif(count(*), 0))::decimal(18, 4) as value,
       count(*) filter (where a.is_rejected) as rejected_count, count(*) filter (where a.claim_id is null) as unanswered_count,
       date_trunc('month', s.sent_on)::date as window_from_on, least(last_day(s.sent_on), max(t.as_of_on)) as window_to_on, 1 as definition_version
from sent s join claims.claim k using (claim_id) join hop h on h.payer_id = k.payer_id cross join analytics.as_of t
left join said a on a.claim_id = s.claim_id and a.claim_version = s.claim_version and a.hop = h.hop
group by h.payer_id, h.hop, month_on, window_from_on, last_day(s.sent_on);

create or replace view analytics.payer_lag as -- one row per payer (null: all payers): days from first sending, and from the payer's acceptance, to the payment date of the first remittance
select k.payer_id, count(*) as claims, quantile_cont(datediff('day', l.first_sent_on, f.remitted_on), 0.5)::decimal(18, 4) as median_days,
       quantile_cont(datediff('day', l.first_sent_on, f.remitted_on), 0.9)::decimal(18, 4) as p90_days, max(datediff('day', l.first_sent_on, f.remitted_on)) as longest_days,
       quantile_cont(datediff('day', l.first_accepted_on, f.remitted_on), 0.5)::decimal(18, 4) as accepted_median_days,
       min(f.remitted_on) as window_from_on, max(t.as_of_on) as window_to_on, 1 as definition_version
from analytics.first_remittance f join claims.claim k using (claim_id) join analytics.claim_life l using (claim_id) cross join analytics.as_of t
where l.first_sent_on is not null group by grouping sets ((), (k.payer_id)) having count(*) > 0;

create or replace view analytics.cash_by_day as -- one row per closed night and per day with cash: cash posted, cents: by payers on claims, by patients, and by payers beside claims (interest, recoveries, money that waits for its claim)
select n.posted_on, coalesce(sum(e.amount_cents), 0)::bigint as cash_cents,
       coalesce(sum(e.amount_cents) filter (where (e.trace_number is not null or e.rule_id = 'payer_refund_paid') and e.claim_id is not null), 0)::bigint as claim_cents,
       coalesce(sum(e.amount_cents) filter (where e.trace_number is null and e.rule_id <> 'payer_refund_paid'), 0)::bigint as patient_cents,
       coalesce(sum(e.amount_cents) filter (where e.trace_number is not null and e.claim_id is null), 0)::bigint as other_cents
from (select night as posted_on from reports.night union select posted_on from ledger.entry where account = 'cash') n
left join ledger.entry e on e.posted_on = n.posted_on and e.account = 'cash' group by 1;

create or replace view analytics.claim_funnel as -- one row per stage of the night's picture: encounters, and where each one's primary claim stands now; the stages with the same parent add up to it
with encounter as (
  select o.encounter_id, o.outcome, o.charge_cents, c.stage,
         case when o.outcome = 'billed' and c.first_sent_on is null then 'ready' when o.outcome = 'billed' then 'sent' else o.outcome end as way
  from encounters.outcome o left join analytics.claim c on c.encounter_id = o.encounter_id and c.payer_rank = 'P'),
stage(position, parent, stage) as (
  values (1, '', 'received'), (2, 'received', 'sent'), (3, 'received', 'ready'), (4, 'received', 'held'), (5, 'received', 'not_billable'), (6, 'received', 'rejected_at_gate'),
         (7, 'sent', 'accepted'), (8, 'sent', 'unanswered'), (9, 'sent', 'rejected_by_payer'), (10, 'sent', 'in_correction'),
         (11, 'accepted', 'paid'), (12, 'accepted', 'partly_denied'), (13, 'accepted', 'denied'), (14, 'accepted', 'payment_awaited'), (15, 'accepted', 'reversed')),
placed as (
  select encounter_id, charge_cents, 'received' as stage from encounter
  union all select encounter_id, charge_cents, case way when 'rejected' then 'rejected_at_gate' else way end from encounter
  union all select encounter_id, charge_cents, case stage when 'unanswered' then 'unanswered' when 'rejected' then 'rejected_by_payer' when 'in_correction' then 'in_correction' else 'accepted' end
  from encounter where way = 'sent'
  union all select encounter_id, charge_cents, case stage when 'closed_unpaid' then 'denied' else stage end from encounter where way = 'sent' and stage not in ('unanswered', 'rejected', 'in_correction'))
select s.position, s.parent, s.stage, count(p.encounter_id) as encounters, coalesce(sum(p.charge_cents), 0)::bigint as charge_cents
from stage s left join placed p using (stage) group by 1, 2, 3;

create or replace view analytics.payer_summary as -- one row per payer with claims: what was charged, received, given up, left to patients, refused and is open, and how it answers
with money as (
  select payer_id, count(*) as claims, sum(charged_cents)::bigint as charged_cents, sum(paid_cents)::bigint as paid_cents, sum(patient_paid_cents)::bigint as patient_paid_cents,
         sum(contractual_cents)::bigint as adjusted_cents, sum(prior_payer_cents)::bigint as prior_payer_cents, sum(suspended_cents)::bigint as suspended_cents, sum(written_off_cents)::bigint as written_off_cents, sum(patient_cents)::bigint as patient_cents, sum(denied_cents)::bigint as denied_cents, sum(open_cents)::bigint as open_cents
  from analytics.claim group by 1),
denial as (select payer_id, sum(numerator)::bigint as denied_claims, sum(denominator)::bigint as remitted_claims from analytics.denial_rate group by 1)
select m.payer_id, coalesce(p.payer_name, nullif(m.payer_id, ''), 'no payer') as payer_name, m.claims, m.charged_cents, m.paid_cents, m.patient_paid_cents, m.adjusted_cents, m.prior_payer_cents, m.written_off_cents, m.suspended_cents, m.patient_cents, m.denied_cents, m.open_cents,
       coalesce(d.denied_claims, 0) as denied_claims, coalesce(d.remitted_claims, 0) as remitted_claims, (d.denied_claims / nullif(d.remitted_claims, 0))::decimal(18, 4) as denial_rate,
       l.median_days, l.p90_days
from money m left join encounters.payer p using (payer_id) left join denial d on d.payer_id = m.payer_id left join analytics.payer_lag l on l.payer_id = m.payer_id;

create or replace view analytics.night_trend as -- one row per closed night: what happened in it (sent, paid, denied, held) and what stood open at its end
with sent as (
  select e.happened_on, count(*) as sent_count, sum(v.total_charge_cents) as sent_cents from claims.event e join claims.version v using (claim_id, claim_version)
  where e.event in ('transmit_ok', 'found_at_partner') group by 1),
cash as (select posted_on, sum(amount_cents) as paid_cents from ledger.entry where account = 'cash' and claim_id is not null and trace_number is not null group by 1),
denied as (select opened_on, count(*) as denied_count, sum(amount_cents) as denied_cents from denials.case group by 1),
held as (select happened_on, count(*) as newly_held_count from claims.event where to_state = 'HELD' group by 1)
select n.night, coalesce(s.sent_count, 0) as sent_count, coalesce(s.sent_cents, 0)::bigint as sent_cents, coalesce(c.paid_cents, 0)::bigint as paid_cents,
       coalesce(d.denied_count, 0) as denied_count, coalesce(d.denied_cents, 0)::bigint as denied_cents, coalesce(h.newly_held_count, 0) as newly_held_count,
       n.held_count, n.open_cents, n.waiting_count, n.violation_count
from reports.night n left join sent s on s.happened_on = n.night left join cash c on c.posted_on = n.night
left join denied d on d.opened_on = n.night left join held h on h.happened_on = n.night;

create or replace view analytics.overdue as -- one row per claim whose payer has let its expected answer day pass by the newest night: days late, cents open
select o.claim_id, o.payer_id, o.state, o.since_on, o.since_on + o.expected_answer_days as expected_on,
       datediff('day', o.since_on + o.expected_answer_days, t.as_of_on) as days_late, v.patient_control_number, b.payer_open_cents + b.denied_cents as open_cents
from claims.overdue o cross join analytics.as_of t left join claims.current_version v using (claim_id) left join ledger.claim_balance b on b.claim_id = o.claim_id
where o.since_on + o.expected_answer_days < t.as_of_on;

create or replace view analytics.kpi as -- one row per measure of the practice: value (null where the denominator is 0) in its unit, numerator and denominator in theirs, its window, its definition and whose it is
with claim as materialized (
  select count(*) as claims, count(*) filter (where is_clean) as clean, count(*) filter (where first_sent_on is not null) as sent,
         count(*) filter (where first_decided_on is not null) as decided, count(*) filter (where is_first_pass) as first_pass,
         coalesce(sum(charged_cents), 0) as charged, coalesce(sum(paid_cents), 0) as paid, coalesce(sum(patient_paid_cents), 0) as patient_paid, coalesce(sum(contractual_cents), 0) as contractual, coalesce(sum(prior_payer_cents), 0) as prior_payer,
         coalesce(sum(patient_cents), 0) as patient, coalesce(sum(open_cents), 0) as open, median(datediff('day', service_on, first_sent_on)) as claim_lag,
         coalesce(sum(open_cents) filter (where first_sent_on is not null and open_cents > 0), 0) as billed_open,
         coalesce(sum(open_cents) filter (where first_sent_on is not null and open_cents > 0 and service_on < (select as_of_on - 90 from analytics.as_of)), 0) as aged_open,
         coalesce(sum(open_cents) filter (where open_cents > 0 and first_sent_on < (select as_of_on - 90 from analytics.as_of)), 0) as aged_open_from_bill,
         min(opened_on) as from_on
  from analytics.claim),
denial as (select sum(numerator) as denied, sum(denominator) as remitted, sum(denied_charge_cents) as denied_charge, sum(remitted_charge_cents) as remitted_charge, min(window_from_on) as from_on from analytics.denial_rate),
mature as (select sum(numerator) as paid, sum(denominator) as due, min(window_from_on) as from_on, max(window_to_on) as to_on from analytics.net_collection_rate where is_mature),
won as (select count(*) filter (where state = 'recovered') as overturned, count(*) filter (where state in ('recovered', 'upheld')) as resolved from analytics.denial where is_counted),
hop as (select sum(numerator) filter (where hop <> 'PR') as forwarded, sum(denominator) filter (where hop <> 'PR') as forwardable, sum(numerator) filter (where hop = 'PR') as accepted, sum(denominator) filter (where hop = 'PR') as acceptable from analytics.acceptance_rate),
measure(position, kpi, label, unit, parts_unit, numerator, denominator, value, window_from_on, definition, source) as (
  select 1, 'charged', 'Charged', 'cents', 'cents', charged, null, charged, from_on, 'charges of all claims, held ones included', 'ledger.claim_balance' from claim
  union all select 2, 'paid', 'Paid', 'cents', 'cents', paid, null, paid, from_on, 'received from payers on claims, reversals taken off', 'ledger.claim_balance' from claim
  union all select 3, 'patient_paid', 'Patients paid', 'cents', 'cents', patient_paid, null, patient_paid, from_on, 'received from patients on claims', 'ledger.claim_balance' from claim
  union all select 4, 'adjusted', 'Adjusted', 'cents', 'cents', contractual, null, contractual, from_on, 'charges given up under payer contracts', 'ledger.claim_balance' from claim
  union all select 5, 'patient', 'Patients owe', 'cents', 'cents', patient, null, patient, from_on, 'left to patients by payers, less what patients paid', 'ledger.claim_balance' from claim
  union all select 6, 'open', 'Open', 'cents', 'cents', open, null, open, from_on, 'open with payers, denied amounts and claims not yet sent included', 'ledger.claim_balance' from claim
  union all select 7, 'net_collection_rate', 'Net collection', 'rate', 'cents', paid + patient_paid, charged - contractual - prior_payer, null, from_on, 'received from payers and patients / (charges - contractual adjustments - settled by an earlier payer), to date', 'MGMA adjusted fee-for-service collection' from claim
  union all select 8, 'net_collection_rate_mature', 'Net collection, mature months', 'rate', 'cents', paid, due, null, from_on, 'the same, only service months that ended at least 120 days ago', 'MGMA adjusted fee-for-service collection; 120 days: general practice' from mature
  union all select 9, 'gross_collection_rate', 'Gross collection', 'rate', 'cents', paid + patient_paid, charged, null, from_on, 'received from payers and patients / charges', 'MGMA' from claim
  union all select 10, 'days_in_ar', 'Days in A/R', 'days', 'cents', numerator, denominator, value, window_from_on, 'receivable of payers and patients / daily charges less contractual adjustments, over 90 days or since the first night', 'HFMA MAP Key net days in A/R; 90 days: general practice' from analytics.as_of left join analytics.days_in_ar on payer_id is null and measure = 'net'
  union all select 11, 'days_in_ar_gross', 'Days of gross charges in A/R', 'days', 'cents', numerator, denominator, value, window_from_on, 'the same receivable / average daily charges', 'MGMA days of gross charges in A/R, over our window' from analytics.as_of left join analytics.days_in_ar on payer_id is null and measure = 'gross'
  union all select 12, 'aged_ar_over_90', 'A/R over 90 days', 'rate', 'cents', aged_open, billed_open, null, from_on, 'open cents of sent claims more than 90 days after service / open cents of sent claims; credits apart', 'HFMA MAP Key AR-1, aged from date of service' from claim
  union all select 13, 'aged_ar_over_90_from_bill', 'A/R over 90 days from first bill', 'rate', 'cents', aged_open_from_bill, billed_open, null, from_on, 'the same, aged from the night first sent', 'HFMA MAP Key AR-1, aged from first bill' from claim
  union all select 14, 'denial_rate', 'Denial rate', 'rate', 'count', denied, remitted, null, from_on, 'claims denied, in part or whole, by their first remittance / claims remitted; without duplicates and patient share', 'HFMA Claim Integrity Task Force, initial denial rate by count; per remitted claim' from denial
  union all select 15, 'denial_rate_charges', 'Denial rate by charge', 'rate', 'cents', denied_charge, remitted_charge, null, from_on, 'charges of those claims / charges remitted', 'HFMA Claim Integrity Task Force, initial denial rate by dollars; per remitted claim' from denial
  union all select 16, 'denial_overturn_rate', 'Denials overturned', 'rate', 'count', overturned, resolved, null, null, 'denial cases won back / denial cases won back or upheld', 'HFMA Claim Integrity Task Force, initial denials overturned' from won
  union all select 17, 'clean_claim_rate', 'Clean claims', 'rate', 'count', clean, claims, null, from_on, 'claims never held nor rejected / claims drafted', 'HFMA MAP Key CL-1 (name); wording ours' from claim
  union all select 18, 'acceptance_rate_clearinghouse', 'Passed by clearinghouse', 'rate', 'count', forwarded, forwardable, null, null, 'claim versions taken or forwarded (277CA, not the payer''s) and not rejected / claim versions sent', 'ours' from hop
  union all select 19, 'acceptance_rate_payer', 'Accepted by payer', 'rate', 'count', accepted, acceptable, null, null, 'claim versions accepted (payer''s own 277CA A2, A5) and not rejected / claim versions sent', 'ours' from hop
  union all select 20, 'first_pass_rate', 'First pass', 'rate', 'count', first_pass, decided, null, from_on, 'claims paid by their first remittance, as first sent and untouched / claims with a deciding remittance', 'ours' from claim
  union all select 21, 'claim_lag', 'Claim lag', 'days', 'count', null, sent, claim_lag, from_on, 'median days from service to first sending', 'ours' from claim
  union all select 22, 'payer_lag', 'Payer lag', 'days', 'count', null, claims, median_days, window_from_on, 'median days from first sending to the payment date of the first remittance', 'ours' from analytics.as_of left join analytics.payer_lag on payer_id is null
  union all select 23, 'overdue_rate', 'Overdue', 'rate', 'count', (select count(*) from analytics.overdue), sent, null, from_on, 'claims past the day their payer should have answered by / claims sent', 'ours' from claim)
select m.position, m.kpi, m.label,
       (case when m.unit = 'rate' then m.numerator / nullif(m.denominator, 0) else m.value end)::decimal(18, 4) as value, m.unit, m.parts_unit,
       m.numerator::decimal(18, 4) as numerator, m.denominator::decimal(18, 4) as denominator,
       coalesce(m.window_from_on, t.first_night_on) as window_from_on, t.as_of_on as window_to_on, 1 as definition_version, m.definition, m.source
from measure m cross join analytics.as_of t;

create or replace view analytics.last_era as -- one row per payer and payee that sent an 835 or was sent claims: its first and last 835 and the days since, claims it has not answered, and whether it is silent: claims are past their expected answer, and no 835 was read since the oldest of them was sent
with provider as (select tax_id, min(npi) as npi from encounters.current_provider where tax_id <> '' group by 1 having count(distinct npi) = 1),
tax as (select payment_id, min(substr(content, 8)) as tax_id from remittances.segment where segment_code = 'REF' and remitted_claim_id is null and substr(content, 5, 2) = 'TJ' group by 1),
paid as (
  select p.*, coalesce(case when p.payee_npi is null then p.payee_number end, t.tax_id) as tax_id from remittances.payment p left join tax t using (payment_id) where p.verdict <> 'repeated'),
era as (
  select a.payer_id, coalesce(a.payee_npi, v.npi, a.tax_id) as payee_key, max(a.payer_name) as payer_name, max(coalesce(a.payee_npi, v.npi)) as payee_npi, max(a.tax_id) as payee_tax_id,
         min(a.paid_on) as first_era_on, max(a.paid_on) as last_era_on, max(a.read_on) as last_read_on, count(*) as era_count
  from paid a left join provider v using (tax_id) group by 1, 2),
sent as (
  select o.payer_id, coalesce(v.npi, v.tax_id) as payee_key, max(v.npi) as payee_npi, max(v.tax_id) as payee_tax_id, count(*) as waiting_claims,
         min(l.first_sent_on) as oldest_sent_on, min(l.first_sent_on + o.expected_answer_days) as expected_on
  from claims.overdue o join analytics.claim_life l using (claim_id) join claims.claim c using (claim_id) join encounters.current_encounter e using (encounter_id)
  left join encounters.current_provider v on v.provider_key = e.billing_provider_key where l.first_sent_on is not null group by 1, 2)
select coalesce(r.payer_id, s.payer_id) as payer_id, coalesce(p.payer_name, r.payer_name) as payer_name, coalesce(r.payee_npi, s.payee_npi) as payee_npi, coalesce(r.payee_tax_id, s.payee_tax_id) as payee_tax_id,
       r.first_era_on, r.last_era_on, coalesce(r.era_count, 0) as era_count, datediff('day', r.last_era_on, t.as_of_on) as days_since,
       coalesce(s.waiting_claims, 0) as waiting_claims, s.oldest_sent_on, datediff('day', s.oldest_sent_on, t.as_of_on) as oldest_days, s.expected_on,
       coalesce(s.expected_on < t.as_of_on and (r.last_read_on is null or r.last_read_on < s.oldest_sent_on), false) as is_silent
from era r full join sent s on s.payer_id = r.payer_id and s.payee_key is not distinct from r.payee_key cross join analytics.as_of t
left join encounters.payer p on p.payer_id = coalesce(r.payer_id, s.payer_id);
