package store

import (
	"context"
	"fmt"

	"helpgate/tickets"
)

const journalColumns = `id, at, road, mailbox, envelope_from, envelope_to, from_address, subject,
	message_id, verdict, rule, signals, auto, ticket, message, source, source_size`

func scanJournal(s scanner) (j tickets.JournalEntry, err error) {
	return j, s.Scan(&j.ID, instant{&j.At}, &j.Road, &j.Mailbox, &j.EnvelopeFrom,
		asJSON{&j.EnvelopeTo}, &j.From, &j.Subject, &j.MessageID, &j.Verdict, &j.Rule,
		asJSON{&j.Signals}, &j.Auto, &j.Ticket, &j.Message, &j.Source, &j.SourceSize)
}

// AddJournal implements tickets.JournalTx.
func (t *tx) AddJournal(ctx context.Context, j *tickets.JournalEntry) (err error) {
	j.ID, err = t.insert(ctx, "journal mail "+j.MessageID, `
		INSERT INTO journal (at, road, mailbox, envelope_from, envelope_to, from_address, subject,
			message_id, verdict, rule, signals, auto, ticket, message, source, source_size)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		RETURNING id`,
		j.At, j.Road, j.Mailbox, j.EnvelopeFrom, asJSON{j.EnvelopeTo}, j.From, j.Subject,
		j.MessageID, j.Verdict, j.Rule, asJSON{j.Signals}, j.Auto, j.Ticket, j.Message, j.Source,
		j.SourceSize)
	return err
}

// JournalEntry implements tickets.JournalTx.
func (t *tx) JournalEntry(ctx context.Context, id int64) (tickets.JournalEntry, error) {
	return one(ctx, t, fmt.Sprintf("read journal entry %d", id), scanJournal,
		`SELECT `+journalColumns+` FROM journal WHERE id = $1`, id)
}

// Journal implements tickets.JournalTx.
func (t *tx) Journal(ctx context.Context, ticket int64) ([]tickets.JournalEntry, error) {
	return list(ctx, t, fmt.Sprintf("list journal of ticket %d", ticket), scanJournal,
		`SELECT `+journalColumns+` FROM journal WHERE ticket = $1 ORDER BY id`, ticket)
}

// Mark implements tickets.JournalTx.
func (t *tx) Mark(ctx context.Context, key string) (string, error) {
	found, err := list(ctx, t, "read mark "+key, scanString,
		`SELECT value FROM mark WHERE key = $1`, key)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

// SetMark implements tickets.JournalTx.
func (t *tx) SetMark(ctx context.Context, key, value string) error {
	return t.do(ctx, "set mark "+key, `
		INSERT INTO mark (key, value) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
}
