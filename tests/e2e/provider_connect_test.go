package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helpgate/internal/testkit/idp"
	"helpgate/internal/testkit/provider"
)

// findings are what `mailbox connect` tells, as far as a profile's table says it.
type findings struct {
	Delivery       string `json:"delivery"`
	PlusRecipient  string `json:"plus_recipient"`
	PlusSender     string `json:"plus_sender"`
	PlusFrom       string `json:"plus_from"`
	PlusFromKept   string `json:"plus_from_kept"`
	MessageID      string `json:"message_id"`
	From           string `json:"from"`
	Group          bool   `json:"group"`
	ReturnPath     string `json:"return_path"`
	PlusReturnPath string `json:"plus_return_path"`
	AuthID         string `json:"auth_id"`
	AuthPosition   int    `json:"auth_position"`
	Size           string `json:"size"`
	SizeLimit      int64  `json:"size_limit"`
	Idle           bool   `json:"idle"`
	Move           bool   `json:"move"`
	UIDPlus        bool   `json:"uidplus"`
	SpecialUse     bool   `json:"special_use"`
}

// expected are the findings by a profile's table.
func expected(p provider.Profile) findings {
	caps := strings.Fields(p.After)
	can := func(name string) bool { return slices.Contains(caps, name) }
	fate := func(changed bool) string {
		if changed {
			return "rewritten"
		}
		return "kept"
	}
	outcome := func(s provider.Sender) string {
		if s == provider.Refused {
			return "refused"
		}
		return "arrived"
	}
	f := findings{
		Delivery: "arrived", PlusSender: outcome(p.Envelope), PlusFrom: outcome(p.From),
		PlusRecipient: []string{"arrived", "astray", "refused"}[p.Plus],
		MessageID:     fate(p.IDHost != ""), From: "kept", Group: p.Echo,
		ReturnPath: or(p.Returned, "kept"),
		AuthID:     p.Auth.ID, AuthPosition: p.Auth.Position,
		Size: fate(p.Stored != 0), SizeLimit: p.MaxSize,
		Idle: can("IDLE"), Move: can("MOVE"), UIDPlus: can("UIDPLUS"), SpecialUse: can("SPECIAL-USE"),
	}
	if p.From != provider.Refused {
		f.PlusFromKept = fate(p.From == provider.Forced)
	}
	if p.Envelope != provider.Refused {
		f.PlusReturnPath = fate(p.Envelope == provider.Forced || p.Returned != "")
	}
	return f
}

// TestConnectLearnsEachProvider finds out what each provider does to mail, and the loop runs with
// the very section that it wrote.
func TestConnectLearnsEachProvider(t *testing.T) {
	t.Parallel()
	for _, p := range profiles() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			at := provider.Start(t, p)
			g := start(t, options{
				mailbox: "other@desk.example", env: []string{"SSL_CERT_FILE=" + at.Roots},
			})
			got := ask[struct{ Findings findings }](g, connectArgs(t, at)...).Findings
			if want := expected(p); got != want {
				t.Errorf("learnt\n%+v, the provider does\n%+v", got, want)
			}
			g.relay = at.Outside
			g.kill()
			g.serve()
			g.logs("folder=INBOX from=now")
			hostedLoop(t, &hosted{g, at})
			probedAgain(t, g, p)
			if t.Failed() {
				config, _ := os.ReadFile(g.config)
				t.Logf("%s", config)
			}
		})
	}
}

// probedAgain sends the probes once more, beside the server that reads the mailbox: nothing has
// changed, and nothing comes of them.
func probedAgain(t *testing.T, g *gateway, p provider.Profile) {
	t.Helper()
	type change struct{ Name, Value, Before string }
	again := ask[struct {
		Findings findings
		Changes  []change
	}](g, "mailbox", "probe", support)
	if want := expected(p); again.Findings != want || len(again.Changes) != 0 {
		t.Errorf("changed: %v; learnt\n%+v, the provider does\n%+v", again.Changes, again.Findings, want)
	}
	g.settled()
	if n := len(g.tickets()); n != 1 {
		t.Errorf("%d tickets, want 1", n)
	}
}

// connectArgs are what a person says who knows the provider's servers.
func connectArgs(t *testing.T, at *provider.Server) []string {
	t.Helper()
	p := at.Profile
	file := func(secret string) string {
		path := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	args := []string{
		"mailbox", "connect", support, "--imap", at.IMAP, "--imap-tls", "tls", "--relay", at.SMTP,
		"--username", p.Account,
	}
	tls := "starttls"
	if p.Implicit {
		tls = "tls"
	}
	args = append(args, "--relay-tls", tls)
	if p.OAuth {
		return append(args, "--oauth2", "microsoft", "--tenant", "t1", "--client-id", idp.ClientID,
			"--client-secret-file", file(idp.ClientSecret), "--token-url", at.Tokens.URL)
	}
	args = append(args, "--password-file", file(provider.Password))
	if p.Login != "" {
		args = append(args, "--relay-username", p.Login, "--relay-password-file",
			file(provider.Password))
	}
	return args
}

// TestConnectFindsTheFolderOfSentMail by its use, or by its name in the mailbox's language.
func TestConnectFindsTheFolderOfSentMail(t *testing.T) {
	t.Parallel()
	chinese := provider.Microsoft365(support)
	chinese.SentCopy = "已发送邮件"
	chinese.Folders = []provider.Folder{{Name: "草稿"}, {Name: "已发送邮件"}, {Name: "垃圾邮件"}}
	german := provider.Gmail(support)
	german.SentCopy = "[Gmail]/Gesendet"
	german.Folders = []provider.Folder{
		{Name: "[Gmail]/Alle Nachrichten", Use: `\All`},
		{Name: "[Gmail]/Gesendet", Use: `\Sent`},
	}
	for _, p := range []provider.Profile{
		chinese, german, provider.Exmail(support), provider.CPanel(support),
	} {
		at := provider.Start(t, p)
		g := start(t, options{
			mailbox: "other@desk.example", env: []string{"SSL_CERT_FILE=" + at.Roots},
		})
		section := g.run(append(connectArgs(t, at), "--no-probe", "--print")...)
		want := fmt.Sprintf("sent = %q\n", or(p.SentCopy, p.Prefix+"Sent"))
		if !strings.Contains(section, want) {
			t.Errorf("%s: no %s in\n%s", p.Name, want, section)
		}
	}
}
