package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helpgate/internal/testkit"
	"helpgate/internal/testkit/idp"
	"helpgate/internal/testkit/sink"
)

// TestARelayThatTakesTokens sends by a log-in whose refresh token changes at each use, over a kill,
// until the consent is taken back; no secret lies anywhere.
func TestARelayThatTakesTokens(t *testing.T) {
	t.Parallel()
	server := idp.Start(t)
	server.Rotate, server.Life = true, 60 // one token for each log-in
	g := start(t, options{
		relay: sink.Options{Token: server.Good},
		config: fmt.Sprintf("username = %q\n[relay.oauth2]\nprovider = \"google\"\ntoken_url = %q\n"+
			"client_id = %q\nclient_secret = %q\nrefresh_token = %q\n",
			support, server.URL, idp.ClientID, idp.ClientSecret, idp.RefreshToken),
	})
	ask := func(id string) {
		g.accept(alice, []string{support}, question(id).String())
	}
	ask("q1@customer")
	g.sent(ann, 1)
	g.settled()
	g.kill()
	g.serve()
	ask("q2@customer")
	g.sent(ann, 2)
	g.settled()
	if n := len(server.Asked()); n < 2 {
		t.Errorf("asked for %d tokens: the changed refresh token was not used", n)
	}
	g.kill()
	server.EndConsent()
	g.serve()
	ask("q3@customer")
	if last := g.outgoing("notification", ann, "waiting").LastReply; !strings.Contains(last, "invalid_grant") ||
		!strings.Contains(last, "consent again") {
		t.Errorf("the queue says %q", last)
	}
	kept := g.logged() + g.run("queue", "list")
	err := filepath.WalkDir(g.data, func(path string, _ fs.DirEntry, err error) error {
		if content, readErr := os.ReadFile(path); readErr == nil {
			kept += string(content)
		}
		return err
	})
	if err != nil || strings.Contains(kept, "c4nary") {
		t.Errorf("a secret lies in the data folder or the log: %v", err)
	}
}

// TestAMailboxThatTakesTokens reads from a Dovecot that asks the identity server about each token,
// until one is taken back.
func TestAMailboxThatTakesTokens(t *testing.T) {
	t.Parallel()
	server := idp.Start(t)
	server.User = support
	dovecot := testkit.StartDovecotOfTokens(t, server.Introspection, support)
	g := start(t, options{tokens: "headers", more: fmt.Sprintf(
		"imap = { address = %q, tls = \"none\", username = %q, oauth2 = { provider = \"microsoft\", "+
			"token_url = %q, client_id = %q, client_secret = %q } }\n",
		dovecot.IMAP, support, server.URL, idp.ClientID, idp.ClientSecret)})
	g.logs("first contact with the folder")
	g.provide(dovecot, alice, question("q1@customer").String())
	g.mailed(ann, "change my password")
	g.kill()
	server.EndAccess()
	g.serve()
	g.logs("New-ServicePrincipal") // the mend of a token that the server does not take
	if strings.Contains(g.logged(), "c4nary") {
		t.Error("a secret stands in the log")
	}
}
