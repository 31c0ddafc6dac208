package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// write puts a file into a new folder and returns its path.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, content string, environ ...string) *Config {
	t.Helper()
	c, _, err := Load(write(t, "helpgate.toml", content), environ)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// full sets something in every section, so that each key's default is read too.
const full = `
[[mailbox]]
address = "Support@Example.com"
relay = { address = "127.0.0.1:25", username = "u", oauth2 = { provider = "microsoft", client_id = "c", refresh_token = "r" } }
dkim = { domain = "example.com", selector = "s", key_file = "../helpgate.toml" }
authserv = { id = "mx.example.com" }
imap = { address = "127.0.0.1:143", username = "u", oauth2 = { provider = "microsoft", client_id = "c", refresh_token = "r" } }
[relay]
address = "127.0.0.1:25"
username = "u"
oauth2 = { provider = "microsoft", client_id = "c", refresh_token = "r" }
[dkim]
domain = "example.com"
selector = "s"
key_file = "../helpgate.toml"
`

func TestTableAndStructsAgree(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	var walk func(section string, of reflect.Type)
	walk = func(section string, of reflect.Type) {
		seen[section] = true
		fields := map[string]bool{}
		for i := range of.NumField() {
			name := of.Field(i).Tag.Get("key")
			fields[name] = true
			child := join(section, name)
			switch inner := of.Field(i).Type; {
			case name == "":
			case sectionNamed(child) == nil && !sectionNamed(section).declares(name):
				t.Errorf("field %s.%s has no line in the table", of, of.Field(i).Name)
			case sectionNamed(child) != nil && inner.Kind() == reflect.Struct:
				walk(child, inner)
			case sectionNamed(child) != nil:
				walk(child, inner.Elem())
			}
		}
		for _, k := range sectionNamed(section).keys {
			if !fields[k.name] {
				t.Errorf("key %s has no field in %s", join(section, k.name), of)
			}
		}
	}
	walk("", reflect.TypeFor[Config]())
	for _, s := range sections {
		if !seen[s.name] {
			t.Errorf("section [%s] has no struct", s.name)
		}
	}
}

func TestTypesAndDefaultsOfAllKeysFit(t *testing.T) {
	t.Parallel()
	load(t, full) // reflection panics where a kind's value is not of its field's type
}

func TestEveryKeyHasAWholeLine(t *testing.T) {
	t.Parallel()
	for _, s := range sections {
		for _, k := range s.keys {
			if k.name == "" || k.kind.name == "" || !strings.HasSuffix(k.meaning, ".") {
				t.Errorf("key %s: want a name, a kind and a meaning that is a sentence", k.name)
			}
		}
	}
}

func TestVariablesOfTwoKeysDiffer(t *testing.T) {
	t.Parallel()
	keys := map[string]string{}
	for _, s := range sections {
		for _, k := range s.keys {
			for _, name := range k.names() {
				key := join(s.name, name)
				if other, taken := keys[variableName(key)]; taken {
					t.Errorf("%s and %s share the variable %s", other, key, variableName(key))
				}
				keys[variableName(key)] = key
			}
		}
	}
}

func TestDefaultsAreThoseOfTheDesign(t *testing.T) {
	t.Parallel()
	c, warnings, err := Load("", nil)
	if err != nil || len(warnings) > 0 {
		t.Fatal(warnings, err)
	}
	cwd, _ := os.Getwd()
	data := filepath.Join(cwd, "data")
	for _, check := range []struct {
		name      string
		got, want any
	}{
		{"data_dir", c.DataDir, data},
		{"site.locale", c.Site.Locale, "en"},
		{"site.secret_file", c.Site.SecretFile, filepath.Join(data, "secret")},
		{"database.url", c.Database.URL.Reveal(), "sqlite:" + filepath.Join(data, "helpgate.db")},
		{"blobs.url", c.Blobs.URL.Reveal(), "file:" + filepath.Join(data, "blobs")},
		{"smtp.max_message_size", c.SMTP.MaxMessageSize, int64(50 << 20)},
		{"smtp.max_connections", c.SMTP.MaxConnections, 1000},
		{"smtp.max_connections_per_ip", c.SMTP.MaxConnectionsPerIP, 50},
		{"smtp.max_recipients", c.SMTP.MaxRecipients, 100},
		{"smtp.max_mails_per_connection", c.SMTP.MaxMailsPerConnection, 1000},
		{"smtp.max_commands", c.SMTP.MaxCommands, 10_000},
		{"smtp.max_failed_recipients", c.SMTP.MaxFailedRecipients, 10},
		{"smtp.max_command_line", c.SMTP.MaxCommandLine, int64(4 << 10)},
		{"smtp.max_body_line", c.SMTP.MaxBodyLine, int64(1 << 20)},
		{"smtp.idle_timeout", c.SMTP.IdleTimeout, time.Minute},
		{"smtp.mail_timeout", c.SMTP.MailTimeout, 10 * time.Minute},
		{"relay", c.Relay, (*Relay)(nil)},
		{"policy", c.Policy, Policy{
			ReopenDays: 14, AutocloseDays: 7, PushInterval: 4 * time.Hour, AutoPerHour: 5000,
			NotificationsPerMinute: 6, UndoSeconds: 60, KeepSource: 30 * 24 * time.Hour,
			AttachLimit: 10 << 20,
		}},
	} {
		if !reflect.DeepEqual(check.got, check.want) {
			t.Errorf("%s is %v, want %v", check.name, check.got, check.want)
		}
	}
	if c.Site.Hostname == "" {
		t.Error("site.hostname is empty, want the machine's name")
	}
}

func TestMailboxTakesFromSiteAndRelay(t *testing.T) {
	t.Parallel()
	c := load(t, `
[site]
name = "Acme"
locale = "zh"
timezone = "Asia/Shanghai"
[relay]
address = "relay.example.com:587"
return_path = "mailbox"
[[mailbox]]
address = "a@example.com"
[[mailbox]]
address = "b@example.com"
name = "B"
locale = "en"
timezone = "UTC"
relay = { address = "own.example.com:25" }
[[mailbox]]
address = "c@example.com"
tokens = "headers"
relay = { address = "own.example.com:25" }
`)
	a, b, headers := c.Mailboxes[0], c.Mailboxes[1], c.Mailboxes[2]
	got := []string{a.Name, a.Locale, a.Timezone.String(), a.Relay.Address, a.ReturnPath}
	want := []string{"Acme", "zh", "Asia/Shanghai", "relay.example.com:587", "mailbox"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("first mailbox has %q, want %q", got, want)
	}
	got = []string{b.Name, b.Locale, b.Timezone.String(), b.Relay.Address, b.ReturnPath}
	want = []string{"B", "en", "UTC", "own.example.com:25", "own"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("second mailbox has %q, want %q", got, want)
	}
	if headers.ReturnPath != "mailbox" {
		t.Errorf("return path with headers is %q, want mailbox", headers.ReturnPath)
	}
}

func TestBusinessHours(t *testing.T) {
	t.Parallel()
	c := load(t, `
[[mailbox]]
address = "a@example.com"
business_hours = ["Mon-Tue 09:00-12:00 13:00-17:30", "sun 00:00-24:00"]
`)
	day := []Span{{540, 720}, {780, 1050}}
	want := Hours{time.Monday: day, time.Tuesday: day, time.Sunday: {{0, 1440}}}
	if got := c.Mailboxes[0].BusinessHours; !reflect.DeepEqual(got, want) {
		t.Errorf("hours are %v, want %v", got, want)
	}
}

func TestUnbuiltNamesWhatIsSetAndOnlyThat(t *testing.T) {
	t.Parallel()
	c := load(t, `
[submission]
listen = ""
[lmtp]
listen = "unix:lmtp.sock"
[schedule]
nudge = "off"
[policy]
reopen_days = 3
`, "HELPGATE_PORTAL_SIGN_UP=false")
	if got, want := c.Unbuilt(), []string{"portal"}; !reflect.DeepEqual(got, want) {
		t.Errorf("unbuilt are %q, want %q", got, want)
	}
	if want := "unix:" + filepath.Join(c.DataDir, "lmtp.sock"); c.LMTP.Listen != want {
		t.Errorf("socket is %q, want %q", c.LMTP.Listen, want)
	}
	for _, name := range unbuilt {
		section, last := cutLast(name)
		if sectionNamed(name) == nil && !sectionNamed(section).declares(last) {
			t.Errorf("unbuilt %q is neither section nor key", name)
		}
	}
}
