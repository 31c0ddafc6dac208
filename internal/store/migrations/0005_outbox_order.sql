-- +goose Up
-- The most important and oldest row is found at the front, however many wait behind it; those that
-- are not due yet are passed over in the index.
DROP INDEX outbox_due;
CREATE INDEX outbox_by_rank ON outbox (rank, id, next_attempt, mailbox, status)
	WHERE status IN ('waiting', 'sending');
CREATE INDEX outbox_due ON outbox (next_attempt, mailbox, status)
	WHERE status IN ('waiting', 'sending');

-- Nearly all rows are sent ones, which are listed from the end.
DROP INDEX outbox_by_status;
CREATE INDEX outbox_by_status ON outbox (status, id) WHERE status <> 'sent';
