-- Reports: what each night did, and the counts that must tie across all stages.
create schema if not exists reports;

create table if not exists reports.night ( -- one row per closed night
  night                 date primary key, -- business date
  encounter_count       integer not null, -- encounters known, cumulative
  billed_count          integer not null, -- of them billed
  held_count            integer not null, -- of them held
  not_billable_count    integer not null, -- of them not billable
  rejected_count        integer not null, -- of them rejected
  claim_count           integer not null, -- claims known, cumulative
  charged_cents         bigint not null, -- cents charged, cumulative
  paid_cents            bigint not null, -- cents paid by payers on claims, cumulative
  adjusted_cents        bigint not null, -- cents contractually adjusted, cumulative
  patient_cents         bigint not null, -- cents that patients owe: left to them less what they paid, cumulative
  open_cents            bigint not null, -- cents open with payers, denied ones included, cumulative
  denial_case_count     integer not null, -- denial cases opened, cumulative
  quarantined_row_count integer not null, -- encounter rows in quarantine, cumulative
  quarantined_file_count integer not null, -- files in quarantine, cumulative
  waiting_count         integer not null, -- things that wait for a person
  violation_count       integer not null -- rows in views that must be empty
);

create table if not exists reports.waiting ( -- one row per closed night and kind of thing that waits for a person
  night date not null, -- business date
  what  varchar not null, -- kind of thing
  count bigint not null, -- how many, 0 where none
  primary key (night, what)
);

create table if not exists reports.invariant ( -- one row per closed night and view that must be empty
  night     date not null, -- business date
  invariant varchar not null, -- the view
  rows      bigint not null, -- how many it had: 0, or the night has failed
  primary key (night, invariant)
);

create table if not exists reports.step ( -- one row per step done in a night: a night run again goes on behind the last of them
  night date not null, -- business date
  step  varchar not null, -- its name
  primary key (night, step)
);

create table if not exists reports.kpi ( -- one row per closed night and measure of the practice (analytics.kpi), as that night left it: never changed afterwards, whatever is posted later
  window_to_on       date not null, -- the night
  kpi                varchar not null, -- the measure
  value              decimal(18, 4), -- in its unit; null where the denominator is 0
  unit               varchar not null, -- cents, rate or days
  parts_unit         varchar not null, -- unit of numerator and denominator: cents or count
  numerator          decimal(18, 4), -- null where the measure is no ratio
  denominator        decimal(18, 4), -- null where the measure is no ratio
  window_from_on     date, -- first day it looks at
  definition_version integer not null, -- version of its definition
  primary key (window_to_on, kpi)
);

create or replace view reports.kpi_month as -- one row per closed month and measure: as the last night of that month left it; a month is closed when a night of a later one is
select date_trunc('month', k.window_to_on)::date as month_on, k.* from reports.kpi k
where k.window_to_on in (select max(night) from reports.night where night < (select date_trunc('month', max(night)) from reports.night) group by date_trunc('month', night));

create or replace view encounters.outcome as -- one row per encounter ever received, with exactly one outcome
with latest as (
  select encounter_id, arg_max(charge_cents, (verdict = 'accepted', encounter_version, received_on)) as charge_cents,
         arg_max(file_sha256, (verdict = 'accepted', encounter_version, received_on)) as file_sha256,
         max(case when verdict = 'accepted' then encounter_version end) as accepted_version
  from encounters.intake where verdict <> 'repeated' group by 1),
first_hold as (select encounter_id, encounter_version, min_by(rule_id, (rule_id, line_number)) as rule_id, min_by(owner, (rule_id, line_number)) as owner from coding.hold group by 1, 2),
first_reject as (select encounter_id, min(rule_id) as rule_id, min_by(owner, rule_id) as owner from encounters.quarantine group by 1),
thread as (select c.encounter_id, min(s.last_event) as last_event, bool_or(s.state not in ('DRAFT', 'HELD')) as is_out from claims.claim c join claims.state s using (claim_id) group by 1)
select l.encounter_id, l.charge_cents, l.accepted_version as encounter_version,
       case when l.accepted_version is null then 'rejected'
            when c.disposition = 'not_billable' then 'not_billable'
            when t.is_out then 'billed'
            when c.disposition = 'billable' then 'held' end as outcome,
       case when l.accepted_version is null then r.rule_id
            when c.disposition = 'not_billable' then null
            when t.is_out then null else coalesce(h.rule_id, t.last_event) end as rule_id,
       case when l.accepted_version is null then r.owner when t.is_out or c.disposition = 'not_billable' then null else coalesce(h.owner, 'biller') end as owner,
       c.reason, l.file_sha256
from latest l
left join coding.encounter c on c.encounter_id = l.encounter_id and c.encounter_version = l.accepted_version
left join first_hold h on h.encounter_id = l.encounter_id and h.encounter_version = l.accepted_version
left join first_reject r on r.encounter_id = l.encounter_id
left join thread t on t.encounter_id = l.encounter_id;

create or replace view encounters.lost as -- MUST BE EMPTY: encounters received without exactly one outcome
select encounter_id, 'no outcome' as reason from encounters.outcome where outcome is null
union all
select encounter_id, 'two outcomes' from encounters.outcome group by 1 having count(*) > 1
union all
select i.encounter_id, 'accepted without a row' from encounters.intake i
anti join encounters.encounter e on e.encounter_id = i.encounter_id and e.encounter_version = i.encounter_version where i.verdict = 'accepted'
union all
select i.encounter_id, 'line lost' from encounters.intake i join (select encounter_id, encounter_version, count(*) as n, sum(charge_cents) as cents from encounters.service_line group by 1, 2) s
using (encounter_id, encounter_version) where i.verdict = 'accepted' and (i.line_count <> s.n or i.charge_cents <> s.cents);

create or replace view remittances.unposted_cents as -- MUST BE EMPTY: accepted payments whose ledger cash is not BPR02
select p.payment_id, p.trace_number, p.payment_cents, coalesce(sum(e.amount_cents), 0) as posted_cents
from remittances.payment p left join ledger.entry e on e.file_sha256 = p.file_sha256 and e.trace_number = p.trace_number and e.account = 'cash'
  and e.byte_start >= p.byte_start and e.byte_end <= p.byte_end
where p.verdict = 'accepted' group by all having posted_cents <> p.payment_cents;

create or replace view remittances.unmatched as -- remitted claims of accepted payments that match no claim of ours: a person looks
select c.remitted_claim_id, c.patient_control_number, c.payer_claim_number, c.status_code, c.charge_cents, c.paid_cents, c.file_sha256, c.byte_start
from remittances.claim c join remittances.payment p using (payment_id) where p.verdict = 'accepted' and c.claim_id is null;

create or replace view remittances.held as -- payments that do not balance or contradict one already posted: money that waits
select p.payment_id, p.trace_number, p.payer_id, p.payment_cents, b.difference_cents, p.verdict_reason, p.file_sha256, p.read_on
from remittances.payment p join remittances.transaction_balance b using (payment_id) where p.verdict = 'held';

create or replace view reports.closed_file as -- files of which a person has said that what was set aside of them, up to that night, is dealt with
select subject_id as file_sha256, max(taken_up_on) as closed_on from decisions.decision where kind = 'close_file' group by 1;

create or replace view reports.set_aside as -- one row per file, part and code that is set aside, moves no money and that no person has closed: a file, rows of an export, answers that fit nothing; an event of no file has its claim's id there
with aside as (
  select file_sha256, 'file' as part, fault_code as code, remedy, found_on from files.quarantined
  union all
  select file_sha256, 'row', rule_id, remedy, quarantined_on from encounters.quarantine
  union all
  select file_sha256, 'answer', 'UNKNOWN_CLAIM', 'ask the sender whose it is, and which claims it refuses', read_on from acknowledgments.unknown_claim
  union all
  select coalesce(file_sha256, claim_id), 'event', 'ILLEGAL_MOVE', 'look at the claim with claims explain', refused_on from claims.refused_event where kind = 'illegal')
select coalesce(n.file_name, 'a claim of ours') as file_name, a.file_sha256, a.part, a.code, any_value(a.remedy order by a.remedy) as remedy, count(*) as count, min(a.found_on) as since_on
from aside a anti join reports.closed_file c on c.file_sha256 = a.file_sha256 and c.closed_on >= a.found_on
left join (select file_sha256, min(coalesce(nullif(file_name, ''), 'drop ' || drop_name)) as file_name from files.arrival group by 1) n on n.file_sha256 = a.file_sha256
group by 1, 2, 3, 4;

create or replace view reports.bad_input as -- one row per thing received that is set aside whole: a file, a payment, a claim or an answer in a file; what is wrong, where, and what to do
with aside as (
  select file_sha256, 'file' as part, fault_code as code, byte_start, message, remedy, found_on from files.quarantined
  union all
  select h.file_sha256, 'payment', 'HELD', p.byte_start, split_part(h.verdict_reason, ': ', 1), split_part(h.verdict_reason, ': ', 2), h.read_on
  from remittances.held h join remittances.payment p using (payment_id)
  union all
  select u.file_sha256, 'claim', 'UNMATCHED', u.byte_start, 'a remitted claim that is none of ours; its money is in unapplied', 'find out whose it is', c.read_on
  from remittances.unmatched u join remittances.claim c using (remitted_claim_id)
  union all
  select p.file_sha256, 'claim', upper(x.exception_code), p.byte_start, x.message, 'claims explain shows it; claims ledger close when it is dealt with', x.found_on from ledger.open_exception x join remittances.payment p using (payment_id)
  union all
  select file_sha256, 'answer', 'UNKNOWN_CLAIM', byte_start, 'an answer for a claim that we never sent, or for none', 'ask the sender whose it is, and which claims it refuses', read_on from acknowledgments.unknown_claim
  union all
  select coalesce(file_sha256, claim_id), 'answer', 'ILLEGAL_MOVE', byte_start, event || ' is not legal in state ' || state, 'look at the claim with claims explain', refused_on from claims.refused_event where kind = 'illegal')
select a.file_name, s.* from aside s anti join reports.closed_file c on c.file_sha256 = s.file_sha256 and c.closed_on >= s.found_on and s.part in ('file', 'answer')
left join (select file_sha256, min(coalesce(nullif(file_name, ''), 'drop ' || drop_name)) as file_name from files.arrival group by 1) a using (file_sha256);

create or replace view ledger.untraced as -- MUST BE EMPTY: entries whose file is not in the vault's register or whose bytes are no range
select e.entry_id, e.rule_id from ledger.entry e left join files.file f using (file_sha256) where f.file_sha256 is null or e.byte_start < 0 or e.byte_end <= e.byte_start or e.byte_end > f.byte_count;

create or replace view claims.uncharged as -- MUST BE EMPTY: claims out of draft whose ledger charge is not the claim's charge
select v.claim_id, v.total_charge_cents, coalesce(b.charged_cents, 0) as ledger_cents
from claims.current_version v join claims.state s using (claim_id) left join ledger.claim_balance b using (claim_id)
where s.state not in ('DRAFT', 'HELD', 'READY') and v.total_charge_cents <> coalesce(b.charged_cents, 0);
