-- Ledger: double entry in integer cents, append-only. What is wrong is reversed, never edited.
create schema if not exists ledger;

create table if not exists ledger.account ( -- one row per account
  account varchar primary key, -- name
  kind    varchar not null, -- asset, liability, income, contra_income
  meaning varchar not null -- what a debit balance says
);

create table if not exists ledger.entry ( -- one row per debit or credit; without a key, as claims.event is
  entry_id      varchar not null, -- what a remitted claim says: the id of its line, CAS triple or CLP and the side (d, c); else posting and position
  posting_id    varchar not null, -- entries of one posting sum to zero; ledger.posting's for what a remitted claim says
  account       varchar not null, -- ledger.account
  amount_cents  bigint not null, -- cents, debit positive, credit negative
  claim_id      varchar, -- claim, null for provider-level money
  claim_version integer, -- version the payer spoke of
  encounter_id  varchar, -- encounter
  line_number   integer, -- claim line, null for claim level
  trace_number  varchar, -- TRN02 of the payment, null for charges
  code          varchar, -- CAS group-reason, PLB reason
  file_sha256   varchar not null, -- file the money was read in
  byte_start    bigint not null, -- first byte
  byte_end      bigint not null, -- after it
  rule_id       varchar not null, -- posting rule
  rule_version  varchar not null, -- its edition
  posted_on     date not null -- night
);

create table if not exists ledger.rule ( -- one row per posting rule
  rule_id varchar primary key, -- name
  version varchar not null, -- its edition: rises when the same remittance would be posted otherwise
  meaning varchar not null, -- what it does
  source  varchar not null -- where it comes from
);

create table if not exists ledger.adjustment_account ( -- one row per group and reason of the denial taxonomy, '*' for any other: where such an adjustment goes
  group_code   varchar not null, -- CAS01: CO, OA, PI, PR, '*' for any other
  reason_code  varchar not null, -- CARC, '*' for one that the taxonomy does not know
  kind         varchar not null, -- denial, contractual, patient, prior_payer, informational
  opens_case   boolean not null, -- a person works it
  account      varchar, -- ledger.account that is debited, null where nothing is posted
  rule_id      varchar, -- posting rule
  primary key (group_code, reason_code)
);

create table if not exists ledger.balance_policy ( -- one row per condition and date: what is done with what does not balance (schemas/ledger/balance_policy.csv)
  level     varchar not null, -- transaction, claim, line
  condition varchar not null, -- unbalanced_payment, unbalanced_claim, money_not_expected, unbalanced_line
  from_date date not null, -- first night on which a remittance is read under it
  action    varchar not null, -- post (as it says), suspend (its money waits), hold (the payment waits whole)
  reason    varchar not null, -- why, and what to do next
  source    varchar not null, -- where the rule comes from
  primary key (level, condition, from_date)
);

create table if not exists ledger.posting ( -- one row per remitted claim posted: did it balance, and what was done
  posting_id       varchar primary key, -- remittances.claim: its remitted_claim_id
  payment_id       varchar not null, -- its payment
  trace_number     varchar not null, -- TRN02
  claim_id         varchar, -- our claim, null where unmatched
  claim_version    integer, -- version the payer spoke of
  encounter_id     varchar, -- its encounter
  status_code      varchar not null, -- CLP02
  charge_cents     bigint not null, -- cents, CLP03
  paid_cents       bigint not null, -- cents, CLP04
  file_sha256      varchar not null, -- file
  byte_start       bigint not null, -- first byte of the CLP
  byte_end         bigint not null, -- after its loop
  condition        varchar not null, -- balanced, unmatched, no_money (CLP02 23, 25), or a condition of ledger.balance_policy
  action           varchar not null, -- post, suspend, unapplied, nothing
  reason           varchar, -- what the policy says of it
  difference_cents bigint not null, -- cents that do not fit: CLP03 less CAS less CLP04, of lines where only they do not balance, CLP04 where none was expected
  is_repeated      boolean not null, -- claim level CAS only repeat the lines' and are not counted
  is_by_line       boolean not null, -- the lines add up to CLP04, so the payment is posted by line
  is_alone         boolean not null, -- no other remittance speaks of the claim, and it takes nothing back
  patient_cents    bigint not null, -- cents of adjustments of kind patient
  refused_cents    bigint not null, -- cents of adjustments that open a case
  refused_codes    varchar not null, -- those, as CO-97, joined by space
  undecided_cents  bigint not null, -- cents of adjustments that neither move money nor open a case: a pending claim, an estimate
  run              bigint not null, -- number of the posting run, 1, 2, ...
  posted_on        date not null -- night
);

create table if not exists ledger.suspense_release ( -- one row per posting whose money left suspense: reversed there, never edited
  posting_id  varchar primary key, -- ledger.posting
  released_by varchar not null, -- decisions.decision, or the posting of the remittance that took the money back
  choice      varchar not null, -- post, payment, taken_back
  released_on date not null -- night
);

create table if not exists ledger.charge_run ( -- one row per claim version that was looked at for its charges
  claim_id      varchar not null, -- the claim
  claim_version integer not null, -- its version
  drafted_on    date not null, -- as claims.version has it
  posted_on     date not null -- night
);

create table if not exists ledger.posting_run ( -- one row per payment whose claims and provider adjustments are posted
  payment_id varchar primary key, -- remittances.payment
  posted_on  date not null -- night
);

create table if not exists ledger.posting_seal ( -- one row per posting of the ledger, written when the night closes its books
  posting_id   varchar not null, -- its entries, ledger.entry
  seal_number  bigint not null, -- ledger.day_seal
  posted_on    date not null, -- night of its entries
  entry_count  bigint not null, -- how many entries it has
  entries_hash varchar not null -- SHA-256 over its entries in the order of their ids, every filled column
);

create table if not exists ledger.day_seal ( -- one row per night that posted; another where a day is posted to again after its seal
  seal_number   bigint primary key, -- 1, 2, ... without gap
  posted_on     date not null, -- night of the entries
  posting_count bigint not null, -- postings sealed
  entry_count   bigint not null, -- their entries
  entries_hash  varchar not null, -- SHA-256 over ledger.posting_seal of this seal, in order
  previous_hash varchar not null, -- seal_hash of the seal before, '' for the first
  seal_hash     varchar not null -- hash of all of the above
);

create table if not exists ledger.exception ( -- one row per thing that could not be posted as said, with its difference
  exception_id     varchar primary key, -- hash of the remitted claim and the code
  claim_id         varchar, -- claim, null where unmatched
  payment_id       varchar not null, -- its payment
  exception_code   varchar not null, -- unbalanced_claim, money_not_expected, reversal_differs, reversal_without_original
  message          varchar not null, -- what is wrong and what to do, no PHI
  difference_cents bigint not null, -- cents that do not fit
  found_on         date not null -- night
);

create or replace view ledger.open_exception as -- exceptions that no person has closed; nothing of the books follows from closing one
select x.* from ledger.exception x anti join decisions.decision d on d.kind = 'close_exception' and d.subject_id = x.exception_id;

create or replace view ledger.due_charge as -- claim versions not looked at for their charges: only days on which the counts differ are read
with day as (
  select drafted_on from (select drafted_on, count(*) as versions from claims.version group by 1) v
  left join (select drafted_on, count(*) as versions from ledger.charge_run group by 1) r using (drafted_on) where v.versions <> coalesce(r.versions, 0)),
seen as (select r.claim_id, r.claim_version from ledger.charge_run r semi join day using (drafted_on))
select v.claim_id, v.claim_version, v.encounter_version, v.drafted_on from claims.version v semi join day using (drafted_on) anti join seen using (claim_id, claim_version);

create or replace view ledger.meant_adjustment as -- every CAS triple with the account it goes to; an unknown group or reason as its '*' row says
select a.*, case when t.kind is null then f.kind else t.kind end as kind, case when t.kind is null then f.opens_case else t.opens_case end as opens_case,
       case when t.kind is null then f.account else t.account end as account, case when t.kind is null then f.rule_id else t.rule_id end as rule_id
from (select *, case when group_code in ('CO', 'OA', 'PI', 'PR') then group_code else '*' end as known_group from remittances.adjustment) a
left join ledger.adjustment_account t on t.group_code = a.known_group and t.reason_code = a.reason_code
join ledger.adjustment_account f on f.group_code = a.known_group and f.reason_code = '*';

create or replace view ledger.due_verdict as -- remitted claims of accepted payments that are not posted yet, as ledger.posting will have them
with payment as (
  select p.payment_id, p.trace_number, p.read_on from remittances.payment p anti join ledger.posting_run r using (payment_id) where p.verdict = 'accepted'),
due as (select c.*, p.trace_number from remittances.claim c join payment p using (payment_id)),
amount as (
  select a.remitted_claim_id, a.service_id, a.amount_cents as adjusted_cents, case when a.opens_case then a.amount_cents else 0 end as refused_cents,
         case when a.kind = 'patient' then a.amount_cents else 0 end as patient_cents, case when a.kind = 'informational' and not a.opens_case then a.amount_cents else 0 end as undecided_cents, case when a.opens_case then a.group_code || '-' || a.reason_code end as refused_code,
         0 as paid_cents, -a.amount_cents as difference_cents
  from ledger.meant_adjustment a semi join due using (remitted_claim_id)
  union all
  select s.remitted_claim_id, s.service_id, 0, 0, 0, 0, null, s.paid_cents, s.charge_cents - s.paid_cents from remittances.service s semi join due using (remitted_claim_id)),
line as (
  select remitted_claim_id, service_id is not null as is_line, sum(adjusted_cents)::bigint as adjusted_cents, sum(refused_cents)::bigint as refused_cents,
         sum(patient_cents)::bigint as patient_cents, sum(undecided_cents)::bigint as undecided_cents, list(refused_code) filter (refused_code is not null) as refused_codes,
         sum(paid_cents)::bigint as paid_cents, sum(difference_cents)::bigint as difference_cents
  from amount group by remitted_claim_id, service_id),
total as (
  select remitted_claim_id, sum(case when is_line then adjusted_cents else 0 end)::bigint as line_cents, sum(adjusted_cents)::bigint as adjusted_cents,
         sum(case when is_line then refused_cents else 0 end)::bigint as line_refused_cents, sum(refused_cents)::bigint as refused_cents,
         sum(case when is_line then patient_cents else 0 end)::bigint as line_patient_cents, sum(patient_cents)::bigint as patient_cents,
         sum(undecided_cents)::bigint as undecided_cents, flatten(list(refused_codes) filter (refused_codes is not null)) as refused_codes, sum(paid_cents)::bigint as line_paid_cents,
         sum(case when is_line then abs(difference_cents) else 0 end)::bigint as line_difference_cents
  from line group by 1),
repeated as ( -- claims whose claim level says the same reasons and cents as their lines
  select remitted_claim_id from (
    select a.remitted_claim_id, a.group_code, a.reason_code, sum(case when a.service_id is null then -a.amount_cents else a.amount_cents end) as difference_cents, count(a.service_id) as lines
    from remittances.adjustment a semi join (select b.remitted_claim_id from remittances.adjustment b semi join due using (remitted_claim_id) where b.service_id is null) above using (remitted_claim_id)
    group by 1, 2, 3)
  group by 1 having bool_and(difference_cents = 0) and sum(lines) > 0),
alone as (select c.claim_id from remittances.claim c semi join due using (claim_id) group by 1 having count(*) = 1 and bool_and(c.status_code <> '22')),
judged as (
  select d.*, k.encounter_id, coalesce(t.line_paid_cents, 0) = d.paid_cents as is_by_line, r.remitted_claim_id is not null and t.line_cents = d.charge_cents - d.paid_cents as is_repeated,
         d.claim_id is null or n.claim_id is not null as is_alone,
         d.charge_cents - d.paid_cents - coalesce(case when is_repeated then t.line_cents else t.adjusted_cents end, 0) as unexplained_cents, coalesce(t.line_difference_cents, 0) as line_difference_cents,
         coalesce(case when is_repeated then t.line_patient_cents else t.patient_cents end, 0) as adjusted_patient_cents,
         coalesce(case when is_repeated then t.line_refused_cents else t.refused_cents end, 0) as refused_cents, coalesce(t.undecided_cents, 0) as undecided_cents,
         coalesce(array_to_string(list_sort(list_distinct(t.refused_codes)), ' '), '') as refused_codes,
         case when d.claim_id is null then 'unmatched'
              when d.status_code in ('23', '25') then case when d.paid_cents = 0 then 'no_money' else 'money_not_expected' end
              when unexplained_cents <> 0 then 'unbalanced_claim'
              when line_difference_cents <> 0 then 'unbalanced_line'
              else 'balanced' end as condition
  from due d left join total t using (remitted_claim_id) left join repeated r using (remitted_claim_id) left join alone n using (claim_id) left join claims.claim k using (claim_id)),
policy as (
  select p.payment_id, b.condition, arg_max(b.action, b.from_date) as action, arg_max(b.reason, b.from_date) as reason
  from payment p join ledger.balance_policy b on b.from_date <= p.read_on group by 1, 2)
select j.remitted_claim_id as posting_id, j.payment_id, j.trace_number, j.claim_id, j.claim_version, j.encounter_id, j.status_code, j.charge_cents, j.paid_cents, j.file_sha256, j.byte_start, j.byte_end, j.condition,
       case j.condition when 'balanced' then 'post' when 'unmatched' then 'unapplied' when 'no_money' then 'nothing' else coalesce(p.action, 'suspend') end as action, p.reason,
       case j.condition when 'unbalanced_claim' then j.unexplained_cents when 'unbalanced_line' then j.line_difference_cents when 'money_not_expected' then j.paid_cents else 0 end as difference_cents,
       j.is_repeated, j.is_by_line, j.is_alone, j.adjusted_patient_cents as patient_cents, j.refused_cents, j.refused_codes, j.undecided_cents
from judged j left join policy p on p.payment_id = j.payment_id and p.condition = j.condition;

create or replace view ledger.claim_amount as -- the amounts of each remitted claim of ours, payments and adjustments, whether they are posted or wait
select p.*, s.service_id as amount_id, 'cash' as debit, 'payer_receivable' as credit, s.paid_cents as amount_cents, s.byte_start as said_start, s.byte_end as said_end, 'payment' as rule_id, s.line_number, null::varchar as code
from ledger.posting p join remittances.service s on s.remitted_claim_id = p.posting_id
where p.claim_id is not null and p.is_by_line and s.paid_cents <> 0
union all
select p.*, p.posting_id, 'cash', 'payer_receivable', p.paid_cents, p.byte_start, p.byte_end, 'payment', null, null
from ledger.posting p where p.claim_id is not null and not p.is_by_line and p.paid_cents <> 0
union all
select p.*, a.adjustment_id, a.account, 'payer_receivable', a.amount_cents, a.byte_start, a.byte_end, a.rule_id, s.line_number, a.group_code || '-' || a.reason_code
from ledger.posting p join ledger.meant_adjustment a on a.remitted_claim_id = p.posting_id left join remittances.service s on s.service_id = a.service_id
where p.claim_id is not null and a.account is not null and a.amount_cents <> 0 and not (p.is_repeated and a.service_id is null);

create or replace view ledger.unposted_share as -- adjustments of group PR that posted remittances of ours say and that leave the patient nothing: reasons of kind informational (a duplicate, a pending claim, an estimate), whatever CLP05 says
select p.posting_id, p.payment_id, p.trace_number, p.claim_id, p.claim_version, p.encounter_id, s.line_number, a.group_code || '-' || a.reason_code as code, a.amount_cents, a.file_sha256, a.byte_start, a.byte_end, p.posted_on
from ledger.posting p join ledger.meant_adjustment a on a.remitted_claim_id = p.posting_id left join remittances.service s on s.service_id = a.service_id
where p.claim_id is not null and p.action = 'post' and a.group_code = 'PR' and a.account is null and a.amount_cents <> 0 and not (p.is_repeated and a.service_id is null);

create or replace view ledger.said_amount as -- the amounts of each remitted claim as they are posted, one row per debit and credit; a reversal's are what it says, what it takes back is another matter
select * from ledger.claim_amount where action = 'post'
union all
select p.*, p.posting_id, 'cash', case p.action when 'suspend' then 'suspense' else 'unapplied' end, p.paid_cents, p.byte_start, p.byte_end,
       case p.action when 'suspend' then 'suspense' else 'unmatched' end, null, null
from ledger.posting p where p.paid_cents <> 0 and p.action in ('suspend', 'unapplied');

create or replace view ledger.suspense as -- money of remitted claims that waits in suspense: a corrected remittance or a person releases it
select p.posting_id, p.claim_id, p.trace_number, p.condition, p.difference_cents, p.paid_cents, p.reason, p.posted_on
from ledger.posting p anti join ledger.suspense_release r using (posting_id) where p.action = 'suspend' and p.paid_cents <> 0;

create or replace view ledger.said_entry as -- ledger.said_amount as entries of the ledger
select a.amount_id || side.letter as entry_id, a.posting_id, case side.letter when 'd' then a.debit else a.credit end as account, a.amount_cents * side.sign as amount_cents, a.claim_id, a.claim_version,
       a.encounter_id, a.line_number, a.trace_number, a.code, a.file_sha256, a.said_start as byte_start, a.said_end as byte_end, a.rule_id, r.version as rule_version, a.posted_on, a.is_alone, a.run
from ledger.said_amount a join ledger.rule r using (rule_id) cross join (values ('d', 1), ('c', -1)) side (letter, sign);

create or replace view ledger.unsealed_day as -- days with entries that no seal covers yet: by count, so that nothing else is read
select e.posted_on, e.entries - coalesce(s.entries, 0) as entries from (select posted_on, count(*) as entries from ledger.entry group by 1) e
left join (select posted_on, sum(entry_count) as entries from ledger.posting_seal group by 1) s using (posted_on) where e.entries > coalesce(s.entries, 0);

create or replace view ledger.unbalanced as -- MUST BE EMPTY: postings that do not sum to zero, or have an entry twice
select posting_id, sum(amount_cents) as difference_cents from ledger.entry group by 1 having sum(amount_cents) <> 0 or count(*) <> count(distinct entry_id);

create or replace view ledger.balance as -- balance of each account, debit positive
select account, sum(amount_cents) as balance_cents, count(*) as entry_count from ledger.entry group by 1;

create or replace view ledger.claim_balance as -- what each claim was charged, paid, adjusted and what is open, cents; the first is the sum of the others
select claim_id,
       -sum(case when account = 'charges' then amount_cents else 0 end) as charged_cents,
       sum(case when account = 'cash' and (trace_number is not null or rule_id = 'payer_refund_paid') then amount_cents else 0 end) as paid_cents,
       sum(case when account = 'cash' and trace_number is null and rule_id <> 'payer_refund_paid' then amount_cents else 0 end) as patient_paid_cents,
       sum(case when account = 'contractual' then amount_cents else 0 end) as contractual_cents,
       sum(case when account = 'prior_payer' then amount_cents else 0 end) as prior_payer_cents,
       sum(case when account = 'write_off' then amount_cents else 0 end) as written_off_cents,
       sum(case when account = 'patient_receivable' then amount_cents else 0 end) as patient_cents,
       sum(case when account = 'payer_receivable' then amount_cents else 0 end) as payer_open_cents,
       sum(case when account = 'denied' then amount_cents else 0 end) as denied_cents,
       sum(case when account in ('suspense', 'unapplied', 'refund_payable') then amount_cents else 0 end) as waiting_cents
from ledger.entry where claim_id is not null group by 1;

create or replace view ledger.deposit as -- cash posted per payment, cents: two payers may use one trace number, so an entry belongs to the payment in whose bytes it stands
select p.payment_id, e.trace_number, sum(e.amount_cents) as cash_cents
from (select file_sha256, trace_number, byte_start, amount_cents from ledger.entry where account = 'cash' and trace_number is not null) e
asof left join remittances.payment p on p.file_sha256 = e.file_sha256 and p.trace_number = e.trace_number and p.byte_start <= e.byte_start group by 1, 2;
