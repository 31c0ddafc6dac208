package desk

import (
	"context"
	"errors"
	"fmt"

	"helpgate/internal/rfc"
	"helpgate/tickets"
)

// ErrLogin tells that nobody logs in so. It does not tell why: a stranger shall not learn who is an
// agent, or who has a password.
var ErrLogin = errors.New("no active agent has this address and password")

// SetPassword gives an agent the password to hand mail in with; the errors of internal/password
// tell what is wrong with it.
func (d *Desk) SetPassword(ctx context.Context, agent int64, plain string) error {
	hash, err := d.hasher.Hash(ctx, plain)
	if err != nil {
		return err
	}
	return d.keepPassword(ctx, agent, hash)
}

// RemovePassword lets an agent log in no more.
func (d *Desk) RemovePassword(ctx context.Context, agent int64) error {
	return d.keepPassword(ctx, agent, "")
}

func (d *Desk) keepPassword(ctx context.Context, agent int64, hash string) error {
	return d.update(ctx, func(a *act) error {
		if _, ok := a.agent(agent); !ok {
			return fmt.Errorf("agent %d: %w", agent, ErrNobody)
		}
		return a.tx.SetPasswordHash(ctx, agent, hash)
	})
}

// Login gives the active agent who has this address and this password, else ErrLogin; a stranger
// is told so after as much work as an agent. Any other error is trouble of ours.
func (d *Desk) Login(ctx context.Context, address, plain string) (tickets.Agent, error) {
	var ag tickets.Agent
	var hash string
	err := d.view(ctx, func(a *act) (err error) {
		ag, _ = a.agentBy(rfc.Key(address))
		hash, err = a.tx.PasswordHash(ctx, ag.ID) // of nobody too: it is the same work
		if errors.Is(err, tickets.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return tickets.Agent{}, fmt.Errorf("log in: %w", err)
	}
	right, err := d.hasher.Check(ctx, hash, plain)
	switch {
	case err != nil:
		return tickets.Agent{}, fmt.Errorf("log in as agent %d: %w", ag.ID, err)
	case !right || !ag.Active:
		return tickets.Agent{}, ErrLogin
	}
	return ag, nil
}
