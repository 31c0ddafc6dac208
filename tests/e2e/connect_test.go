package e2e

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"helpgate/internal/config"
	"helpgate/internal/testkit"
	"helpgate/internal/testkit/idp"
	"helpgate/internal/testkit/provider"
)

// newcomer gives a gateway that does not run, whose configuration has no mailbox yet, beside a
// provider, and the words of the command line that connects the mailbox there.
func newcomer(t *testing.T, p provider.Profile) (*gateway, *provider.Server, []string) {
	t.Helper()
	at := provider.Start(t, p)
	g := &gateway{t: t, dir: t.TempDir(), env: []string{"SSL_CERT_FILE=" + at.Roots}}
	g.config = filepath.Join(g.dir, "helpgate.toml")
	write := func(name, text string) string {
		path := filepath.Join(g.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("helpgate.toml", "data_dir = \"data\"\n[site]\nhostname = \"desk.example\"\n")
	tls := "starttls"
	if p.Implicit {
		tls = "tls"
	}
	args := []string{
		"mailbox", "connect", support, "--imap", at.IMAP, "--imap-tls", "tls",
		"--relay", at.SMTP, "--relay-tls", tls, "--username", or(p.Login, p.Account),
	}
	if p.OAuth {
		return g, at, append(args, "--oauth2", "microsoft", "--client-id", idp.ClientID,
			"--token-url", at.Tokens.URL)
	}
	return g, at, append(args, "--password-file", write("password", provider.Password))
}

// connected gives what the configuration has of the mailbox, in one line.
func connected(t *testing.T, g *gateway) string {
	t.Helper()
	cfg, _, err := config.Load(g.config, nil)
	if err != nil {
		t.Fatal(err)
	}
	mb := cfg.Mailboxes[0]
	authserv := "none"
	if mb.Authserv != nil {
		authserv = fmt.Sprintf("%s %d", or(mb.Authserv.ID, "nameless"), mb.Authserv.Position)
	}
	return fmt.Sprintf("%s, %s; verdict: %s; sent: %s; %s", mb.Tokens, mb.ReturnPath, authserv,
		or(mb.IMAP.Sent, "none"), mb.IMAP.After)
}

func TestConnectSetsWhatEachProviderNeeds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		profile provider.Profile
		want    string
		more    []string
	}{
		"gmail": {
			profile: provider.Gmail(support),
			want:    "plus, mailbox; verdict: mx.google.com 1; sent: [Gmail]/Sent Mail; move:Processed",
		},
		"cpanel": {
			profile: provider.CPanel(support),
			want:    "headers, mailbox; verdict: none; sent: INBOX.Sent; move:Processed",
		},
		"googlegroup": {
			profile: provider.GoogleGroup(support, "member@desk.example"),
			want: "headers, mailbox; verdict: mx.google.com 1; sent: [Gmail]/Sent Mail; " +
				"move:Processed",
		},
		"exmail": {
			profile: provider.Exmail(support),
			want:    "headers, mailbox; verdict: mx.qq.com 1; sent: Sent Messages; flag",
		},
		"ses": {
			profile: provider.SES(support),
			want:    "plus, mailbox; verdict: mail.desk.example 1; sent: Sent; move:Processed",
		},
		"microsoft365": {
			profile: provider.Microsoft365(support),
			want:    "plus, mailbox; verdict: nameless 1; sent: Sent Items; move:Processed",
			more:    []string{"--tenant", "t"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, _, args := newcomer(t, test.profile)
			if len(test.more) > 0 {
				secret := filepath.Join(g.dir, "client-secret")
				if err := os.WriteFile(secret, []byte(idp.ClientSecret), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(append(args, test.more...), "--client-secret-file", secret)
			}
			out := g.run(args...)
			if got := connected(t, g); got != test.want {
				t.Errorf("got  %s\nwant %s\n%s", got, test.want, out)
			}
			if !strings.Contains(out, "Mail from this mailbox to itself arrives.") {
				t.Errorf("told %s", out)
			}
			if list := g.run("mailbox", "list"); !strings.Contains(list, support) ||
				!strings.Contains(list, "arrived") {
				t.Errorf("listed as %s", list)
			}
		})
	}
}

// TestConnectByConsent lets a person consent in a browser, whose way back is this machine.
func TestConnectByConsent(t *testing.T) {
	t.Parallel()
	g, at, args := newcomer(t, provider.Microsoft365(support))
	args = append([]string{"-c", g.config}, append(args, "--auth-url", at.Tokens.Authorize)...)
	cmd := exec.CommandContext(t.Context(), testkit.Binary(t), args...)
	cmd.Env = append(os.Environ(), g.env...)
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for lines := bufio.NewScanner(said); lines.Scan(); {
		fmt.Fprintln(&all, lines.Text())
		if strings.HasPrefix(lines.Text(), "http") {
			answer, err := http.Get(lines.Text())
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("the browser came back to %v, %v", answer, err)
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, all.String())
	}
	cfg, _, err := config.Load(g.config, nil)
	if err != nil {
		t.Fatal(err)
	}
	if o := cfg.Mailboxes[0].IMAP.OAuth2; !strings.HasPrefix(o.RefreshToken.Reveal(), "refresh-c4nary") {
		t.Errorf("got %+v", o)
	}
	if strings.Contains(all.String(), "refresh-c4nary") {
		t.Error("the refresh token was shown")
	}
}

// TestConnectEndsAtASignalWhileItAsks, though nobody answers on its standard input.
func TestConnectEndsAtASignalWhileItAsks(t *testing.T) {
	t.Parallel()
	g := &gateway{t: t, dir: t.TempDir()}
	g.config = filepath.Join(g.dir, "helpgate.toml")
	if err := os.WriteFile(g.config, []byte("data_dir = \"data\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), testkit.Binary(t), "-c", g.config, "mailbox", "connect",
		support, "--imap", "127.0.0.1:1", "--relay", "127.0.0.1:1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(said).ReadString('@'); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("it ended with %v", err)
	}
}
