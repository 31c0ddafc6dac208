-- A mail costs as many pages of the log as trees that it is written to.

-- +goose Up
-- A question names an id and asks for its own mails, or for those that cite it.
CREATE TABLE new_ref (
	message_id TEXT NOT NULL,
	own        BIGINT NOT NULL,
	ticket     BIGINT NOT NULL,
	message    BIGINT NOT NULL,
	PRIMARY KEY (message_id, own, ticket, message)
) CLUSTERED;
INSERT INTO new_ref (message_id, own, ticket, message)
	SELECT message_id, own, ticket, message FROM ref;
DROP TABLE ref;
ALTER TABLE new_ref RENAME TO ref;
CREATE INDEX ref_by_ticket ON ref (ticket);

CREATE TABLE new_budget (
	key        TEXT NOT NULL,
	bucket     BIGINT NOT NULL,
	count      BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (key, bucket)
) CLUSTERED;
INSERT INTO new_budget (key, bucket, count, expires_at)
	SELECT key, bucket, count, expires_at FROM budget;
DROP TABLE budget;
ALTER TABLE new_budget RENAME TO budget;
CREATE INDEX budget_by_expires_at ON budget (expires_at);

-- A message's keys are found by its ticket, and most by their Message-ID.
DROP INDEX mail_key_by_message;
DROP INDEX mail_key_by_hash;
CREATE INDEX mail_key_by_hash ON mail_key (hash) WHERE message_id = '';
