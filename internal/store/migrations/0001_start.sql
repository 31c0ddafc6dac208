-- One text for both engines. Times are microseconds since 1970 in UTC, 0 for "has not happened";
-- yes and no are 1 and 0; 0 in a reference means "none"; lists and facts are JSON.
-- "INTEGER PRIMARY KEY" is what SQLite numbers by itself; the dialect gives PostgreSQL its own word.

-- +goose Up
CREATE TABLE ticket (
	-- A public number must never come twice, not even after the newest ticket was erased.
	number            INTEGER PRIMARY KEY AUTOINCREMENT,
	mailbox           TEXT NOT NULL,
	subject           TEXT NOT NULL,
	status            TEXT NOT NULL,
	priority          TEXT NOT NULL,
	type              TEXT NOT NULL,
	source            TEXT NOT NULL,
	requester         BIGINT NOT NULL,
	answer_to         TEXT NOT NULL,
	assignee          BIGINT NOT NULL,
	created_at        BIGINT NOT NULL,
	accepted_at       BIGINT NOT NULL,
	assigned_at       BIGINT NOT NULL,
	first_response_at BIGINT NOT NULL,
	updated_at        BIGINT NOT NULL,
	solved_at         BIGINT NOT NULL,
	closed_at         BIGINT NOT NULL,
	due_at            BIGINT NOT NULL,
	pushes            BIGINT NOT NULL,
	message_count     BIGINT NOT NULL,
	tags              TEXT NOT NULL,
	merged_into       BIGINT NOT NULL,
	thread_topic      TEXT NOT NULL,
	thread_index      TEXT NOT NULL
);
CREATE INDEX ticket_by_merged_into ON ticket (merged_into) WHERE merged_into > 0;
CREATE INDEX ticket_by_status ON ticket (status, number);
CREATE INDEX ticket_by_assignee ON ticket (assignee, number);
CREATE INDEX ticket_by_requester ON ticket (requester, number);
CREATE INDEX ticket_by_mailbox ON ticket (mailbox, number);

-- The further mailboxes from which a ticket is seen.
CREATE TABLE ticket_mailbox (
	ticket  BIGINT NOT NULL REFERENCES ticket (number),
	mailbox TEXT NOT NULL,
	PRIMARY KEY (ticket, mailbox)
);
CREATE INDEX ticket_mailbox_by_mailbox ON ticket_mailbox (mailbox, ticket);

CREATE TABLE event (
	id       INTEGER PRIMARY KEY,
	ticket   BIGINT NOT NULL REFERENCES ticket (number),
	message  BIGINT NOT NULL,
	at       BIGINT NOT NULL,
	actor    TEXT NOT NULL,
	verb     TEXT NOT NULL,
	old_text TEXT NOT NULL,
	new_text TEXT NOT NULL
);
CREATE INDEX event_by_ticket ON event (ticket, at, id);

CREATE TABLE link (
	ticket BIGINT NOT NULL REFERENCES ticket (number),
	other  BIGINT NOT NULL REFERENCES ticket (number),
	kind   TEXT NOT NULL,
	PRIMARY KEY (ticket, other, kind)
);
CREATE INDEX link_by_other ON link (other);

CREATE TABLE message (
	id             INTEGER PRIMARY KEY,
	ticket         BIGINT NOT NULL REFERENCES ticket (number),
	kind           TEXT NOT NULL,
	author_name    TEXT NOT NULL,
	author_address TEXT NOT NULL,
	author_id      BIGINT NOT NULL,
	author_role    TEXT NOT NULL,
	direction      TEXT NOT NULL,
	at             BIGINT NOT NULL,
	subject        TEXT NOT NULL,
	text           TEXT NOT NULL,
	reply_text     TEXT NOT NULL,
	html           TEXT NOT NULL,
	reply_html     TEXT NOT NULL,
	message_id     TEXT NOT NULL,
	rule           TEXT NOT NULL,
	auto           TEXT NOT NULL,
	verified       TEXT NOT NULL,
	flags          TEXT NOT NULL
);
CREATE INDEX message_by_ticket ON message (ticket, at, id);

CREATE TABLE attachment (
	id           INTEGER PRIMARY KEY,
	message      BIGINT NOT NULL REFERENCES message (id),
	filename     TEXT NOT NULL,
	content_type TEXT NOT NULL,
	content_id   TEXT NOT NULL,
	inline       BIGINT NOT NULL,
	sha256       TEXT NOT NULL,
	size         BIGINT NOT NULL
);
CREATE INDEX attachment_by_message ON attachment (message, id);

-- data is NULL for what lies outside the database.
CREATE TABLE blob (
	sha256 TEXT NOT NULL PRIMARY KEY,
	size   BIGINT NOT NULL,
	data   BYTEA
);

CREATE TABLE customer (
	id         INTEGER PRIMARY KEY,
	address    TEXT NOT NULL UNIQUE,
	name       TEXT NOT NULL,
	locale     TEXT NOT NULL,
	timezone   TEXT NOT NULL,
	known      BIGINT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE TABLE agent (
	id         INTEGER PRIMARY KEY,
	name       TEXT NOT NULL,
	team       TEXT NOT NULL,
	lead       BIGINT NOT NULL,
	locale     TEXT NOT NULL,
	timezone   TEXT NOT NULL,
	active     BIGINT NOT NULL,
	away_until BIGINT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE TABLE agent_address (
	address  TEXT NOT NULL PRIMARY KEY,
	agent    BIGINT NOT NULL REFERENCES agent (id),
	position BIGINT NOT NULL
);
CREATE INDEX agent_address_by_agent ON agent_address (agent, position);

CREATE TABLE participant (
	ticket  BIGINT NOT NULL REFERENCES ticket (number),
	address TEXT NOT NULL,
	name    TEXT NOT NULL,
	state   TEXT NOT NULL,
	at      BIGINT NOT NULL,
	PRIMARY KEY (ticket, address)
);

-- Message-IDs, and the tickets that they lead to. The number 1 in own marks a stored mail's own.
CREATE TABLE ref (
	message_id TEXT NOT NULL,
	ticket     BIGINT NOT NULL,
	message    BIGINT NOT NULL,
	own        BIGINT NOT NULL,
	PRIMARY KEY (message_id, ticket, message, own)
);
CREATE INDEX ref_by_ticket ON ref (ticket);
CREATE INDEX ref_by_message ON ref (message);

-- What received mails are known by. It stands without a reference to its ticket, because it must
-- outlive it. expires_at is 0 for a key that lives as long as its ticket.
CREATE TABLE mail_key (
	id         INTEGER PRIMARY KEY,
	hash       TEXT NOT NULL,
	message_id TEXT NOT NULL,
	subject    TEXT NOT NULL,
	lines      BYTEA NOT NULL,
	text_hash  TEXT NOT NULL,
	ticket     BIGINT NOT NULL,
	message    BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX mail_key_by_hash ON mail_key (hash);
CREATE INDEX mail_key_by_message_id ON mail_key (message_id);
CREATE INDEX mail_key_by_ticket ON mail_key (ticket);
CREATE INDEX mail_key_by_message ON mail_key (message);
CREATE INDEX mail_key_by_expiry ON mail_key (expires_at) WHERE expires_at > 0;

-- next_attempt is, while a row is leased, the end of its lease: either way it is when the row falls
-- due. join_key is emptied with the first lease: from then on nothing is gathered in the row.
CREATE TABLE outbox (
	id                INTEGER PRIMARY KEY,
	kind              TEXT NOT NULL,
	rank              BIGINT NOT NULL,
	ticket            BIGINT NOT NULL,
	message           BIGINT NOT NULL,
	mailbox           TEXT NOT NULL,
	recipient_name    TEXT NOT NULL,
	recipient_address TEXT NOT NULL,
	agent             BIGINT NOT NULL,
	automatic         BIGINT NOT NULL,
	facts             TEXT NOT NULL,
	nonce             BIGINT NOT NULL,
	message_id        TEXT NOT NULL,
	join_key          TEXT NOT NULL,
	override          BIGINT NOT NULL,
	status            TEXT NOT NULL,
	attempts          BIGINT NOT NULL,
	next_attempt      BIGINT NOT NULL,
	leased_by         TEXT NOT NULL DEFAULT '',
	last_reply        TEXT NOT NULL,
	content           TEXT NOT NULL,
	created_at        BIGINT NOT NULL,
	sent_at           BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (status, next_attempt, mailbox, rank, id)
	WHERE status IN ('waiting', 'sending');
CREATE INDEX outbox_by_status ON outbox (status, id);
CREATE INDEX outbox_by_recipient ON outbox (ticket, recipient_address, id);
CREATE UNIQUE INDEX outbox_by_join_key ON outbox (join_key) WHERE join_key <> '';

-- bucket is a minute, as microseconds.
CREATE TABLE budget (
	key        TEXT NOT NULL,
	bucket     BIGINT NOT NULL,
	count      BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (key, bucket)
);
CREATE INDEX budget_by_expires_at ON budget (expires_at);

CREATE TABLE held (
	id         INTEGER PRIMARY KEY,
	ticket     BIGINT NOT NULL,
	message    BIGINT NOT NULL,
	outbox     BIGINT NOT NULL,
	reason     TEXT NOT NULL,
	detail     TEXT NOT NULL,
	owner      BIGINT NOT NULL,
	state      TEXT NOT NULL,
	at         BIGINT NOT NULL,
	decided_at BIGINT NOT NULL,
	decided_by TEXT NOT NULL
);
CREATE INDEX held_by_ticket ON held (ticket);
CREATE INDEX held_by_message ON held (message);
CREATE INDEX held_waiting ON held (at, id) WHERE state = 'held';

CREATE TABLE journal (
	id            INTEGER PRIMARY KEY,
	at            BIGINT NOT NULL,
	road          TEXT NOT NULL,
	mailbox       TEXT NOT NULL,
	envelope_from TEXT NOT NULL,
	envelope_to   TEXT NOT NULL,
	from_address  TEXT NOT NULL,
	subject       TEXT NOT NULL,
	message_id    TEXT NOT NULL,
	verdict       TEXT NOT NULL,
	rule          TEXT NOT NULL,
	signals       TEXT NOT NULL,
	auto          TEXT NOT NULL,
	ticket        BIGINT NOT NULL,
	message       BIGINT NOT NULL,
	source        TEXT NOT NULL,
	source_size   BIGINT NOT NULL
);
CREATE INDEX journal_by_ticket ON journal (ticket, id);

CREATE TABLE mark (
	key   TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
);
