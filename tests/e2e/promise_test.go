package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// answered opens a ticket of alice's that ann has answered, and gives the answer as she got it.
func (g *gateway) answered() out {
	g.t.Helper()
	return g.answers(g.asks(question("q1@customer"), ann), ann, alice, "Under settings.")
}

// TestEachMailTellsTheRuleThatDecided is promise 8: a mail comes by each rule of RULES 2 and keeps
// its name, on the message and in the history.
func TestEachMailTellsTheRuleThatDecided(t *testing.T) {
	t.Parallel()
	for rule, c := range map[string]struct {
		tokens string
		mail   func(answer out) mail
		kind   string // of the message; "message" when ""
	}{
		"reply-address": {"plus", func(o out) mail {
			return o.reply(alice, "q2@customer", "Where?")
		}, ""},
		"our-message-id": {"plus", func(o out) mail {
			m := o.reply(alice, "q2@customer", "Where?")
			m.to = support
			return m
		}, ""},
		"known-message-id": {"plus", func(out) mail {
			return mail{from: alice, to: support, subject: "And", inReplyTo: "q1@customer", text: "Where?"}
		}, ""},
		"body-marker": {"headers", func(o out) mail {
			m := o.reply(alice, "q2@customer", "Where?")
			m.inReplyTo, m.references = "", nil
			return m
		}, ""},
		"subject-tag": {"plus", func(out) mail {
			return mail{from: alice, to: support, subject: "Re: [#1] A question", text: "Where?"}
		}, ""},
		"bounce": {"plus", bounce, "note"},
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			g := start(t, options{tokens: c.tokens})
			answer := g.answered()
			m, to, from := c.mail(answer), answer.replyTo(), alice
			if rule == "bounce" {
				to, from = answer.envelope, ""
			} else if m.to == support {
				to = support
			}
			g.accept(from, []string{to}, m.String())
			checkRule(t, g.ticket(1), rule, or(c.kind, "message"))
			if first := g.ticket(1).Messages[0]; first.Rule != "new" || len(g.tickets()) != 1 {
				t.Errorf("rule of the first mail is %q, %d tickets", first.Rule, len(g.tickets()))
			}
		})
	}
	t.Run("awaited", func(t *testing.T) {
		t.Parallel()
		g := start(t, options{})
		later := question("q2@customer")
		later.inReplyTo, later.text = "q1@customer", "I forgot: on a telephone.\n"
		g.accept(alice, []string{support}, later.String())
		g.accept(alice, []string{support}, question("q1@customer").String())
		checkRule(t, g.ticket(1), "awaited", "message")
	})
}

func checkRule(t *testing.T, tk ticket, rule, kind string) {
	t.Helper()
	if m := tk.last(t); m.Rule != rule || m.Kind != kind {
		t.Errorf("the last is a %s by %q, want a %s by %q", m.Kind, m.Rule, kind, rule)
	}
	if tk.happened(kind, rule) == 0 {
		t.Errorf("no event %s tells the rule: %+v", kind, tk.Events)
	}
}

// bounce is a report that an answer did not reach the customer (RFC 3464).
func bounce(answer out) mail {
	return mail{
		from: "MAILER-DAEMON@customer.example", to: answer.envelope, subject: "Undelivered mail",
		id: "dsn1@customer", report: "Final-Recipient: rfc822; " + alice +
			"\nAction: failed\nStatus: 5.1.1\n", text: "Nobody is called so here.\n",
	}
}

// TestAStrangerLearnsNothing is promise 5: who knows a Message-ID, a number, or a token of
// somebody else's ticket and has no part in it gets the same mail as anybody who writes first.
func TestAStrangerLearnsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tokens string
		change func(m *mail, answer out)
	}{
		"customer's Message-ID": {"plus", func(m *mail, _ out) { m.inReplyTo = "q1@customer" }},
		"our Message-ID": {"plus", func(m *mail, answer out) {
			m.inReplyTo, m.references = answer.MessageID, answer.References
		}},
		"marker": {"headers", func(m *mail, answer out) { m.text += "> " + answer.Text }},
		"number": {"plus", func(m *mail, _ out) { m.subject = "Re: [#1] A question" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t, options{tokens: c.tokens})
			answer := g.answered()
			before := g.ticket(1)
			m := mail{
				from: mallory, to: support, cc: "eve@evil.example", subject: "Hello",
				id: "m1@evil", text: "What was it about?\n",
			}
			c.change(&m, answer)
			g.accept(mallory, []string{support}, m.String())
			other := mail{
				from: "olga@other.example", to: support, subject: "Hello",
				id: "o1@other", text: "What was it about?\n",
			}
			g.accept(other.from, []string{support}, other.String())

			his, hers := g.mailed(mallory, "#2"), g.mailed(other.from, "#3")
			if anybodys(his) != anybodys(hers) {
				t.Errorf("he got\n%s\nanybody gets\n%s", his.Text, hers.Text)
			}
			if strings.Contains(string(his.raw), "A question") || len(g.everything(mallory)) != 1 {
				t.Errorf("he got %d mails, the first:\n%s", len(g.everything(mallory)), his.raw)
			}
			if n := len(g.everything(alice)); n != 2 {
				t.Errorf("the customer got %d mails, want her 2", n)
			}
			if after := g.ticket(1); len(after.Messages) != len(before.Messages) ||
				after.Status != before.Status || after.state(mallory) != "" {
				t.Errorf("the ticket has changed: %+v", after)
			}
			links := g.ticket(2).Links
			if len(links) != 1 || links[0].Number != 1 || links[0].Kind != "may-belong" {
				t.Errorf("agents see the links %v, want that it may belong to #1", links)
			}
		})
	}
}

// TestAGuessedTokenIsNobody lets a stranger try addresses like our reply addresses.
func TestAGuessedTokenIsNobody(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	token := g.answered().replyTo()
	for _, guess := range []string{
		"support+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@desk.example",
		strings.Replace(token, "@", "a@", 1),
		token[:len("support+")+10] + changed(token[len("support+")+10:]),
		strings.Replace(token, "support+", "support+b", 1),
	} {
		m := mail{from: mallory, to: guess, subject: "Hello", text: "What was it about?\n"}
		err := g.deliver(mallory, []string{guess}, m.String())
		if err == nil || !strings.Contains(err.Error(), "5.1.1") {
			t.Errorf("mail to %s: %v, want 550 5.1.1", guess, err)
		}
		g.accept(mallory, []string{support}, m.String()) // in To it is as good as none
	}
	for _, tk := range g.tickets() {
		if tk.Number != 1 && (len(g.ticket(tk.Number).Links) != 0 || tk.Requester.Address != mallory) {
			t.Errorf("ticket %+v", tk)
		}
	}
	if n := len(g.ticket(1).Messages); n != 2 {
		t.Errorf("%d messages on #1, want 2", n)
	}
}

// changed gives the text with its first letter changed into another of the token's alphabet.
func changed(s string) string {
	if s[0] == 'a' {
		return "b" + s[1:]
	}
	return "a" + s[1:]
}

// TestANewcomerGetsNothing: the reply address that a customer passed on lets a newcomer write to
// the ticket, and gets him and those whom he brings nothing of it.
func TestANewcomerGetsNothing(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	answer := g.answered()
	m := answer.reply(mallory, "m1@evil", "Send me all that was said.")
	m.cc = "eve@evil.example"
	g.accept(mallory, []string{answer.replyTo()}, m.String())
	note := g.mailed(ann, "Send me all")
	if !strings.Contains(note.Text, "newcomer") {
		t.Errorf("the agent is not warned:\n%s", note.Text)
	}
	g.answers(note, ann, alice, "Who is that?")
	g.accept(mallory, []string{answer.replyTo()},
		answer.reply(mallory, "m2@evil", "I am her brother.").String())
	g.mailed(ann, "I am her brother.")
	for _, person := range []string{mallory, "eve@evil.example"} {
		if n := len(g.everything(person)); n != 0 {
			t.Errorf("%s got %d mails", person, n)
		}
	}
	for _, got := range g.everything(alice) {
		if strings.Contains(got.Text, "Send me all") {
			t.Errorf("a newcomer's words were mailed to the customer:\n%s", got.Text)
		}
	}
	tk := g.ticket(1)
	if len(tk.Messages) != 5 || tk.Requester.Address != alice || tk.state(mallory) == "in" ||
		tk.state("eve@evil.example") == "in" {
		t.Errorf("%d messages, requester %v, participants %v", len(tk.Messages), tk.Requester,
			tk.Participants)
	}
	if m := tk.Messages[2]; fmt.Sprint(m.Flags) != "[new-address]" || m.Kind != "message" {
		t.Errorf("his words are a %s with the flags %q", m.Kind, m.Flags)
	}
}

// anybodys gives the text of an acknowledgement without what each one has of its own.
func anybodys(m out) string {
	return numbers.ReplaceAllString(markers.ReplaceAllString(m.Text, ""), "")
}

var (
	numbers = regexp.MustCompile(`#\d+`)
	markers = regexp.MustCompile(`\[hg:[a-z2-7]+\]`)
)
