package e2e

import (
	"slices"
	"strings"
	"testing"

	gosmtp "github.com/emersion/go-smtp"

	"helpgate/mailin"
)

const (
	supplier = "sam@supplier.example"
	// aNote is what agents tell each other, long enough for the guard to know it again.
	aNote = "Between us: this customer has not paid for two years, so do not hurry at all."
	// aSignature is what an agent's own mail client puts under his mails.
	aSignature = "\n\n-- \nAnn Agent, Secret Department, extension 42"
)

// internals are what no customer may see, whatever the ticket: agents' addresses, their mail
// clients' traces, our notification's parts, commands.
var internals = []string{
	"agents.example", "@agents", "Secret Department", "extension 42", "ann-pc.internal", "192.0.2.77",
	"AgentMailer", "Between us", "not paid", "Reply above this line", "Also on it", "Just write:",
	"X-Helpgate-Ticket", "/close", "/colse", "／关闭", "I am on holiday",
}

// checkInside asks that a mail to a customer holds nothing of what is internal, nor the words
// given.
func checkInside(t *testing.T, m out, secrets ...string) {
	t.Helper()
	seen := string(m.raw) + "\n" + m.Text + "\n" + m.HTML
	for _, s := range slices.Concat(internals, secrets) {
		if s != "" && strings.Contains(seen, s) {
			t.Errorf("a customer sees %q:\n%s\n%s", s, m.Text, m.raw)
		}
	}
}

// checkAllInside asks it of every mail that went to a customer, and that none holds what proves
// something in agents' mails: their reply addresses, Message-IDs and marks.
func checkAllInside(t *testing.T, g *gateway, words ...string) {
	t.Helper()
	g.settled()
	all := g.relay.Mails()
	isAgent := func(address string) bool { return address == ann || address == ben }
	for _, m := range all {
		if !slices.ContainsFunc(m.To, isAgent) {
			continue
		}
		o := mailin.Read(m.Data).Mail
		words = append(words, o.MessageID, markers.FindString(o.Text))
		if token := o.ReplyTo[0].Addr; token != support {
			words = append(words, strings.TrimPrefix(token, "support+"))
		}
	}
	n := 0
	for _, m := range all {
		if slices.ContainsFunc(m.To, isAgent) {
			continue
		}
		n++
		checkInside(t, out{mailin.Read(m.Data).Mail, m.Data, m.From}, words...)
	}
	if n == 0 {
		t.Error("no mail went to a customer: nothing was looked at")
	}
}

// TestWhatIsInternalStaysInternal is promise 7: a ticket's whole life with all that agents write,
// and then a look through every mail that any customer got.
func TestWhatIsInternalStaysInternal(t *testing.T) {
	t.Parallel()
	onEachRoad(t, func(t *testing.T, tokens string) {
		g := start(t, options{
			tokens: tokens, agents: []string{ann, ben},
			config: "[policy]\nreopen_days = 0\nnotifications_per_minute = 1000\n",
		})
		answersOfManyClients(g)
		mailsThatAreHeld(t, g)
		peopleComeAlong(g)
		// A customer's words are mailed to agents only.
		checkAllInside(t, g, "How do I change", "Words of Bob", "Words of Sam",
			"Words of Mallory", "I said so")
	})
}

// answersOfManyClients has ann answer as mail clients do: with quotation marks, without any, and
// in HTML.
func answersOfManyClients(g *gateway) {
	q := question("q1@customer")
	q.cc = bob
	note := g.asks(q, ann)
	g.run("ticket", "note", "1", "--agent", ben, "--text", aNote)
	first := note.reply(ann, "a1@agents", "Under settings."+aSignature)
	first.headers = []string{
		"Received: from ann-pc.internal ([192.0.2.77]) by mx.agents.example; " +
			"Tue, 24 Nov 2026 10:00:00 +0000",
		"X-Originating-IP: [192.0.2.77]", "User-Agent: AgentMailer 7",
		"Organization: Secret Department", "Disposition-Notification-To: " + ann,
	}
	g.accept(ann, []string{note.replyTo()}, first.String())
	g.mailed(alice, "Under settings.")
	note = g.writes(g.mailed(bob, "Under settings."), bob, ann, "Words of Bob.")

	bare := note.reply(ann, "a2@agents", "")
	bare.text = "It is the third menu." + aSignature + "\n\n________________________________\n" +
		"From: Desk Support <" + support + ">\nSent: Tuesday, 24 November 2026 10:00\n" +
		"To: Ann\nSubject: A question\n\n" + note.Text
	g.accept(ann, []string{note.replyTo()}, bare.String())
	g.mailed(bob, "It is the third menu.")

	page := note.reply(ann, "a3@agents", "There is a film too."+aSignature)
	page.html = `<p>There is a film too.</p><div>-- <br>Ann Agent, Secret Department, extension 42` +
		`</div><blockquote type="cite">` + note.HTML + `</blockquote>`
	g.accept(ann, []string{note.replyTo()}, page.String())
	g.mailed(alice, "There is a film too.")
}

func mailsThatAreHeld(t *testing.T, g *gateway) {
	note := g.sent(ann, 1)[0]
	command := note.reply(ann, "h1@agents", "/close\n\nI said so.")
	away := note.reply(ann, "h2@agents", "I am on holiday.")
	away.headers = []string{"Auto-Submitted: auto-replied"}
	colleague := note.reply(ann, "h3@agents", "I said so, Ben.")
	colleague.cc = ben
	aside := note.reply(ann, "h4@agents", aNote)
	aside.to, aside.cc = "boss@agents.example", note.replyTo()
	for _, m := range []mail{command, away, colleague, aside} {
		g.accept(ann, []string{note.replyTo()}, m.String())
	}
	if n := len(g.held()); n != 3 {
		t.Errorf("%d held, want 3: %+v", n, g.held())
	}
}

// peopleComeAlong adds a supplier, a newcomer, an address that fails, and a follow-up.
func peopleComeAlong(g *gateway) {
	note := g.sent(ann, 1)[0]
	invite := note.reply(ann, "a5@agents", "Sam knows more.")
	invite.cc = supplier
	g.accept(ann, []string{note.replyTo()}, invite.String())
	g.writes(g.mailed(supplier, "Sam knows more."), supplier, ann, "Words of Sam.")
	answer := g.mailed(alice, "Sam knows more.")
	g.writes(answer, mallory, ann, "Words of Mallory.")
	g.accept("", []string{answer.envelope}, bounce(answer).String())
	g.relay.Refuse(bob, &gosmtp.SMTPError{Code: 550, Message: "who is that"})
	g.answers(note, ann, alice, "That is all.")
	g.run("ticket", "status", "1", "closed")
	g.writes(answer, alice, ann, "It was not all.")
}

// TestTheLeakGuardHolds lets an agent paste what must stay inside into his answer. Soft findings a
// person may release, once; hard ones nobody.
func TestTheLeakGuardHolds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text   func(note out) string
		reason string
		soft   bool
	}{
		"passage of a note": {func(out) string { return "See: " + aNote }, "leak-note", true},
		"agent's address":   {func(out) string { return "Write to " + ann }, "leak-address", true},
		"agent's token": {func(note out) string {
			return "Write to " + note.replyTo() + " then."
		}, "leak-token", false},
		"our block": {func(note out) string {
			_, block, _ := strings.Cut(note.Text, "Just write:")
			block, _, _ = strings.Cut(block, "\n")
			return "I was told this:\nJust write:" + block + "\nWhat of it?"
		}, "leak-block", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t, options{})
			note := g.asks(question("q1@customer"), ann)
			g.run("ticket", "note", "1", "--agent", ann, "--text", aNote)
			text := c.text(note)
			g.accept(ann, []string{note.replyTo()}, note.reply(ann, "a1@agents", text).String())
			g.mailed(ann, "Nothing of it was sent")
			list := g.held()
			if len(list) != 1 || list[0].Reason != c.reason || list[0].Owner != ann {
				t.Fatalf("held: %+v, want %s for %s", list, c.reason, ann)
			}
			if n := len(g.everything(alice)); n != 1 {
				t.Errorf("the customer got %d mails, want the acknowledgement", n)
			}
			_, err := g.try("", "held", "release", list[0].ID)
			if (err == nil) != c.soft {
				t.Errorf("release: %v", err)
			}
			if !c.soft {
				g.run("held", "drop", list[0].ID)
				checkAllInside(t, g)
			} else if got := g.mailed(alice, text); strings.Contains(string(got.raw), "X-Helpgate-T") {
				t.Errorf("released as:\n%s", got.raw)
			}
			if n := len(g.held()); n != 0 {
				t.Errorf("still held: %d", n)
			}
		})
	}
}

// TestWhatWasHeldMayBeWrittenAgain: an agent whose mail was held for its command sends the same
// words without it, as he is told to; they are no passage of a note.
func TestWhatWasHeldMayBeWrittenAgain(t *testing.T) {
	t.Parallel()
	const words = "Open the settings, then choose your account, then press the button."
	g := start(t, options{})
	note := g.asks(question("q1@customer"), ann)
	g.accept(ann, []string{note.replyTo()}, note.reply(ann, "a1@agents", "/solve\n\n"+words).String())
	told := g.mailed(ann, "looks like a command")
	checkInside(t, g.answers(told, ann, alice, words))
}
