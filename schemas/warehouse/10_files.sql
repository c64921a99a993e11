-- Files: what arrived, once by content, and what was wrong with it. The bytes lie in the vault under their SHA-256.
create schema if not exists files;

create table if not exists files.file ( -- one row per distinct content ever received or sent
  file_sha256   varchar primary key, -- SHA-256 of the bytes; the name in the vault
  kind          varchar not null, -- encounters (a CSV of an export), manifest, drop, x12, bank, unknown
  byte_count    bigint not null, -- size in bytes
  first_seen_on date not null -- night that first saw it
);

create table if not exists files.arrival ( -- one row per file name in a drop or mailbox; the same content may arrive twice
  source      varchar not null, -- partner_id of a mailbox, 'encounters' or 'bank'
  drop_name   varchar not null, -- folder of an encounter export; '' for a mailbox
  file_name   varchar not null, -- name as it lay there
  file_sha256 varchar not null, -- its content
  arrived_on  date not null, -- night that collected it
  is_repeat   boolean not null, -- the same content had arrived before under another name
  primary key (source, drop_name, file_name, file_sha256)
);

create table if not exists files.content ( -- one row per file and transaction kind in it
  file_sha256       varchar not null, -- the file
  kind              varchar not null, -- TA1, 999, 277CA, 277, 271, 835, 837P, 837I, ...; 'encounters' for an export's drop; 'bank'
  transaction_count integer not null, -- transactions of that kind
  primary key (file_sha256, kind)
);

create table if not exists files.reading ( -- one row per content that a step has finished with
  file_sha256 varchar not null, -- the file
  kind        varchar not null, -- the kind within it
  outcome     varchar not null, -- read, quarantined, parked
  read_on     date not null, -- night
  primary key (file_sha256, kind)
);

create table if not exists files.fault ( -- one row per reason a file lies in quarantine
  file_sha256 varchar not null, -- the file, whole
  fault_code  varchar not null, -- stable code, docs/x12.md and docs/operations.md
  byte_start  bigint not null, -- place; 0 where the whole file is meant
  segment     varchar, -- X12 segment or CSV table
  element     varchar, -- X12 element or CSV column
  message     varchar not null, -- what is wrong
  remedy      varchar not null, -- what to do next
  found_on    date not null, -- night
  primary key (file_sha256, fault_code, byte_start)
);

create table if not exists files.tolerance ( -- one row per leniency used on a file
  file_sha256 varchar not null, -- the file
  tolerated   varchar not null, -- what the reader let pass, by code (docs/x12.md)
  occurrences integer not null, -- how often
  primary key (file_sha256, tolerated)
);

create or replace view files.quarantined as -- files that wait for a person, with the reason and the next step
select f.file_sha256, a.source, a.drop_name, a.file_name, f.fault_code, f.byte_start, f.message, f.remedy, f.found_on
from files.fault f semi join files.reading r on r.file_sha256 = f.file_sha256 and r.outcome = 'quarantined'
left join (select file_sha256, min(source) source, min(drop_name) drop_name, min(file_name) file_name from files.arrival group by 1) a using (file_sha256);

create or replace view files.unread as -- MUST BE EMPTY: contents that no step finished with by the end of the night
select c.file_sha256, c.kind from files.content c anti join files.reading r on r.file_sha256 = c.file_sha256 and r.kind = c.kind;
