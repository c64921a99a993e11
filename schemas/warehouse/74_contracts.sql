-- Contracts: what a payer should allow for a line, what it allowed, and the difference with its evidence.
create schema if not exists contracts;

create table if not exists contracts.source ( -- one row per file of registry/contracts that is loaded
  file_sha256 varchar primary key, -- its bytes in the vault
  file_name   varchar not null, -- its name in registry/contracts
  kind        varchar not null, -- fees, terms, rvu, gpci
  row_count   integer not null, -- rows taken from it
  loaded_on   date not null -- night
);

create table if not exists contracts.term ( -- one row per payer and period: how its contract is read
  payer_id            varchar not null, -- the payer
  valid_from          date not null, -- first date of service
  valid_to            date, -- last date of service, null while open
  locality            varchar not null, -- MAC and locality for Medicare amounts (10112-00), '' for none
  payment_rules       varchar not null, -- medicare (multiple, bilateral, assistant) or none
  is_lesser_of_charge boolean not null, -- no more than the charge is owed
  tolerance_cents     bigint not null, -- cents below what is expected that are let pass
  tolerance_percent   decimal(7,4) not null, -- the same in percent; the greater of the two counts
  file_sha256         varchar not null, -- file
  file_line           integer not null, -- its line
  primary key (payer_id, valid_from)
);

create table if not exists contracts.fee ( -- one row per line of a contract's fee schedule
  fee_id         varchar primary key, -- hash of file and line
  payer_id       varchar not null, -- the payer
  procedure_code varchar not null, -- CPT or HCPCS number, '' for every one without a row of its own
  modifier       varchar not null, -- that the line must have, '' for none
  place_code     varchar not null, -- place of service, F facility, N other, '' for all
  valid_from     date not null, -- first date of service
  valid_to       date, -- last date of service, null while open
  basis          varchar not null, -- fee, percent_of_charge, percent_of_medicare
  fee_cents      bigint, -- cents per unit, for basis fee
  percent        decimal(7,4), -- for the other two
  file_sha256    varchar not null, -- file
  file_line      integer not null -- its line
);

create table if not exists contracts.relative_value ( -- one row per code and modifier of a loaded Medicare relative value file (no descriptions)
  procedure_code    varchar not null, -- CPT or HCPCS number
  modifier          varchar not null, -- 26, TC, 53 or ''
  valid_from        date not null, -- first date of service of the release; it ends with the next one or the year
  status_code       varchar not null, -- A, R and T are paid by this formula
  work_rvu          decimal(9,2) not null, -- physician work
  office_rvu        decimal(9,2) not null, -- practice expense outside a facility
  facility_rvu      decimal(9,2) not null, -- practice expense in a facility
  malpractice_rvu   decimal(9,2) not null, -- malpractice
  multiple_code     varchar not null, -- indicator of multiple procedures
  bilateral_code    varchar not null, -- indicator of bilateral procedures
  assistant_code    varchar not null, -- indicator of assistants at surgery
  conversion_factor decimal(9,4) not null, -- dollars per unit
  has_hospital_cap  boolean not null, -- imaging whose amount the hospital schedule caps: not computed
  file_sha256       varchar not null, -- file
  primary key (procedure_code, modifier, valid_from)
);

create table if not exists contracts.locality_index ( -- one row per locality of a loaded Medicare GPCI file
  locality          varchar not null, -- MAC and locality: 10112-00
  valid_from        date not null, -- first date of service; it ends with the next one or the year
  work_index        decimal(6,3) not null, -- of work
  practice_index    decimal(6,3) not null, -- of practice expense
  malpractice_index decimal(6,3) not null, -- of malpractice
  file_sha256       varchar not null, -- file
  primary key (locality, valid_from)
);

create table if not exists contracts.rule ( -- one row per payment rule (schemas/contracts/rules.csv)
  rule_id    varchar primary key, -- its name
  kind       varchar not null, -- multiple, bilateral, assistant, unpriced
  modifier   varchar not null, -- modifier that calls for it, '' for none
  indicator  varchar not null, -- value of the code's indicator, '' for any
  rank_from  integer, -- of multiple procedures by amount
  rank_to    integer, -- last rank
  percent    decimal(7,4), -- of the fee; null where none is published
  valid_from date not null, -- first date of service
  valid_to   date, -- last date of service
  source     varchar not null -- where the rule stands
);

create table if not exists contracts.adjustment_role ( -- one row per adjustment that says nothing against a line (schemas/contracts/adjustment_roles.csv); any other is a denial
  group_code  varchar not null, -- CAS01
  reason_code varchar not null, -- CARC
  role        varchar not null, -- above_allowed (charge less allowed), share (of what is allowed)
  source      varchar not null, -- where that stands
  primary key (group_code, reason_code)
);

create table if not exists contracts.facility_place ( -- one row per place of service that is paid at the facility rate
  place_code varchar primary key, -- place of service
  source     varchar not null -- where that stands
);

create table if not exists contracts.threshold ( -- one row per period: when a payer's own history speaks
  valid_from    date primary key, -- first date of service
  valid_to      date, -- last date of service
  minimum_count integer not null, -- lines below which history says nothing
  window_months integer not null, -- months before the line's month that count
  fence_percent integer not null, -- of the distance of the quartiles, taken below the first
  source        varchar not null -- where that stands
);

create table if not exists contracts.comparison ( -- one row per remitted line of a posted payment: expected against allowed
  service_id      varchar primary key, -- remittances.service
  payment_id      varchar not null, -- its payment
  paid_on         date not null, -- date of the payment
  claim_id        varchar, -- our claim, null where unmatched
  claim_version   integer, -- its version
  line_number     integer, -- our line, null where unmatched
  payer_id        varchar, -- payer of the claim
  procedure_code  varchar not null, -- as sent
  paid_code       varchar not null, -- SVC01-2 as paid
  modifiers       varchar not null, -- as sent, joined by ':'
  place_code      varchar, -- place of service
  service_on      date, -- date of service
  units           decimal(15,3), -- as sent
  charge_cents    bigint not null, -- cents, SVC02
  allowed_cents   bigint not null, -- cents, as the payer said
  allowed_rule    varchar not null, -- AMT*B6, or charge less contractual
  basis           varchar not null, -- contract, history, '' for none
  expected_cents  bigint, -- cents: the contract's amount, or the median of the history
  floor_cents     bigint, -- cents: less than this is too little
  computation     varchar not null, -- how: fee, percents, ranks, or quartiles and count
  rule_ids        varchar not null, -- payment rules applied, joined by space
  fee_id          varchar, -- row of the fee schedule
  history_count   bigint, -- lines that the history is made of
  verdict         varchar not null, -- underpaid, downcoded, recoded, above, as_expected, unknown (nothing to compare with), not_compared
  reason          varchar not null, -- why not compared or unknown, '' otherwise
  file_sha256     varchar not null, -- file that said it
  byte_start      bigint not null, -- first byte of the SVC
  byte_end        bigint not null, -- after the loop's last segment
  compared_on     date not null -- night
);

create or replace view contracts.standing as -- one row per line of ours that a payer has answered: the last answer that it did not take back, by date of payment
select k.* from contracts.comparison k
where k.line_number is not null and k.reason not in ('not_adjudicated', 'not_primary')
qualify row_number() over (partition by k.claim_id, k.line_number order by k.paid_on desc, k.reason = 'reversal', k.claim_version desc, k.file_sha256 desc, k.byte_start desc) = 1
   and k.reason <> 'reversal';

create or replace view contracts.underpayment as -- one row per line that stands underpaid, largest first: what was expected and why, what was allowed, and where the payer said so
select k.payer_id, k.claim_id, v.patient_control_number, k.line_number, k.procedure_code, k.modifiers, k.place_code, k.service_on, k.units, k.charge_cents,
       k.basis, k.expected_cents, k.allowed_cents, k.expected_cents - k.allowed_cents as underpaid_cents, k.floor_cents, k.computation, k.rule_ids, k.fee_id, k.history_count,
       k.allowed_rule, k.paid_on, k.file_sha256, k.byte_start, k.byte_end, k.service_id, k.compared_on
from contracts.standing k left join claims.version v using (claim_id, claim_version)
where k.verdict = 'underpaid' order by underpaid_cents desc, k.service_id;

create or replace view contracts.downcode as -- one row per line that stands paid as another code than the one sent (SVC06), for less than expected or where nothing says what to expect
select k.payer_id, k.claim_id, v.patient_control_number, k.line_number, k.procedure_code, k.paid_code, k.modifiers, k.service_on, k.charge_cents, k.basis, k.expected_cents, k.allowed_cents,
       k.expected_cents - k.allowed_cents as lost_cents, k.computation, k.verdict = 'downcoded' as is_less, k.paid_on, k.file_sha256, k.byte_start, k.byte_end, k.service_id, k.compared_on
from contracts.standing k left join claims.version v using (claim_id, claim_version)
where k.verdict in ('downcoded', 'recoded') order by lost_cents desc nulls last, k.service_id;

create or replace view contracts.recovery as -- one row per line flagged once whose last standing answer allows more than the first flagged one: what came back
select f.payer_id, f.claim_id, f.line_number, f.procedure_code, f.verdict as first_verdict, f.expected_cents, f.allowed_cents as first_allowed_cents, s.allowed_cents as final_allowed_cents,
       s.allowed_cents - f.allowed_cents as recovered_cents, f.paid_on as first_paid_on, s.paid_on as final_paid_on, s.verdict as final_verdict,
       f.file_sha256 as first_file_sha256, f.byte_start as first_byte_start, s.file_sha256 as final_file_sha256, s.byte_start as final_byte_start, f.service_id as first_service_id
from (select * from contracts.comparison where verdict in ('underpaid', 'downcoded')
      qualify row_number() over (partition by claim_id, line_number order by paid_on, claim_version, file_sha256, byte_start) = 1) f
join contracts.standing s using (claim_id, line_number)
where s.allowed_cents > f.allowed_cents;

create or replace view contracts.paid_history as -- one row per payer, code, modifiers, place, units and month of service: what the payer allowed, as quartiles; lines that it took back, recoded or denied are left out
select k.payer_id, k.procedure_code, k.modifiers, k.place_code, k.units, date_trunc('month', k.service_on)::date as month_on, count(*) as line_count,
       quantile_disc(k.allowed_cents, 0.25) as lower_cents, quantile_disc(k.allowed_cents, 0.5) as median_cents, quantile_disc(k.allowed_cents, 0.75) as upper_cents
from contracts.standing k where k.verdict <> 'not_compared' and k.paid_code = k.procedure_code group by all;
