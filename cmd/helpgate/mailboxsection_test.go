package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helpgate/internal/clock"
	"helpgate/internal/config"
	"helpgate/internal/probe"
	"helpgate/internal/provider"
	"helpgate/mailin/imapin"
)

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
		section := c.section()
		if strings.Contains(section, `return_path = "own" works`) &&
			c.box.ReturnPath != "own" && !strings.Contains(section, "all the same") {
			t.Errorf("%s: the section says two things:\n%s", name, section)
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
	secret := filepath.Join(filepath.Dir(path), shop+".password")
	if err := errors.Join(os.Remove(secret), os.Mkdir(secret, 0o700)); err != nil {
		t.Fatal(err)
	}
	a = run("-c", path) // the secret cannot be kept
	if a.code != exitFailed || !strings.Contains(a.out, "[[mailbox]]") {
		t.Errorf("exit %d\n%s%s", a.code, a.out, a.err)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	if len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
}
