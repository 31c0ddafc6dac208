package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"helpgate/tickets"
)

const ticketColumns = `number, mailbox, subject, status, priority, type, source, requester,
	answer_to, assignee, created_at, accepted_at, assigned_at, first_response_at, updated_at,
	solved_at, closed_at, due_at, pushes, message_count, tags, merged_into, thread_topic,
	thread_index`

func scanTicket(s scanner) (t tickets.Ticket, err error) {
	return t, s.Scan(&t.Number, &t.Mailbox, &t.Subject, &t.Status, &t.Priority, &t.Type, &t.Source,
		&t.Requester, &t.AnswerTo, &t.Assignee, instant{&t.CreatedAt}, instant{&t.AcceptedAt},
		instant{&t.AssignedAt}, instant{&t.FirstResponseAt}, instant{&t.UpdatedAt},
		instant{&t.SolvedAt}, instant{&t.ClosedAt}, instant{&t.DueAt}, &t.Pushes, &t.MessageCount,
		asJSON{&t.Tags}, &t.MergedInto, &t.ThreadTopic, &t.ThreadIndex)
}

// ticketValues gives the columns after number.
func ticketValues(t tickets.Ticket) []any {
	return []any{
		t.Mailbox, t.Subject, t.Status, t.Priority, t.Type, t.Source, t.Requester,
		t.AnswerTo, t.Assignee, t.CreatedAt, t.AcceptedAt, t.AssignedAt, t.FirstResponseAt,
		t.UpdatedAt, t.SolvedAt, t.ClosedAt, t.DueAt, t.Pushes, t.MessageCount,
		asJSON{t.Tags},
		t.MergedInto, t.ThreadTopic, t.ThreadIndex,
	}
}

// Ticket implements tickets.TicketTx.
func (t *tx) Ticket(ctx context.Context, number int64) (tickets.Ticket, error) {
	return one(ctx, t, fmt.Sprintf("read ticket %d", number), scanTicket,
		`SELECT `+ticketColumns+` FROM ticket WHERE number = $1`, number)
}

// Tickets implements tickets.TicketTx.
func (t *tx) Tickets(ctx context.Context, f tickets.TicketFilter) ([]tickets.Ticket, error) {
	query, args := ticketQuery(f)
	return list(ctx, t, "list tickets", scanTicket, query, args...)
}

// ticketQuery holds only the conditions that select, so that each combination can use its index.
func ticketQuery(f tickets.TicketFilter) (string, []any) {
	var query strings.Builder
	var args []any
	where := func(selects bool, condition string, arg any) {
		if selects {
			args = append(args, arg)
			query.WriteString(strings.ReplaceAll(condition, "$N", fmt.Sprintf("$%d", len(args))))
		}
	}
	query.WriteString(`SELECT ` + ticketColumns + ` FROM ticket WHERE number > 0`)
	where(f.Status != "", ` AND status = $N`, f.Status)
	where(f.Assignee != 0, ` AND assignee = $N`, f.Assignee)
	where(f.Requester != 0, ` AND requester = $N`, f.Requester)
	where(f.Mailbox != "", ` AND (mailbox = $N OR number IN
		(SELECT ticket FROM ticket_mailbox WHERE mailbox = $N))`, f.Mailbox)
	where(!f.Since.IsZero(), ` AND created_at >= $N`, f.Since)
	where(f.After != 0, ` AND number < $N`, f.After)
	where(!f.Merged, ` AND merged_into = $N`, 0)
	query.WriteString(` ORDER BY number DESC`)
	where(f.Limit > 0, ` LIMIT $N`, f.Limit)
	return query.String(), args
}

// CreateTicket implements tickets.TicketTx.
func (t *tx) CreateTicket(ctx context.Context, ticket *tickets.Ticket) (err error) {
	ticket.Number, err = t.insert(ctx, "create ticket", `
		INSERT INTO ticket (mailbox, subject, status, priority, type, source, requester, answer_to,
			assignee, created_at, accepted_at, assigned_at, first_response_at, updated_at,
			solved_at, closed_at, due_at, pushes, message_count, tags, merged_into, thread_topic,
			thread_index)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
			$19, $20, $21, $22, $23)
		RETURNING number`, ticketValues(*ticket)...)
	return err
}

// SaveTicket implements tickets.TicketTx.
func (t *tx) SaveTicket(ctx context.Context, ticket tickets.Ticket) error {
	return t.change(ctx, fmt.Sprintf("save ticket %d", ticket.Number), `
		UPDATE ticket SET mailbox = $1, subject = $2, status = $3, priority = $4, type = $5,
			source = $6, requester = $7, answer_to = $8, assignee = $9, created_at = $10,
			accepted_at = $11, assigned_at = $12, first_response_at = $13, updated_at = $14,
			solved_at = $15, closed_at = $16, due_at = $17, pushes = $18, message_count = $19,
			tags = $20, merged_into = $21, thread_topic = $22, thread_index = $23
		WHERE number = $24`, append(ticketValues(ticket), ticket.Number)...)
}

// CountMessage implements tickets.TicketTx. The ticket is there, since it has a message.
func (t *tx) CountMessage(ctx context.Context, number int64, at time.Time) error {
	return t.do(ctx, fmt.Sprintf("count message of ticket %d", number), `
		UPDATE ticket SET message_count = message_count + 1, updated_at = $1 WHERE number = $2`,
		at, number)
}

// SeeFrom implements tickets.TicketTx.
func (t *tx) SeeFrom(ctx context.Context, number int64, mailbox string) error {
	return t.do(ctx, fmt.Sprintf("show ticket %d in %s", number, mailbox), `
		INSERT INTO ticket_mailbox (ticket, mailbox) VALUES ($1, $2)
		ON CONFLICT (ticket, mailbox) DO NOTHING`, number, mailbox)
}

// SeenFrom implements tickets.TicketTx.
func (t *tx) SeenFrom(ctx context.Context, number int64) ([]string, error) {
	op := fmt.Sprintf("list mailboxes of ticket %d", number)
	scan := func(s scanner) (mailbox string, err error) { return mailbox, s.Scan(&mailbox, new(int)) }
	return list(ctx, t, op, scan, `
		SELECT mailbox, 0 AS place FROM ticket WHERE number = $1
		UNION ALL
		SELECT f.mailbox, 1 FROM ticket_mailbox f JOIN ticket t ON t.number = f.ticket
		WHERE f.ticket = $1 AND f.mailbox <> t.mailbox
		ORDER BY place, mailbox`, number)
}

// Absorb implements tickets.TicketTx.
func (t *tx) Absorb(ctx context.Context, into, from int64) error {
	op := fmt.Sprintf("absorb ticket %d into %d", from, into)
	for _, query := range []string{
		`UPDATE message SET ticket = $1 WHERE ticket = $2`,
		`UPDATE mail_key SET ticket = $1 WHERE ticket = $2`,
		`UPDATE held SET ticket = $1 WHERE ticket = $2`,
		`UPDATE outbox SET ticket = $1 WHERE ticket = $2`,
		// A chain of merges stays one step long.
		`UPDATE ticket SET merged_into = $1 WHERE merged_into = $2 AND merged_into > 0`,
		// What both have stays once.
		`INSERT INTO ref (message_id, ticket, message, own)
			SELECT message_id, CAST($1 AS BIGINT), message, own FROM ref WHERE ticket = $2
			ON CONFLICT (message_id, ticket, message, own) DO NOTHING`,
		`INSERT INTO participant (ticket, address, name, state, at)
			SELECT CAST($1 AS BIGINT), address, name, state, at FROM participant WHERE ticket = $2
			ON CONFLICT (ticket, address) DO NOTHING`,
	} {
		if err := t.do(ctx, op, query, into, from); err != nil {
			return err
		}
	}
	for _, query := range []string{
		`DELETE FROM ref WHERE ticket = $1`,
		`DELETE FROM participant WHERE ticket = $1`,
	} {
		if err := t.do(ctx, op, query, from); err != nil {
			return err
		}
	}
	return t.change(ctx, op, `
		UPDATE ticket SET message_count =
			(SELECT COUNT(*) FROM message WHERE message.ticket = ticket.number)
		WHERE number IN ($1, $2)`, into, from)
}
