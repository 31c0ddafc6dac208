package e2e

import (
	"strings"
	"testing"

	"helpgate/internal/testkit/provider"
)

// TestABounceAtEachProviderIsAnsweredByNobody: it comes to the return path of the mail, to one of
// the provider's own, or to the mailbox, and begins neither a ticket nor a mail to whom it did not
// reach.
func TestABounceAtEachProviderIsAnsweredByNobody(t *testing.T) {
	t.Parallel()
	for _, p := range profiles() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			h := atHost(t, p)
			h.arrives(alice, support, question("q1@customer"))
			h.mailed(ann, "change my password")
			h.mailed(alice, "#1")
			h.settled()
			for _, m := range h.at.Outside.Mails() {
				if err := h.at.Bounce(m); err != nil {
					t.Fatal(err)
				}
			}
			h.filed(1 + 2*h.copies())
			h.settled()
			if n := len(h.at.Outside.Mails()); n != 2 || len(h.tickets()) != 1 {
				t.Errorf("%d mails went out, want 2; there are %d tickets", n, len(h.tickets()))
			}
		})
	}
}

// TestEachMailLiesTwiceAtGmail reads the folder of all mail beside the inbox: there lies each mail
// once more, and all that helpgate sent.
func TestEachMailLiesTwiceAtGmail(t *testing.T) {
	t.Parallel()
	at := provider.Start(t, provider.Gmail(support))
	lines := strings.Replace(settings(at), "imap = { ",
		`imap = { folder = ["INBOX", "[Gmail]/All Mail"], after = "leave", `, 1)
	h := hostedBy(t, at, lines)
	h.logsTimes("first contact with the folder", 2)
	h.arrives(alice, support, question("q1@customer"))
	note := h.mailed(ann, "change my password")
	h.arrives(ann, note.replyTo(), note.reply(ann, "a1@agents", "Under settings."))
	h.mailed(alice, "Under settings.")
	h.settled()
	h.logsTimes("mail taken", 2*2+len(at.Outside.Mails()))
	if n, m := len(h.everything(alice)), len(h.everything(ann)); n != 2 || m != 1 {
		t.Errorf("the customer got %d mails, the agent %d", n, m)
	}
	if tk := h.ticket(1); len(tk.Messages) != 2 || len(h.tickets()) != 1 {
		t.Errorf("%d messages on %d tickets: %+v", len(tk.Messages), len(h.tickets()), tk.Messages)
	}
}

// TestAProviderThatHasEnough ends sessions and asks to wait: mails arrive all the same, and the log
// says what it waits for.
func TestAProviderThatHasEnough(t *testing.T) {
	t.Parallel()
	h := atHost(t, provider.Microsoft365(support))
	h.at.Expire()
	h.arrives(alice, support, question("q1@customer"))
	h.mailed(ann, "change my password")
	h.at.Throttle(1)
	h.at.Expire()
	h.logs("the provider asks to wait: it is tried again by itself")
}

// TestAProviderWithoutPasswordsSaysSo is a mailbox at Microsoft 365 whose configuration is of the
// time of passwords.
func TestAProviderWithoutPasswordsSaysSo(t *testing.T) {
	t.Parallel()
	at := provider.Start(t, provider.Microsoft365(support))
	at.Profile.OAuth = false // only for what is configured
	lines := settings(at)
	at.Profile.OAuth = true
	h := hostedBy(t, at, lines)
	h.logs("set oauth2 in place of the password")
	h.accept(alice, []string{support}, question("q1@customer").String())
	reply := h.outgoing("notification", ann, "waiting").LastReply
	if !strings.Contains(reply, "basic authentication is disabled") {
		t.Errorf("the queue says %q", reply)
	}
}
