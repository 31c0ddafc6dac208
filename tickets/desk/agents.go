package desk

import (
	"context"
	"errors"
	"fmt"

	"helpgate/internal/rfc"
	"helpgate/tickets"
)

// Agents gives all agents, inactive ones too.
func (d *Desk) Agents(ctx context.Context) ([]tickets.Agent, error) {
	var list []tickets.Agent
	err := d.view(ctx, func(a *act) error {
		list = a.agents
		return nil
	})
	return list, err
}

// The faults of an agent's data; match them with errors.Is.
var (
	ErrAddress = errors.New("not an address that an agent can have")
	ErrTaken   = errors.New("another agent has this address")
	ErrLocale  = errors.New("no such language: en or zh")
)

// SaveAgent adds an agent, or changes the one that has the first address, and makes him active.
func (d *Desk) SaveAgent(ctx context.Context, ag tickets.Agent) (tickets.Agent, error) {
	for i, address := range ag.Addresses {
		ag.Addresses[i] = rfc.Key(address)
		if ag.Addresses[i] == "" || d.Mailboxes.Own(ag.Addresses[i]) {
			return ag, fmt.Errorf("%q: %w", address, ErrAddress)
		}
	}
	if len(ag.Addresses) == 0 {
		return ag, fmt.Errorf("agent without address: %w", ErrAddress)
	}
	if ag.Locale != "" && ag.Locale != "en" && ag.Locale != "zh" {
		return ag, fmt.Errorf("%q: %w", ag.Locale, ErrLocale)
	}
	ag.Active = true
	err := d.update(ctx, func(a *act) error {
		ag.ID, ag.CreatedAt = 0, a.now
		for _, address := range ag.Addresses {
			old, ok := a.agentBy(address)
			if !ok {
				continue
			}
			if old.Person().Address != ag.Addresses[0] {
				return fmt.Errorf("%s: %w", address, ErrTaken)
			}
			ag.ID, ag.CreatedAt = old.ID, old.CreatedAt
		}
		return a.tx.SaveAgent(ctx, &ag)
	})
	return ag, err
}

// DisableAgent takes all rights from an agent at once; what he wrote stays.
func (d *Desk) DisableAgent(ctx context.Context, id int64) error {
	return d.update(ctx, func(a *act) error {
		ag, ok := a.agent(id)
		if !ok {
			return fmt.Errorf("agent %d: %w", id, ErrNobody)
		}
		ag.Active = false
		return a.tx.SaveAgent(ctx, &ag)
	})
}
