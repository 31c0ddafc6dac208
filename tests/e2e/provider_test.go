package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"helpgate/internal/testkit/idp"
	"helpgate/internal/testkit/provider"
)

// profiles are the providers that are played; the support mailbox lies at each.
func profiles() []provider.Profile {
	return []provider.Profile{
		provider.Microsoft365(support), provider.Gmail(support),
		provider.GoogleGroup(support, "helpdesk@desk.example"), provider.SES(support),
		provider.Exmail(support), provider.CPanel(support),
	}
}

// hosted is a gateway whose support mailbox lies at a provider, with what the provider is told.
type hosted struct {
	*gateway
	at *provider.Server
}

// atHost gives one that is configured as docs/operations.md says for such a provider. Whatever
// leaves by another way than the provider's is not seen, and so fails the test.
func atHost(t *testing.T, p provider.Profile) *hosted {
	t.Helper()
	at := provider.Start(t, p)
	h := hostedBy(t, at, settings(at))
	h.logs("folder=INBOX from=now")
	return h
}

// hostedBy gives one with the mailbox's lines of the configuration.
func hostedBy(t *testing.T, at *provider.Server, lines string) *hosted {
	t.Helper()
	g := start(t, options{
		tokens: tokensAt(at.Profile), more: lines, env: []string{"SSL_CERT_FILE=" + at.Roots},
	})
	g.relay = at.Outside
	return &hosted{g, at}
}

// tokensAt is where a token may stand in mail to the mailbox.
func tokensAt(p provider.Profile) string {
	if p.Plus == provider.PlusInbox {
		return "plus"
	}
	return "headers"
}

// settings gives the mailbox's lines of the configuration.
func settings(at *provider.Server) string {
	p := at.Profile
	proof := fmt.Sprintf("password = %q", provider.Password)
	if p.OAuth {
		proof = fmt.Sprintf("oauth2 = { provider = \"microsoft\", token_url = %q, client_id = %q, "+
			"client_secret = %q }", at.Tokens.URL, idp.ClientID, idp.ClientSecret)
	}
	tls := "starttls"
	if p.Implicit {
		tls = "tls"
	}
	relay := fmt.Sprintf("address = %q, tls = %q, username = %q, %s", at.SMTP, tls,
		or(p.Login, p.Account), proof)
	if p.Submitters > 0 {
		relay += fmt.Sprintf(", connections = %d", p.Submitters)
	}
	if p.PerMinute > 0 {
		relay += fmt.Sprintf(", rate_per_minute = %d", p.PerMinute)
	}
	if p.Envelope != provider.Kept {
		relay += ", return_path = \"mailbox\""
	}
	lines := fmt.Sprintf("imap = { address = %q, username = %q, %s }\nrelay = { %s }\n",
		at.IMAP, p.Account, proof, relay)
	if p.Echo {
		lines += "group = true\n"
	}
	return lines
}

// arrives lets a mail come to the mailbox from outside.
func (h *hosted) arrives(from, to string, m mail) {
	h.t.Helper()
	if err := h.at.Receive(from, to, []byte(crlf(m.String()))); err != nil {
		h.t.Fatalf("the provider refuses mail of %s to %s: %v", from, to, err)
	}
}

// copies is how many of a mail there are: of what the mailbox submits, one may come back.
func (h *hosted) copies() int {
	if h.at.Profile.Echo {
		return 2
	}
	return 1
}

// filed waits until so many mails were stored, and moved out of the inbox or marked there.
func (h *hosted) filed(n int) {
	h.t.Helper()
	done := func() int {
		return max(h.at.Count(h.at.Profile.Prefix+"Processed"), h.at.Seen("INBOX"))
	}
	for deadline := time.Now().Add(patience); done() < n; {
		if time.Now().After(deadline) {
			h.t.Fatalf("%d mails are filed, want %d\n%s", done(), n, h.logged())
		}
		time.Sleep(20 * time.Millisecond) // the provider's folders tell nobody when they change
	}
}

// TestTheLoopAtEachProvider takes a ticket there and back through what each provider makes of its
// mails: one ticket, each mail once, in its reader's thread, and nothing internal outside.
func TestTheLoopAtEachProvider(t *testing.T) {
	t.Parallel()
	for _, p := range profiles() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			hostedLoop(t, atHost(t, p))
		})
	}
}

func hostedLoop(t *testing.T, h *hosted) {
	q := question("q1@customer")
	q.from = "Alice Ärger <" + alice + ">"
	h.arrives(alice, support, q)
	h.mailed(alice, "#1")
	note := h.mailed(ann, "change my password")
	h.run("ticket", "note", "1", "--agent", ann, "--text", aNote)
	h.arrives(ann, note.replyTo(), note.reply("Ann <"+ann+">", "a1@agents", "Under settings."))
	answer := h.mailed(alice, "Under settings.")
	checkAnswer(t, answer, "Under settings.")
	h.arrives(alice, answer.replyTo(), answer.reply(alice, "q2@customer", "I see none there."))
	h.mailed(ann, "I see none there.")

	h.settled()
	h.filed(3 + (h.copies()-1)*len(h.at.Outside.Mails()))
	if n, m := len(h.everything(alice)), len(h.everything(ann)); n != 2 || m != 2 {
		t.Errorf("the customer got %d mails, the agent %d, want 2 each", n, m)
	}
	checkAllInside(t, h.gateway, "CAUTION")
	tk := h.ticket(1)
	var said []string
	for _, m := range tk.Messages {
		said = append(said, m.Kind+" of "+m.AuthorRole)
	}
	want := []string{
		"message of customer", "note of agent", "message of agent", "message of customer",
	}
	if !slices.Equal(said, want) || len(h.tickets()) != 1 || tk.Requester.Address != alice {
		t.Errorf("%d tickets, of %v: %s", len(h.tickets()), tk.Requester, strings.Join(said, ", "))
	}
	if got := strings.TrimSpace(tk.last(t).ReplyText); got != "I see none there." {
		t.Errorf("new text of the last message is %q", got)
	}
}
