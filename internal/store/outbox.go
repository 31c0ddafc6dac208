package store

import (
	"context"
	"fmt"

	"helpgate/tickets"
)

const outboxColumns = `id, kind, ticket, message, mailbox, recipient_name, recipient_address, agent,
	automatic, facts, nonce, message_id, join_key, override, status, attempts, next_attempt,
	last_reply, content, created_at, sent_at`

func scanOutgoing(s scanner) (o tickets.Outgoing, err error) {
	return o, s.Scan(&o.ID, &o.Kind, &o.Ticket, &o.Message, &o.Mailbox, &o.Recipient.Name,
		&o.Recipient.Address, &o.Agent, &o.Automatic, asJSON{&o.Facts}, &o.Nonce, &o.MessageID,
		&o.JoinKey, &o.Override, &o.Status, &o.Attempts, instant{&o.NextAttempt}, &o.LastReply,
		&o.Content, instant{&o.CreatedAt}, instant{&o.SentAt})
}

// Enqueue implements tickets.OutboxTx.
func (t *tx) Enqueue(ctx context.Context, o *tickets.Outgoing) (err error) {
	t.queued = true
	o.ID, err = t.insert(ctx, "queue "+string(o.Kind), `
		INSERT INTO outbox (kind, rank, ticket, message, mailbox, recipient_name,
			recipient_address, agent, automatic, facts, nonce, message_id, join_key, override,
			status, attempts, next_attempt, last_reply, content, created_at, sent_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
			$19, $20, $21)
		RETURNING id`,
		o.Kind, o.Kind.Rank(), o.Ticket, o.Message, o.Mailbox, o.Recipient.Name,
		o.Recipient.Address, o.Agent, o.Automatic, asJSON{o.Facts}, o.Nonce, o.MessageID,
		o.JoinKey, o.Override, o.Status, o.Attempts, o.NextAttempt, o.LastReply, o.Content,
		o.CreatedAt, o.SentAt)
	return err
}

// Outgoing implements tickets.OutboxTx.
func (t *tx) Outgoing(ctx context.Context, id int64) (tickets.Outgoing, error) {
	return one(ctx, t, fmt.Sprintf("read outbox row %d", id), scanOutgoing,
		`SELECT `+outboxColumns+` FROM outbox WHERE id = $1`, id)
}

// OutgoingByJoinKey implements tickets.OutboxTx.
func (t *tx) OutgoingByJoinKey(ctx context.Context, key string) (tickets.Outgoing, error) {
	return one(ctx, t, "read outbox row by key "+key, scanOutgoing,
		`SELECT `+outboxColumns+` FROM outbox WHERE join_key = $1 AND join_key <> ''`, key)
}

// SaveOutgoing implements tickets.OutboxTx. A row that no longer waits gathers nothing more.
func (t *tx) SaveOutgoing(ctx context.Context, o tickets.Outgoing) error {
	t.queued = true
	return t.change(ctx, fmt.Sprintf("save outbox row %d", o.ID), `
		UPDATE outbox SET status = $1, facts = $2, next_attempt = $3, attempts = $4,
			last_reply = $5, override = $6,
			join_key = CASE WHEN $1 = 'waiting' THEN join_key ELSE '' END
		WHERE id = $7`,
		o.Status, asJSON{o.Facts}, o.NextAttempt, o.Attempts, o.LastReply, o.Override, o.ID)
}

// SentIDs implements tickets.OutboxTx.
func (t *tx) SentIDs(
	ctx context.Context, ticket int64, recipient string, agent int64,
) ([]string, error) {
	return list(ctx, t, fmt.Sprintf("list what was sent on ticket %d", ticket), scanString, `
		SELECT message_id FROM outbox
		WHERE ticket = $1 AND recipient_address = $2 AND agent = $3 AND message_id <> ''
		ORDER BY id`, ticket, recipient, agent)
}

// OutgoingOf implements tickets.OutboxTx.
func (t *tx) OutgoingOf(ctx context.Context, ticket int64) ([]tickets.Outgoing, error) {
	return list(ctx, t, fmt.Sprintf("list outbox rows of ticket %d", ticket), scanOutgoing,
		`SELECT `+outboxColumns+` FROM outbox WHERE ticket = $1 ORDER BY id`, ticket)
}
