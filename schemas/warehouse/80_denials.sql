-- Denials: cases opened from remittances, their deadlines, and what was done.
create schema if not exists denials;

create table if not exists denials.case ( -- one row per denied adjustment of a claim version
  case_id             varchar primary key, -- hash of the adjustment
  claim_id            varchar not null, -- claim
  claim_version       integer not null, -- version denied
  line_number         integer, -- our line, null for claim level
  group_code          varchar not null, -- CAS01
  reason_code         varchar not null, -- CARC
  remark_codes        varchar not null, -- RARCs joined by space
  category            varchar not null, -- schemas/denials/taxonomy.csv
  remedy              varchar not null, -- correct, appeal, records, bill_other_payer, bill_patient, write_off, review
  amount_cents        bigint not null, -- cents denied
  payer_claim_number  varchar, -- CLP07: REF*F8 of a corrected claim
  deadline_on         date not null, -- last day for the remedy
  deadline_rule       varchar not null, -- payer's limit it was computed from
  owner               varchar not null, -- who works it
  adjustment_id       varchar not null, -- the CAS triple
  opened_on           date not null -- night
);

create table if not exists denials.action ( -- one row per thing done on a case; append-only
  case_id  varchar not null, -- the case
  action   varchar not null, -- corrected, recovered, reversed, upheld
  detail   varchar not null, -- what, no PHI
  cents    bigint not null, -- cents recovered by it, 0 where none
  acted_on date not null, -- night
  primary key (case_id, action, acted_on)
);

create or replace view denials.case_state as -- each case with its newest action: open, corrected, recovered, reversed, upheld
select c.*, coalesce(a.action, 'open') as state
from denials.case c left join (select * from denials.action qualify row_number() over (partition by case_id order by acted_on desc, action desc) = 1) a using (case_id);

create or replace view denials.worklist as -- open cases by deadline and amount: what a biller works first
select s.case_id, s.claim_id, k.payer_id, s.category, s.group_code || '-' || s.reason_code as code, s.remark_codes, s.remedy, s.amount_cents, s.deadline_on, s.owner, s.state, s.opened_on
from denials.case_state s join claims.claim k using (claim_id) where s.state = 'open' order by s.deadline_on, s.amount_cents desc, s.case_id;
