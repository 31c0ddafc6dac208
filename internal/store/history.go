package store

import (
	"context"
	"fmt"

	"helpgate/tickets"
)

// AddEvent implements tickets.HistoryTx.
func (t *tx) AddEvent(ctx context.Context, e tickets.Event) error {
	return t.do(ctx, fmt.Sprintf("add event to ticket %d", e.Ticket), `
		INSERT INTO event (ticket, message, at, actor, verb, old_text, new_text)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.Ticket, e.Message, e.At, e.Actor, e.Verb, e.From, e.To)
}

// Events implements tickets.HistoryTx.
func (t *tx) Events(ctx context.Context, ticket int64) ([]tickets.Event, error) {
	scan := func(s scanner) (e tickets.Event, err error) {
		return e, s.Scan(&e.ID, &e.Ticket, &e.Message, instant{&e.At}, &e.Actor, &e.Verb, &e.From,
			&e.To)
	}
	return list(ctx, t, fmt.Sprintf("list events of ticket %d", ticket), scan, `
		SELECT id, ticket, message, at, actor, verb, old_text, new_text FROM event
		WHERE ticket = $1 ORDER BY at, id`, ticket)
}

// AddLink implements tickets.HistoryTx. The same link told from the other side is the same.
func (t *tx) AddLink(ctx context.Context, l tickets.Link) error {
	return t.do(ctx, fmt.Sprintf("link tickets %d and %d", l.Ticket, l.Other), `
		INSERT INTO link (ticket, other, kind)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT)
		WHERE NOT EXISTS (SELECT 1 FROM link WHERE ticket = $2 AND other = $1 AND kind = $3)
		ON CONFLICT (ticket, other, kind) DO NOTHING`, l.Ticket, l.Other, l.Kind)
}

// Links implements tickets.HistoryTx.
func (t *tx) Links(ctx context.Context, ticket int64) ([]tickets.Link, error) {
	scan := func(s scanner) (l tickets.Link, err error) {
		return l, s.Scan(&l.Ticket, &l.Other, &l.Kind)
	}
	return list(ctx, t, fmt.Sprintf("list links of ticket %d", ticket), scan, `
		SELECT ticket, other, kind FROM link WHERE ticket = $1 OR other = $1
		ORDER BY ticket, other, kind`, ticket)
}
