package desk

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"helpgate/tickets"
)

// robotWords is how long a text must be to give away, by coming again, that a robot wrote it:
// shorter ones people write themselves.
const robotWords = 5

const (
	robotDelay  = 90 * time.Second    // how soon after a notification a robot answers
	robotMemory = 14 * 24 * time.Hour // how long an agent's texts are remembered
	robotTimes  = 2                   // on how many other tickets the text came before
)

// agentAutomatic asks the signs of automatic mail that hold on the agents' road (RULES section 3).
// The signs that an absent person's robot leaves also mark the agent away.
func (r *reception) agentAutomatic(ctx context.Context, ag tickets.Agent) (bool, error) {
	if r.mail.Automatic || r.mail.SuspicionAway {
		return true, r.away(ctx, ag)
	}
	if r.mail.Suspicion != "" {
		return true, nil
	}
	words := strings.Fields(r.mail.ReplyText)
	if len(words) <= robotWords {
		return false, nil
	}
	prompt, err := r.prompt(ctx, ag)
	if err != nil || !prompt {
		return false, err
	}
	key := "robot:" + fmt.Sprint(ag.ID) + ":" + textHash(words)
	n, err := r.tx.Spent(ctx, key, r.now.Add(-robotMemory))
	if err != nil {
		return false, fmt.Errorf("count %s: %w", key, err)
	}
	once := fmt.Sprintf("%s:%d", key, r.decision.Ticket)
	seen, err := r.tx.Spent(ctx, once, r.now.Add(-robotMemory))
	if err != nil {
		return false, fmt.Errorf("count %s: %w", once, err)
	}
	if seen == 0 { // a ticket counts once, however often the text comes there
		for _, k := range []string{key, once} {
			if err := r.tx.Spend(ctx, k, r.now, robotMemory); err != nil {
				return false, fmt.Errorf("count %s: %w", k, err)
			}
		}
	} else {
		n--
	}
	return n >= robotTimes, nil
}

// prompt tells whether the mail came within robotDelay of a notification of its ticket.
func (r *reception) prompt(ctx context.Context, ag tickets.Agent) (bool, error) {
	rows, err := r.tx.OutgoingOf(ctx, r.decision.Ticket)
	if err != nil {
		return false, fmt.Errorf("read outbox of ticket %d: %w", r.decision.Ticket, err)
	}
	for _, o := range rows {
		recent := !o.SentAt.IsZero() && r.now.Sub(o.SentAt) <= robotDelay ||
			o.Status == tickets.OutSending
		if o.Agent == ag.ID && o.Kind == tickets.OutNotification && recent {
			return true, nil
		}
	}
	return false, nil
}

// awayDefault is until when an agent whose robot names no date is away; his own next mail ends it
// earlier.
const awayDefault = 30 * 24 * time.Hour

func (r *reception) away(ctx context.Context, ag tickets.Agent) error {
	ag.AwayUntil = r.mail.Away.Ends(r.zone(ag))
	if !ag.AwayUntil.After(r.now) {
		ag.AwayUntil = r.now.Add(awayDefault)
	}
	if err := r.tx.SaveAgent(ctx, &ag); err != nil {
		return fmt.Errorf("save agent %d: %w", ag.ID, err)
	}
	return r.sayAway(ctx, ag.Person().Address)
}

// sayAway records that somebody on the ticket is away, and until which day where it is known.
func (r *reception) sayAway(ctx context.Context, who string) error {
	return r.event(ctx, tickets.Event{
		Ticket: r.decision.Ticket, Actor: who, Verb: tickets.EventAway, To: r.mail.Away.Day(),
	})
}

// zone gives the time zone in which an agent's days begin: their own, else the mailbox's.
func (r *reception) zone(ag tickets.Agent) *time.Location {
	zone, err := time.LoadLocation(cmp.Or(ag.Timezone, r.mailbox.Timezone))
	if err != nil {
		return time.UTC // one that this machine does not know
	}
	return zone
}

func (r *reception) backAtWork(ctx context.Context, ag tickets.Agent) error {
	if ag.AwayUntil.IsZero() {
		return nil
	}
	ag.AwayUntil = time.Time{}
	if err := r.tx.SaveAgent(ctx, &ag); err != nil {
		return fmt.Errorf("save agent %d: %w", ag.ID, err)
	}
	return nil
}

func textHash(words []string) string {
	sum := sha256.Sum256([]byte(strings.Join(words, " ")))
	return hex.EncodeToString(sum[:8])
}
