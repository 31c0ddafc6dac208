package mailin

import (
	"slices"
	"strings"

	"helpgate/internal/probe"
	"helpgate/internal/token"
	"helpgate/tickets"
)

// probes tells whether the mail is a probe that we sent round the loop less than a day before it
// came, or a machine's answer to one. Nobody who answers or forwards a probe copies its Message-ID
// or field. Elsewhere a token counts only in what a machine wrote or one of our own addresses sent:
// a person's words above a quoted probe are mail like any other.
func (g *Gate) probes(m *tickets.Mail, rd *Reading) bool {
	signed := func(texts ...string) bool {
		found := token.FindProbes(strings.Join(texts, " "))
		return slices.ContainsFunc(found, func(tok string) bool { return g.probe(tok, m) })
	}
	if signed(m.MessageID, rd.Mail.Get(probe.Field)) {
		return true
	}
	if !m.Automatic && !g.Mailboxes.Own(m.From.Address) {
		return false
	}
	if signed(m.Recipients...) || signed(m.InReplyTo...) || signed(m.References...) ||
		signed(token.FindMarkers(rd.Mail.Text)...) {
		return true
	}
	for _, e := range rd.Mail.Enclosed { // what a bounce gives back
		if signed(string(e.Head)) {
			return true
		}
	}
	return false
}

// probe tells whether the token is that of a probe to a mailbox of ours, good when the mail came.
func (g *Gate) probe(tok string, m *tickets.Mail) bool {
	at := m.ReceivedAt
	if at.IsZero() {
		at = g.Clock.Now()
	}
	return slices.ContainsFunc(g.Mailboxes, func(mb tickets.Mailbox) bool {
		return g.Keyring.VerifyProbe(tok, mb.Address, at)
	})
}

// probeAddress tells whether the address (in key form) is that to which we sent a probe just now,
// or under which: it is no mailbox, and its mail has to come in.
func (g *Gate) probeAddress(key string) bool {
	tok, base, ok := token.FromAddress(key)
	if !ok {
		return false
	}
	mb, ok := g.Mailboxes.Find(base)
	return ok && g.Keyring.VerifyProbe(tok, mb.Address, g.Clock.Now())
}
