package e2e

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// sales is a second mailbox, for the tests that need one.
const (
	sales        = "sales@desk.example"
	salesMailbox = "[[mailbox]]\naddress = \"" + sales + "\"\n"
)

func question(id string) mail {
	return mail{
		from: alice, to: support, subject: "A question", id: id, date: time.Unix(1_790_000_000, 0),
		text: "How do I change my password?\nI have looked everywhere.\n",
	}
}

// another is a question about something else.
func another(id string) mail {
	q := question(id)
	q.subject, q.text = "Another thing", "Where is the key?\n"
	return q
}

// checkOnce asks that there is one ticket with one message, acknowledged and notified once.
func checkOnce(t *testing.T, g *gateway) ticket {
	t.Helper()
	g.settled()
	if all := g.tickets(); len(all) != 1 {
		t.Fatalf("%d tickets, want 1", len(all))
	}
	tk := g.ticket(1)
	if len(tk.Messages) != 1 || tk.MessageCount != 1 {
		t.Errorf("%d messages, counted %d, want 1", len(tk.Messages), tk.MessageCount)
	}
	if acks, told := len(g.sent(alice, 1)), len(g.sent(ann, 1)); acks != 1 || told != 1 {
		t.Errorf("%d acknowledgements and %d notifications, want one each", acks, told)
	}
	return tk
}

// happened counts a ticket's events of a verb and target.
func (tk ticket) happened(verb, to string) int {
	n := 0
	for _, e := range tk.Events {
		if e.Verb == verb && (to == "" || e.To == to) {
			n++
		}
	}
	return n
}

// TestSameMailAgainIsOneMessage sends a mail by SMTP and then again by both roads: with the same
// bytes, changed as lists and gateways change it, and with nothing but its content to know it by.
func TestSameMailAgainIsOneMessage(t *testing.T) {
	t.Parallel()
	nameless := question("")
	undated := strings.Replace(nameless.String(), "Date: ", "X-Old-Date: ", 1)
	footer, tag := question("q1@customer"), question("q1@customer")
	footer.text += "\n_______________\nsupport mailing list\n"
	tag.subject = "[EXTERNAL] " + tag.subject
	tag.headers = []string{"Received: from list.example; Tue, 24 Nov 2026 10:00:00 +0000"}
	first := question("q1@customer").String()
	for name, c := range map[string]struct{ first, again, verdict string }{
		"same":          {first, first, "duplicate"},
		"footer":        {first, footer.String(), "variant"},
		"tag":           {first, tag.String(), "duplicate"},
		"no message-id": {nameless.String(), nameless.String(), "duplicate"},
		"no date":       {undated, undated, "duplicate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t, options{})
			g.accept(alice, []string{support}, c.first)
			g.accept(alice, []string{support}, c.again)
			if out, err := g.try(c.again, "inject", "-f", alice, support); err != nil {
				t.Fatalf("inject: %v\n%s", err, out)
			}
			if n := checkOnce(t, g).happened("duplicate", c.verdict); n != 2 {
				t.Errorf("%d copies on record as %s, want 2", n, c.verdict)
			}
		})
	}
}

// TestReplyAgainIsOneMessage lets a customer's reply and an agent's answer come twice: the second
// copy of either changes nothing and sends nothing.
func TestReplyAgainIsOneMessage(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	g.accept(alice, []string{support}, question("q1@customer").String())
	note := g.sent(ann, 1)[0]
	answer := note.reply(ann, "a1@agents", "Under settings.").String()
	for range 2 {
		g.accept(ann, []string{note.replyTo()}, answer)
	}
	got := g.sent(alice, 2)[1]
	thanks := got.reply(alice, "q2@customer", "I see no settings there.").String()
	for range 2 {
		g.accept(alice, []string{got.replyTo()}, thanks)
	}
	g.sent(ann, 2)
	g.settled()
	if n := g.ticket(1).MessageCount; n != 3 {
		t.Errorf("%d messages, want 3", n)
	}
	if mails, told := len(g.sent(alice, 2)), len(g.sent(ann, 2)); mails != 2 || told != 2 {
		t.Errorf("%d mails to the customer and %d to the agent, want 2 each", mails, told)
	}
}

// TestMessageIDUsedAgainIsAnotherMail sends two mails under one Message-ID that are two mails.
func TestMessageIDUsedAgainIsAnotherMail(t *testing.T) {
	t.Parallel()
	text, from, date, subject := question("same@printer"), question("same@printer"),
		question("same@printer"), question("same@printer")
	text.text = "The lift has stopped between two floors.\n"
	from.from = bob
	date.date = date.date.Add(time.Hour)
	subject.subject = "Invoice 17"
	for name, second := range map[string]mail{
		"text": text, "from": from, "date": date, "subject": subject,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t, options{})
			g.accept(alice, []string{support}, question("same@printer").String())
			g.accept(second.from, []string{support}, second.String())
			if all := g.tickets(); len(all) != 2 {
				t.Fatalf("%d tickets, want 2", len(all))
			}
			for n, flagged := range map[int64]bool{1: false, 2: true} {
				m := g.ticket(n).Messages[0]
				if slices.Contains(m.Flags, "message-id-reused") != flagged {
					t.Errorf("message of #%d has the flags %q", n, m.Flags)
				}
			}
			g.accept(second.from, []string{support}, second.String())
			if n := g.ticket(2).happened("duplicate", "duplicate"); n != 1 {
				t.Errorf("a copy of the second is on record %d times", n)
			}
			if n := len(g.tickets()); n != 2 {
				t.Errorf("a copy of the second opened a ticket: %d", n)
			}
		})
	}
}

// TestMailToTwoMailboxesIsOneTicket sends a mail to two of our mailboxes, which hosts on the way
// deliver in one piece or as two.
func TestMailToTwoMailboxesIsOneTicket(t *testing.T) {
	t.Parallel()
	for name, deliveries := range map[string][][]string{
		"one delivery":   {{sales, support}},
		"two deliveries": {{sales}, {support}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t, options{config: salesMailbox})
			m := question("q1@customer")
			m.cc = sales
			for _, to := range deliveries {
				g.accept(alice, to, m.String())
			}
			if tk := checkOnce(t, g); tk.Mailbox != support {
				t.Errorf("ticket is on %s, want the first named", tk.Mailbox)
			}
			if seen := ask[[]ticket](g, "ticket", "list", "--mailbox", sales); len(seen) != 1 {
				t.Errorf("seen %d times from the mailbox on Cc, want 1", len(seen))
			}
		})
	}
}

// TestMailComesAgainAfterACrash lets the sender miss our 250 by a power cut right behind it: he
// sends the mail again, and it is one message.
func TestMailComesAgainAfterACrash(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	g.accept(alice, []string{support}, question("q1@customer").String())
	g.end(os.Kill)
	g.serve()
	g.accept(alice, []string{support}, question("q1@customer").String())
	if tk := g.ticket(1); len(g.tickets()) != 1 || tk.MessageCount != 1 {
		t.Errorf("%d tickets, %d messages, want 1 and 1", len(g.tickets()), tk.MessageCount)
	}
}
