package store

import (
	"context"
	"fmt"

	"helpgate/tickets"
)

const heldColumns = `id, ticket, message, outbox, reason, detail, owner, state, at, decided_at,
	decided_by`

func scanHeld(s scanner) (h tickets.Held, err error) {
	return h, s.Scan(&h.ID, &h.Ticket, &h.Message, &h.Outbox, &h.Reason, &h.Detail, &h.Owner,
		&h.State, instant{&h.At}, instant{&h.DecidedAt}, &h.DecidedBy)
}

// Hold implements tickets.HeldTx.
func (t *tx) Hold(ctx context.Context, h *tickets.Held) (err error) {
	h.ID, err = t.insert(ctx, fmt.Sprintf("hold on ticket %d", h.Ticket), `
		INSERT INTO held (ticket, message, outbox, reason, detail, owner, state, at, decided_at,
			decided_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
		h.Ticket, h.Message, h.Outbox, h.Reason, h.Detail, h.Owner, h.State, h.At, h.DecidedAt,
		h.DecidedBy)
	return err
}

// Held implements tickets.HeldTx.
func (t *tx) Held(ctx context.Context, id int64) (tickets.Held, error) {
	return one(ctx, t, fmt.Sprintf("read held thing %d", id), scanHeld,
		`SELECT `+heldColumns+` FROM held WHERE id = $1`, id)
}

// HeldList implements tickets.HeldTx.
func (t *tx) HeldList(ctx context.Context, ticket int64) ([]tickets.Held, error) {
	if ticket == 0 {
		return list(ctx, t, "list held things", scanHeld,
			`SELECT `+heldColumns+` FROM held WHERE state = 'held' ORDER BY at, id`)
	}
	return list(ctx, t, fmt.Sprintf("list held things of ticket %d", ticket), scanHeld,
		`SELECT `+heldColumns+` FROM held WHERE ticket = $1 AND state = 'held' ORDER BY at, id`,
		ticket)
}

// SaveHeld implements tickets.HeldTx.
func (t *tx) SaveHeld(ctx context.Context, h tickets.Held) error {
	return t.change(ctx, fmt.Sprintf("save held thing %d", h.ID), `
		UPDATE held SET ticket = $1, message = $2, outbox = $3, reason = $4, detail = $5,
			owner = $6, state = $7, at = $8, decided_at = $9, decided_by = $10
		WHERE id = $11`,
		h.Ticket, h.Message, h.Outbox, h.Reason, h.Detail, h.Owner, h.State, h.At, h.DecidedAt,
		h.DecidedBy, h.ID)
}
