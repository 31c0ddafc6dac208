-- +goose Up
-- Every mail paid for these two, with three pages of the log or more. Old counts are looked for once
-- an hour, among all; rows that wait or are being sent stand in outbox_by_rank already.
DROP INDEX budget_by_expires_at;
DROP INDEX outbox_by_status;
CREATE INDEX outbox_failed ON outbox (id) WHERE status = 'failed';
