package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
)

func TestVariablesStandOverTheFile(t *testing.T) {
	t.Parallel()
	c := load(t, "[smtp]\nlisten = \":25\"\nmax_recipients = 7\n",
		"HELPGATE_CONFIG=ignored.toml",
		"HELPGATE_DATA_DIR=/var/lib/helpgate",
		"HELPGATE_SMTP_LISTEN=",
		"HELPGATE_SMTP_MAX_MESSAGE_SIZE=1048576",
		"HELPGATE_SMTP_TRUSTED_NETWORKS=10.0.0.0/8, 192.0.2.1",
		"HELPGATE_PORTAL_SIGN_UP=false",
		"HELPGATE_RELAY_ADDRESS=relay.example.com:587",
		"HELPGATE_RELAY_CONNECTIONS=2",
		"OTHER=x")
	got := []any{
		c.DataDir, c.SMTP.Listen, c.SMTP.MaxRecipients, c.SMTP.MaxMessageSize,
		fmt.Sprint(c.SMTP.TrustedNetworks), c.Portal.SignUp, c.Relay.Address, c.Relay.Connections,
	}
	want := []any{
		"/var/lib/helpgate", "", 7, int64(1 << 20),
		"[10.0.0.0/8 192.0.2.1/32]", false, "relay.example.com:587", 2,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestVariablesOfMailboxes(t *testing.T) {
	t.Parallel()
	c := load(t, "[[mailbox]]\naddress = \"a@example.com\"\nteam = \"one\"\n",
		"HELPGATE_MAILBOX_NAME=A",
		"HELPGATE_MAILBOX_2_ADDRESS=b@example.com",
		"HELPGATE_MAILBOX_2_RELAY_ADDRESS=relay.example.com:25",
		"HELPGATE_MAILBOX_2_STORM_MINUTES=M@example.com=10, n@example.com=5")
	if len(c.Mailboxes) != 2 {
		t.Fatalf("%d mailboxes, want 2", len(c.Mailboxes))
	}
	a, b := c.Mailboxes[0], c.Mailboxes[1]
	if a.Name != "A" || a.Team != "one" || a.Relay != nil {
		t.Errorf("first mailbox is %+v", a)
	}
	storms := map[string]int{"m@example.com": 10, "n@example.com": 5}
	if b.Relay.Address != "relay.example.com:25" || !reflect.DeepEqual(b.StormMinutes, storms) {
		t.Errorf("second mailbox is %+v", b)
	}
}

func TestFaultsOfVariablesNameThem(t *testing.T) {
	t.Parallel()
	_, _, err := Load("", []string{
		"HELPGATE_SMTP_MAX_RECIPIENTS=many",
		"HELPGATE_PORTAL_SIGN_UP=yes",
		"HELPGATE_MAILBOX_2_ADDRESS=b@example.com",
	})
	want := `environment: HELPGATE_MAILBOX_2_…: there are only 0 mailboxes before it; ` +
		"number the mailboxes from 1 without a gap\n" +
		`environment: HELPGATE_SMTP_MAX_RECIPIENTS: "many" is not a number; ` +
		"write a whole number\n" +
		`environment: HELPGATE_PORTAL_SIGN_UP: "yes" is neither true nor false; ` +
		"write true or false"
	if err == nil || err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}
}

func TestUnknownVariableIsAWarning(t *testing.T) {
	t.Parallel()
	_, warnings, err := Load("", []string{
		"HELPGATE_SMTP_LISTN=:25", "HELPGATE_MAILBOX_1_ADRESS=a@example.com",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"environment: HELPGATE_SMTP_LISTN: unknown variable; did you mean HELPGATE_SMTP_LISTEN?",
		"environment: HELPGATE_MAILBOX_1_ADRESS: unknown variable; " +
			"did you mean HELPGATE_MAILBOX_ADDRESS?",
	}
	if got := fmt.Sprint(warnings); got != fmt.Sprint(want) {
		t.Errorf("warnings are %s, want %s", got, want)
	}
}

func TestPasswordInClearTextIsAWarning(t *testing.T) {
	t.Parallel()
	relay := "[relay]\nusername = \"u\"\npassword = \"p\"\ntls = \"none\"\naddress = "
	for server, want := range map[string]int{"mail.example.com:25": 1, "127.0.0.1:25": 0} {
		_, warnings, err := Load(write(t, "helpgate.toml", relay+`"`+server+`"`), nil)
		if err != nil || len(warnings) != want {
			t.Errorf("%s: warnings %v, error %v, want %d warnings", server, warnings, err, want)
		}
	}
}

func TestLMTPForEverybodyIsAWarning(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]int{
		":24": 1, "0.0.0.0:24": 1, "[::]:24": 1, "127.0.0.1:24": 0, "10.0.0.5:24": 0, "unix:s": 0, "": 0,
	} {
		path := write(t, "helpgate.toml", "[lmtp]\nlisten = \""+listen+"\"\n")
		if _, warnings, err := Load(path, nil); err != nil || len(warnings) != want {
			t.Errorf("%q: warnings %v, error %v, want %d warnings", listen, warnings, err, want)
		}
	}
}

func TestEverySecretCanBeAFile(t *testing.T) {
	t.Parallel()
	file := write(t, "secret", "from file\n")
	for _, s := range sections {
		for _, k := range s.keys {
			if !k.kind.secret || k.kind.name != "secret" {
				continue
			}
			l := &loader{config: &Config{set: map[string]bool{}}, source: "test"}
			into := reflect.New(reflect.TypeFor[Secret]()).Elem()
			l.fillKey(place{}, k, map[string]any{k.name + "_file": file}, into)
			if len(l.faults) > 0 || Secret(into.String()) != "from file" {
				t.Errorf("%s: got %q, faults %v", join(s.name, k.name), into.String(), l.faults)
			}
		}
	}
}

func TestAKeyFileMayHaveSeveralLines(t *testing.T) {
	t.Parallel()
	file := write(t, "google.json", "{\n  \"private_key\": \"c4nary\"\n}\n")
	c := load(t, "[relay]\naddress = \"r:25\"\nusername = \"u\"\noauth2 = { provider = \"google\", "+
		"service_account_file = \""+file+"\" }\n", "X=")
	if got := c.Relay.OAuth2.ServiceAccount.Reveal(); !strings.Contains(got, "c4nary\"\n}") {
		t.Errorf("service_account is %q", got)
	}
	if shown := c.Redacted(); strings.Contains(shown, "c4nary") {
		t.Errorf("the key stands in %s", shown)
	}
}

func TestVariableOfASecretStandsOverBothFormsOfTheFile(t *testing.T) {
	t.Parallel()
	file := write(t, "secret", "from file\r\n")
	relay := "[relay]\naddress = \"r:25\"\nusername = \"u\"\n"
	for _, test := range []struct{ line, variable, want string }{
		{"password = \"direct\"\n", "X=", "direct"},
		{"password_file = \"" + file + "\"\n", "X=", "from file"},
		{"password_file = \"" + file + "\"\n", "HELPGATE_RELAY_PASSWORD=variable", "variable"},
		{"password = \"direct\"\n", "HELPGATE_RELAY_PASSWORD_FILE=" + file, "from file"},
	} {
		c := load(t, relay+test.line, test.variable)
		if got := c.Relay.Password.Reveal(); got != test.want {
			t.Errorf("%s%s: password is %q, want %q", test.line, test.variable, got, test.want)
		}
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	t.Parallel()
	const canary = "c4nary"
	c := load(t, `
[database]
url = "postgres://helpgate:c4nary@db.example.com/helpgate"
[relay]
address = "relay.example.com:587"
username = "u"
password = "c4nary"
[[mailbox]]
address = "a@example.com"
imap.address = "imap.example.com:993"
imap.username = "u"
imap.oauth2 = { provider = "microsoft", client_id = "c", client_secret = "c4nary", refresh_token = "c4nary" }
`)
	var log strings.Builder
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("x", "config", c, "password", c.Relay.Password, "url", c.Database.URL)
	encoded, err := json.Marshal(c.Relay)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{
		c.Redacted(), log.String(), string(encoded),
		fmt.Sprintf("%v %+v %#v", *c, *c, *c), fmt.Sprintf("%+v", *c.Relay),
		fmt.Sprintf("%s %[1]q %[1]x %[1]d", c.Relay.Password),
	} {
		if strings.Contains(printed, canary) || strings.Contains(printed, fmt.Sprintf("%x", canary)) {
			t.Errorf("a secret stands in %s", printed)
		}
	}
	if !strings.Contains(c.Redacted(), "relay.password = [hidden]\n") ||
		!strings.Contains(c.Redacted(), "database.url = postgres://[hidden]\n") {
		t.Errorf("the dump lacks a line for a secret:\n%s", c.Redacted())
	}
}

func TestNoFaultRepeatsASecret(t *testing.T) {
	t.Parallel()
	const canary = "c4nary"
	for _, content := range []string{
		"[database]\nurl = \"c4nary\"\n",
		"[database]\nurl = \"postgres://u:c4nary@h:x y/z\"\n",
		"[blobs]\nurl = \"s3://c4nary:c4nary@h/b\"\n",
		"[relay]\naddress = \"r:25\"\nusername = \"u\"\npassword = \"c4nary\\n\"\n",
	} {
		_, _, err := Load(write(t, "helpgate.toml", content), nil)
		if err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%q: error is %v, want one without the secret", content, err)
		}
	}
}
