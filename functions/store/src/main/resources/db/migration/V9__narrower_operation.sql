-- Nearly all operations are accepted and then done, without steps: their other columns say so already.
alter table operation
    alter column steps drop not null,
    alter column steps drop default,
    alter column transitions drop not null;
