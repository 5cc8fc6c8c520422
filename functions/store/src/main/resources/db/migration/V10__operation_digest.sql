-- What was written, to be held against what is there: the SHA-256 of all other columns. Zero where it was not taken: by
-- earlier versions, which go on while this one comes.
alter table operation
    add column digest bytea not null default '\x00' check (length(digest) in (1, 32));
