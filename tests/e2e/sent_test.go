package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"helpgate/internal/testkit"
)

// webmail is the support mailbox at the provider as a colleague has it open, and as the provider's
// relay puts copies into it.
type webmail struct {
	t    *testing.T
	conn *imapclient.Client
}

// withSent gives a gateway that reads the folder of sent mail too, in which an old mail lay.
func withSent(t *testing.T, tokens string) (*gateway, *testkit.Dovecot, webmail) {
	t.Helper()
	dovecot := testkit.StartDovecot(t, support)
	w := webmail{t, loggedIn(t, dovecot, support)}
	if err := w.conn.Create("Sent Items", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	w.saves([]byte(around("old@webmail", "q1@customer", "Of before.").String()))
	g := start(t, options{tokens: tokens, more: imapOf(dovecot, support, testkit.MailPassword,
		`, sent = "Sent Items"`)})
	g.logsTimes("first contact with the folder", 2)
	return g, dovecot, w
}

// around is what a colleague answers alice from the webmail of the support mailbox.
func around(id, cites, text string) mail {
	return mail{
		from: "Support <" + support + ">", to: alice, subject: "Re: A question", id: id,
		inReplyTo: cites, references: []string{cites}, text: text + "\n",
	}
}

// saves appends a mail to the folder of sent mail, as mail clients and relays do.
func (w webmail) saves(raw []byte) {
	w.t.Helper()
	put(w.t, w.conn, "Sent Items", string(raw))
}

// TestAnswersAroundHelpgateAreOnTheirTicket: a colleague answers from the provider's webmail, where
// the relay puts copies of all that helpgate sends too.
func TestAnswersAroundHelpgateAreOnTheirTicket(t *testing.T) {
	t.Parallel()
	onEachRoad(t, func(t *testing.T, tokens string) {
		g, dovecot, w := withSent(t, tokens)
		g.provide(dovecot, alice, question("q1@customer").String())
		for _, copied := range []out{g.sent(alice, 1)[0], g.sent(ann, 1)[0]} {
			w.saves(copied.raw)
		}
		g.logsTimes("verdict=recorded", 2)
		w.saves([]byte(around("a1@webmail", "q1@customer", "/close\nUnder settings.").String()))
		note := g.mailed(ann, "Under settings.")
		if !strings.Contains(note.Text, "a colleague answered elsewhere") {
			t.Errorf("the notification says\n%s", note.Text)
		}
		tk := g.ticket(1)
		got := tk.last(t)
		if got.Kind != "message" || got.Direction != "out" || got.Author.Address != support ||
			strings.TrimSpace(got.ReplyText) != "/close\nUnder settings." ||
			!slices.Contains(got.Flags, "around") || tk.Status != "pending" || tk.FirstAnswer == nil {
			t.Errorf("%s: %+v", tk.Status, got)
		}
		reply := around("q2@customer", "a1@webmail", "I see none.")
		reply.from, reply.to = alice, support
		g.provide(dovecot, alice, reply.String())
		note = g.mailed(ann, "I see none.")
		g.provide(dovecot, ann, note.reply(ann, "a2@agents", "Look again.").String())
		answer := g.mailed(alice, "Look again.")
		rewritten := strings.Replace(string(answer.raw), answer.MessageID, "other@relay", 1)
		w.saves([]byte(strings.Replace(rewritten, "X-Helpgate-Loop:", "X-Taken-Out:", 1)))
		g.logsTimes("verdict=recorded", 3)
		last := around("q3@customer", "other@relay", "Found it.")
		last.from, last.to = alice, support
		g.provide(dovecot, alice, last.String())
		g.mailed(ann, "Found it.")
		if tk = g.ticket(1); len(tk.Messages) != 5 || len(g.tickets()) != 1 || len(g.held()) != 0 {
			t.Errorf("%d messages on %d tickets, %d held", len(tk.Messages), len(g.tickets()),
				len(g.held()))
		}
		if n := len(g.everything(alice)); n != 2 { // the acknowledgement, and the answer by helpgate
			t.Errorf("alice was sent %d mails", n)
		}
		w.untouched(5)
	})
}

// TestAnswerAroundThatCameInFirst, because the mailbox stood on Cc, is one message on its ticket;
// one that belongs to no ticket goes nowhere.
func TestAnswerAroundThatCameInFirst(t *testing.T) {
	t.Parallel()
	g, dovecot, w := withSent(t, "headers")
	w.saves([]byte(around("a1@webmail", "", "Hello, dear customer.").String()))
	g.logs("verdict=recorded")
	copied := around("a2@webmail", "q1@customer", "Under settings.")
	copied.cc, copied.date = support, time.Now()
	g.provide(dovecot, alice, question("q1@customer").String())
	g.sent(ann, 1)
	g.provide(dovecot, support, copied.String())
	g.logsTimes("verdict=ticket", 2)
	w.saves([]byte(copied.String()))
	g.logs("verdict=duplicate")
	tk := g.ticket(1)
	if got := tk.last(t); len(tk.Messages) != 2 || got.Direction != "out" || tk.Status != "pending" {
		t.Errorf("%s, %+v", tk.Status, tk.Messages)
	}
	if all := g.tickets(); len(all) != 1 || len(g.held()) != 0 || len(g.everything(alice)) != 1 {
		t.Errorf("%d tickets, %d held, %d mails to alice", len(all), len(g.held()),
			len(g.everything(alice)))
	}
}

// untouched asks that the folder holds so many mails, as they were laid there.
func (w webmail) untouched(n int) {
	w.t.Helper()
	data, err := w.conn.Select("Sent Items", nil).Wait()
	if err != nil {
		w.t.Fatal(err)
	}
	flagged, err := w.conn.Search(&goimap.SearchCriteria{
		Or: [][2]goimap.SearchCriteria{{
			{Flag: []goimap.Flag{goimap.FlagSeen}}, {Flag: []goimap.Flag{goimap.FlagDeleted}},
		}},
	}, nil).Wait()
	if err != nil || int(data.NumMessages) != n || len(flagged.AllSeqNums()) != 0 {
		w.t.Error(fmt.Sprintf("%d mails, flagged %v", data.NumMessages, flagged.AllSeqNums()), err)
	}
}
