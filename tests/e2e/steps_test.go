package e2e

import (
	"slices"
	"strings"
	"testing"

	"helpgate/internal/testkit"
)

// asks lets a customer open a ticket, and gives the notification that the agent got of it.
func (g *gateway) asks(m mail, agent string) out {
	g.t.Helper()
	g.accept(m.from, []string{support}, m.String())
	return g.mailed(agent, strings.TrimSpace(m.text))
}

// answers lets an agent reply to a notification, and gives the mail that the customer got by it.
func (g *gateway) answers(note out, agent, customer, text string) out {
	g.t.Helper()
	id := strings.Join(strings.Fields(text), "-") + "@agents"
	g.accept(agent, []string{note.replyTo()}, note.reply(agent, id, text).String())
	return g.mailed(customer, text)
}

// writes lets a customer reply to a mail of ours, and gives the notification of the agent.
func (g *gateway) writes(m out, customer, agent, text string) out {
	g.t.Helper()
	id := strings.Join(strings.Fields(text), "-") + "@customer"
	g.accept(customer, []string{m.replyTo()}, m.reply(customer, id, text).String())
	return g.mailed(agent, text)
}

// mailed waits for a mail to somebody with words in its text, and gives it.
func (g *gateway) mailed(to, words string) out {
	g.t.Helper()
	var found out
	mails, ok := g.waits(func(all []testkit.SinkMail) bool {
		mine := only(all, to)
		i := slices.IndexFunc(mine, func(o out) bool { return strings.Contains(o.Text, words) })
		if i >= 0 {
			found = mine[i]
		}
		return i >= 0
	})
	if !ok {
		g.t.Fatalf("no mail to %s says %q, of %d\n%s", to, words, len(only(mails, to)), g.logged())
	}
	return found
}

// everything gives every mail that somebody got so far, once nothing more is to come.
func (g *gateway) everything(to string) []out {
	g.t.Helper()
	g.settled()
	return only(g.relay.Mails(), to)
}

// last gives the newest message of a ticket.
func (tk ticket) last(t *testing.T) message {
	t.Helper()
	if len(tk.Messages) == 0 {
		t.Fatalf("no message on #%d", tk.Number)
	}
	return tk.Messages[len(tk.Messages)-1]
}

// notes gives the texts of a ticket that no customer sees.
func (tk ticket) notes() []message {
	return slices.DeleteFunc(slices.Clone(tk.Messages), func(m message) bool {
		return m.Kind != "note"
	})
}

// state gives how somebody stands on a ticket; "" when he does not.
func (tk ticket) state(address string) string {
	is := func(p person) bool { return p.Address == address }
	switch {
	case slices.ContainsFunc(tk.Participants, is):
		return "in"
	case slices.ContainsFunc(tk.Newcomers, is):
		return "newcomer"
	}
	return ""
}
