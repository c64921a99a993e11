-- From what was allowed to what was expected and a verdict: tonight's remitted lines, each statement reads the tables before it.
-- Lines of posted payments that have no verdict yet: what was allowed, or why there is nothing to compare.
create or replace temp table new_line as
with new as (
  select s.*, c.payment_id, c.claim_id, c.claim_version, c.status_code, p.paid_on
  from remittances.service s join remittances.claim c using (remitted_claim_id) join remittances.payment p using (payment_id)
  semi join ledger.posting_run r on r.payment_id = c.payment_id
  anti join contracts.comparison k on k.service_id = s.service_id
  where p.verdict = 'accepted'),
adjusted as (
  select a.service_id, sum(case when o.role = 'above_allowed' then a.amount_cents else 0 end)::bigint as above_cents, bool_or(o.role is null) as is_denied
  from remittances.adjustment a semi join new n on n.service_id = a.service_id
  left join contracts.adjustment_role o using (group_code, reason_code) group by 1),
adjusted_whole as (
  select a.remitted_claim_id, bool_or(o.role is null) as is_denied, bool_or(o.role = 'above_allowed') as is_adjusted -- what only repeats the lines says nothing of its own
  from remittances.adjustment a semi join new n on n.remitted_claim_id = a.remitted_claim_id
  anti join (select posting_id from ledger.posting where is_repeated) r on r.posting_id = a.remitted_claim_id
  left join contracts.adjustment_role o using (group_code, reason_code) where a.service_id is null group by 1)
select n.service_id, n.payment_id, n.paid_on, n.claim_id, n.claim_version, n.line_number, k.payer_id, n.procedure_code as paid_code,
       coalesce(n.submitted_code, n.procedure_code) as sent_code, coalesce(n.submitted_modifiers, n.modifiers) as sent_modifiers,
       n.service_on, coalesce(n.submitted_units, n.units) as units, n.charge_cents, n.file_sha256, n.byte_start, n.byte_end,
       coalesce(n.allowed_cents, n.charge_cents - coalesce(a.above_cents, 0)) as allowed_cents,
       case when n.allowed_cents is null then 'charge less contractual' else 'AMT*B6' end as allowed_rule,
       case when n.claim_id is null then 'claim_not_ours'
            when n.status_code = '22' then 'reversal'
            when n.status_code in ('23', '25') then 'not_adjudicated'
            when n.status_code not in ('1', '4', '19') or k.payer_rank <> 'P' then 'not_primary'
            when n.line_number is null then 'line_not_ours'
            when n.charge_cents <= 0 then 'no_charge'
            when coalesce(a.is_denied, false) or coalesce(w.is_denied, false) then 'denied'
            when coalesce(w.is_adjusted, false) then 'claim_level_adjustment'
            else '' end as reason
from new n left join claims.claim k using (claim_id) left join adjusted a using (service_id) left join adjusted_whole w using (remitted_claim_id);

-- The whole claims that they stand in, as sent: a rule of multiple procedures looks at all lines of the day.
create or replace temp table sent_line as
select l.claim_id, l.claim_version, l.line_number, k.payer_id, l.procedure_code, l.modifiers, string_split(l.modifiers, ':') as modifier_list,
       l.units, l.charge_cents, l.service_from_on as service_on, coalesce(s.line_place_of_service, e.place_of_service, '') as place_code
from (select distinct claim_id, claim_version from new_line where reason = '') n
join claims.line l using (claim_id, claim_version) join claims.claim k using (claim_id) join claims.version v using (claim_id, claim_version)
join encounters.encounter e on e.encounter_id = k.encounter_id and e.encounter_version = v.encounter_version
left join encounters.service_line s on s.encounter_id = k.encounter_id and s.encounter_version = v.encounter_version and s.line_number = l.source_line_number;

-- With the terms of the payer's contract on the date of service.
create or replace temp table termed_line as
select s.*, p.place_code is not null as is_facility, t.payment_rules, t.is_lesser_of_charge, t.tolerance_cents, t.tolerance_percent, t.locality
from sent_line s left join contracts.facility_place p using (place_code)
left join contracts.term t on t.payer_id = s.payer_id and s.service_on >= t.valid_from and s.service_on <= coalesce(t.valid_to, date '9999-12-31');

-- With the row of its fee schedule that says most: code before every code, modifier before none, place before all.
create or replace temp table fee_line as
with found as (
  select s.claim_id, s.claim_version, s.line_number, s.service_on, s.is_facility, s.place_code as line_place, s.modifier_list, f.*
  from termed_line s join contracts.fee f on f.payer_id = s.payer_id and f.procedure_code = s.procedure_code
  union all
  select s.claim_id, s.claim_version, s.line_number, s.service_on, s.is_facility, s.place_code, s.modifier_list, f.*
  from termed_line s join contracts.fee f on f.payer_id = s.payer_id and f.procedure_code = ''),
best as (
  select claim_id, claim_version, line_number, fee_id, basis, fee_cents, percent, modifier as fee_modifier from found
  where service_on >= valid_from and service_on <= coalesce(valid_to, date '9999-12-31') and (modifier = '' or list_contains(modifier_list, modifier))
    and (place_code in ('', line_place) or place_code = case when is_facility then 'F' else 'N' end)
  qualify row_number() over (partition by claim_id, claim_version, line_number
    order by procedure_code <> '' desc, modifier <> '' desc, place_code = line_place desc, place_code <> '' desc, valid_from desc, fee_id) = 1)
select s.*, b.fee_id, b.basis, b.fee_cents, b.percent, b.fee_modifier
from termed_line s left join best b using (claim_id, claim_version, line_number);

-- With Medicare's relative values of the newest release of that year, and its amount in the contract's locality.
create or replace temp table valued_line as
with released as (
  select s.claim_id, s.claim_version, s.line_number, r.* from fee_line s join contracts.relative_value r using (procedure_code)
  where s.payment_rules is not null and r.valid_from <= s.service_on and year(r.valid_from) = year(s.service_on) and (r.modifier = '' or list_contains(s.modifier_list, r.modifier))
  qualify row_number() over (partition by s.claim_id, s.claim_version, s.line_number order by r.valid_from desc, r.modifier <> '' desc, r.modifier) = 1),
located as (
  select s.claim_id, s.claim_version, s.line_number, g.* from fee_line s join contracts.locality_index g using (locality)
  where g.valid_from <= s.service_on and year(g.valid_from) = year(s.service_on)
  qualify row_number() over (partition by s.claim_id, s.claim_version, s.line_number order by g.valid_from desc) = 1)
select s.*, r.modifier as value_modifier, r.status_code, r.multiple_code, r.bilateral_code, r.assistant_code, r.has_hospital_cap, g.locality is not null as is_located,
       round((r.work_rvu * g.work_index + case when s.is_facility then r.facility_rvu else r.office_rvu end * g.practice_index + r.malpractice_rvu * g.malpractice_index)
             * r.conversion_factor * 100)::bigint as medicare_cents,
       format('({} x {} + {} x {} + {} x {}) x {}', r.work_rvu::varchar, g.work_index::varchar, case when s.is_facility then r.facility_rvu else r.office_rvu end::varchar, g.practice_index::varchar,
              r.malpractice_rvu::varchar, g.malpractice_index::varchar, r.conversion_factor::varchar) as formula
from fee_line s left join released r using (claim_id, claim_version, line_number) left join located g using (claim_id, claim_version, line_number);

-- With bilateral and assistant percents, the fee of a unit, and why there is no price where there is none.
create or replace temp table ruled_line as
with ruled as (
  select s.claim_id, s.claim_version, s.line_number, u.kind, min_by(u.rule_id, u.percent) as rule_id, min(u.percent) as percent, max(u.modifier) as modifier
  from valued_line s join contracts.rule u on list_contains(s.modifier_list, u.modifier) and s.service_on >= u.valid_from and s.service_on <= coalesce(u.valid_to, date '9999-12-31')
  where u.kind = 'unpriced' or u.kind in ('bilateral', 'assistant') and s.payment_rules = 'medicare' and u.indicator = case u.kind when 'bilateral' then s.bilateral_code else s.assistant_code end
  group by 1, 2, 3, 4),
session as (
  select claim_id, claim_version, service_on, multiple_code, sum(units) as units, count(*) as lines,
         bool_or(multiple_code = '3') over (partition by claim_id, claim_version, service_on) as has_endoscopy,
         sum(count(*)) over (partition by claim_id, claim_version, service_on) as all_lines
  from valued_line where multiple_code not in ('0', '9') group by 1, 2, 3, 4),
sides as (
  select claim_id, claim_version, service_on, procedure_code, sum(units) as units, count(*) as lines from valued_line group by 1, 2, 3, 4)
select s.*, b.rule_id as bilateral_rule, coalesce(b.percent, 100) as bilateral_percent, a.rule_id as assistant_rule, coalesce(a.percent, 100) as assistant_percent,
       case s.basis when 'fee' then s.fee_cents when 'percent_of_medicare' then round(s.medicare_cents * s.percent * 0.01::decimal(3,2))::bigint end as unit_cents,
       case when s.basis is null then 'no_contract'
            when s.basis = 'percent_of_charge' then ''
            when s.basis = 'percent_of_medicare' and s.status_code is null then 'no_relative_value'
            when s.basis = 'percent_of_medicare' and not s.is_located then 'no_locality'
            when s.basis = 'percent_of_medicare' and s.status_code not in ('A', 'R', 'T') then 'status_' || s.status_code
            when s.basis = 'percent_of_medicare' and s.medicare_cents = 0 then 'no_relative_value'
            when s.basis = 'percent_of_medicare' and s.has_hospital_cap then 'hospital_cap'
            when u.modifier is not null and s.fee_modifier <> u.modifier and s.value_modifier is distinct from u.modifier then 'modifier_' || u.modifier
            when list_has_any(s.modifier_list, ['26', 'TC']) and s.fee_modifier not in ('26', 'TC') and coalesce(s.value_modifier, '') not in ('26', 'TC') then 'modifier_26_TC'
            when s.basis = 'fee' and list_has_any(s.modifier_list, ['26', 'TC']) and s.fee_modifier not in ('26', 'TC') then 'modifier_26_TC'
            when s.payment_rules = 'none' and list_has_any(s.modifier_list, ['50', '80', '81', '82', 'AS']) and s.fee_modifier = '' then 'modifier_50_80'
            when s.payment_rules = 'none' then ''
            when s.status_code is null then 'no_relative_value'
            when list_has_any(s.modifier_list, ['80', '81', '82', 'AS']) and a.rule_id is null then 'assistant_not_paid'
            when list_contains(s.modifier_list, '50') and (b.rule_id is null or s.units <> 1) then 'bilateral_units'
            when s.bilateral_code = '1' and not list_contains(s.modifier_list, '50') and (d.lines > 1 or s.units > 1) then 'bilateral_otherwise'
            when s.multiple_code in ('2', '3') and n.has_endoscopy and n.all_lines > 1 then 'endoscopies'
            when s.multiple_code not in ('0', '2', '3', '9') and n.units > 1 then 'multiple_' || s.multiple_code
            else '' end as unpriced
from valued_line s
left join ruled b on b.claim_id = s.claim_id and b.claim_version = s.claim_version and b.line_number = s.line_number and b.kind = 'bilateral'
left join ruled a on a.claim_id = s.claim_id and a.claim_version = s.claim_version and a.line_number = s.line_number and a.kind = 'assistant'
left join ruled u on u.claim_id = s.claim_id and u.claim_version = s.claim_version and u.line_number = s.line_number and u.kind = 'unpriced'
left join session n on n.claim_id = s.claim_id and n.claim_version = s.claim_version and n.service_on = s.service_on and n.multiple_code = s.multiple_code
left join sides d on d.claim_id = s.claim_id and d.claim_version = s.claim_version and d.service_on = s.service_on and d.procedure_code = s.procedure_code;

-- With the amount by contract: ranked where the rule of multiple procedures applies, rounded half up.
create or replace temp table priced_line as
with based as (
  select *, case when basis = 'percent_of_charge' then charge_cents * percent * 0.01::decimal(3,2)
                 else unit_cents::decimal(12,0) * units::decimal(8,3) * bilateral_percent::decimal(5,1) * assistant_percent::decimal(5,1) * 0.0001::decimal(5,4) end as base_cents,
         payment_rules = 'medicare' and multiple_code = '2' and basis <> 'percent_of_charge' as is_ranked
  from ruled_line),
ranked as (
  select *, case when is_ranked then row_number() over (partition by claim_id, claim_version, service_on, is_ranked order by base_cents desc, line_number) end as rank,
         count(*) over (partition by claim_id, claim_version, service_on, is_ranked) as rank_count
  from based)
select r.claim_id, r.claim_version, r.line_number, r.payer_id, r.procedure_code, r.modifiers, r.place_code, r.units, r.charge_cents, r.service_on, r.fee_id, r.basis, r.tolerance_cents, r.tolerance_percent,
       concat_ws(' ', r.bilateral_rule, r.assistant_rule, case when r.rank_count > 1 then m.rule_id end) as rule_ids,
       case when r.unpriced = '' and r.is_ranked and m.rule_id is null then 'multiple_by_report' else r.unpriced end as unpriced,
       round(r.base_cents * coalesce(m.percent, 100)::decimal(5,1) * 0.01::decimal(3,2))::bigint as contract_cents,
       case r.basis when 'fee' then format('fee {} x {}', dollars_of(r.fee_cents), plain_of(r.units))
                    when 'percent_of_charge' then format('{} % of charge {}', plain_of(r.percent), dollars_of(r.charge_cents))
                    else format('{} % of Medicare {} = {}; x {}', plain_of(r.percent), dollars_of(r.medicare_cents), r.formula, plain_of(r.units)) end
       || case when r.bilateral_rule is null then '' else format(', bilateral {} %', plain_of(r.bilateral_percent)) end
       || case when r.assistant_rule is null then '' else format(', assistant {} %', plain_of(r.assistant_percent)) end
       || case when r.is_ranked and r.rank_count > 1 then format(', {} % as number {} of {}', plain_of(m.percent), r.rank, r.rank_count) else '' end as computation,
       r.is_lesser_of_charge
from ranked r left join contracts.rule m on m.kind = 'multiple' and r.is_ranked and r.rank between m.rank_from and m.rank_to
  and r.service_on >= m.valid_from and r.service_on <= coalesce(m.valid_to, date '9999-12-31');

-- What the payer allowed before for the same code, modifiers, place and units, where there is no contract.
create or replace temp table paid_before as
with wanted as (select distinct payer_id, procedure_code, modifiers, place_code, units, date_trunc('month', service_on) as month_on from priced_line where unpriced = 'no_contract'),
kept as (select * from contracts.standing where verdict <> 'not_compared' and paid_code = procedure_code)
select w.*, t.minimum_count, count(*) as line_count, quantile_disc(k.allowed_cents, 0.25) as lower_cents, quantile_disc(k.allowed_cents, 0.5) as median_cents,
       quantile_disc(k.allowed_cents, 0.75) as upper_cents, lower_cents - (upper_cents - lower_cents) * max(t.fence_percent) // 100 as fence_cents
from wanted w join contracts.threshold t on w.month_on >= t.valid_from and w.month_on <= coalesce(t.valid_to, date '9999-12-31')
join kept k on k.payer_id = w.payer_id and k.procedure_code = w.procedure_code and k.modifiers = w.modifiers and k.place_code = w.place_code and k.units = w.units
  and k.service_on >= w.month_on - to_months(t.window_months) and k.service_on < w.month_on + to_months(1)
group by w.payer_id, w.procedure_code, w.modifiers, w.place_code, w.units, w.month_on, t.minimum_count having count(*) >= t.minimum_count;

-- The verdicts: rows of contracts.comparison but for the night.
create or replace temp table judged_line as
with priced as (
  select p.*, case when p.is_lesser_of_charge then least(p.contract_cents, p.charge_cents) else p.contract_cents end as owed_cents,
         greatest(p.tolerance_cents, floor(p.contract_cents * p.tolerance_percent * 0.01::decimal(3,2))::bigint) as let_cents from priced_line p),
expected as (
  select n.*, p.procedure_code, p.modifiers, p.place_code, p.units as sent_units, p.fee_id, p.rule_ids, p.unpriced, p.let_cents, p.line_number is not null as is_ours,
         case when p.unpriced = '' then 'contract' when h.line_count is not null then 'history' else '' end as basis,
         case when p.unpriced = '' then p.owed_cents else h.median_cents end as expected_cents,
         case when p.unpriced = '' then p.owed_cents - p.let_cents else h.fence_cents end as floor_cents,
         case when p.unpriced = '' then p.computation || case when p.is_lesser_of_charge and p.contract_cents > p.charge_cents then ', no more than the charge' else '' end
              when h.line_count is not null then format('median {}, quartiles {} and {} of {} lines', dollars_of(h.median_cents), dollars_of(h.lower_cents), dollars_of(h.upper_cents), h.line_count)
              else '' end as computation,
         h.line_count as history_count
  from new_line n left join priced p on n.reason = '' and p.claim_id = n.claim_id and p.claim_version = n.claim_version and p.line_number = n.line_number
  left join paid_before h on h.payer_id = p.payer_id and h.procedure_code = p.procedure_code and h.modifiers = p.modifiers and h.place_code = p.place_code
    and h.units = p.units and h.month_on = date_trunc('month', p.service_on))
select service_id, payment_id, paid_on, claim_id, claim_version, line_number, payer_id, coalesce(procedure_code, sent_code) as procedure_code, paid_code, coalesce(modifiers, sent_modifiers) as modifiers,
       place_code, service_on, coalesce(sent_units, units) as units, charge_cents, allowed_cents, allowed_rule, basis, expected_cents, floor_cents, computation,
       case when basis = 'contract' then rule_ids else '' end as rule_ids, case when basis = 'contract' then fee_id end as fee_id, history_count,
       case when reason <> '' then 'not_compared'
            when paid_code <> coalesce(procedure_code, sent_code) and basis = '' then 'recoded'
            when basis = '' then 'unknown'
            when allowed_cents < floor_cents then case when paid_code <> coalesce(procedure_code, sent_code) then 'downcoded' else 'underpaid' end
            when basis = 'contract' and allowed_cents > expected_cents + let_cents then 'above'
            else 'as_expected' end as verdict,
       case when reason <> '' then reason when basis = '' then coalesce(unpriced, 'no_contract') else '' end as reason, file_sha256, byte_start, byte_end
from expected;
