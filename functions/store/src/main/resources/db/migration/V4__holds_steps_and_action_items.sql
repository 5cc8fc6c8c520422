-- By force an account may fall below its floor; from there it may only rise until it is above it again.
alter table account
    add column overdrawn boolean not null default false,
    drop constraint account_check,
    add constraint account_floor check (balance - held >= minimum_balance or overdrawn);

-- Of what has no transaction, or one in each of two ledgers: the balances that it left behind.
alter table operation add column balances json;
-- Those that repeat an operation have its outcome when it has one.
create index operation_repeating on operation (duplicate_of) where duplicate_of is not null;

-- Which step of an operation between two ledgers it is.
alter table transaction
    add column step text check (step in ('hold', 'credit', 'capture', 'release'));
create index transaction_of_operation on transaction (operation_id);

-- Money that is kept back on an account, by the operation that has asked for it.
create table hold (
    ledger_key  integer not null references ledger,
    hold_id     uuid    not null,
    account_key bigint  not null references account,
    amount      numeric not null check (amount > 0),
    remaining   numeric not null check (remaining between 0 and amount),
    status      text    not null check (status in ('open', 'captured', 'released', 'expired')),
    expires_at  timestamptz,              -- null: never
    saga        boolean not null,         -- it belongs to an operation between two ledgers
    primary key (ledger_key, hold_id),
    check (status <> 'open' or remaining > 0)
);
create unique index hold_by_id on hold (hold_id);
create index hold_open on hold (account_key) where status = 'open';
-- Those of operations that wait for another ledger.
create index hold_of_saga on hold (hold_id) where status = 'open' and saga;
create index hold_expiring on hold (expires_at) where status = 'open' and expires_at is not null;

-- What a ledger has done for operations between two ledgers, so that it does it once.
create table step (
    ledger_key   integer     not null references ledger,
    operation_id uuid        not null,
    name         text        not null check (name in ('hold', 'credit', 'capture', 'release')),
    problem      json,                    -- why it was refused
    balances     json        not null,
    at           timestamptz not null,
    primary key (ledger_key, operation_id, name)
);

-- What has been reversed in a ledger, and by which operation.
create table reversal (
    ledger_key   integer not null references ledger,
    operation_id uuid    not null,
    reversed_by  uuid    not null,
    primary key (ledger_key, operation_id)
);

create table action_item (
    ledger_key     integer     not null references ledger,
    action_item_id uuid        not null,
    status         text        not null check (status in ('open', 'in_progress', 'done', 'cancelled')),
    version        integer     not null,
    title          text        not null,
    details        text,
    assignee       text,
    due_at         timestamptz,
    operation_id   uuid,                  -- what it is about
    exceptions     json        not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    primary key (ledger_key, action_item_id)
);
create index action_item_by_status on action_item (ledger_key, status, action_item_id);
