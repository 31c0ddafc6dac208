package compose

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"

	"helpgate/internal/token"
	"helpgate/tickets"
)

// Leak is something internal that a finished mail would show a customer.
type Leak struct {
	Reason tickets.HeldReason
	Detail string // where it stood; never the secret itself
}

// Guard looks through the finished bytes of a mail to a customer for what must stay inside
// (RULES 6): agents' tokens, our notification's block and a command at the top or bottom of the
// words stop it always, a note's words and an agent's address unless a person released it. It gives
// nil when the mail may go; mails to agents always may. Its time is linear in the mail and the
// ticket's notes.
func (c *Composer) Guard(ctx context.Context, o tickets.Outgoing, data []byte) (*Leak, error) {
	if o.Kind.ForAgents() {
		return nil, nil
	}
	var ins inside
	if o.Kind == tickets.OutAnswer { // no agent's words are in any other mail to a customer
		d, err := c.read(ctx, o)
		if err == nil {
			ins, err = c.inside(ctx, d)
		}
		if err != nil {
			return nil, fmt.Errorf("guard mail %d: %w", o.ID, err)
		}
	}
	texts, err := openMail(data)
	if err != nil {
		return nil, fmt.Errorf("guard mail %d: %w", o.ID, err)
	}
	for _, t := range texts {
		if leak := c.hard(t, ins); leak != nil {
			return leak, nil
		}
	}
	if o.Override || o.Kind != tickets.OutAnswer {
		return nil, nil // a person has read the words again, if they are an agent's
	}
	for _, t := range texts {
		if t.where == whereSubject {
			continue
		}
		if leak := ins.soft(t); leak != nil {
			return leak, nil
		}
	}
	return nil, nil
}

// inside is what a customer must not see of a ticket.
type inside struct {
	message   tickets.Message
	frame     map[string]bool // lines around the author's words; nil: there are no words
	notes     passages
	addresses map[string]bool // agents' own, lower case
}

// inside gathers it by the ticket that the message is in now: the row's own may have been merged.
func (c *Composer) inside(ctx context.Context, d draft) (ins inside, err error) {
	ins.message = d.message
	if ins.frame, err = c.frame(d); err != nil {
		return ins, err
	}
	ticket := d.Ticket
	if d.Message != 0 {
		ticket = d.message.Ticket
	}
	var notes []string
	err = c.Store.View(ctx, func(tx tickets.Tx) error {
		messages, err := tx.Messages(ctx, ticket)
		if err != nil {
			return fmt.Errorf("read messages of ticket %d: %w", ticket, err)
		}
		notes = ins.secrets(messages)
		agents, err := tx.Agents(ctx)
		if err != nil {
			return fmt.Errorf("read agents: %w", err)
		}
		ins.addresses = c.private(d, agents)
		return nil
	})
	ins.notes = newPassages(notes)
	return ins, err
}

// secrets are the texts of a ticket's notes.
func (ins inside) secrets(messages []tickets.Message) (notes []string) {
	for _, m := range messages {
		switch {
		case m.Kind != tickets.KindNote || ins.mayRepeat(m):
		case m.ReplyText != "":
			notes = append(notes, m.ReplyText) // what it quotes may be the customer's
		default:
			notes = append(notes, m.Text)
		}
	}
	return notes
}

// private are the agents' addresses in lower case, but for those of an agent who stands on the
// ticket as a customer.
func (c *Composer) private(d draft, agents []tickets.Agent) map[string]bool {
	private := map[string]bool{}
	for _, a := range agents {
		for _, addr := range a.Addresses {
			private[strings.ToLower(addr)] = !c.Mailboxes.Own(addr)
		}
	}
	for _, p := range slices.Concat([]tickets.Person{d.Recipient}, d.Facts.To, d.Facts.Cc) {
		delete(private, strings.ToLower(p.Address))
	}
	return private
}

// mayRepeat tells that an internal message keeps no secret from the author of the mail: a bounce,
// which quotes what we sent, and a text of his own that was held and that he was told to write
// anew.
func (ins inside) mayRepeat(m tickets.Message) bool {
	own := m.AuthorRole == tickets.RoleAgent && m.AuthorID == ins.message.AuthorID
	return m.AuthorRole == tickets.RoleSystem || own && m.Has(tickets.FlagHeld)
}

// hard finds what no mail to a customer may hold.
func (c *Composer) hard(t mailText, ins inside) *Leak {
	if c.holdsToken(t.text) {
		return &Leak{Reason: tickets.HeldLeakToken, Detail: t.where}
	}
	flat := fold(t.text)
	for _, line := range c.block {
		if strings.Contains(flat, line) {
			return &Leak{Reason: tickets.HeldLeakBlock, Detail: t.where}
		}
	}
	if line, found := c.command(t, ins); found {
		return &Leak{Reason: tickets.HeldLeakCommand, Detail: oneLine(line)}
	}
	return nil
}

// holdsToken tells whether a text holds a token that is an agent's: as it stands, behind the
// escapes of HTML and of URLs, or in a marker that was wrapped.
func (c *Composer) holdsToken(text string) bool {
	forms := []string{text}
	if plain := html.UnescapeString(text); plain != text {
		forms = append(forms, plain)
	}
	if strings.Contains(text, "%") {
		forms = append(forms, unescapeURLs(text))
	}
	for _, form := range forms {
		for _, run := range strings.FieldsFunc(form, outsideToken) {
			if c.agents(run) {
				return true
			}
		}
	}
	for _, tok := range token.FindMarkers(text) {
		if c.agents(tok) {
			return true
		}
	}
	return false
}

func (c *Composer) agents(tok string) bool {
	claim, ok := c.Keyring.Verify(tok)
	return ok && (claim.Person != 0 ||
		claim.Purpose == token.PurposeAgent || claim.Purpose == token.PurposeCommand)
}

func outsideToken(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '2' || r > '7')
}

// unescapeURLs decodes every %XX of a text.
func unescapeURLs(s string) string {
	var b strings.Builder
	for {
		at := strings.IndexByte(s, '%')
		if at < 0 || at+3 > len(s) {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at])
		if plain, err := url.PathUnescape(s[at : at+3]); err == nil {
			b.WriteString(plain)
			s = s[at+3:]
			continue
		}
		b.WriteByte('%')
		s = s[at+1:]
	}
}

// soft finds what a person may let pass.
func (ins inside) soft(t mailText) *Leak {
	if ins.notes.in(fold(t.text)) {
		return &Leak{Reason: tickets.HeldLeakNote, Detail: t.where}
	}
	for _, word := range strings.FieldsFunc(strings.ToLower(t.text), outsideAddress) {
		if ins.addresses[strings.Trim(word, ".'")] {
			return &Leak{Reason: tickets.HeldLeakAddress, Detail: t.where}
		}
	}
	return nil
}

// outsideAddress parts the words of a text so that an address is one of them: what is not ASCII
// parts too, for Chinese writes it without spaces around.
func outsideAddress(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`<>()[]{},;:"|\?&=`, r)
}
