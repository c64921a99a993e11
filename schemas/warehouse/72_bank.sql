-- Bank: what the practice's bank says came and went, and which remittance each deposit belongs to. Matches are views: any order of files gives the same.
create schema if not exists bank;

create table if not exists bank.movement ( -- one row per credit or debit in a bank's file; the same money may be told by several files
  movement_id       varchar primary key, -- hash of file and byte
  file_sha256       varchar not null, -- file
  format            varchar not null, -- ach, bai2, csv
  byte_start        bigint not null, -- first byte of the record or row
  byte_end          bigint not null, -- after it, its addenda and continuations
  settled_on        date not null, -- effective entry date (ACH), as-of or value date (BAI2), the row's date (CSV)
  amount_cents      bigint not null, -- cents, credit positive, debit negative
  account_number    varchar, -- our account as the bank writes it
  type_code         varchar, -- ACH transaction code, BAI2 type code
  entry_description varchar, -- ACH company entry description: HCCLAIMPMT, REVERSAL
  originator_name   varchar, -- ACH company name
  originator_id     varchar, -- TRN03, else ACH company identification
  trace_number      varchar, -- TRN02 of the addenda or text, null where the bank passed none on
  check_number      varchar, -- number of a deposited check: BAI2 customer reference, a CSV column
  bank_reference    varchar, -- ACH trace number, BAI2 bank reference, a CSV column
  read_on           date not null -- night
);

create table if not exists bank.night ( -- one row per night in which the bank's files were looked for
  night            date primary key, -- business date
  file_count       integer not null, -- bank files read in the night
  reconciled_count integer not null, -- remittances whose deposit is there, cumulative
  open_count       integer not null -- rows of bank.open at its end
);

create or replace view bank.calendar as -- one row per day of 2010 to 2060: whether banks work, and how many banking days have begun since 2010
with day as (select unnest(generate_series(date '2010-01-01', date '2060-12-31', interval 1 day))::date as on_day),
dated as (select on_day, month(on_day) as m, day(on_day) as d, isodow(on_day) as w from day),
closed as (
  select on_day, w in (6, 7) or ((m, d) in ((1, 1), (7, 4), (11, 11), (12, 25)) or (m = 6 and d = 19 and year(on_day) >= 2021))
         or (w = 1 and ((m, d - 1) in ((1, 1), (7, 4), (11, 11), (12, 25)) or (m = 6 and d = 20 and year(on_day) >= 2021)))
         or (w = 1 and (m in (1, 2) and d between 15 and 21 or m = 5 and d >= 25 or m = 9 and d <= 7 or m = 10 and d between 8 and 14))
         or (w = 4 and m = 11 and d between 22 and 28) as is_closed
  from dated)
select on_day, not is_closed as is_banking_day, sum((not is_closed)::integer) over (order by on_day)::integer as day_number from closed;

create or replace view bank.report as -- one row per bank.movement with the deposit it tells of: the same money in two files or formats is one deposit
with said as (
  select *, coalesce(trace_number, '#' || ltrim(check_number, '0'), '') as reference from bank.movement),
counted as (
  select *, row_number() over (partition by file_sha256, format, reference, amount_cents, settled_on, originator_id, bank_reference order by byte_start) as occurrence from said),
numbered as (
  select *, dense_rank() over (partition by format, reference, amount_cents order by settled_on, coalesce(originator_id, ''), coalesce(bank_reference, ''), occurrence) as number from counted)
select * exclude (occurrence, number),
       first_value(movement_id) over (partition by reference, amount_cents, number, case when reference = '' then format end order by format, file_sha256, byte_start) as deposit_id
from numbered;

create or replace view bank.deposit as -- one row per movement of money, however often it was told
select * exclude (movement_id, reference) from bank.report where movement_id = deposit_id;

create or replace view bank.expected as -- one row per 835 that is not known as repeated, with the cents that the bank should show for it: none for notices (BPR01 H), prenotes (P), method NON and zero
select payment_id, trace_number, originator_id, payer_id, payer_name, payee_npi, verdict, method_code, paid_on, file_sha256, byte_start, byte_end, payment_cents,
       case when handling_code in ('H', 'P') or method_code = 'NON' then 0 when credit_debit_code = 'D' then -payment_cents else payment_cents end as expected_cents
from remittances.payment where verdict <> 'repeated';

create or replace view bank.decided as -- one row per deposit that a person decided on: the newest decision, and the 835 it names; one that names no 835 we have counts for nothing
select r.deposit_id, arg_max(d.kind, d.sequence) as kind, arg_max(d.choice ->> '$.payment_id', d.sequence) as payment_id, arg_max(d.decision_id, d.sequence) as decision_id
from decisions.decision d join bank.report r on r.movement_id = d.subject_id where d.kind = 'unmatch_deposit' or (d.kind = 'match_deposit' and d.choice ->> '$.payment_id' in (select payment_id from bank.expected)) group by 1;

create or replace view bank.reassociation as -- one row per 835 with its deposit, and per deposit without an 835: state, cents, banking days between the two or since; difference is deposit less expected; remedy where a person must look
with calendar as materialized (select on_day, day_number from bank.calendar),
-- the newest night that looked for the bank's files, and the first day of which one speaks: an 835 of more than three banking days before had its money before
as_of as materialized (
  select n.night as as_of_on, c.day_number, f.day_number as first_number
  from (select max(night) as night from bank.night) n join calendar c on c.on_day = n.night left join calendar f on f.on_day = (select min(settled_on) from bank.movement)),
deposit as materialized (select d.*, c.day_number from bank.deposit d left join calendar c on c.on_day = d.settled_on),
expected as materialized (select p.*, c.day_number from bank.expected p left join calendar c on c.on_day = p.paid_on),
decided as materialized (select * from bank.decided),
-- a debit takes a credit back: the n-th of the same trace and cents
in_turn as materialized (
  select deposit_id, amount_cents, trace_number, originator_id,
         row_number() over (partition by trace_number, originator_id, amount_cents order by settled_on, deposit_id) as number
  from deposit where trace_number is not null),
traced as materialized (
  select d.deposit_id as debit_id, c.deposit_id as credit_id from in_turn d
  join in_turn c on c.trace_number = d.trace_number and c.originator_id is not distinct from d.originator_id and c.amount_cents = -d.amount_cents and c.number = d.number
  where d.amount_cents < 0),
-- or, where the debit has no trace, the one credit of that originator and amount in the five banking days before
untraced as materialized (
  select d.deposit_id as debit_id, c.deposit_id as credit_id
  from deposit d join deposit c on c.originator_id = d.originator_id and c.amount_cents = -d.amount_cents and c.format = d.format
  where d.amount_cents < 0 and d.trace_number is null and upper(d.entry_description) like 'REVERSAL%' and d.day_number - c.day_number between 0 and 5
  and c.deposit_id not in (select credit_id from traced)
  qualify count(*) over (partition by d.deposit_id) = 1 and count(*) over (partition by c.deposit_id) = 1),
reversal as materialized (select debit_id, credit_id from traced union all select debit_id, credit_id from untraced),
-- an 835 and a deposit that may be one: TRN02 and TRN03 (TRN03 only where the bank told it), or for checks the check number; nothing a person decided on, nothing taken back
free as materialized (
  select * from deposit d anti join reversal r on r.credit_id = d.deposit_id anti join decided k on k.deposit_id = d.deposit_id),
waiting as materialized (
  select * from expected p anti join decided k on k.payment_id = p.payment_id and k.kind = 'match_deposit' where p.expected_cents <> 0),
pair as (
  select p.payment_id, d.deposit_id, 'trace' as rule from waiting p join free d on d.trace_number = p.trace_number and coalesce(d.originator_id, p.originator_id) = p.originator_id
  union all
  select p.payment_id, d.deposit_id, 'check_number' from waiting p join free d on ltrim(d.check_number, '0') = ltrim(p.trace_number, '0') where d.trace_number is null and p.method_code = 'CHK'),
candidate as materialized (
  select payment_id, deposit_id, rule, p.verdict, d.settled_on, d.amount_cents = p.expected_cents as is_equal
  from pair join waiting p using (payment_id) join free d using (deposit_id) where sign(p.expected_cents) = sign(d.amount_cents)),
-- a deposit goes to the only 835 of its reference and amount, an accepted one before a held one; an 835 takes the first of equal deposits
equal as (
  select *, count(*) over (partition by deposit_id, verdict = 'accepted') as rivals, bool_or(verdict = 'accepted') over (partition by deposit_id) as has_accepted
  from candidate where is_equal),
chosen as (
  select payment_id, deposit_id, rule from equal where rivals = 1 and (verdict = 'accepted' or not has_accepted)
  qualify row_number() over (partition by payment_id order by settled_on, deposit_id) = 1),
-- other amounts only where nothing else has that reference
other as (
  select * from candidate qualify count(*) over (partition by payment_id) = 1 and count(*) over (partition by deposit_id) = 1),
match as materialized (
  select payment_id, deposit_id, 'person' as rule, decision_id from decided where kind = 'match_deposit'
  union all
  select payment_id, deposit_id, rule, null from chosen
  union all
  select payment_id, deposit_id, rule, null from other where not is_equal),
paired as (
  select m.payment_id, count(*) as deposit_count, sum(d.amount_cents)::bigint as deposit_cents, min(m.deposit_id) as deposit_id, min(d.settled_on) as settled_on, min(d.day_number) as day_number,
         min(m.rule) as rule, min(m.decision_id) as decision_id
  from match m join deposit d using (deposit_id) group by 1),
rival as (select distinct payment_id from candidate c anti join match m on m.deposit_id = c.deposit_id),
taken as (
  select distinct p.payment_id from waiting p join deposit d on d.trace_number = p.trace_number and coalesce(d.originator_id, p.originator_id) = p.originator_id
  join reversal r on r.credit_id = d.deposit_id),
payment as (
  select case when a.deposit_cents = p.expected_cents then 'reconciled'
              when a.rule = 'person' then 'difference_accepted'
              when a.payment_id is not null then 'amount_differs'
              when p.expected_cents = 0 then 'no_money_expected'
              when p.verdict = 'held' then 'held'
              when r.payment_id is not null then 'several_candidates'
              when t.payment_id is not null then 'taken_back'
              when n.first_number is null or n.first_number - p.day_number > 3 then 'before_bank_files'
              when p.paid_on > n.as_of_on or n.day_number - p.day_number < (case when p.method_code = 'CHK' then 10 else 4 end) then 'in_transit'
              else 'era_without_eft' end as state,
         p.*, a.deposit_id, coalesce(a.deposit_count, 0) as deposit_count, coalesce(a.deposit_cents, 0) as deposit_cents, a.settled_on, a.rule, a.decision_id,
         abs(coalesce(a.day_number, n.day_number) - p.day_number) as banking_days
  from expected p cross join as_of n left join paired a using (payment_id) left join rival r using (payment_id) left join taken t using (payment_id)),
-- deposits that belong to no 835
open_rival as (
  select c.deposit_id, bool_or(m.payment_id is null) as is_open from candidate c left join match m on m.payment_id = c.payment_id group by 1),
alone as (
  select case when b.debit_id is not null then 'reversal'
              when t.credit_id is not null then 'taken_back'
              when r.is_open then 'several_candidates'
              when r.deposit_id is not null then 'duplicate'
              when d.amount_cents < 0 and d.trace_number is not null then 'debit_without_credit'
              when d.trace_number is null and d.check_number is null and coalesce(upper(d.entry_description), '') <> 'HCCLAIMPMT' then 'no_reference'
              when n.day_number - d.day_number < 4 then 'waiting'
              else 'eft_without_era' end as state,
         d.*, n.day_number - d.day_number as banking_days
  from deposit d cross join as_of n anti join match m on m.deposit_id = d.deposit_id
  left join reversal b on b.debit_id = d.deposit_id left join reversal t on t.credit_id = d.deposit_id left join open_rival r on r.deposit_id = d.deposit_id),
said as (
  select p.state, p.payment_id, p.deposit_id, p.deposit_count, p.trace_number, p.originator_id, p.payer_id, p.payer_name, p.verdict, p.payment_cents, p.expected_cents, p.deposit_cents,
         p.deposit_cents - p.expected_cents as difference_cents, p.paid_on, p.settled_on, p.banking_days, p.deposit_id is not null and p.banking_days > 3 as is_late, p.rule, p.decision_id,
         p.file_sha256, p.byte_start, p.byte_end, d.file_sha256 as bank_file_sha256, d.byte_start as bank_byte_start, d.byte_end as bank_byte_end
  from payment p left join deposit d on d.deposit_id = p.deposit_id
  union all
  select state, null, deposit_id, 1, trace_number, originator_id, null, originator_name, null, 0, 0, amount_cents, amount_cents, null, settled_on, banking_days, false, null, null,
         null, null, null, file_sha256, byte_start, byte_end
  from alone)
select *, case state
         when 'era_without_eft' then 'ask the payer for the EFT by its trace number (late or missing procedure)'
         when 'eft_without_era' then 'ask the payer for the 835 of this trace number (late or missing procedure)'
         when 'amount_differs' then 'ask the payer; `claims bank match` accepts the difference'
         when 'several_candidates' then 'choose one with `claims bank match`'
         when 'duplicate' then 'the money came twice: ask the payer, it will be taken back or refunded'
         when 'taken_back' then case when payment_id is not null then 'the deposit was reversed: ask the payer for the new one' end
         when 'debit_without_credit' then 'ask the bank what was taken' end as remedy
from said;

create or replace view bank.open as -- what a person must look at: an 835 or a deposit whose other half is missing after four banking days, differs, is doubled, was taken back, or is not one alone
select * from bank.reassociation where remedy is not null;

create or replace view bank.idle_decision as -- decisions on deposits that name a movement or an 835 that is not there: nothing follows from them
select d.decision_id, d.kind, d.subject_id, d.choice, d.made_by, d.made_on from decisions.decision d
where d.kind in ('match_deposit', 'unmatch_deposit') and (d.subject_id not in (select movement_id from bank.movement)
or (d.kind = 'match_deposit' and coalesce(d.choice ->> '$.payment_id', '') not in (select payment_id from bank.expected)));

create or replace view bank.cash as -- the books against the bank where its files are looked for, one row per line: cash of payers in the ledger, plus and less what explains it, is what the bank shows
with row as materialized (select * from bank.reassociation),
line(position, line, cents) as (
  select 1, 'cash of payers in the ledger', coalesce(sum(e.amount_cents), 0)::bigint from ledger.entry e semi join remittances.payment p on p.file_sha256 = e.file_sha256
  where e.account = 'cash' and e.trace_number is not null
  union all select 2, 'remittances without their money: ' || state, -sum(payment_cents)::bigint from row where verdict = 'accepted' and deposit_count = 0 group by state
  union all select 3, 'deposits less what their remittance says: ' || state, sum(deposit_cents - payment_cents)::bigint from row where verdict = 'accepted' and deposit_count > 0 group by state
  union all select 4, 'deposits of remittances that are held', coalesce(sum(deposit_cents), 0)::bigint from row where verdict = 'held'
  union all select 5, 'deposits without a remittance: ' || state, sum(deposit_cents)::bigint from row where payment_id is null group by state
  union all select 6, 'the bank shows', coalesce(sum(amount_cents), 0)::bigint from bank.deposit)
select l.* from line l where exists (select 1 from bank.night);

create or replace view bank.untied as -- MUST BE EMPTY: cents by which the lines of bank.cash miss what the bank shows; remittances or deposits that the reassociation lost or doubled
with row as materialized (
  select coalesce(sum(case when verdict = 'accepted' then payment_cents end), 0) as payment_cents, coalesce(sum(deposit_cents), 0) as deposit_cents, coalesce(sum(deposit_count), 0) as deposits, count(payment_id) as payments
  from bank.reassociation),
difference(what, difference) as (
  select 'cents of remittances against the ledger', payment_cents - (select coalesce(sum(e.amount_cents), 0) from ledger.entry e semi join remittances.payment p on p.file_sha256 = e.file_sha256
                                                                     where e.account = 'cash' and e.trace_number is not null) from row
  union all select 'cents of deposits', deposit_cents - (select coalesce(sum(amount_cents), 0) from bank.deposit) from row
  union all select 'deposits', deposits - (select count(*) from bank.deposit) from row
  union all select 'remittances', payments - (select count(*) from bank.expected) from row)
select what, difference::bigint as difference from difference where difference <> 0 and exists (select 1 from bank.night);
