-- The account and the transaction of a posting were looked up, or made, by the same transaction under the lock of their
-- ledger, neither is ever deleted, and the audit holds them against each other. To have PostgreSQL ask for both with each
-- posting took three times as long as to write it.
alter table posting
    drop constraint posting_account_key_fkey,
    drop constraint posting_ledger_key_sequence_fkey;
