-- Remittances: the 835 as read. Every row names file and bytes; signs are the payer's; nothing is corrected.
create schema if not exists remittances;

create table if not exists remittances.payment ( -- one row per 835 transaction (ST)
  payment_id         varchar primary key, -- 16 digits of the file's hash, 12 of the ST's byte, 4 zeros
  file_sha256        varchar not null, -- file
  byte_start         bigint not null, -- first byte of the ST
  byte_end           bigint not null, -- after its SE
  trace_number       varchar not null, -- TRN02: check or EFT number
  originator_id      varchar not null, -- TRN03
  payer_id           varchar not null, -- 1000A N104, else REF*2U, else TRN03
  payer_name         varchar not null, -- 1000A N102
  payee_npi          varchar, -- 1000B N104 where N103 is XX
  handling_code      varchar not null, -- BPR01
  credit_debit_code  varchar not null, -- BPR03
  method_code        varchar not null, -- BPR04: ACH, CHK, NON
  format_code        varchar, -- BPR05
  sender_bank        varchar, -- BPR07: the payer's bank
  sender_account     varchar, -- BPR09: the payer's account
  sender_id          varchar, -- BPR10
  receiver_bank      varchar, -- BPR13: the payee's bank
  receiver_account   varchar, -- BPR15: the payee's account
  effective_on       date, -- BPR16 as written
  transaction_number varchar, -- ST02
  trace_type         varchar, -- TRN01
  trace_reference    varchar, -- TRN04
  payer_id_qualifier varchar, -- 1000A N103
  payer_number       varchar, -- 1000A N104
  payer_reference    varchar, -- 1000A REF*2U
  payee_name         varchar, -- 1000B N102
  payee_id_qualifier varchar, -- 1000B N103
  payee_number       varchar, -- 1000B N104
  payment_cents      bigint not null, -- cents, BPR02
  paid_on            date not null, -- BPR16, else DTM*405
  production_on      date, -- DTM*405
  verdict            varchar not null, -- accepted, held (does not balance, is no payment, contradicts another), repeated; new while the night reads
  verdict_reason     varchar, -- why held or repeated: what is wrong, then what to do
  read_on            date not null -- night
);

create table if not exists remittances.claim ( -- one row per CLP
  payment_id             varchar not null, -- its transaction
  remitted_claim_id      varchar primary key, -- as payment_id, of its CLP
  file_sha256            varchar not null, -- file
  byte_start             bigint not null, -- first byte of the CLP
  byte_end               bigint not null, -- after the loop's last segment
  position               integer not null, -- order in the transaction
  patient_control_number varchar not null, -- CLP01
  status_code            varchar not null, -- CLP02
  charge_cents           bigint not null, -- cents, CLP03
  paid_cents             bigint not null, -- cents, CLP04
  patient_cents          bigint not null, -- cents, CLP05, 0 when empty
  filing_code            varchar, -- CLP06
  payer_claim_number     varchar, -- CLP07
  frequency_code         varchar, -- CLP09
  remark_codes           varchar not null, -- MIA/MOA RARCs joined by space
  crossover_payer        varchar, -- NM1*TT
  received_on            date, -- DTM*050
  facility_code          varchar, -- CLP08
  drg_code               varchar, -- CLP11
  member_number          varchar, -- NM1*IL 09, else NM1*QC 09
  rendering_id_qualifier varchar, -- NM1*82 08
  rendering_number       varchar, -- NM1*82 09
  rendering_npi          varchar, -- NM1*82 09 where 08 is XX
  service_start_on       date, -- DTM*232
  service_end_on         date, -- DTM*233
  claim_id               varchar, -- our claim, null where unmatched
  claim_version          integer, -- its version
  match_rule             varchar, -- how it was matched: patient_control_number, payer_claim_number, member_date_charge_npi, person; without claim_id why it waits: repeated, unknown_status, sign_of_charge, later_payer, unmatched_by_person, null where nothing fits
  matched_on             date, -- night of the match, null where unmatched
  decision_id            varchar, -- decision of the person who matched or unmatched it
  read_on                date not null -- night
);

create table if not exists remittances.service ( -- one row per SVC
  remitted_claim_id    varchar not null, -- its claim
  service_id           varchar primary key, -- as payment_id, of its SVC
  file_sha256          varchar not null, -- file
  byte_start           bigint not null, -- first byte of the SVC
  byte_end             bigint not null, -- after the loop's last segment
  position             integer not null, -- order in the claim
  procedure_code       varchar not null, -- SVC01-2 as paid
  modifiers            varchar not null, -- SVC01-3.. joined by ':'
  submitted_code       varchar, -- SVC06-2 where the payer recoded
  charge_cents         bigint not null, -- cents, SVC02
  paid_cents           bigint not null, -- cents, SVC03
  units                decimal(15,3), -- SVC05
  procedure_qualifier  varchar, -- SVC01-1
  procedure_description varchar, -- SVC01-7 and behind
  revenue_code         varchar, -- SVC04
  submitted_qualifier  varchar, -- SVC06-1
  submitted_modifiers  varchar, -- SVC06-3.. joined by ':'
  submitted_description varchar, -- SVC06-7 and behind
  submitted_units      decimal(15,3), -- SVC07
  service_on           date, -- DTM*472, else 150, else the claim's 232
  line_control_number  varchar, -- REF*6R
  allowed_cents        bigint, -- cents, AMT*B6
  remark_codes         varchar not null, -- LQ*HE joined by space
  line_number          integer -- our line, null where unmatched
);

create table if not exists remittances.adjustment ( -- one row per CAS triple
  remitted_claim_id varchar not null, -- its claim
  service_id        varchar, -- its line, null for claim level
  adjustment_id     varchar primary key, -- as payment_id, of its CAS; the last 4 digits are the triple
  file_sha256       varchar not null, -- file
  byte_start        bigint not null, -- first byte of the CAS
  byte_end          bigint not null, -- after it
  triple            integer not null, -- 1 to 6 within the CAS
  group_code        varchar not null, -- CAS01
  reason_code       varchar not null, -- CARC
  amount_cents      bigint not null, -- cents, positive reduces the payment
  quantity          decimal(15,3) -- units, null for none
);

create table if not exists remittances.provider_adjustment ( -- one row per PLB pair
  payment_id             varchar not null, -- its transaction
  provider_adjustment_id varchar primary key, -- as payment_id, of its PLB; the last 4 digits are the pair
  file_sha256            varchar not null, -- file
  byte_start             bigint not null, -- first byte of the PLB
  byte_end               bigint not null, -- after it
  pair                   integer not null, -- 1 to 6 within the PLB
  provider_number        varchar not null, -- PLB01
  fiscal_period_on       date, -- PLB02
  reason_code            varchar not null, -- PLB03-1
  reference_number       varchar, -- PLB03-2
  amount_cents           bigint not null -- cents, positive reduces the payment
);

create table if not exists remittances.segment ( -- one row per segment of which some element has no column above; nothing is left out
  segment_id        varchar primary key, -- as payment_id, of the segment
  payment_id        varchar not null, -- its transaction
  remitted_claim_id varchar, -- its claim, null in header and trailer
  service_id        varchar, -- its line, null outside lines
  file_sha256       varchar not null, -- file
  byte_start        bigint not null, -- first byte
  byte_end          bigint not null, -- after its terminator
  segment_code      varchar not null, -- its id: NM1, REF, ...
  content           varchar not null -- all of it, without its terminator
);

create table if not exists remittances.decided_match ( -- one row per decision on a match that a night took up
  decision_id       varchar primary key, -- decisions.decision
  remitted_claim_id varchar not null, -- the remitted claim
  claim_id          varchar, -- our claim, null where it was unmatched
  verdict           varchar not null, -- taken, refused
  message           varchar, -- why it was refused and what to do
  decided_on        date not null -- night
);

create or replace view remittances.transaction_balance as -- BPR02 against the sum of CLP04 less the sum of PLB, per transaction
select p.payment_id, p.file_sha256, p.trace_number, p.payment_cents,
       coalesce(c.paid_cents, 0) - coalesce(l.plb_cents, 0) as expected_cents,
       p.payment_cents - (coalesce(c.paid_cents, 0) - coalesce(l.plb_cents, 0)) as difference_cents
from remittances.payment p
left join (select payment_id, sum(paid_cents) paid_cents from remittances.claim group by 1) c using (payment_id)
left join (select payment_id, sum(amount_cents) plb_cents from remittances.provider_adjustment group by 1) l using (payment_id);

create or replace view remittances.claim_balance as -- CLP03 less every CAS against CLP04, per claim
select c.payment_id, c.remitted_claim_id, c.charge_cents, c.paid_cents, coalesce(a.adjusted_cents, 0) as adjusted_cents,
       c.charge_cents - coalesce(a.adjusted_cents, 0) - c.paid_cents as difference_cents
from remittances.claim c left join (select remitted_claim_id, sum(amount_cents) adjusted_cents from remittances.adjustment group by 1) a using (remitted_claim_id);

create or replace view remittances.line_balance as -- SVC02 less the line's CAS against SVC03, per line
select s.remitted_claim_id, s.service_id, s.charge_cents, s.paid_cents, coalesce(a.adjusted_cents, 0) as adjusted_cents,
       s.charge_cents - coalesce(a.adjusted_cents, 0) - s.paid_cents as difference_cents
from remittances.service s left join (select service_id, sum(amount_cents) adjusted_cents from remittances.adjustment where service_id is not null group by 1) a using (service_id);

create or replace view remittances.patient_share_difference as -- remitted claims whose CLP05 is neither the sum of their PR adjustments nor that of their lines alone; reversals may say zero or turn the sign: a payer's slip, or a group code that says another debtor
with share as (
  select remitted_claim_id, sum(amount_cents) as share_cents, sum(case when service_id is null then 0 else amount_cents end) as line_cents
  from remittances.adjustment where group_code = 'PR' group by 1)
select c.payment_id, c.remitted_claim_id, c.file_sha256, c.patient_cents, coalesce(s.share_cents, 0) as share_cents
from remittances.claim c left join share s using (remitted_claim_id)
where c.patient_cents not in (coalesce(s.share_cents, 0), coalesce(s.line_cents, 0)) and not (c.status_code = '22' and c.patient_cents in (0, -s.share_cents));

create or replace view remittances.waiting_claim as -- remitted claims of accepted payments that match none of ours: a person matches them (claims unmatched)
select c.remitted_claim_id, p.trace_number, c.patient_control_number, c.payer_claim_number, c.status_code, c.charge_cents, c.paid_cents, c.read_on,
       case c.match_rule when 'repeated' then 'the same payment says the claim twice' when 'unknown_status' then 'its status code is unknown'
         when 'sign_of_charge' then 'only a reversal has a negative charge, and it no positive one' when 'later_payer' then 'another payer answers here under the number of the primary payer''s claim'
         when 'unmatched_by_person' then 'a person took the match back' else 'no number and no exact tuple names one claim of ours' end as reason
from remittances.claim c join remittances.payment p using (payment_id) where c.claim_id is null and p.verdict = 'accepted' order by abs(c.paid_cents) desc, c.remitted_claim_id;

create or replace view remittances.candidate as -- at most three claims of ours that share a number, or the charge and member or date, with a remitted claim that waits, and why they are not certain; ids and amounts alone
with waiting as (
  select c.* exclude (claim_id, claim_version), coalesce(c.service_start_on, (select min(s.service_on) from remittances.service s where s.remitted_claim_id = c.remitted_claim_id)) as first_on
  from remittances.claim c semi join remittances.waiting_claim w using (remitted_claim_id)),
found as (
  select w.remitted_claim_id, v.claim_id, v.claim_version from waiting w join claims.version v using (patient_control_number)
  union
  select w.remitted_claim_id, a.claim_id, a.claim_version from waiting w join acknowledgments.claim_answer a using (payer_claim_number) where a.claim_id is not null
  union
  select w.remitted_claim_id, c.claim_id, c.claim_version from waiting w join remittances.claim c using (payer_claim_number) where c.claim_id is not null
  union
  select w.remitted_claim_id, v.claim_id, v.claim_version from waiting w join encounters.coverage x on x.member_id = w.member_number
  join claims.claim k on k.encounter_id = x.encounter_id and k.payer_rank = x.payer_rank
  join claims.version v on v.claim_id = k.claim_id and v.encounter_version = x.encounter_version and v.total_charge_cents = abs(w.charge_cents)
  union
  select w.remitted_claim_id, v.claim_id, v.claim_version from waiting w join claims.version v on v.total_charge_cents = abs(w.charge_cents)
  join claims.line l on l.claim_id = v.claim_id and l.claim_version = v.claim_version and l.service_from_on = w.first_on),
compared as (
  select f.remitted_claim_id, f.claim_id, v.patient_control_number, v.total_charge_cents,
         v.patient_control_number = w.patient_control_number as has_number, v.total_charge_cents = abs(w.charge_cents) as has_charge,
         coalesce(x.member_id = w.member_number, false) as has_member, coalesce(d.npi = w.rendering_npi, false) as has_provider,
         coalesce((select min(l.service_from_on) from claims.line l where l.claim_id = f.claim_id and l.claim_version = f.claim_version) = w.first_on, false) as has_date
  from found f join waiting w using (remitted_claim_id) join claims.version v using (claim_id, claim_version) semi join claims.batch_claim b using (claim_id, claim_version)
  join claims.claim k on k.claim_id = f.claim_id join encounters.encounter e on e.encounter_id = k.encounter_id and e.encounter_version = v.encounter_version
  left join encounters.coverage x on x.encounter_id = e.encounter_id and x.encounter_version = e.encounter_version and x.payer_rank = k.payer_rank
  left join encounters.current_provider d on d.provider_key = coalesce(e.rendering_provider_key, e.billing_provider_key))
select remitted_claim_id, claim_id, patient_control_number, total_charge_cents,
       coalesce(nullif(concat_ws(', ', case when not has_number then 'control number' end, case when not has_charge then 'charge' end, case when not has_member then 'member' end,
         case when not has_date then 'date of service' end, case when not has_provider then 'rendering provider' end), ''), 'nothing: other claims share all of it') as differs_in
from compared qualify row_number() over (partition by remitted_claim_id
  order by coalesce(has_number, false)::int + has_charge::int + has_member::int + has_date::int + has_provider::int desc, claim_id) <= 3
order by remitted_claim_id, claim_id;
