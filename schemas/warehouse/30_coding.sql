-- Coding: what each encounter version became in ICD-10-CM, CPT and HCPCS numbers, and the edits it broke.
create schema if not exists coding;

create table if not exists coding.encounter ( -- one row per coded encounter version
  encounter_id      varchar not null, -- the encounter
  encounter_version bigint not null, -- its version
  disposition       varchar not null, -- billable, not_billable
  reason            varchar, -- why not billable: self_pay, cancelled, no_show, dental, facility, no_charge, ...
  billable_cents    bigint not null, -- cents of lines that may be claimed
  unbillable_cents  bigint not null, -- cents of lines that may not
  coded_on          date not null, -- night
  primary key (encounter_id, encounter_version)
);

create table if not exists coding.diagnosis ( -- one row per diagnosis that a claim will carry
  encounter_id      varchar not null, -- the encounter
  encounter_version bigint not null, -- its version
  position          integer not null, -- 1 to 12, HI order
  icd10cm_code      varchar not null, -- ICD-10-CM, no dot
  source_code       varchar not null, -- code as received
  source_system     varchar not null, -- ICD10CM, SNOMED
  rule_id           varchar not null, -- crosswalk row or normalisation that made it
  rule_version      varchar not null, -- edition of that rule
  primary key (encounter_id, encounter_version, position)
);

create table if not exists coding.line ( -- one row per charge line with what became of it
  encounter_id       varchar not null, -- the encounter
  encounter_version  bigint not null, -- its version
  line_number        integer not null, -- source line
  disposition        varchar not null, -- billable, not_billable
  reason             varchar, -- why not: dental, facility, bundled_in_visit, no_charge, unmapped, ...
  procedure_code     varchar, -- CPT or HCPCS number
  modifiers          varchar not null, -- joined by ':', '' for none
  units              decimal(8,3) not null, -- units of service
  charge_cents       bigint not null, -- cents
  diagnosis_pointers varchar not null, -- joined by ':', positions in coding.diagnosis
  source_code        varchar not null, -- code as received
  source_system      varchar not null, -- HCPCS, SNOMED, CVX, RXNORM
  rule_id            varchar not null, -- crosswalk row or rule
  rule_version       varchar not null, -- edition of that rule
  primary key (encounter_id, encounter_version, line_number)
);

create table if not exists coding.finding ( -- one row per edit that a coded encounter broke
  encounter_id      varchar not null, -- the encounter
  encounter_version bigint not null, -- its version
  rule_id           varchar not null, -- edit
  line_number       integer not null, -- charge line, 0 for the encounter
  column_name       varchar not null, -- field
  severity          varchar not null, -- hold, fix, warn
  value             varchar, -- value, PHI possible
  remedy            varchar not null, -- what to do next
  owner             varchar not null, -- who does it
  found_on          date not null, -- night
  primary key (encounter_id, encounter_version, rule_id, line_number, column_name)
);

create or replace view coding.hold as -- every finding that keeps an encounter version from being claimed
select encounter_id, encounter_version, rule_id, line_number, column_name, remedy, owner, found_on from encounters.finding where severity = 'hold'
union all by name
select encounter_id, encounter_version, rule_id, line_number, column_name, remedy, owner, found_on from coding.finding where severity = 'hold';

create or replace view coding.unbalanced as -- MUST BE EMPTY: coded encounters whose line cents are not the encounter's charge lines
select c.encounter_id, c.encounter_version, c.billable_cents + c.unbillable_cents as coded_cents, sum(s.charge_cents) as received_cents
from coding.encounter c join encounters.service_line s using (encounter_id, encounter_version)
group by all having coded_cents <> received_cents;
