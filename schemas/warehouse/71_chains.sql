-- Chains: provider level money that one remittance announces and another ends. Views over accepted remittances: any order of files gives the same.

create or replace view ledger.takeback_link as -- one row per link of a takeback: PLB WO and 72 (cents as in the PLB), and the reversals (CLP02 22) of the claim it names, whose cents count in no sum
with payment as materialized (select payment_id, payer_id, originator_id, trace_number, paid_on from remittances.payment where verdict = 'accepted'),
claim as (
  select c.*, p.payer_id from remittances.claim c join payment p using (payment_id)),
row as materialized (
  select a.*, p.payer_id, p.trace_number, p.paid_on, trim(a.reference_number) as reference
  from remittances.provider_adjustment a join payment p using (payment_id) where a.reason_code in ('WO', '72')),
-- PLB03-2 holds CLP01, CLP07, TRN02 in that order (RFI 2370), with a blank or another mark between them; each part is looked for among the payer's claims
part as materialized (
  select distinct provider_adjustment_id, payer_id, unnest(list_distinct([reference] || string_split_regex(reference, '[^A-Za-z0-9.-]+'))) as part from row where reference <> ''),
number as materialized (
  select payer_id, payer_claim_number as part, 1 as strength, min(patient_control_number) as control, count(distinct patient_control_number) as claims, bool_or(status_code = '22') as is_reversed
  from claim c semi join part x on x.payer_id = c.payer_id and x.part = c.payer_claim_number group by 1, 2
  union all
  select payer_id, patient_control_number, 2, patient_control_number, 1, bool_or(status_code = '22') from claim c semi join part x on x.payer_id = c.payer_id and x.part = c.patient_control_number group by 1, 2),
-- the payer's own number before ours, a reversed claim before another, and none where parts name several claims
named as (
  select f.provider_adjustment_id, n.control, n.strength, n.is_reversed from part f join number n using (payer_id, part) where n.claims = 1
  qualify rank() over (partition by f.provider_adjustment_id order by n.strength, n.is_reversed desc) = 1),
tied as materialized (
  select provider_adjustment_id, min(control) as control, case when min(strength) = 1 then 'payer_claim_number' else 'patient_control_number' end as tie_rule
  from named group by 1, strength having count(distinct control) = 1),
-- a reference that names no claim still ties the rows that carry it
keyed as (
  select r.*, coalesce(t.tie_rule, case when reference <> '' then 'reference' else 'none' end) as tie_rule,
         coalesce('claim ' || t.control, 'reference ' || nullif(reference, ''), 'row ' || provider_adjustment_id) as key, t.control
  from row r left join tied t using (provider_adjustment_id)),
-- a 72 that names nothing offsets the one WO of its remittance with just its cents
offset_by as (
  select z.provider_adjustment_id, w.key, w.control
  from keyed z join keyed w on w.payment_id = z.payment_id and w.reason_code = 'WO' and w.amount_cents = -z.amount_cents
  where z.reason_code = '72' and z.tie_rule = 'none'
  qualify count(*) over (partition by z.provider_adjustment_id) = 1 and count(*) over (partition by w.provider_adjustment_id) = 1),
chained as materialized (
  select k.* exclude (tie_rule, key, control), case when o.key is null then k.tie_rule else 'same_remittance' end as tie_rule, coalesce(o.key, k.key) as key, coalesce(o.control, k.control) as control
  from keyed k left join offset_by o using (provider_adjustment_id)),
link as (
  select payer_id, key, control, case when reason_code = '72' then 'returned' when amount_cents < 0 then 'deferred' else 'taken' end as link, tie_rule, amount_cents, true as is_counted,
         trace_number, paid_on, reference, provider_adjustment_id as row_id, file_sha256, byte_start, byte_end, null as claim_id
  from chained
  union all
  select c.payer_id, k.key, k.control, 'reversal', 'patient_control_number', c.paid_cents, false, p.trace_number, p.paid_on, c.payer_claim_number, c.remitted_claim_id, c.file_sha256, c.byte_start, c.byte_end, c.claim_id
  from (select distinct payer_id, key, control from chained where control is not null) k
  join claim c on c.payer_id = k.payer_id and c.patient_control_number = k.control and c.status_code = '22' join payment p on p.payment_id = c.payment_id)
select left(sha256(concat_ws(chr(31), 'takeback', payer_id, key)), 32) as chain_id, 'takeback' as kind, payer_id, link, tie_rule, amount_cents, is_counted, trace_number, paid_on, reference,
       control as patient_control_number, coalesce(claim_id, max(claim_id) over (partition by payer_id, key)) as claim_id, row_id, file_sha256, byte_start, byte_end
from link;

create or replace view ledger.takeback as -- one row per takeback: what was reversed, deferred (negative WO), taken (positive WO), returned (72), and what the payer has still to take; unexplained where no reversal of a claim stands behind it
select chain_id, payer_id, min(patient_control_number) as patient_control_number, min(claim_id) as claim_id, min(case when tie_rule in ('reference', 'none') then reference end) as reference,
       -coalesce(sum(case when link = 'reversal' then amount_cents end), 0)::bigint as reversed_cents,
       -coalesce(sum(case when link = 'deferred' then amount_cents end), 0)::bigint as deferred_cents,
       coalesce(sum(case when link = 'taken' then amount_cents end), 0)::bigint as taken_cents,
       -coalesce(sum(case when link = 'returned' then amount_cents end), 0)::bigint as returned_cents,
       -sum(case when is_counted then amount_cents else 0 end)::bigint as open_cents,
       count(*) as link_count, min(paid_on) as first_on, max(paid_on) as last_on, not bool_or(link = 'reversal') as is_unexplained
from ledger.takeback_link group by chain_id, payer_id;

create or replace view ledger.forward_balance_link as -- one row per PLB FB: a negative one is carried to a later remittance, a positive one is brought in; the reference is the TRN02 of the first (RFI 222), its own where it names none
with row as (
  select a.*, p.payer_id, p.trace_number, p.paid_on, coalesce(nullif(trim(a.reference_number), ''), case when a.amount_cents < 0 then p.trace_number end) as first_trace
  from remittances.provider_adjustment a join remittances.payment p using (payment_id) where a.reason_code = 'FB' and p.verdict = 'accepted')
select left(sha256(concat_ws(chr(31), 'forward_balance', payer_id, coalesce(first_trace, provider_adjustment_id))), 32) as chain_id, 'forward_balance' as kind, payer_id,
       case when amount_cents < 0 then 'carried' else 'brought_in' end as link, case when first_trace is null then 'none' when trim(reference_number) <> '' then 'first_trace' else 'own_trace' end as tie_rule,
       amount_cents, true as is_counted, trace_number, paid_on, first_trace as reference,
       null::varchar as patient_control_number, null::varchar as claim_id, provider_adjustment_id as row_id, file_sha256, byte_start, byte_end
from row;

create or replace view ledger.forward_balance_chain as -- one row per balance carried from remittance to remittance: cents carried, brought in and still to be brought in; unexplained where more was brought in than carried, or nothing was
select chain_id, payer_id, min(reference) as first_trace, -coalesce(sum(case when link = 'carried' then amount_cents end), 0)::bigint as carried_cents,
       coalesce(sum(case when link = 'brought_in' then amount_cents end), 0)::bigint as brought_in_cents, -sum(amount_cents)::bigint as open_cents,
       count(*) as link_count, min(paid_on) as first_on, max(paid_on) as last_on, sum(amount_cents) > 0 as is_unexplained
from ledger.forward_balance_link group by chain_id, payer_id;

create or replace view ledger.chain_link as -- every link of every chain, with the bytes that say it
select * from ledger.takeback_link union all by name select * from ledger.forward_balance_link;

create or replace view ledger.chain as -- one row per chain of provider level money: what the payer has still to take (positive), or took without saying why (negative)
select chain_id, 'takeback' as kind, payer_id, coalesce(patient_control_number, reference) as subject, claim_id, open_cents, link_count, first_on, last_on, is_unexplained or open_cents < 0 as is_unexplained from ledger.takeback
union all
select chain_id, 'forward_balance', payer_id, first_trace, null, open_cents, link_count, first_on, last_on, is_unexplained from ledger.forward_balance_chain;

create or replace view ledger.open_chain as -- one row per payer and kind of chain: chains and cents still to be taken, chains and cents that nothing explains
select payer_id, kind, count(*) filter (where open_cents <> 0) as open_count, sum(open_cents)::bigint as open_cents,
       count(*) filter (where is_unexplained) as unexplained_count, coalesce(sum(open_cents) filter (where is_unexplained), 0)::bigint as unexplained_cents
from ledger.chain group by 1, 2;

create or replace view ledger.chain_untied as -- MUST BE EMPTY: accounts takebacks and forward_balance whose balance is not what the chains of posted remittances leave open, PLB rows in no chain or in two
with link as materialized (select * from ledger.chain_link where is_counted),
posted as (
  select case a.reason_code when 'FB' then 'forward_balance' else 'takebacks' end as account, a.provider_adjustment_id, a.amount_cents
  from remittances.provider_adjustment a semi join ledger.posting_run using (payment_id) where a.reason_code in ('WO', '72', 'FB')),
booked as (select account, sum(amount_cents) as cents from ledger.entry where account in ('takebacks', 'forward_balance') and claim_id is null group by 1),
chained as (select p.account, sum(l.amount_cents) as cents from posted p join link l on l.row_id = p.provider_adjustment_id group by 1)
select account as what, (coalesce(b.cents, 0) - coalesce(c.cents, 0))::bigint as difference from booked b full join chained c using (account) where coalesce(b.cents, 0) <> coalesce(c.cents, 0)
union all
select p.provider_adjustment_id, count(l.row_id) - 1 from posted p left join link l on l.row_id = p.provider_adjustment_id group by 1 having count(l.row_id) <> 1;
