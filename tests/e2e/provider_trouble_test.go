package e2e

import (
	"strings"
	"testing"

	"helpgate/internal/testkit/provider"
)

// TestABounceAtEachProviderIsToldWhoWrote: it comes to the return path of the mail, to one of the
// provider's own, or to the mailbox, and tells of mails whose Message-ID the provider may have
// changed. The agent who wrote hears of it, the ticket tells it, and it begins neither a ticket nor
// a mail to whom it did not reach.
func TestABounceAtEachProviderIsToldWhoWrote(t *testing.T) {
	t.Parallel()
	for _, p := range []provider.Profile{
		provider.Microsoft365(support), provider.SES(support), provider.CPanel(support),
		provider.Gmail(support), provider.Exmail(support),
		provider.GoogleGroup(support, "helpdesk@desk.example"),
	} {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			h := atHost(t, p)
			h.arrives(alice, support, question("q1@customer"))
			note := h.mailed(ann, "change my password")
			h.arrives(ann, note.replyTo(), note.reply(ann, "a1@agents", "Under settings."))
			h.mailed(alice, "Under settings.")
			h.settled()
			for _, m := range h.at.Outside.Mails() {
				if m.To[0] != alice { // the acknowledgement and the answer
					continue
				}
				if err := h.at.Bounce(m); err != nil {
					t.Fatal(err)
				}
			}
			h.mailed(ann, "there is no such address: "+alice)
			h.settled()
			if n, m := len(h.everything(alice)), len(h.everything(ann)); n != 2 || m != 2 {
				t.Errorf("the customer got %d mails, the agent %d, want 2 each", n, m)
			}
			tk := h.ticket(1)
			if n := tk.happened("delivery-failed", "5.1.1 smtp; 550 5.1.1 no such user"); n != 2 {
				t.Errorf("%d events tell of the acknowledgement and the answer: %+v", n, tk.Events)
			}
			type suppression struct{ Address, Until string }
			list := ask[[]suppression](h.gateway, "queue", "suppressions")
			if len(list) != 1 || list[0].Address != alice || list[0].Until == "" {
				t.Errorf("suppressed are %+v", list)
			}
			if m := tk.last(t); m.Kind != "note" || m.Rule != "bounce" || len(h.tickets()) != 1 {
				t.Errorf("the last is a %s by %q; %d tickets", m.Kind, m.Rule, len(h.tickets()))
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

// TestAProvidersBoundsAreTold: a mail that comes too fast waits, one that is too big has failed for
// good, and the queue tells why of both.
func TestAProvidersBoundsAreTold(t *testing.T) {
	t.Parallel()
	t.Run("rate", func(t *testing.T) {
		t.Parallel()
		p := provider.Microsoft365(support)
		p.PerMinute = 1
		at := provider.Start(t, p)
		lines := strings.Replace(settings(at), ", rate_per_minute = 1", "", 1)
		h := hostedBy(t, at, lines)
		h.logs("folder=INBOX from=now")
		h.arrives(alice, support, question("q1@customer"))
		h.logs("4.5.127")
		rows := ask[[]row](h.gateway, "queue", "list", "--status", "waiting")
		if len(rows) != 1 || !strings.Contains(rows[0].LastReply, "Excessive message rate") {
			t.Errorf("what waits is %+v", rows)
		}
	})
	t.Run("size", func(t *testing.T) {
		t.Parallel()
		p := provider.CPanel(support)
		p.MaxSize = 64 << 10
		h := atHost(t, p)
		h.arrives(alice, support, question("q1@customer"))
		note := h.mailed(ann, "change my password")
		big := note.reply(ann, "a1@agents", "Under settings.")
		big.files = []file{{"film.mp4", "video/mp4", "", make([]byte, 100<<10)}}
		h.arrives(ann, note.replyTo(), big)
		if last := h.outgoing("answer", alice, "failed").LastReply; !strings.Contains(last, "552") {
			t.Errorf("the queue says %q", last)
		}
		h.mailed(ann, alice)
	})
}
