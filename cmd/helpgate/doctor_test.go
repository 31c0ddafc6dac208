package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/foxcpp/go-mockdns"

	"helpgate/internal/doctor"
	"helpgate/internal/health"
	"helpgate/internal/testkit"
	"helpgate/internal/testkit/idp"
	"helpgate/internal/testkit/sink"
	"helpgate/mailout/dkim"
)

const (
	deskBox = "support@desk.example"
	nowhere = "127.0.0.1:1"
)

// clinic is a helpdesk in which all is well, with the servers that it needs.
type clinic struct {
	dir, config string
	text        string // of the configuration
	imap        string
}

// newClinic polls the IMAP server at the address; nowhere is where nobody answers.
func newClinic(t *testing.T, imap string) *clinic {
	t.Helper()
	k := &clinic{dir: t.TempDir(), imap: imap}
	k.config = filepath.Join(k.dir, "helpgate.toml")
	relay, err := sink.Start(t.Context(), sink.Options{Username: deskBox, Password: "relay-secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(relay.Close)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	private := pem.EncodeToMemory(&pem.Block{
		Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key),
	})
	k.write(t, "dkim.pem", string(private))
	signer, err := dkim.Load("desk.example", "hg", private)
	if err != nil {
		t.Fatal(err)
	}
	name, record := signer.DNSRecord()
	server, err := mockdns.NewServerWithLogger(map[string]mockdns.Zone{
		"desk.example.": {
			MX: []net.MX{{Host: "mx.provider.example.", Pref: 10}}, TXT: []string{"v=spf1 mx ~all"},
		},
		"bare.example.":        {},
		"_dmarc.desk.example.": {TXT: []string{"v=DMARC1; p=none"}},
		name + ".":             {TXT: []string{record}},
	}, log.New(io.Discard, "", 0), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	k.text = fmt.Sprintf(`data_dir = "data"
[site]
hostname = "help.desk.example"
[[mailbox]]
address = %q
imap = { address = %q, tls = "none", username = %q, password = %q }
[relay]
address = %q
tls = "none"
username = %q
password_file = "../relay-password"
[dkim]
domain = "desk.example"
selector = "hg"
key_file = "../dkim.pem"
[smtp]
listen = ""
[verify]
resolver = %q
`, deskBox, k.imap, deskBox, testkit.MailPassword, relay.Addr(), deskBox, server.LocalAddr())
	k.write(t, "relay-password", "relay-secret\n")
	k.write(t, "helpgate.toml", k.text)
	a := call(t, "", "agent", "add", "-c", k.config, "--email", "ann@agents.example")
	if a.code != exitDone {
		t.Fatalf("agent add: %s", a.err)
	}
	return k
}

func (k *clinic) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(k.dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// doctor gives the findings, and checks the exit code against them.
func (k *clinic) doctor(t *testing.T) []doctor.Finding {
	t.Helper()
	a := call(t, "", "doctor", "-c", k.config, "--json")
	var report doctorJSON
	if err := json.Unmarshal([]byte(a.out), &report); err != nil {
		t.Fatalf("%v: %s %s", err, a.out, a.err)
	}
	if (a.code == exitDone) != (report.Fail == 0) || a.code == exitUsage {
		t.Errorf("exit code %d with %d failed", a.code, report.Fail)
	}
	for _, secret := range []string{testkit.MailPassword, "relay-secret", "c4nary"} {
		if strings.Contains(a.out+a.err, secret) {
			t.Errorf("a secret is shown: %s", a.out)
		}
	}
	return report.Findings
}

// find looks for "AREA STATE WORDS", where the words stand in what was seen or the mend.
func find(findings []doctor.Finding, want string) bool {
	parts := strings.SplitN(want, " ", 3)
	for _, f := range findings {
		if f.Area == parts[0] && string(f.State) == parts[1] &&
			strings.Contains(f.Seen+"; "+f.Mend, parts[2]) {
			return true
		}
	}
	return false
}

func TestDoctorFindsNothingWhereAllIsWell(t *testing.T) {
	t.Parallel()
	k := newClinic(t, testkit.StartDovecot(t, deskBox).IMAP)
	found := k.doctor(t)
	for _, f := range found {
		if f.State == doctor.Fail || f.State == doctor.Warn && f.Area != "disks" {
			t.Errorf("%+v", f)
		}
	}
	for _, want := range []string{
		"configuration ok mailboxes: 1", "files ok mode 0600", "database ok written",
		"database ok SQLite", "mailboxes ok logged in at " + k.imap, "mailboxes ok folder INBOX",
		"mailboxes skipped never read", "mailboxes skipped no probe", "relays ok logged in as " + deskBox,
		"dns ok from where it is fetched", "dns ok v=spf1 mx", "dns ok v=DMARC1", "dns ok is ours",
		"certificates skipped not encrypted", "clock skipped does not tell", "work ok nothing waits",
	} {
		if !find(found, want) {
			t.Errorf("there is no finding %q in %+v", want, found)
		}
	}
	a := call(t, "", "doctor", "-c", k.config)
	for line := range strings.Lines(a.out) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > doctorWidth &&
			strings.Contains(strings.TrimSpace(line[doctorIndent:]), " ") {
			t.Errorf("wider than a terminal: %s", line)
		}
	}
}

// fault is what is made wrong in a configuration where all is well, and what must be found then.
type fault struct{ old, new, want string }

// faults gives them by name; another program listens at taken.
func (k *clinic) faults(t *testing.T, taken string) map[string]fault {
	provider := idp.Start(t)
	provider.EndConsent()
	oauth := fmt.Sprintf(`oauth2 = { provider = "google", token_url = %q, client_id = %q, `+
		`client_secret = %q, refresh_token = %q }`, provider.URL, idp.ClientID, idp.ClientSecret,
		idp.RefreshToken)
	password := fmt.Sprintf("password = %q", testkit.MailPassword)
	return map[string]fault{
		"unknown key": {"[site]", "[site]\nhostnam = \"x\"", "configuration fail hostname"},
		"no mailbox": {
			k.text[strings.Index(k.text, "[[mailbox]]"):], "",
			"configuration fail add a [[",
		},
		"unbuilt": {
			"[site]", "[site]\npublic_url = \"https://x.example\"",
			"configuration warn site.public",
		},
		"bad template": {
			"[site]", "[site]\ntemplates = \"../texts\"",
			"configuration fail mail/alrt.txt overrides nothing",
		},
		"no database": {`"data"`, `"elsewhere"`, "database warn there is none yet"},
		"no IMAP":     {k.imap, nowhere, "mailboxes fail nothing answers"},
		"no folder": {
			password, password + `, folder = ["Help"]`,
			`mailboxes fail there are ["INBOX"]`,
		},
		"no target": {
			password, password + `, after = "move:Done"`,
			"mailboxes skipped made with the first",
		},
		"no token": {password, oauth, "mailboxes fail consent again"},
		"no relay": {
			`username = "` + deskBox + "\"\npassword_file", "username = \"x\"\npassword_file",
			"relays fail username and password",
		},
		"no domain": {
			"address = \"" + deskBox, `address = "support@bare.example`,
			"dns fail bare.example has no MX",
		},
		"no SPF": {
			"address = \"" + deskBox, `address = "support@bare.example`,
			"dns fail TXT \"v=spf1",
		},
		"no DMARC": {
			"address = \"" + deskBox, `address = "support@bare.example`,
			"dns warn v=DMARC1",
		},
		"no DKIM": {`"hg"`, `"other"`, "dns fail publish the record: other._domainkey"},
		"unsigned": {
			k.text[strings.Index(k.text, "[dkim]"):strings.Index(k.text, "[smtp]")], "",
			"dns skipped not signed",
		},
		"no name": {
			`listen = ""`, `listen = "0.0.0.0:0"`,
			"dns fail help.desk.example has no address",
		},
		"port taken": {
			"[verify]", fmt.Sprintf("[lmtp]\nlisten = %q\n[verify]", taken),
			"ports fail another program",
		},
		"nobody to answer": {
			"imap =", "team = \"other\"\nimap =",
			"work fail nobody hears of mail to " + deskBox,
		},
		"no such folder of sent mail": {
			`tls = "none", username`, `tls = "none", sent = "Gone", username`,
			"mailboxes fail there is no folder Gone",
		},
		"no TLS there": {
			`tls = "none", username`, `tls = "starttls", username`,
			"certificates skipped STARTTLS",
		},
	}
}

func TestDoctorFindsEachFault(t *testing.T) {
	t.Parallel()
	k := newClinic(t, testkit.StartDovecot(t, deskBox).IMAP)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	if err := os.MkdirAll(filepath.Join(k.dir, "texts", "mail"), 0o700); err != nil {
		t.Fatal(err)
	}
	k.write(t, "texts/mail/alrt.txt", "")
	for name, c := range k.faults(t, taken.Addr().String()) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(k.text, c.old) {
				t.Fatalf("%q is not there", c.old)
			}
			other := *k
			other.config = filepath.Join(k.dir, strings.ReplaceAll(name, " ", "-")+".toml")
			k.write(t, filepath.Base(other.config), strings.Replace(k.text, c.old, c.new, 1))
			if found := other.doctor(t); !find(found, c.want) {
				t.Errorf("there is no finding %q in %+v", c.want, found)
			}
		})
	}
}

// On a server of its own: Dovecot lets everybody wait longer after it refused somebody.
func TestDoctorTellsOfARefusedLogIn(t *testing.T) {
	t.Parallel()
	k := newClinic(t, testkit.StartDovecot(t, deskBox).IMAP)
	text := strings.Replace(k.text, fmt.Sprintf("password = %q", testkit.MailPassword),
		`password = "other"`, 1)
	k.write(t, "helpgate.toml", text)
	const want = "mailboxes fail password made for this program"
	if found := k.doctor(t); !find(found, want) {
		t.Errorf("there is no finding %q in %+v", want, found)
	}
}

func TestDoctorFindsWhatIsWrongWithFiles(t *testing.T) {
	t.Parallel()
	data := func(k *clinic, name string) string { return filepath.Join(k.dir, "data", name) }
	for name, c := range map[string]struct {
		spoil func(k *clinic) error
		want  string
	}{
		"secret in a named file": {
			func(k *clinic) error { return os.Chmod(filepath.Join(k.dir, "relay-password"), 0o644) },
			"files fail relay-password",
		},
		"secret in the configuration": {
			func(k *clinic) error { return os.Chmod(k.config, 0o644) },
			"files fail helpgate.toml",
		},
		"key": {
			func(k *clinic) error {
				return os.WriteFile(filepath.Join(k.dir, "dkim.pem"), []byte("garbage"), 0o600)
			},
			"dns fail private key",
		},
		"secret is lost": {
			func(k *clinic) error { return os.Remove(data(k, "secret")) },
			"database fail put the file back from your backup",
		},
		"database is garbage": {
			func(k *clinic) error {
				for _, end := range []string{"-wal", "-shm"} {
					if err := os.RemoveAll(data(k, "helpgate.db"+end)); err != nil {
						return err
					}
				}
				return os.WriteFile(data(k, "helpgate.db"), make([]byte, 8192), 0o600)
			},
			"database fail not a database",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newClinic(t, nowhere)
			if err := c.spoil(k); err != nil {
				t.Fatal(err)
			}
			found := k.doctor(t)
			if !find(found, c.want) {
				t.Errorf("there is no finding %q in %+v", c.want, found)
			}
			if !find(found, "relays ok logged in") {
				t.Error("what is well elsewhere is not told")
			}
		})
	}
}

// A running server is the owner of the ports, and what it found is told.
func TestDoctorWorksBesideAServer(t *testing.T) {
	t.Parallel()
	k := newClinic(t, nowhere)
	n, err := takeNode(filepath.Join(k.dir, "data"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	err = (&app{streams: streams{err: io.Discard}, configPath: k.config}).with(t.Context(),
		func(w *world) error {
			f := health.Folder{Mailbox: deskBox, Folder: "INBOX", Error: "cut off", Mend: "mend it"}
			text, err := json.Marshal(f)
			if err != nil {
				return err
			}
			return marks{w.db}.SetMark(t.Context(), "health:"+deskBox+":INBOX", string(text))
		})
	if err != nil {
		t.Fatal(err)
	}
	if found := k.doctor(t); !find(found, "mailboxes fail mend it") {
		t.Errorf("%+v", found)
	}
}
