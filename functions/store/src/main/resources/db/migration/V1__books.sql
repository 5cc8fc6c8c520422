-- A ledger and the end of its chain. Whoever writes to a ledger holds the lock on its row: it has one writer at a time.
create table ledger (
    ledger_key     integer generated always as identity primary key,
    tenant         text        not null,
    ledger_id      text        not null,
    opened_at      timestamptz,          -- null: operations were sent to it, but nobody has opened it
    name           text,
    assets         json        not null default '[]',
    on_dead_letter text        not null default 'continue' check (on_dead_letter in ('continue', 'halt')),
    last_sequence  bigint      not null default 0,
    last_hash      bytea       not null default decode(repeat('00', 32), 'hex') check (length(last_hash) = 32),
    last_at        timestamptz,
    unique (tenant, ledger_id)
);

create table account (
    account_key     bigint generated always as identity primary key,
    ledger_key      integer     not null references ledger,
    account_id      text        not null,
    currency        text        not null,
    scale           smallint    not null check (scale between 0 and 18),
    type            text        not null check (type in ('asset', 'liability', 'equity', 'income', 'expense')),
    status          text        not null default 'active' check (status in ('active', 'frozen', 'closed')),
    minimum_balance numeric,              -- null: no floor
    balance         numeric     not null default 0,
    held            numeric     not null default 0 check (held >= 0),
    version         bigint      not null default 1, -- rises when anything but the balance changes
    metadata        json        not null default '{}',
    created_at      timestamptz not null,
    unique (ledger_key, account_id),
    check (balance - held >= minimum_balance),
    check (status <> 'closed' or (balance = 0 and held = 0))
) with (fillfactor = 80);

-- An operation that has been decided.
create table operation (
    operation_id    uuid primary key,
    ledger_key      integer     not null references ledger,
    kind            text        not null,
    status          text        not null,
    version         integer     not null,
    attempts        integer     not null,
    idempotency_key text        not null,
    fingerprint     bytea       not null, -- SHA-256 of kind and request
    reference_id    text,
    caller          text        not null,
    request         json        not null, -- as text, to the byte
    sequence        bigint,               -- its transaction, when it succeeded
    error_code      text,
    error           json,
    duplicate_of    uuid,                 -- the operation with the same key and request, whose outcome this one repeats
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    completed_at    timestamptz
);
-- A key belongs to the first operation that came with it, a reference likewise; for ever.
create unique index operation_key on operation (ledger_key, idempotency_key)
    where duplicate_of is null and error_code is distinct from 'idempotency_key_reused';
create unique index operation_reference on operation (ledger_key, reference_id)
    where reference_id is not null and duplicate_of is null
      and error_code is distinct from 'idempotency_key_reused' and error_code is distinct from 'duplicate_reference';
create index operation_of_ledger on operation (ledger_key, operation_id);

-- What has happened, once and for all; chained by its hashes.
create table transaction (
    ledger_key     integer     not null references ledger,
    sequence       bigint      not null check (sequence > 0),
    transaction_id uuid        not null unique,
    operation_id   uuid        not null,
    kind           text        not null,
    at             timestamptz not null,
    caller         text        not null,
    fingerprint    bytea       not null,
    hash           bytea       not null check (length(hash) = 32),
    primary key (ledger_key, sequence)
);

create table posting (
    ledger_key    integer  not null,
    sequence      bigint   not null,
    line          smallint not null,
    account_key   bigint   not null references account,
    amount        numeric  not null check (amount <> 0),
    balance_after numeric  not null,
    primary key (ledger_key, sequence, line),
    foreign key (ledger_key, sequence) references transaction
);
create index posting_of_account on posting (account_key, sequence, line);
