package e2e

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"helpgate/internal/testkit"
	"helpgate/internal/testkit/sink"
)

// mailServer is a Dovecot or a Cyrus.
type mailServer interface{ Listens() testkit.MailServer }

// imap is the lines of a mailbox that lies on a server; all that is there when helpgate first comes
// is history.
func imap(s mailServer) string { return imapOf(s, support, testkit.MailPassword, "") }

// imapOf is imap of another user, with more keys, each behind a comma.
func imapOf(s mailServer, user, password, more string) string {
	return fmt.Sprintf(
		"imap = { address = %q, tls = \"none\", username = %q, password = %q, from = \"all\"%s }\n",
		s.Listens().IMAP, user, password, more)
}

// atAProvider gives a gateway whose support mailbox lies on a Dovecot, as most do: mail to it comes
// in by IMAP, the agent's too.
func atAProvider(t *testing.T, tokens string) (*gateway, *testkit.Dovecot) {
	t.Helper()
	dovecot := testkit.StartDovecot(t, support)
	return start(t, options{tokens: tokens, more: imap(dovecot)}), dovecot
}

// provide delivers a mail into the support mailbox at the provider.
func (g *gateway) provide(s mailServer, from, raw string) { g.provideTo(support, s, from, raw) }

func (g *gateway) provideTo(user string, s mailServer, from, raw string) {
	g.t.Helper()
	err := deliver(g.t.Context(), s.Listens().LMTP, sink.Mail{
		From: from, To: []string{user}, Data: []byte(crlf(raw)),
	})
	if err != nil {
		g.t.Fatal(err)
	}
}

// TestAMailboxAtAProvider takes a ticket there and back: what is not moved out of the inbox was not
// stored.
func TestAMailboxAtAProvider(t *testing.T) {
	t.Parallel()
	g, dovecot := atAProvider(t, "headers")
	g.logs("first contact with the folder")
	g.provide(dovecot, alice, question("q1@customer").String())
	note := g.sent(ann, 1)[0]
	g.sent(alice, 1)
	g.provide(dovecot, ann, note.reply(ann, "a1@agents", "Under settings.").String())
	answer := g.mailed(alice, "Under settings.")
	checkInside(t, answer)
	g.end(syscall.SIGKILL)
	g.provide(dovecot, alice, answer.reply(alice, "q2@customer", "I see none.").String())
	g.serve()
	g.mailed(ann, "I see none.")
	if tk := g.ticket(1); len(tk.Messages) != 3 || len(g.tickets()) != 1 {
		t.Errorf("%d messages on %d tickets", len(tk.Messages), len(g.tickets()))
	}
	if inbox, moved := count(t, dovecot, "INBOX"), count(t, dovecot, "Processed"); moved < 2 {
		t.Errorf("%d mails in the inbox, %d in the other folder", inbox, moved)
	}
}

// TestHistoryAtAProviderIsSilent begins with a mailbox in which mails lay for long.
func TestHistoryAtAProviderIsSilent(t *testing.T) {
	t.Parallel()
	dovecot := testkit.StartDovecot(t, support)
	before := &gateway{t: t}
	before.provide(dovecot, alice, question("q1@customer").String())
	g := start(t, options{more: imap(dovecot)})
	g.logs("verdict=ticket")
	q := another("q2@customer")
	g.provide(dovecot, alice, q.String())
	g.mailed(ann, "Where is the key?")
	g.settled()
	if n := len(g.everything(ann)); n != 1 || len(g.tickets()) != 2 {
		t.Errorf("the agent got %d mails, want 1; there are %d tickets", n, len(g.tickets()))
	}
}

// TestOneOfTwoNodesReadsAMailbox, and the other one when it ends.
func TestOneOfTwoNodesReadsAMailbox(t *testing.T) {
	t.Parallel()
	dovecot := testkit.StartDovecot(t, support)
	one, two := twoNodes(t, imap(dovecot))
	one.logs("first contact with the folder")
	one.provide(dovecot, alice, question("q1@customer").String())
	one.mailed(ann, "change my password")
	if strings.Contains(two.logged(), "mail taken") {
		t.Errorf("both read:\n%s", two.logged())
	}
	one.end(syscall.SIGTERM)
	q := another("q2@customer")
	two.provide(dovecot, alice, q.String())
	two.logs("mail taken")
	if n := len(two.tickets()); n != 2 {
		t.Errorf("%d tickets, want 2", n)
	}
}

// followed is within what a node that died is followed by another one.
const followed = 30 * time.Second

// TestANodeThatDiesIsFollowed in time, though its lease is still to run out; and so is one whose
// process stands still. When that goes on, it does nothing twice.
func TestANodeThatDiesIsFollowed(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{
		"killed": syscall.SIGKILL, "standing still": syscall.SIGSTOP,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dovecot := testkit.StartDovecot(t, support)
			one, two := twoNodes(t, imap(dovecot))
			one.logs("first contact with the folder")
			ask := func(from, text string) {
				q := question(from)
				q.from, q.subject, q.text = from, text, text+"\n"
				two.provide(dovecot, from, q.String())
			}
			ask(alice, "Where is the key?")
			one.logs("mail taken")
			_ = one.process.Process.Signal(signal)
			gone := time.Now()
			ask(bob, "Which door?")
			two.logs("mail taken")
			took := time.Since(gone)
			t.Logf("taken over in %s", took.Round(time.Millisecond))
			if took > followed {
				t.Errorf("it took %s", took)
			}
			_ = one.process.Process.Signal(syscall.SIGCONT)
			ask(mallory, "Whose house?")
			two.logsTimes("mail taken", 2)
			if n := len(two.tickets()); n != 3 {
				t.Errorf("%d tickets", n)
			}
			if strings.Contains(one.logged()+two.logged(), "verdict=duplicate") {
				t.Error("a mail was read twice")
			}
		})
	}
}

// count gives how many mails a folder of the support mailbox holds.
func count(t testing.TB, s mailServer, folder string) int {
	t.Helper()
	c := loggedIn(t, s, support)
	defer c.Close()
	data, err := c.Select(folder, nil).Wait()
	if err != nil && !strings.Contains(err.Error(), "doesn't exist") {
		t.Fatal(err)
	}
	return int(data.NumMessages)
}

// put lays a mail into a folder by a user's own hand.
func put(t testing.TB, c *imapclient.Client, folder, raw string) {
	t.Helper()
	raw = crlf(raw)
	cmd := c.Append(folder, int64(len(raw)), nil)
	_, err := io.WriteString(cmd, raw)
	if err = errors.Join(err, cmd.Close()); err == nil {
		_, err = cmd.Wait()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// loggedIn gives a user's own connection, which ends with the test.
func loggedIn(t testing.TB, s mailServer, user string) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(s.Listens().IMAP, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Login(user, testkit.MailPassword).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}
