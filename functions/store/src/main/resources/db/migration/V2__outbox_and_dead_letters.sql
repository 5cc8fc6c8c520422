-- Each operation tells how it came to where it stands.
alter table operation
    add column steps       json not null default '[]',
    add column transitions json;
update operation set transitions = json_build_array(
    json_build_object('status', 'pending',
                      'at', to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
    json_build_object('status', status,
                      'at', to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')));
alter table operation alter column transitions set not null;

-- Those that nothing can happen to any more, from the one that is forgotten first.
create index operation_completed on operation (completed_at) where completed_at is not null;

-- What has to leave, written with what it tells of: in the order of its ledger, deleted once it was sent.
create table outbox (
    outbox_id     bigint generated always as identity primary key,
    ledger_key    integer     not null references ledger,
    target        text        not null check (target in ('event', 'message', 'status')),
    message_id    text        not null, -- of a status: the operation's
    message_group text        not null,
    body          text,                 -- of a status: none, the operation is looked up when it is sent
    created_at    timestamptz not null,
    check ((body is null) = (target = 'status'))
);
create index outbox_of_ledger on outbox (ledger_key, outbox_id);

-- Operations that could not be processed, and what they came as. Operations that must not be parted share a letter:
-- the first of them carries it. A message that could not be read has no operation, and an id of its own.
create table dead_letter (
    operation_id uuid primary key,
    ledger_key   integer references ledger, -- null: not even that could be read
    letter_id    uuid        not null,      -- the operation that carries the letter
    readable     boolean     not null,
    body         text,                      -- of the carrier only, as the stack
    cause        text        not null,
    stack        text,
    attempts     integer     not null,
    dead_at      timestamptz not null,
    resolution   text check (resolution in ('redriven', 'discarded')),
    reason       text,
    resolved_by  text,
    resolved_at  timestamptz,
    check ((body is null) = (operation_id <> letter_id)),
    check ((resolution is null) = (resolved_at is null))
);
create index dead_letter_of_letter on dead_letter (letter_id);
create index dead_letter_of_ledger on dead_letter (ledger_key, operation_id) where resolution is null;
