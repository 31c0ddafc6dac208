package main

import (
	"path/filepath"
	"strings"
	"testing"

	"helpgate/mailin/imapin"
)

func TestAccountOfAURL(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string]account{
		"imaps://ann@example.com@imap.example.com": {server: imapin.Server{
			Address: "imap.example.com:993", TLS: imapin.TLSImplicit, Username: "ann@example.com",
		}},
		"imap://ann%40example.com@[::1]:1143/Old%20mail/2019": {
			server: imapin.Server{
				Address: "[::1]:1143", TLS: imapin.TLSStart, Username: "ann@example.com",
			},
			folder: "Old mail/2019",
		},
		"imap+insecure://ann@localhost/归档": {
			server: imapin.Server{
				Address: "localhost:143", TLS: imapin.TLSNone, Username: "ann",
			},
			folder: "归档",
		},
	} {
		if got, err := accountOfURL(arg); err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", arg, got, err, want)
		}
	}
}

// TestImportOfAnAccountNeedsToKnowWhich, and shows no password.
func TestImportOfAnAccountNeedsToKnowWhich(t *testing.T) {
	t.Parallel()
	config := site(t)
	secret := put(t, filepath.Join(t.TempDir(), "password"), "c4nary\n")
	for arg, want := range map[string]string{
		"support@example.com":            "has no imap section",
		"none@example.com/Archive":       "no mailbox none@example.com in the configuration",
		"pop3://ann@imap.example.com":    `"pop3" is none of`,
		"imaps://imap.example.com":       "needs user and host",
		"imaps://ann:c4nary@example.com": "use --password-file",
		"imaps://ann:c4nary@exa mple":    "the URL cannot be read",
		"imaps://ann@":                   "needs user and host",
	} {
		a := call(t, "", "import", "imap", arg, "-c", config, "--password-file", secret)
		if a.code != exitUsage || !strings.Contains(a.err, want) || strings.Contains(a.err, "c4nary") {
			t.Errorf("%s: exit %d, %s", arg, a.code, a.err)
		}
	}
	a := call(t, "", "import", "imap", "imaps://ann@localhost", "-c", config)
	if a.code != exitFailed || !strings.Contains(a.err, "nobody is there to ask") {
		t.Errorf("no password: exit %d, %s", a.code, a.err)
	}
	a = call(t, "", "import", "imap", "imap+insecure://ann@localhost:1", "-c", config,
		"--password-file", secret)
	if a.code != exitFailed || !strings.Contains(a.err, "nothing answers at localhost:1") {
		t.Errorf("no server: exit %d, %s", a.code, a.err)
	}
}
