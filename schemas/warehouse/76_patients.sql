-- Patients: what they owe after their payers, what they are told, what is given up, and what is owed back. The money itself stands in ledger.entry.
create schema if not exists patients;

create table if not exists patients.write_off_policy ( -- one row per reason and period: when the night proposes to give a balance up
  reason_code      varchar not null, -- small_balance, bad_debt
  valid_from       date not null, -- first day
  valid_to         date, -- last day, null = open
  largest_cents    bigint, -- balances up to this, null = any
  least_statements integer not null, -- statements that must have asked for it
  least_days       integer not null, -- days since the first of them
  source           varchar not null, -- where the limit comes from
  primary key (reason_code, valid_from)
);

create table if not exists patients.statement_policy ( -- one row per period: how often a patient gets a statement
  valid_from date primary key, -- first day
  valid_to   date, -- last day, null = open
  cycle_days integer not null, -- days from one statement to the next
  due_days   integer not null, -- days the patient has to pay
  source     varchar not null -- where it comes from
);

create table if not exists patients.overpayment_clock ( -- one row per kind of Medicare payer and period: when an overpayment must be reported and returned
  claim_filing_code varchar not null, -- SBR09 of the payer
  valid_from        date not null, -- first day
  valid_to          date, -- last day, null = open
  return_days       integer not null, -- days from the day it was identified
  pause_days        integer not null, -- an investigation may pause the clock up to this many days after that day
  look_back_years   integer not null, -- money received earlier than this is outside the rule
  source            varchar not null, -- where it comes from
  primary key (claim_filing_code, valid_from)
);

create table if not exists patients.decided ( -- one row per decision on patients' money that a night took up
  decision_id varchar primary key, -- decisions.decision
  kind        varchar not null, -- docs/operations.md lists the kinds
  subject_id  varchar not null, -- encounter, claim or proposal decided on
  verdict     varchar not null, -- accepted, refused
  message     varchar not null, -- why it was refused and what to do, '' when accepted; no PHI
  file_sha256 varchar not null, -- the line of the decision log as bytes in the vault: what postings name
  decided_on  date not null, -- business date of the decision
  taken_up_on date not null -- night
);

create table if not exists patients.proposal ( -- one row per write-off or refund that waits for a second person, or once did
  proposal_id  varchar primary key, -- hash of holder, account, reason and cents, or of the decision that proposed it
  kind         varchar not null, -- write_off, refund
  holder       varchar not null, -- whose balance: patient, payer
  subject_id   varchar not null, -- encounter of a patient's balance, claim of a payer's
  encounter_id varchar not null, -- the encounter
  reason_code  varchar not null, -- small_balance, bad_debt, hardship, courtesy; refund
  amount_cents bigint not null, -- cents, above zero
  evidence     varchar not null, -- what it rests on, no PHI
  proposed_by  varchar not null, -- person, '' for the night itself
  decision_id  varchar, -- decision that proposed it, null for the night itself
  proposed_on  date not null -- night
);

create table if not exists patients.statement ( -- one row per statement made; sent by nobody but the practice
  statement_id     varchar primary key, -- hash of patient and night
  statement_number bigint not null unique, -- number on the paper, never reused
  patient_key      varchar not null, -- patient
  amount_cents     bigint not null, -- cents asked for: the sum of its lines
  encounter_count  integer not null, -- its lines
  due_on           date not null, -- pay by
  file_name        varchar not null, -- below the home's statements/
  file_sha256      varchar not null, -- PDF in the vault
  made_on          date not null -- night
);

create table if not exists patients.statement_line ( -- one row per encounter on a statement; the charge is the sum of the other cents
  statement_id         varchar not null, -- statement
  encounter_id         varchar not null, -- encounter
  service_on           date, -- date of service
  charge_cents         bigint not null, -- charged
  insurance_paid_cents bigint not null, -- received from payers, and not given back
  adjusted_cents       bigint not null, -- given up under contract, settled by an earlier payer, written off
  pending_cents        bigint not null, -- open with payers
  patient_paid_cents   bigint not null, -- received from the patient, and not given back
  balance_cents        bigint not null, -- left to the patient; below zero where more was paid than was left
  age_days             integer not null, -- days since it was first left to the patient
  primary key (statement_id, encounter_id)
);

create table if not exists patients.night ( -- one row per night this step has done
  night           date primary key, -- business date
  statement_count integer not null, -- statements made
  statement_cents bigint not null, -- cents they ask for
  proposal_count  integer not null, -- write-offs and refunds proposed
  refused_count   integer not null -- decisions refused
);

create or replace view patients.account as -- one row per encounter with an entry on patient_receivable: share (group PR) - paid - written off + refunded = balance, cents
select encounter_id,
       sum(case when rule_id not in ('patient_payment', 'patient_write_off', 'patient_write_off_undone', 'patient_refund') then amount_cents else 0 end)::bigint as share_cents,
       -sum(case when rule_id = 'patient_payment' then amount_cents else 0 end)::bigint as paid_cents,
       -sum(case when rule_id in ('patient_write_off', 'patient_write_off_undone') then amount_cents else 0 end)::bigint as written_off_cents,
       sum(case when rule_id = 'patient_refund' then amount_cents else 0 end)::bigint as refunded_cents,
       sum(amount_cents)::bigint as balance_cents,
       min(case when rule_id not in ('patient_payment', 'patient_write_off', 'patient_write_off_undone', 'patient_refund') then posted_on end) as left_on
from ledger.entry where account = 'patient_receivable' and encounter_id is not null group by 1;

create or replace view patients.encounter_balance as -- one row per encounter with money of its patient, as its statement tells it: charge = insurance paid + adjusted + pending + patient paid + balance, cents
select a.encounter_id, c.patient_key, c.date_of_service_from as service_on, m.charge_cents,
       m.charge_cents - m.adjusted_cents - m.pending_cents - (a.paid_cents - a.refunded_cents) - a.balance_cents as insurance_paid_cents,
       m.adjusted_cents, m.pending_cents, a.share_cents, a.paid_cents - a.refunded_cents as patient_paid_cents, a.written_off_cents, a.balance_cents, a.left_on
from patients.account a
join (select encounter_id,
             -sum(case when account = 'charges' then amount_cents else 0 end)::bigint as charge_cents,
             sum(case when account in ('contractual', 'prior_payer', 'write_off') then amount_cents else 0 end)::bigint as adjusted_cents,
             sum(case when account in ('payer_receivable', 'denied') then amount_cents else 0 end)::bigint as pending_cents
      from ledger.entry group by 1) m using (encounter_id)
left join encounters.current_encounter c using (encounter_id);

create or replace view patients.patient_balance as -- one row per patient: open balances, credits, statements so far, cents
select b.patient_key, count(*) filter (where b.balance_cents > 0) as open_encounters,
       coalesce(sum(b.balance_cents) filter (where b.balance_cents > 0), 0)::bigint as owes_cents,
       coalesce(sum(-b.balance_cents) filter (where b.balance_cents < 0), 0)::bigint as credit_cents, sum(b.balance_cents)::bigint as balance_cents,
       any_value(s.statements) as statements, any_value(s.last_statement_on) as last_statement_on
from patients.encounter_balance b
left join (select patient_key, count(*) as statements, max(made_on) as last_statement_on from patients.statement group by 1) s using (patient_key) group by 1;

create or replace view patients.standing as -- one row per proposal: its state, and the decisions that brought it there
with said as (
  select subject_id as proposal_id, max(decision_id) filter (where kind in ('approve_write_off', 'approve_refund')) as approved_by_decision,
         max(file_sha256) filter (where kind in ('approve_write_off', 'approve_refund')) as approval_sha256, max(decided_on) filter (where kind in ('approve_write_off', 'approve_refund')) as approved_on,
         count(*) filter (where kind in ('refuse_write_off', 'refuse_refund')) as refusals, count(*) filter (where kind = 'undo_write_off') as undone, max(decided_on) filter (where kind = 'pay_refund') as paid_on
  from patients.decided where verdict = 'accepted' group by 1)
select p.*, s.approved_by_decision, s.approval_sha256, s.approved_on, s.paid_on,
       case when s.undone > 0 then 'undone' when s.paid_on is not null then 'paid' when s.approved_by_decision is not null then 'approved' when s.refusals > 0 then 'refused'
            when p.proposed_by = '' and p.kind = 'write_off' and coalesce(a.balance_cents, 0) <> p.amount_cents then 'lapsed' else 'open' end as state
from patients.proposal p left join said s using (proposal_id)
left join patients.account a on a.encounter_id = p.encounter_id;

create or replace view patients.holding as -- one row per holder and account whose money is above what is owed (refunds approved and not yet paid are part of it), cents
with held as (
  select 'patient' as holder, encounter_id as subject_id, encounter_id, account, amount_cents, rule_id, trace_number, posted_on from ledger.entry
  where encounter_id is not null and (account = 'patient_receivable' or account = 'refund_payable' and rule_id in ('patient_refund', 'patient_refund_paid'))
  union all
  select 'payer', claim_id, encounter_id, account, amount_cents, rule_id, trace_number, posted_on from ledger.entry
  where claim_id is not null and (account in ('payer_receivable', 'denied') or account = 'refund_payable' and rule_id in ('payer_refund', 'payer_refund_paid'))),
above as (
  select holder, subject_id, any_value(encounter_id) as encounter_id, -sum(amount_cents)::bigint as credit_cents, -sum(case when account = 'refund_payable' then amount_cents else 0 end)::bigint as approved_cents
  from held group by 1, 2 having sum(amount_cents) < 0),
running as (
  select holder, subject_id, posted_on, sum(sum(amount_cents)) over (partition by holder, subject_id order by posted_on) as balance_cents
  from held semi join above using (holder, subject_id) group by 1, 2, 3),
level as (select holder, subject_id, coalesce(max(posted_on) filter (where balance_cents >= 0), date '0001-01-01') as level_on from running group by 1, 2)
select a.*, l.level_on, (select min(r.posted_on) from running r where r.holder = a.holder and r.subject_id = a.subject_id and r.posted_on > l.level_on) as arose_on
from above a join level l using (holder, subject_id);

create or replace view patients.credit_evidence as -- one row per ledger entry that made a credit: the postings on its account since it was last level, with their bytes
select h.holder, h.subject_id, e.posted_on, e.account, e.amount_cents, e.rule_id, e.code, e.trace_number, e.entry_id, e.file_sha256, e.byte_start, e.byte_end
from patients.holding h join ledger.entry e
  on e.posted_on >= h.arose_on and (h.holder = 'patient' and e.encounter_id = h.subject_id and e.account = 'patient_receivable'
                                     or h.holder = 'payer' and e.claim_id = h.subject_id and e.account in ('payer_receivable', 'denied'));

create or replace view patients.credit as -- one row per credit balance: whose, how much of it is money that can be given back, how it came, what to do, and the clock that a Medicare payer's runs on
with paid as (
  select 'patient' as holder, encounter_id as subject_id, paid_cents - refunded_cents as kept_cents, written_off_cents from patients.account
  union all
  select 'payer', claim_id, (sum(case when account = 'cash' and trace_number is not null then amount_cents else 0 end) - sum(case when account = 'payer_receivable' and rule_id = 'payer_refund' then amount_cents else 0 end))::bigint, 0
  from ledger.entry semi join (select subject_id as claim_id from patients.holding where holder = 'payer') using (claim_id) group by 2),
open as (select encounter_id, sum(amount_cents) as payer_open_cents from ledger.entry semi join (select encounter_id from patients.holding) using (encounter_id) where account in ('payer_receivable', 'denied') group by 1),
asked as (select holder, subject_id, sum(amount_cents)::bigint as requested_cents from patients.standing where kind = 'refund' and state = 'open' group by 1, 2),
cause as (select holder, subject_id, string_agg(distinct rule_id, ' ' order by rule_id) as came_by, string_agg(distinct trace_number, ' ' order by trace_number) as trace_numbers from patients.credit_evidence group by 1, 2)
select h.holder, h.subject_id, h.encounter_id, k.payer_id, h.credit_cents, h.approved_cents, coalesce(a.requested_cents, 0) as requested_cents,
       greatest(least(h.credit_cents - h.approved_cents, p.kept_cents), 0)::bigint as refundable_cents, h.arose_on, c.came_by, c.trace_numbers,
       case when h.holder = 'patient' and coalesce(o.payer_open_cents, 0) > 0 then 'wait_for_payer'
            when h.approved_cents > 0 then 'pay_refund'
            when coalesce(a.requested_cents, 0) > 0 then 'approve_refund'
            when p.written_off_cents > 0 then 'undo_write_off'
            when least(h.credit_cents, p.kept_cents) > 0 then 'refund' else 'review' end as next_step,
       r.return_days, r.pause_days, r.look_back_years
from patients.holding h
join paid p using (holder, subject_id)
left join asked a using (holder, subject_id)
left join cause c using (holder, subject_id)
left join open o on o.encounter_id = h.encounter_id
left join claims.claim k on h.holder = 'payer' and k.claim_id = h.subject_id
left join encounters.payer y on y.payer_id = k.payer_id
left join patients.overpayment_clock r on r.claim_filing_code = y.claim_filing_code and (select max(night) from patients.night) between r.valid_from and coalesce(r.valid_to, date '9999-12-31');

create or replace view patients.medicare_clock as -- one row per credit balance of a Medicare payer: when it was identified (the night the ledger showed it), by when it must be returned, and where the clock stands
with today as (select max(night) as as_of_on from patients.night),
look as (
  select c.subject_id, c.encounter_id, c.payer_id, c.credit_cents, c.approved_cents, c.arose_on as identified_on, t.as_of_on, c.return_days, c.pause_days, c.look_back_years,
         (select min(d.decided_on) from patients.decided d where d.kind = 'investigate_credit' and d.verdict = 'accepted' and d.subject_id = c.subject_id and d.taken_up_on >= c.arose_on) as paused_on
  from patients.credit c cross join today t where c.return_days is not null),
ended as (
  select l.*, (select min(d.decided_on) from patients.decided d where d.kind = 'conclude_investigation' and d.verdict = 'accepted' and d.subject_id = l.subject_id and d.decided_on >= l.paused_on) as concluded_on,
         (select max(p.paid_on) from remittances.payment p join remittances.claim m using (payment_id) where m.claim_id = l.subject_id and p.verdict = 'accepted') as received_on
  from look l),
measured as (
  select *, case when paused_on is null then 0
                 else greatest(datediff('day', greatest(paused_on, identified_on), least(coalesce(concluded_on, as_of_on), identified_on + pause_days)), 0) end as paused_days
  from ended)
select subject_id as claim_id, encounter_id, payer_id, credit_cents, approved_cents, received_on, identified_on, paused_on, concluded_on, paused_days::integer as paused_days,
       (identified_on + return_days + paused_days::integer)::date as due_on, datediff('day', as_of_on, (identified_on + return_days + paused_days::integer)::date) as days_left,
       case when received_on + to_years(look_back_years) < identified_on then 'outside_look_back'
            when paused_on is not null and concluded_on is null and as_of_on < identified_on + pause_days then 'paused'
            when as_of_on > (identified_on + return_days + paused_days::integer)::date then 'overdue' else 'running' end as state
from measured;

create or replace view patients.summary as -- one row per figure of patients' money as it stands: how many, cents
with credit as materialized (select * from patients.credit),
standing as materialized (select * from patients.standing),
figure(position, what, count, cents) as (
  select 1, 'visits with a balance open', count(*), sum(balance_cents) from patients.account where balance_cents > 0
  union all select 2, 'visits paid ahead of the payer''s answer', count(*), sum(credit_cents) from credit where next_step = 'wait_for_payer'
  union all select 3, 'credits of patients to give back', count(*), sum(refundable_cents) from credit where holder = 'patient' and next_step <> 'wait_for_payer'
  union all select 4, 'credits of payers to give back', count(*), sum(refundable_cents) from credit where holder = 'payer'
  union all select 5, 'of them Medicare''s, on the 60-day clock', count(*), sum(credit_cents) from credit where return_days is not null
  union all select 6, 'refunds approved and not yet paid', count(*), sum(amount_cents) from standing where kind = 'refund' and state = 'approved'
  union all select 7, 'write-offs proposed', count(*), sum(amount_cents) from standing where kind = 'write_off' and state = 'open'
  union all select 8, 'write-offs approved', count(*), sum(amount_cents) from standing where kind = 'write_off' and state = 'approved'
  union all select 9, 'statements made this night', count(*), sum(amount_cents) from patients.statement where made_on = (select max(night) from patients.night)
  union all select 10, 'statements made so far', count(*), sum(amount_cents) from patients.statement)
select position, what, count::bigint as count, coalesce(cents, 0)::bigint as cents from figure;

create or replace view patients.foreign_share as -- MUST BE EMPTY: entries on patient_receivable that come neither from group PR of a remittance nor from a patient's payment, write-off or refund
select entry_id, rule_id, code from ledger.entry
where account = 'patient_receivable' and rule_id not in ('patient_payment', 'patient_write_off', 'patient_write_off_undone', 'patient_refund')
  and not (trace_number is not null and coalesce(code, '') like 'PR-%');

create or replace view patients.unapproved as -- MUST BE EMPTY: write-offs and refunds in the ledger without the approval of a second person
select e.entry_id, e.rule_id from ledger.entry e
left join patients.decided d on d.file_sha256 = e.file_sha256 and d.verdict = 'accepted' and d.kind in ('approve_write_off', 'approve_refund')
left join decisions.decision a using (decision_id)
left join patients.proposal p on p.proposal_id = d.subject_id
where e.rule_id in ('patient_write_off', 'patient_refund', 'payer_refund') and (p.proposal_id is null or lower(trim(p.proposed_by)) = lower(trim(a.made_by)));

create or replace view patients.misstated as -- MUST BE EMPTY: statements whose amount is not the sum of their lines, or a line whose cents do not add up to its charge
select s.statement_id from patients.statement s join patients.statement_line l using (statement_id) group by s.statement_id, s.amount_cents, s.encounter_count
having s.amount_cents <> sum(l.balance_cents) or s.encounter_count <> count(*)
  or bool_or(l.charge_cents <> l.insurance_paid_cents + l.adjusted_cents + l.pending_cents + l.patient_paid_cents + l.balance_cents);
