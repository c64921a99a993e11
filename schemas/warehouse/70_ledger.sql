-- Ledger: double entry in integer cents, append-only. What is wrong is reversed, never edited.
create schema if not exists ledger;

create table if not exists ledger.account ( -- one row per account
  account varchar primary key, -- name
  kind    varchar not null, -- asset, liability, income, contra_income
  meaning varchar not null -- what a debit balance says
);

create table if not exists ledger.entry ( -- one row per debit or credit
  entry_id      varchar primary key, -- hash of posting and position
  posting_id    varchar not null, -- entries of one posting sum to zero
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

create table if not exists ledger.posting_run ( -- one row per payment whose claims and provider adjustments are posted
  payment_id varchar primary key, -- remittances.payment
  posted_on  date not null -- night
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

create or replace view ledger.unbalanced as -- MUST BE EMPTY: postings that do not sum to zero
select posting_id, sum(amount_cents) as difference_cents from ledger.entry group by 1 having sum(amount_cents) <> 0;

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

create or replace view ledger.deposit as -- cash posted per payment trace, cents
select trace_number, sum(amount_cents) as cash_cents from ledger.entry where account = 'cash' and trace_number is not null group by 1;
