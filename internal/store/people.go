package store

import (
	"context"
	"fmt"
	"time"

	"helpgate/tickets"
)

const customerColumns = `id, address, name, locale, timezone, known, created_at, suppressed_until`

func scanCustomer(s scanner) (c tickets.Customer, err error) {
	return c, s.Scan(&c.ID, &c.Address, &c.Name, &c.Locale, &c.Timezone, &c.Known,
		instant{&c.CreatedAt}, instant{&c.SuppressedUntil})
}

// Customer implements tickets.PeopleTx.
func (t *tx) Customer(ctx context.Context, id int64) (tickets.Customer, error) {
	return one(ctx, t, fmt.Sprintf("read customer %d", id), scanCustomer,
		`SELECT `+customerColumns+` FROM customer WHERE id = $1`, id)
}

// CustomerByAddress implements tickets.PeopleTx.
func (t *tx) CustomerByAddress(ctx context.Context, address string) (tickets.Customer, error) {
	return one(ctx, t, "read customer "+address, scanCustomer,
		`SELECT `+customerColumns+` FROM customer WHERE address = $1`, address)
}

// SaveCustomer implements tickets.PeopleTx.
func (t *tx) SaveCustomer(ctx context.Context, c *tickets.Customer) (err error) {
	op := "save customer " + c.Address
	if c.ID == 0 {
		c.ID, err = t.insert(ctx, op, `
			INSERT INTO customer (address, name, locale, timezone, known, created_at,
				suppressed_until)
			VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
			c.Address, c.Name, c.Locale, c.Timezone, c.Known, c.CreatedAt, c.SuppressedUntil)
		return err
	}
	return t.change(ctx, op, `
		UPDATE customer SET address = $1, name = $2, locale = $3, timezone = $4, known = $5,
			created_at = $6, suppressed_until = $7
		WHERE id = $8`,
		c.Address, c.Name, c.Locale, c.Timezone, c.Known, c.CreatedAt, c.SuppressedUntil, c.ID)
}

// Suppressed implements tickets.SuppressionTx.
func (t *tx) Suppressed(ctx context.Context, at time.Time) ([]tickets.Customer, error) {
	return list(ctx, t, "list suppressions", scanCustomer, `
		SELECT `+customerColumns+` FROM customer
		WHERE suppressed_until > 0 AND suppressed_until > $1 ORDER BY suppressed_until`, at)
}

// Agents implements tickets.PeopleTx. They are read once for a group of updates: each mail asks for
// them, and they change once a month.
func (t *tx) Agents(ctx context.Context) ([]tickets.Agent, error) {
	if t.agents != nil && t.agents.known {
		return t.agents.all, nil
	}
	var all []tickets.Agent
	scan := func(s scanner) (struct{}, error) {
		var a tickets.Agent
		var address string
		err := s.Scan(&a.ID, &a.Name, &a.Team, &a.Lead, &a.Locale, &a.Timezone, &a.Active,
			instant{&a.AwayUntil}, instant{&a.CreatedAt}, &address)
		if n := len(all); n == 0 || all[n-1].ID != a.ID {
			all = append(all, a)
		}
		if last := &all[len(all)-1]; address != "" {
			last.Addresses = append(last.Addresses, address)
		}
		return struct{}{}, err
	}
	_, err := list(ctx, t, "list agents", scan, `
		SELECT a.id, a.name, a.team, a.lead, a.locale, a.timezone, a.active, a.away_until,
			a.created_at, COALESCE(w.address, '')
		FROM agent a LEFT JOIN agent_address w ON w.agent = a.id
		ORDER BY a.id, w.position`)
	if err == nil && t.agents != nil {
		*t.agents = agents{known: true, all: all}
	}
	return all, err
}

// agents are those that a group of updates has read.
type agents struct {
	known bool
	all   []tickets.Agent
}

// forget makes the next one who asks read them anew.
func (a *agents) forget() {
	if a != nil {
		*a = agents{}
	}
}

// SaveAgent implements tickets.PeopleTx.
func (t *tx) SaveAgent(ctx context.Context, a *tickets.Agent) (err error) {
	op := "save agent " + a.Name
	t.agents.forget()
	if a.ID == 0 {
		a.ID, err = t.insert(ctx, op, `
			INSERT INTO agent (name, team, lead, locale, timezone, active, away_until, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
			a.Name, a.Team, a.Lead, a.Locale, a.Timezone, a.Active, a.AwayUntil, a.CreatedAt)
	} else {
		err = t.change(ctx, op, `
			UPDATE agent SET name = $1, team = $2, lead = $3, locale = $4, timezone = $5,
				active = $6, away_until = $7, created_at = $8
			WHERE id = $9`,
			a.Name, a.Team, a.Lead, a.Locale, a.Timezone, a.Active, a.AwayUntil, a.CreatedAt, a.ID)
	}
	if err == nil {
		err = t.do(ctx, op, `DELETE FROM agent_address WHERE agent = $1`, a.ID)
	}
	for i := 0; i < len(a.Addresses) && err == nil; i++ {
		err = t.do(ctx, op,
			`INSERT INTO agent_address (address, agent, position) VALUES ($1, $2, $3)`,
			a.Addresses[i], a.ID, i)
	}
	return err
}

// PasswordHash implements tickets.PeopleTx.
func (t *tx) PasswordHash(ctx context.Context, agent int64) (string, error) {
	return one(ctx, t, fmt.Sprintf("read password hash of agent %d", agent), scanString,
		`SELECT password FROM agent WHERE id = $1`, agent)
}

// SetPasswordHash implements tickets.PeopleTx.
func (t *tx) SetPasswordHash(ctx context.Context, agent int64, hash string) error {
	return t.change(ctx, fmt.Sprintf("set password hash of agent %d", agent),
		`UPDATE agent SET password = $1 WHERE id = $2`, hash, agent)
}

// Participants implements tickets.ParticipantTx.
func (t *tx) Participants(ctx context.Context, ticket int64) ([]tickets.Participant, error) {
	scan := func(s scanner) (p tickets.Participant, err error) {
		return p, s.Scan(&p.Ticket, &p.Address, &p.Name, &p.State, instant{&p.At})
	}
	return list(ctx, t, fmt.Sprintf("list participants of ticket %d", ticket), scan, `
		SELECT ticket, address, name, state, at FROM participant
		WHERE ticket = $1 ORDER BY at, address`, ticket)
}

// SaveParticipant implements tickets.ParticipantTx.
func (t *tx) SaveParticipant(ctx context.Context, p tickets.Participant) error {
	return t.do(ctx, fmt.Sprintf("save participant of ticket %d", p.Ticket), `
		INSERT INTO participant (ticket, address, name, state, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (ticket, address) DO UPDATE SET name = excluded.name, state = excluded.state`,
		p.Ticket, p.Address, p.Name, p.State, p.At)
}
