-- Decisions: what people decided, from the decision log. A step takes them up; what it makes names the decision.
create schema if not exists decisions;

create table if not exists decisions.decision ( -- one row per line of the log
  decision_id varchar primary key, -- hash of what it says and of the line before
  sequence    bigint not null, -- number of its line
  kind        varchar not null, -- what is decided on: docs/operations.md lists the kinds
  subject_id  varchar not null, -- key of the thing decided on
  choice      varchar not null, -- JSON: what was chosen
  reason      varchar not null, -- why, in the person's words
  made_by     varchar not null, -- who
  made_on     date not null, -- business date
  previous_id varchar not null, -- decision_id of the line before, '' for the first
  taken_up_on date not null -- night that read it
);
