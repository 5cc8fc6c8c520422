-- Where a tenant wants to be told of its events by HTTP.
create table webhook (
    webhook_id      uuid primary key,
    tenant          text        not null,
    ledger_key      integer references ledger, -- null: of all the tenant's ledgers
    url             text        not null,
    description     text,
    event_types     text[],                    -- null: all
    secret          text        not null,      -- sealed, if there is a key for it
    previous_secret text,
    previous_until  timestamptz,               -- until then it signs, too
    status          text        not null default 'enabled' check (status in ('enabled', 'disabled')),
    disabled_reason text,
    disabled_at     timestamptz,
    failures        integer     not null default 0, -- in a row
    failing_since   timestamptz,
    rest_until      timestamptz,               -- it fails all the time: it is left alone
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    check ((previous_secret is null) = (previous_until is null)),
    check ((status = 'disabled') = (disabled_at is not null)),
    check ((disabled_at is null) = (disabled_reason is null)),
    check ((failures = 0) = (failing_since is null))
);
create index webhook_of_tenant on webhook (tenant, webhook_id);

-- How far a webhook has been told of a ledger, and who is at it. Nobody else sends it anything of that ledger.
create table webhook_lane (
    webhook_id   uuid    not null references webhook on delete cascade,
    ledger_key   integer not null, -- 0: of no ledger, for tests
    number       bigint  not null,
    leased_by    uuid,
    leased_until timestamptz,      -- of one that nobody is at: when somebody was, at last
    primary key (webhook_id, ledger_key)
);

-- What was tried to be delivered.
create table webhook_delivery (
    webhook_id   uuid        not null, -- no foreign key: those of a webhook that is gone go when their time is over
    delivery_id  uuid        not null,
    ledger_key   integer     not null,
    number       bigint      not null, -- of the event in its ledger
    event_id     text        not null,
    event_type   text        not null,
    body         json,                 -- of a test, which is in no ledger
    status       text        not null check (status in ('pending', 'delivered', 'failed')),
    attempts     integer     not null,
    next_at      timestamptz,
    last_at      timestamptz,
    last_status  integer,              -- of HTTP
    last_error   text,
    created_at   timestamptz not null,
    primary key (webhook_id, delivery_id),
    unique (webhook_id, event_id),
    check ((status = 'pending') = (next_at is not null)),
    check ((ledger_key = 0) = (body is not null))
);
create index webhook_delivery_pending on webhook_delivery (webhook_id, ledger_key, next_at) where status = 'pending';
create index webhook_delivery_created on webhook_delivery using brin (created_at);
