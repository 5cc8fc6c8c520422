-- Times rise with the numbers: the last transaction before a time is one step into this index.
create index transaction_at on transaction (ledger_key, at, sequence);

-- The order of a trial balance.
create index account_by_currency on account (ledger_key, currency collate "C", account_id collate "C");

-- All operations with a reference, those that were refused for it among them.
create index operation_by_reference on operation (ledger_key, reference_id, operation_id)
    where reference_id is not null;
-- Most have succeeded; who asks for the others asks for few among many.
create index operation_not_succeeded on operation (ledger_key, status, operation_id)
    where status <> 'succeeded';
