-- What has happened in each ledger, in its order and without gaps: read by streams, and sent to the topic.
create table event (
    ledger_key   integer     not null, -- no foreign key: the ledger's row is locked by whoever writes here, and never goes
    number       bigint      not null,
    operation_id uuid,                 -- it was asked for and decided at once: two events, this number is the second's
    body         json,                 -- CloudEvents, of all else
    created_at   timestamptz not null,
    primary key (ledger_key, number),
    check ((operation_id is null) = (body is not null))
);
create index event_created on event using brin (created_at); -- they are written in the order of their time

alter table ledger add column events bigint not null default 0; -- the number of the last one

-- How far the topic has been told.
create table event_sent (
    ledger_key integer primary key,
    number     bigint not null
);

-- Events were rows of the outbox.
insert into event (ledger_key, number, body, created_at)
select ledger_key, row_number() over (partition by ledger_key order by outbox_id), body::json, created_at
from outbox where target = 'event';
delete from outbox where target = 'event';
update ledger set events = (select coalesce(max(number), 0) from event where event.ledger_key = ledger.ledger_key);
alter table outbox
    drop constraint outbox_target_check,
    add constraint outbox_target_check check (target in ('message', 'status', 'read_model'));
