package store

import (
	"context"
	"fmt"
	"math"

	"helpgate/tickets"
)

// Past answers what a person asks who looks back. Its questions read a table through where no index
// helps: an index is paid for by every mail, and these are asked by hand.
type Past struct{ db *DB }

// Past gives the store as who looks back sees it.
func (d *DB) Past() Past { return Past{d} }

// Named gives the journal's entries of the mails with that Message-ID, oldest first.
func (p Past) Named(ctx context.Context, id string) ([]tickets.JournalEntry, error) {
	return past(ctx, p, "look for mail "+id, scanJournal,
		`SELECT `+journalColumns+` FROM journal WHERE message_id = $1 ORDER BY id`, id)
}

// SentAs gives the outbox rows with that Message-ID, oldest first.
func (p Past) SentAs(ctx context.Context, id string) ([]tickets.Outgoing, error) {
	return past(ctx, p, "look for sent mail "+id, scanOutgoing,
		`SELECT `+outboxColumns+` FROM outbox WHERE message_id = $1 ORDER BY id`, id)
}

// From gives the journal's entries of what the address wrote or handed in, newest first; at most
// limit, all when it is 0.
func (p Past) From(
	ctx context.Context, address string, limit int,
) ([]tickets.JournalEntry, error) {
	return past(ctx, p, "list mails of "+address, scanJournal, `
		SELECT `+journalColumns+` FROM journal WHERE from_address = $1 OR envelope_from = $1
		ORDER BY id DESC LIMIT $2`, address, atMost(limit))
}

// To gives the outbox rows to the address, newest first; at most limit, all when it is 0.
func (p Past) To(ctx context.Context, address string, limit int) ([]tickets.Outgoing, error) {
	return past(ctx, p, "list mails to "+address, scanOutgoing, `
		SELECT `+outboxColumns+` FROM outbox WHERE recipient_address = $1
		ORDER BY id DESC LIMIT $2`, address, atMost(limit))
}

// Held gives all that was ever held of the ticket, what is decided too, oldest first.
func (p Past) Held(ctx context.Context, ticket int64) ([]tickets.Held, error) {
	return past(ctx, p, fmt.Sprintf("list what was held of ticket %d", ticket), scanHeld,
		`SELECT `+heldColumns+` FROM held WHERE ticket = $1 ORDER BY at, id`, ticket)
}

func atMost(limit int) int {
	if limit <= 0 {
		return math.MaxInt
	}
	return limit
}

func past[T any](
	ctx context.Context, p Past, op string, scan func(scanner) (T, error), query string,
	args ...any,
) (all []T, err error) {
	err = p.db.view(ctx, func(t *tx) error {
		all, err = list(ctx, t, op, scan, query, args...)
		return err
	})
	return all, err
}
