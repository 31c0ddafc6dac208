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

	"helpgate/internal/clock"
	"helpgate/internal/config"
	"helpgate/internal/probe"
	"helpgate/internal/provider"
	"helpgate/internal/testkit"
	"helpgate/internal/testkit/idp"
	"helpgate/internal/testkit/sink"
	"helpgate/mailin/imapin"
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

func TestServersThatOnlyDNSNamesAreConfirmed(t *testing.T) {
	t.Parallel()
	doubtful := provider.Server{Address: "imap.host.example:993", TLS: "tls", Confirm: true}
	certain := provider.Server{Address: "smtp.shop.example:465", TLS: "tls"}
	for typed, want := range map[string]string{"y\n": "", "n\n": "nothing was done", "": "--yes"} {
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

// learned is a run that is at its end, with findings.
func learned(f probe.Findings) *connect {
	w := &world{config: &config.Config{}, clock: clock.System{}}
	c := newConnect(&app{}, w, connectFlags{}, shop)
	c.found = provider.Found{
		IMAP:  []provider.Server{{Address: "imap.shop.example:993", Source: "a\nb # c"}},
		Relay: []provider.Server{{Address: "smtp.shop.example:465", Source: "x"}},
	}
	c.box.IMAP.Address, c.box.IMAP.TLS, c.box.IMAP.Username = "imap.shop.example:993", "tls", `o"'\ü`
	c.box.Relay.Address, c.box.Relay.TLS, c.box.Relay.Username = "smtp.shop.example:465", "tls", "x"
	c.secrets.named[ofPassword] = "/dev/null"
	c.server = imapin.Report{Capabilities: []string{"MOVE"}, Folders: []string{"INBOX"}}
	c.learnt = &probe.Result{Findings: f}
	c.settle()
	return c
}

func TestFindingsDecideTheSettings(t *testing.T) {
	t.Parallel()
	good := probe.Findings{
		PlusRecipient: probe.Arrived, PlusSender: probe.Arrived, ReplyTo: probe.Kept,
		PlusReturnPath: probe.Kept, AuthID: "mx.shop.example", AuthPosition: 2,
	}
	const careful = "headers mailbox"
	for name, test := range map[string]struct {
		change func(*probe.Findings)
		want   string
	}{
		"all works":           {func(*probe.Findings) {}, "plus own"},
		"no plus as sender":   {func(f *probe.Findings) { f.PlusSender = probe.Refused }, "plus mailbox"},
		"sender forced":       {func(f *probe.Findings) { f.PlusReturnPath = probe.Rewritten }, "plus mailbox"},
		"no plus":             {func(f *probe.Findings) { f.PlusRecipient = probe.Bounced }, careful},
		"Reply-To rewritten":  {func(f *probe.Findings) { f.ReplyTo = probe.Rewritten }, careful},
		"nothing is known":    {func(f *probe.Findings) { *f = probe.Findings{} }, careful},
		"a plus did not come": {func(f *probe.Findings) { f.PlusRecipient = probe.Missing }, careful},
		"a plus went astray":  {func(f *probe.Findings) { f.PlusRecipient = probe.Astray }, careful},
	} {
		f := good
		test.change(&f)
		c := learned(f)
		if got := c.box.Tokens + " " + c.box.ReturnPath; got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestSectionHoldsNothingThatAServerCouldSlipIn(t *testing.T) {
	t.Parallel()
	c := learned(probe.Findings{
		Delivery: probe.Refused,
		Refusal:  "no\n[site]\nname = \"x\"\x1b\x00" + strings.Repeat(" long", 90),
		AuthID:   `a"b ]`, AuthPosition: 1, AuthFields: 1,
	})
	section := c.section()
	for line := range strings.Lines(section) {
		if len([]rune(line)) > 101 || strings.HasPrefix(line, "[site]") {
			t.Errorf("line %q", line)
		}
	}
	path := filepath.Join(t.TempDir(), defaultConfig)
	first := "data_dir = \"d\" # no end of line"
	if err := os.WriteFile(path, []byte(first), 0o640); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("right"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.secrets.named[ofPassword] = secret
	if err := addSection(path, c.section(), nil); err != nil {
		t.Fatalf("%v\n%s", err, c.section())
	}
	cfg, _, err := config.Load(path, nil)
	if err != nil || cfg.Site.Name != "helpgate" || cfg.Mailboxes[0].IMAP.Username != `o"'\ü` ||
		cfg.Mailboxes[0].Authserv.ID != `a"b ]` {
		t.Errorf("%v: %+v", err, cfg)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if !strings.HasPrefix(read(t, path), first+"\n") {
		t.Error("what stood there has changed")
	}
}

func TestNameThatNoConfigurationCanHoldIsLeftOut(t *testing.T) {
	t.Parallel()
	c := learned(probe.Findings{AuthID: "a\x1bb", AuthPosition: 1})
	if c.box.Authserv != nil {
		t.Errorf("authserv %+v", c.box.Authserv)
	}
	if got := folderOfSent(imapin.Report{Folders: []string{"x\n/Sent"}}); got != "" {
		t.Errorf("sent %q", got)
	}
}

func TestSectionThatWouldNotLoadIsNotAdded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), defaultConfig)
	text := "mailbox = []\n" // no section can follow a list
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	err := addSection(path, learned(probe.Findings{}).section(), nil)
	if err == nil || !strings.Contains(err.Error(), path) || read(t, path) != text {
		t.Errorf("got %v", err)
	}
	_, run := connects(t, imapHost(t, right), "right")
	a := run("-c", path)
	if a.code != exitFailed || !strings.Contains(a.out, "[[mailbox]]") || read(t, path) != text {
		t.Errorf("exit %d\n%s%s", a.code, a.out, a.err)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	if len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
}
