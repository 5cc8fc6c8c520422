-- A ledger may stand still: then what comes for it is parked in its order, until it is let go on.
alter table ledger
    add column state       text not null default 'running' check (state in ('running', 'halted', 'resuming')),
    add column halt_reason text,
    add column halted_by   text,
    add column halted_at   timestamptz,
    add check ((state = 'running') = (halted_at is null)),
    add check (halted_at is null or halt_reason is not null and halted_by is not null);
create index ledger_not_running on ledger (ledger_key) where state <> 'running';

-- Messages as they came, for the time when their ledger goes on. Their operations are pending.
create table parked (
    parked_id  bigint generated always as identity primary key,
    ledger_key integer     not null references ledger,
    body       text        not null,
    attempts   integer     not null, -- how often it was tried since then, in vain
    parked_at  timestamptz not null
);
create index parked_of_ledger on parked (ledger_key, parked_id);

-- What an operation waits for, where there is more to say than its status does.
alter table operation add column detail text;

-- What intake may know of a ledger, where Redis was not told: it is looked up when it is.
alter table outbox
    drop constraint outbox_target_check,
    drop constraint outbox_check,
    add constraint outbox_target_check check (target in ('event', 'message', 'status', 'read_model')),
    add constraint outbox_check check ((body is null) = (target in ('status', 'read_model')));
