package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"helpgate/internal/config"
	"helpgate/internal/provider"
	"helpgate/internal/testkit"
	"helpgate/internal/testkit/idp"
	"helpgate/internal/testkit/sink"
)

const shop = "support@shop.example"

// imapHost plays as much of an IMAP server as a log-in sees; good tells which proofs it takes.
func imapHost(t *testing.T, good func(command string) bool) string {
	t.Helper()
	return testkit.Listen(t, func(conn net.Conn) {
		defer conn.Close()
		say := func(format string, args ...any) { fmt.Fprintf(conn, format+"\r\n", args...) }
		say("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] here")
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			tag, command, _ := strings.Cut(lines.Text(), " ")
			switch verb, _, _ := strings.Cut(command, " "); verb {
			case "LOGIN", "AUTHENTICATE":
				if !good(command) {
					say("%s NO [AUTHENTICATIONFAILED] wrong", tag)
					continue
				}
			case "CAPABILITY":
				say("* CAPABILITY IMAP4rev1 IDLE")
			case "LIST":
				say(`* LIST () "/" INBOX`)
				say(`* LIST () "/" "Sent Messages"`)
			}
			say("%s OK done", tag)
		}
	})
}

// connects makes a site with the servers of one mailbox, and what is typed.
func connects(
	t *testing.T, imap string, typed ...string,
) (path string, run func(...string) answer) {
	t.Helper()
	path = site(t)
	relay := testkit.NewSink(t, sink.Options{Username: shop, Password: "right"})
	return path, func(more ...string) answer {
		return call(t, strings.Join(typed, "\n"), append([]string{
			"mailbox", "connect", "-c", path, shop, "--imap", imap, "--imap-tls", "none",
			"--relay", relay.Addr(), "--relay-tls", "none", "--no-probe",
		}, more...)...)
	}
}

func right(command string) bool { return strings.Contains(command, `"right"`) }

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestConnectAddsASectionThatLoads(t *testing.T) {
	t.Parallel()
	path, run := connects(t, imapHost(t, right), "wrong", "right")
	before := read(t, path)
	a := run()
	if a.code != exitDone || !strings.Contains(a.err, "password made for this program alone") {
		t.Fatalf("exit %d\n%s%s", a.code, a.out, a.err)
	}
	after := read(t, path)
	if !strings.HasPrefix(after, before) {
		t.Error("what stood in the configuration has changed")
	}
	cfg, _, err := config.Load(path, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, after)
	}
	mb := cfg.Mailboxes[1]
	if mb.Address != shop || mb.Tokens != "headers" || mb.ReturnPath != "mailbox" ||
		mb.IMAP.Password.Reveal() != "right" || mb.Relay.Password.Reveal() != "right" ||
		mb.IMAP.Sent != "Sent Messages" || mb.IMAP.After != "flag" {
		t.Errorf("got %+v, %+v", mb, *mb.IMAP)
	}
	secret := filepath.Join(filepath.Dir(path), shop+".password")
	if info, err := os.Stat(secret); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
	if strings.Contains(after+a.out+a.err, "right\n") {
		t.Error("the password was shown")
	}

	again := run()
	if again.code != exitDone || read(t, path) != after ||
		!strings.Contains(again.out, "[[mailbox]]") || !strings.Contains(again.err, "already") {
		t.Errorf("a second time: exit %d\n%s%s", again.code, again.out, again.err)
	}
	list := call(t, "", "mailbox", "list", "-c", path)
	if !strings.Contains(list.out, shop) || !strings.Contains(list.out, "never") {
		t.Errorf("listed as\n%s%s", list.out, list.err)
	}
	var boxes []mailboxView
	asked := call(t, "", "mailbox", "list", "-c", path, "--json")
	if err := json.Unmarshal([]byte(asked.out), &boxes); err != nil || len(boxes) != 2 ||
		boxes[0].In != "smtp" || boxes[1].In != "imap" || boxes[1].Folders[0].Folder != "INBOX" {
		t.Errorf("%v: %s", err, asked.out)
	}
}

func TestRelayWithAPasswordOfItsOwnIsAskedFor(t *testing.T) {
	t.Parallel()
	path, run := connects(t, imapHost(t, func(command string) bool {
		return strings.Contains(command, `"other"`)
	}), "other", "right")
	if a := run(); a.code != exitDone {
		t.Fatalf("exit %d\n%s", a.code, a.err)
	}
	cfg, _, err := config.Load(path, nil)
	if err != nil || cfg.Mailboxes[1].IMAP.Password.Reveal() != "other" ||
		cfg.Mailboxes[1].Relay.Password.Reveal() != "right" {
		t.Errorf("%v\n%s", err, read(t, path))
	}
}

func TestPasswordOfAFileIsTriedOnce(t *testing.T) {
	t.Parallel()
	_, run := connects(t, imapHost(t, right), "right")
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := run("--password-file", file)
	if a.code != exitFailed || strings.Count(a.err, "log-in refused") != 1 {
		t.Errorf("exit %d\n%s", a.code, a.err)
	}
}

func TestConnectGivesUpAfterThreeProofs(t *testing.T) {
	t.Parallel()
	path, run := connects(t, imapHost(t, right), "1", "2", "3", "right")
	before := read(t, path)
	a := run()
	if a.code != exitFailed || strings.Count(a.err, "log-in refused") != 3 || read(t, path) != before {
		t.Errorf("exit %d\n%s", a.code, a.err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), shop+"*")); len(left) > 0 {
		t.Errorf("a refused password was kept: %q", left)
	}
}

// TestARefusalIsToldOnce, and steers no terminal.
func TestARefusalIsToldOnce(t *testing.T) {
	t.Parallel()
	imap := testkit.Listen(t, func(conn net.Conn) {
		defer conn.Close()
		fmt.Fprint(conn, "* OK [CAPABILITY IMAP4rev1] here\r\n")
		for lines := bufio.NewScanner(conn); lines.Scan(); {
			tag, _, _ := strings.Cut(lines.Text(), " ")
			fmt.Fprintf(conn, "%s NO away\x1b]0;x\x07\r\n", tag)
		}
	})
	_, run := connects(t, imap, "wrong")
	a := run()
	if a.code != exitFailed || strings.Count(a.err, "log-in refused") != 1 ||
		strings.ContainsAny(a.err, "\x1b\x07") {
		t.Errorf("exit %d\n%q", a.code, a.err)
	}
}

// TestSecretsAreForWhomTheConfigurationIsFor: its group, if all others are shut out of it.
func TestSecretsAreForWhomTheConfigurationIsFor(t *testing.T) {
	t.Parallel()
	for mode, want := range map[os.FileMode]os.FileMode{0o600: 0o600, 0o640: 0o640, 0o644: 0o600} {
		path, run := connects(t, imapHost(t, right), "right")
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if a := run(); a.code != exitDone {
			t.Fatalf("exit %d\n%s", a.code, a.err)
		}
		info, err := os.Stat(filepath.Join(filepath.Dir(path), shop+".password"))
		if err != nil || info.Mode() != want {
			t.Errorf("a configuration of %v: %v, %v, want %v", mode, info.Mode(), err, want)
		}
	}
}

func TestConnectPrintsAndChangesNothing(t *testing.T) {
	t.Parallel()
	path, run := connects(t, imapHost(t, right))
	before := read(t, path)
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("right\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := run("--print", "--password-file", file)
	if a.code != exitDone || read(t, path) != before ||
		!strings.Contains(a.out, fmt.Sprintf("password_file = %q", file)) {
		t.Errorf("exit %d\n%s%s", a.code, a.out, a.err)
	}
	if a := run("--json", "--password-file", file); !strings.Contains(a.out, `"config": "`+path+`"`) {
		t.Errorf("exit %d\n%s%s", a.code, a.out, a.err)
	}
}

// TestConnectAsksForNothingThatItCannotKeep, nor does it look for servers then.
func TestConnectAsksForNothingThatItCannotKeep(t *testing.T) {
	t.Parallel()
	c := &connect{path: "/proc/" + defaultConfig} // where nobody can make a file
	if err := c.do(t.Context()); err == nil || !strings.Contains(err.Error(), "--print") {
		t.Errorf("got %v", err)
	}
}

func TestConnectWithNobodyToAskSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, run := connects(t, imapHost(t, right))
	if a := run(); a.code != exitFailed || !strings.Contains(a.err, "--password-file") {
		t.Errorf("exit %d\n%s", a.code, a.err)
	}
	for _, wrong := range [][]string{{"--imap", "x"}, {"--imap-tls", "ssl"}, {"--oauth2", "yahoo"}} {
		if a := run(wrong...); a.code != exitUsage {
			t.Errorf("%q: exit %d\n%s", wrong, a.code, a.err)
		}
	}
	if a := call(t, "", "mailbox", "connect", "nobody"); a.code != exitUsage {
		t.Errorf("exit %d\n%s", a.code, a.err)
	}
}

// browser opens the page that the program names on standard error.
type browser struct {
	t *testing.T
	bytes.Buffer
	opened bool
}

var page = regexp.MustCompile(`(?m)^http\S+$`)

func (b *browser) Write(p []byte) (int, error) {
	n, err := b.Buffer.Write(p)
	if at := page.FindString(b.String()); at != "" && !b.opened {
		b.opened = true
		go func() {
			if answer, err := http.Get(at); err == nil {
				_ = answer.Body.Close()
			}
		}()
	}
	return n, err
}

func TestConsentComesBackToThisMachine(t *testing.T) {
	t.Parallel()
	who := idp.Start(t)
	imap := imapHost(t, func(command string) bool {
		return strings.HasPrefix(command, "AUTHENTICATE")
	})
	path := site(t)
	relay := testkit.NewSink(t, sink.Options{})
	b := &browser{t: t}
	var out bytes.Buffer
	s := streams{in: strings.NewReader(""), out: &out, err: b}
	run(t.Context(), s, []string{
		"mailbox", "connect", "-c", path, shop, "--imap", imap, "--imap-tls", "none", "--no-probe",
		"--relay", relay.Addr(), "--relay-tls", "none", "--client-id", idp.ClientID,
		"--auth-url", who.Authorize, "--token-url", who.URL,
	})
	// The sink takes no tokens: up to there it has to come.
	if !strings.Contains(b.String(), "takes the log-in") ||
		!strings.Contains(b.String(), "XOAUTH2") {
		t.Errorf("%s", b.String())
	}
}

// TestAnApplicationIsAskedForAgain: white space around what is pasted is none of it, and of a try
// that was refused nothing is kept.
func TestAnApplicationIsAskedForAgain(t *testing.T) {
	t.Parallel()
	a := &app{streams: streams{err: io.Discard, in: strings.NewReader(
		" " + idp.ClientID + "\t\ntenant \nwrong\n")}}
	c := newConnect(a, &world{config: &config.Config{}}, connectFlags{}, shop)
	o, err := c.tokens(t.Context(), "microsoft")
	if err != nil || o.ClientID != idp.ClientID || o.Tenant != "tenant" ||
		c.secrets.path(ofClient) == "" {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err := c.tokens(t.Context(), "microsoft"); err == nil || c.secrets.path(ofClient) != "" {
		t.Errorf("again: %+v, %v, %q", o, err, c.secrets.typed)
	}
}

func TestServersThatOnlyDNSNamesAreConfirmed(t *testing.T) {
	t.Parallel()
	doubtful := provider.Server{Address: "imap.host.example:993", TLS: "tls", Confirm: true}
	certain := provider.Server{Address: "smtp.shop.example:465", TLS: "tls"}
	for typed, want := range map[string]string{"y\n": "", "Yes \n": "", "n\n": "nothing was done", "": "--yes"} {
		a := &app{streams: streams{in: strings.NewReader(typed), err: io.Discard}}
		c := &connect{a: a, address: shop, ask: newAsker(a), find: func(
			context.Context, string,
		) (provider.Found, error) {
			return provider.Found{
				IMAP: []provider.Server{doubtful}, Relay: []provider.Server{certain},
			}, nil
		}}
		err := c.servers(t.Context())
		if got := fmt.Sprint(err); err != nil && want == "" || !strings.Contains(got, want) {
			t.Errorf("%q: %v", typed, err)
		}
	}
}
