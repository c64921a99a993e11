-- Acknowledgments: TA1, 999 and 277CA as read, each row with the bytes it came from.
create schema if not exists acknowledgments;

create table if not exists acknowledgments.interchange_answer ( -- one row per TA1
  file_sha256                varchar not null, -- file
  byte_start                 bigint not null, -- first byte of the TA1
  byte_end                   bigint not null, -- after it
  interchange_control_number bigint not null, -- TA101: ISA13 of ours
  answer_code                varchar not null, -- TA104: A, E, R
  note_code                  varchar not null, -- TA105
  batch_id                   varchar, -- our batch, null where we sent none
  read_on                    date not null, -- night
  primary key (file_sha256, byte_start)
);

create table if not exists acknowledgments.transaction_answer ( -- one row per AK2/IK5 of a 999
  file_sha256                varchar not null, -- file
  byte_start                 bigint not null, -- first byte of the AK2
  byte_end                   bigint not null, -- after its IK5; after AK9 where that refuses the group
  group_control_number       bigint not null, -- AK102: GS06 of ours
  transaction_control_number varchar not null, -- AK202: ST02 of ours
  answer_code                varchar not null, -- IK501: A, E, R, M, W, X; AK901 where that refuses the group, or no AK2 is there
  error_codes                varchar not null, -- IK502.. and IK3/IK4 codes joined by space, '' for none
  batch_id                   varchar, -- our batch, null where we sent none
  read_on                    date not null, -- night
  primary key (file_sha256, byte_start)
);

create table if not exists acknowledgments.claim_answer ( -- one row per STC of a claim in a 277CA, of a batch or provider that one refuses without naming a claim, or in a 277 that answers a question
  file_sha256            varchar not null, -- file
  byte_start             bigint not null, -- first byte of the STC
  byte_end               bigint not null, -- after it
  patient_control_number varchar not null, -- TRN02 of 2200D (277: REF*EJ): CLM01 of ours, '' where nothing says whose it is, or all of a batch is refused
  payer_claim_number     varchar, -- REF*1K
  category_code          varchar not null, -- STC01-1
  status_code            varchar not null, -- STC01-2
  entity_code            varchar, -- STC01-3
  charge_cents           bigint, -- cents, STC04
  effective_on           date, -- STC02
  hop                    varchar not null, -- who answers: 2100A NM101 (PR payer, AY clearinghouse); PR for a 277
  claim_id               varchar, -- our claim, null where we never sent it
  claim_version          integer, -- its version
  read_on                date not null, -- night
  primary key (file_sha256, byte_start)
);

create table if not exists acknowledgments.receipt ( -- one row per file with 835s and what we answered: a 999, a TA1, or nothing
  file_sha256  varchar not null, -- the file received
  outcome      varchar not null, -- read, or quarantined: a file released and read is answered again
  kind         varchar not null, -- 999, TA1, or none
  batch_id     varchar, -- claims.batch that holds the answer, null for none
  answer_codes varchar not null, -- AK901 of each group, TA104:TA105 of each interchange, joined by space
  note         varchar not null, -- why there is none, or what of the file could not be answered; '' otherwise
  written_on   date not null, -- night
  primary key (file_sha256, outcome, kind)
);

create or replace view acknowledgments.unknown_claim as -- answers for claims that we never sent, and those that refuse a batch and name no claim: a person looks
select file_sha256, byte_start, patient_control_number, category_code, status_code, read_on from acknowledgments.claim_answer where claim_id is null;
