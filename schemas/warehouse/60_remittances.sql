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
  match_rule             varchar, -- how it was matched: patient_control_number, payer_claim_number, member_date_charge_npi, person; without claim_id why it waits: repeated, unknown_status, unmatched_by_person, null where nothing fits
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
