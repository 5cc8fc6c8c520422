-- The trace that an operation was asked for in, where its client had one: trace id, parent id and flags of W3C trace context.
alter table operation add column trace bytea check (length(trace) = 25);
