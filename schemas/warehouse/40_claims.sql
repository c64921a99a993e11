-- Claims: threads, versions, sealed batches and the events that give a claim its state.
create schema if not exists claims;

create table if not exists claims.counter ( -- one row per number that is burnt when taken
  name  varchar primary key, -- patient_control, interchange, group, trace
  value bigint not null -- last number taken
);

create table if not exists claims.move ( -- one row per legal move of a claim (schemas/claims/lifecycle.csv)
  from_state varchar not null, -- state before
  event      varchar not null, -- what happened
  guard      varchar not null, -- condition, '' for none
  to_state   varchar not null, -- state after
  primary key (from_state, event, guard)
);

create table if not exists claims.claim ( -- one row per encounter and payer: the thread that versions, answers and money belong to
  claim_id     varchar primary key, -- hash of tenant, encounter, payer rank
  tenant_id    varchar not null, -- billing entity
  encounter_id varchar not null, -- the encounter
  payer_rank   varchar not null, -- P, S, T
  payer_id     varchar not null, -- payer of the newest version, '' while none is known
  opened_on    date not null -- night
);

create table if not exists claims.version ( -- one row per version of a claim; sealed versions never change
  claim_id               varchar not null, -- the claim
  claim_version          integer not null, -- 1, 2, ...
  encounter_version      bigint not null, -- encounter version it was drafted from
  patient_control_number varchar not null unique, -- CLM01, at most 17 characters, never reused
  frequency_code         varchar not null, -- CLM05-3: 1 original, 7 replacement, 8 void
  original_claim_number  varchar, -- REF*F8: payer claim number replaced or voided
  total_charge_cents     bigint not null, -- cents, CLM02
  content_sha256         varchar not null, -- hash of the rows that the 837P is written from
  drafted_on             date not null, -- night
  primary key (claim_id, claim_version)
);

create table if not exists claims.line ( -- one row per service line of a claim version
  claim_id            varchar not null, -- the claim
  claim_version       integer not null, -- its version
  line_number         integer not null, -- LX01
  source_line_number  integer not null, -- line of the encounter
  line_control_number varchar not null, -- REF*6R, unique
  procedure_code      varchar not null, -- SV101-2
  modifiers           varchar not null, -- joined by ':'
  units               decimal(8,3) not null, -- SV104
  charge_cents        bigint not null, -- cents, SV102
  diagnosis_pointers  varchar not null, -- joined by ':'
  service_from_on     date not null, -- DTP*472
  service_to_on       date not null, -- DTP*472
  primary key (claim_id, claim_version, line_number)
);

create table if not exists claims.batch ( -- one row per sealed interchange: bytes, hash and numbers fixed before anything is sent
  batch_id                   varchar primary key, -- hash of the bytes' number and partner
  kind                       varchar not null, -- 837P, 270, 999, TA1
  partner_id                 varchar not null, -- mailbox
  payer_id                   varchar not null, -- payer, '' for an answer to a partner (999, TA1)
  interchange_control_number bigint not null unique, -- ISA13, never reused
  group_control_number       bigint not null, -- GS06
  file_name                  varchar not null, -- name in the mailbox
  file_sha256                varchar not null, -- bytes in the vault
  claim_count                integer not null, -- claims or inquiries in it
  total_charge_cents         bigint not null, -- cents, sum of CLM02; 0 for a 270
  judge                      varchar not null, -- verdict of pyx12: accepted, or 'no map' for a 270 or TA1
  sealed_on                  date not null -- night
);

create table if not exists claims.batch_claim ( -- one row per claim version in a sealed batch
  batch_id                   varchar not null, -- the batch
  claim_id                   varchar not null, -- the claim
  claim_version              integer not null, -- its version
  transaction_control_number varchar not null, -- ST02
  byte_start                 bigint not null, -- first byte of its CLM in the file
  byte_end                   bigint not null, -- after its last segment
  primary key (batch_id, claim_id, claim_version)
);

create table if not exists claims.dispatch ( -- one row per try to deliver a batch, written before the try
  batch_id   varchar not null, -- the batch
  attempt    integer not null, -- 1, 2, ...
  started_on date not null, -- night
  primary key (batch_id, attempt)
);

create table if not exists claims.delivery ( -- one row per try to deliver a batch, written after it
  batch_id     varchar not null, -- the batch
  attempt      integer not null, -- 1, 2, ...
  outcome      varchar not null, -- delivered, failed, unknown
  proof        varchar not null, -- what the mailbox said
  delivered_on date not null, -- night
  primary key (batch_id, attempt)
);

create table if not exists claims.event ( -- one row per event that moved a claim; append-only; without a key: an index of random keys costs a night beside millions of claims more than all else (docs/decisions/0019)
  event_id      varchar not null, -- hash of claim, event and source: the same event twice is one row
  claim_id      varchar not null, -- the claim
  claim_version integer not null, -- version it speaks of
  sequence      integer not null, -- order within the claim, 1, 2, ...
  event         varchar not null, -- name in claims.move
  guard         varchar not null, -- guard in claims.move
  from_state    varchar not null, -- state before
  to_state      varchar not null, -- state after
  file_sha256   varchar, -- file that said so
  byte_start    bigint, -- first byte
  byte_end      bigint, -- after it
  detail        varchar not null, -- rule, code or reason, no PHI
  happened_on   date not null -- night
);

create table if not exists claims.refused_event ( -- one row per event that the table of moves does not allow in the claim's state
  event_id      varchar primary key, -- hash of claim, event and source
  claim_id      varchar not null, -- the claim
  claim_version integer not null, -- version it speaks of
  event         varchar not null, -- what was said
  state         varchar not null, -- state the claim was in
  kind          varchar not null, -- late (an answer overtaken by a later stage: no work), illegal (a person looks)
  file_sha256   varchar, -- file that said so
  byte_start    bigint, -- first byte
  byte_end      bigint, -- after it
  detail        varchar not null, -- code or reason, no PHI
  refused_on    date not null -- night
);

create or replace view claims.state as -- the state of each claim, from its last event
select claim_id, claim_version, to_state as state, event as last_event, detail, happened_on as since_on
from claims.event qualify row_number() over (partition by claim_id order by sequence desc) = 1;

create or replace view claims.current_version as -- the newest version of each claim
select * from claims.version qualify row_number() over (partition by claim_id order by claim_version desc) = 1;

create or replace view claims.illegal_state as -- MUST BE EMPTY: events that do not continue the one before, are no legal move, or are there twice
select e.claim_id, e.sequence, e.event, e.from_state, e.to_state
from (select *, coalesce(lag(to_state) over (partition by claim_id order by sequence), 'START') as before_state,
             row_number() over (partition by claim_id order by sequence) as expected_sequence from claims.event) e
left join claims.move m on m.from_state = e.from_state and m.event = e.event and m.guard = e.guard and m.to_state = e.to_state
where m.event is null or e.before_state <> e.from_state or e.sequence <> e.expected_sequence
union all
select any_value(claim_id), max(sequence), any_value(event), any_value(from_state), any_value(to_state) from claims.event group by event_id having count(*) > 1;

create or replace view claims.sent_twice as -- MUST BE EMPTY: claim versions in two batches, numbers used twice, equal originals of one encounter both live
select 'version in two batches, the first not refused whole' as reason, b.claim_id as subject, count(*) as occurrences from claims.batch_claim b
group by b.claim_id, b.claim_version
having count(*) > 1 + (select count(*) from claims.event e where e.claim_id = b.claim_id and e.claim_version = b.claim_version and e.event = 'ta1_rejected')
union all
select 'file delivered twice', batch_id, count(*) from claims.delivery where outcome = 'delivered' group by batch_id having count(*) > 1
union all
select 'same content sent again without a rejection', v.claim_id, count(*) from claims.version v join claims.batch_claim b using (claim_id, claim_version)
where v.frequency_code = '1' and not exists (select 1 from claims.event e where e.claim_id = v.claim_id and e.claim_version = v.claim_version and e.event in ('ack277_rejected', 'ack999_rejected', 'ta1_rejected', 'worked_as_new'))
group by v.claim_id having count(*) > 1;

create or replace view claims.unsent as -- sealed batches without proof of delivery, with what was tried
select b.*, coalesce(d.attempts, 0) as attempts, d.outcome, d.proof
from claims.batch b left join (select batch_id, max(attempt) as attempts, arg_max(outcome, attempt) as outcome, arg_max(proof, attempt) as proof from claims.delivery group by 1) d using (batch_id)
where d.outcome is null or d.outcome <> 'delivered';

create or replace view claims.overdue as -- claims that a payer should have answered by now, oldest first
select s.claim_id, c.payer_id, s.state, s.since_on, p.expected_answer_days
from claims.state s join claims.claim c using (claim_id) join encounters.payer p using (payer_id)
where s.state in ('SENT', 'SYNTAX_OK', 'WITH_CLEARINGHOUSE', 'ACCEPTED', 'PENDED', 'PART_REMIT');

create or replace view claims.edit as -- every set edit that a coded encounter breaks, whatever the night; age in days since service is for the step to compare
with billable as (
  select e.*, c.payer_id, c.member_id, c.auth_number, p.filing_limit_days, i.member_key
  from encounters.current_encounter e
  join coding.encounter k on k.encounter_id = e.encounter_id and k.encounter_version = e.encounter_version and k.disposition = 'billable'
  join encounters.billed_coverage c on c.encounter_id = e.encounter_id and c.encounter_version = e.encounter_version
  join encounters.insured_person i on i.encounter_id = c.encounter_id and i.encounter_version = c.encounter_version and i.payer_rank = c.payer_rank
  left join encounters.payer p on p.payer_id = c.payer_id)
select b.encounter_id, b.encounter_version, 'T01' as rule_id, 0 as line_number, 'date_of_service_from' as column_name, b.date_of_service_from + b.filing_limit_days as applies_after_on,
       'past the payer''s filing limit: find proof of timely filing, give a delay reason, or decide the write-off' as remedy, 'biller' as owner
from billable b where b.filing_limit_days is not null and b.delay_reason is null
union all
select b.encounter_id, b.encounter_version, 'A01', l.line_number, 'prior_auth_number', null, 'authorization required and none on file: ask for a retro-authorization', 'front_desk'
from billable b join coding.line l on l.encounter_id = b.encounter_id and l.encounter_version = b.encounter_version and l.disposition = 'billable'
join encounters.authorization_rule r on r.payer_id = b.payer_id and r.procedure_code = l.procedure_code
where b.prior_auth_number is null and b.auth_number is null
union all
select b.encounter_id, b.encounter_version, 'C08', 0, 'member_id', null, 'the payer says this coverage is inactive or unknown: ask for the card, check the next payer', 'front_desk'
from billable b join encounters.coverage_status s on s.payer_id = b.payer_id and s.member_key = b.member_key
where s.status in ('inactive', 'not_found') and s.service_on <= b.date_of_service_from
union all
select b.encounter_id, b.encounter_version, 'C09', 0, 'payer_id', null, 'payer is not in registry/payers.csv: add it with its mailbox', 'biller'
from billable b where b.filing_limit_days is null
union all
select b.encounter_id, b.encounter_version, 'E12', l.line_number, 'procedure_code', null, 'same patient, provider, date and code as a claim in work: add modifier 76, 77 or 59 when true, else delete', 'coder'
from billable b join coding.line l on l.encounter_id = b.encounter_id and l.encounter_version = b.encounter_version and l.disposition = 'billable'
where l.modifiers not similar to '.*(76|77|59|91|XE|XS|XP|XU).*' and exists (
  select 1 from encounters.current_encounter o join claims.claim k on k.encounter_id = o.encounter_id join claims.current_version v on v.claim_id = k.claim_id
  join claims.line m on m.claim_id = v.claim_id and m.claim_version = v.claim_version
  where o.patient_key = b.patient_key and o.encounter_id < b.encounter_id and o.date_of_service_from = b.date_of_service_from
    and o.rendering_provider_key is not distinct from b.rendering_provider_key and m.procedure_code = l.procedure_code)
union all
select encounter_id, encounter_version, 'E11', 0, 'line_number', null, 'more lines than one claim carries: split the encounter', 'biller'
from coding.line where disposition = 'billable' group by encounter_id, encounter_version having count(*) > 50;

create or replace view claims.undrafted as -- billable encounter versions that no claim version was drafted from, with the state of their thread
select e.encounter_id, e.encounter_version, e.tenant_id, e.patient_control_number, e.claim_frequency, e.original_claim_number, c.payer_id, coalesce(k.payer_rank, c.payer_rank, 'P') as payer_rank, k.claim_id, coalesce(s.state, 'START') as state,
       coalesce(v.claim_version, 0) as claim_version, coalesce(w.is_replacement, false) as is_replacement
from encounters.current_encounter e
join coding.encounter d on d.encounter_id = e.encounter_id and d.encounter_version = e.encounter_version and d.disposition = 'billable'
left join encounters.billed_coverage c on c.encounter_id = e.encounter_id and c.encounter_version = e.encounter_version
left join claims.claim k on k.encounter_id = e.encounter_id
left join claims.state s on s.claim_id = k.claim_id
left join claims.current_version v on v.claim_id = k.claim_id
left join (select claim_id, arg_max(event, sequence) = 'worked_as_corrected' as is_replacement from claims.event where event in ('worked_as_corrected', 'worked_as_new') group by 1) w on w.claim_id = k.claim_id
where v.encounter_version is null or v.encounter_version < e.encounter_version or s.state = 'REPLACEMENT_DRAFT';

create or replace view claims.pending_amendment as -- encounters amended while their claim is out: replacement, void or nothing, a person or a denial decides (S11, S12)
select u.encounter_id, u.encounter_version, u.claim_id, u.state from claims.undrafted u where u.state not in ('START', 'DRAFT', 'HELD', 'READY', 'REJECTED', 'REPLACEMENT_DRAFT')
union all
select e.encounter_id, e.encounter_version, k.claim_id, s.state from encounters.current_encounter e
join coding.encounter d on d.encounter_id = e.encounter_id and d.encounter_version = e.encounter_version and d.disposition = 'not_billable'
join claims.claim k on k.encounter_id = e.encounter_id join claims.state s on s.claim_id = k.claim_id where s.state not in ('CLOSED', 'VOIDED');
