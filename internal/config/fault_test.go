package config

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// box is a sound mailbox for faults elsewhere.
const box = "[[mailbox]]\naddress = \"support@example.com\"\n"

// polled is the same, open for further keys of its IMAP server.
const polled = box + "imap = { address = \"i:1\", username = \"u\", password = \"p\", "

// token is a relay whose log-in by tokens is open for keys.
const token = "[relay]\naddress = \"r:25\"\nusername = \"u\"\noauth2 = { "

// faultTests are broken files, each with the whole text of its error. FILE and DIR stand for the
// file and its data_dir.
var faultTests = []struct{ name, toml, want string }{
	{
		"syntax", "[site\n",
		"FILE: line 1, column 6: expected character ]; mend the TOML there",
	},
	{
		"key twice", "[site]\nname = \"a\"\nname = \"b\"\n",
		"FILE: key name is already defined; mend the TOML there",
	},
	{
		"unknown key", "[smtp]\nlisten_on = \":25\"\n",
		"FILE: smtp.listen_on: unknown key; did you mean smtp.listen?",
	},
	{
		"key of another section", "reopen_days = 3\n",
		"FILE: reopen_days: unknown key; did you mean policy.reopen_days?",
	},
	{
		"unknown section", "[smpt]\nlisten = \":25\"\n",
		"FILE: smpt: unknown section; did you mean [smtp]?",
	},
	{
		"unknown key of a mailbox", box + "reply_domian = \"r.example.com\"\n",
		"FILE: mailbox[1].reply_domian: unknown key; did you mean mailbox.reply_domain?",
	},
	{
		"unknown key of an inline table", polled + "folders = [\"INBOX\"] }\n",
		"FILE: mailbox[1].imap.folders: unknown key; did you mean mailbox.imap.folder?",
	},
	{
		"mailbox with one bracket", "[mailbox]\naddress = \"a@example.com\"\n",
		"FILE: mailbox: is not a list of tables; write [[mailbox]] above each",
	},
	{
		"section that is a text", "smtp = \":25\"\n",
		"FILE: smtp: is text; write a table: [smtp]",
	},
	{
		"number for text", "[site]\nname = 5\n",
		"FILE: site.name: is a number; write text in quotes",
	},
	{
		"text for number", "[smtp]\nmax_recipients = \"100\"\n",
		"FILE: smtp.max_recipients: is text; write a whole number",
	},
	{
		"text for boolean", "[portal]\nsign_up = \"yes\"\n",
		"FILE: portal.sign_up: is text; write true or false",
	},
	{
		"number in a list", "[site]\norganisations = [\"example.com\", 5]\n",
		"FILE: site.organisations: holds a number; write a list such as [\"a\", \"b\"]",
	},
	{
		"date for text", "[site]\nname = 2026-11-24\n",
		"FILE: site.name: is a date or time; write text in quotes",
	},
	{
		"line break in a name", "[site]\nname = \"a\\r\\nBcc: x\"\n",
		`FILE: site.name: "a\r\nBcc: x" is not one line of text; ` +
			"remove line breaks and control characters",
	},
	{
		"number out of range", "[smtp]\nmax_recipients = 0\n",
		"FILE: smtp.max_recipients: 0 is out of range; write a number from 1 to 10000",
	},
	{
		"duration", "[policy]\npush_interval = \"4 hours\"\n",
		`FILE: policy.push_interval: "4 hours" is not a duration; write it as "90s", "4h" or "30d"`,
	},
	{
		"duration out of range", "[smtp]\nidle_timeout = \"0s\"\n",
		`FILE: smtp.idle_timeout: "0s" is out of range; write one from 1s to 1h0m0s`,
	},
	{
		"business time", box + "targets = { urgent = { resolution = \"2d\" } }\n",
		`FILE: mailbox[1].targets.urgent.resolution: "2d" is not a business time; ` +
			`write it as "8h" or "90m"`,
	},
	{
		"size", "[smtp]\nmax_message_size = \"50 megabytes\"\n",
		`FILE: smtp.max_message_size: "50 megabytes" is not a size; write it as "50MiB" or in bytes`,
	},
	{
		"size out of range", "[smtp]\nmax_message_size = 10\n",
		`FILE: smtp.max_message_size: "10" is out of range; write one from 65536 to 1073741824 bytes`,
	},
	{
		"address", "[site]\noperator = \"Admin <admin@example.com>\"\n",
		`FILE: site.operator: "Admin <admin@example.com>" is not a mail address; ` +
			"write it as name@example.com",
	},
	{
		"domain", "[site]\nhostname = \"support_1.example.com\"\n",
		`FILE: site.hostname: "support_1.example.com" is not a domain; write it as example.com`,
	},
	{
		"zone", "[site]\ntimezone = \"Berlin\"\n",
		`FILE: site.timezone: "Berlin" is not an IANA zone; ` +
			`write one such as "Europe/Berlin" or "UTC"`,
	},
	{
		"choice", "[site]\nlocale = \"de\"\n",
		`FILE: site.locale: "de" is not a choice; write one of "en", "zh"`,
	},
	{
		"listen address", "[smtp]\nlisten = \"25\"\n",
		`FILE: smtp.listen: "25" is no address to listen on; write it as "127.0.0.1:25" or ":25"`,
	},
	{
		"server without port", "[relay]\naddress = \"smtp.example.com\"\n",
		`FILE: relay.address: "smtp.example.com" is not a server with its port; ` +
			`write it as "mail.example.com:587"`,
	},
	{
		"network", "[smtp]\ntrusted_networks = [\"10.0.0.0/8\", \"10.0.0.0/33\"]\n",
		`FILE: smtp.trusted_networks: "10.0.0.0/33" is not a network; write it as "192.0.2.0/24"`,
	},
	{
		"resolver", "[verify]\nresolver = \"dns.example.com\"\n",
		`FILE: verify.resolver: "dns.example.com" is not a DNS server; write it as "127.0.0.1:53"`,
	},
	{
		"public URL", "[site]\npublic_url = \"help.example.com\"\n",
		`FILE: site.public_url: "help.example.com" is not a web address; ` +
			`write it as "https://help.example.com"`,
	},
	{
		"database", "[database]\nurl = \"mysql://root:pass@host/db\"\n",
		"FILE: database.url: is not the URL of a database; " +
			`write "sqlite:helpgate.db" or "postgres://user:password@host/name"`,
	},
	{
		"database in memory", "[database]\nurl = \"sqlite::memory:\"\n",
		`FILE: database.url: is not sqlite: and a path; write it as "sqlite:name"`,
	},
	{
		"bucket", "[blobs]\nurl = \"s3://key:pass@host/bucket\"\n",
		"FILE: blobs.url: buckets cannot be served yet; " +
			`keep attachments in a folder: "file:blobs"`,
	},
	{
		"cron", "[schedule]\nnudge = \"every hour\"\n",
		`FILE: schedule.nudge: "every hour" is not a cron line; ` +
			`write one such as "0 8 * * 1-5", or "off"`,
	},
	{
		"cron that names only a zone", "[schedule]\nnudge = \"TZ=\"\n",
		`FILE: schedule.nudge: "TZ=" names a zone; remove it; [site] and the mailboxes name zones`,
	},
	{
		"cron of an impossible date", "[schedule]\nnudge = \"0 0 31 2 *\"\n",
		`FILE: schedule.nudge: "0 0 31 2 *" names a date that never comes; mend it, or write "off"`,
	},
	{
		"hours", box + "business_hours = [\"Fri-Mon 09:00-17:00\"]\n",
		`FILE: mailbox[1].business_hours: "Fri-Mon 09:00-17:00" are not business hours; ` +
			`write them as "Mon-Fri 09:00-17:00"`,
	},
	{
		"hours that overlap",
		box + "business_hours = [\"Mon-Fri 09:00-17:00\", \"Fri 09:00-15:00\"]\n",
		`FILE: mailbox[1].business_hours: "Fri 09:00-15:00" overlaps hours before it; ` +
			"write a day's hours in order, once",
	},
	{
		"no hours", box + "business_hours = []\n",
		"FILE: mailbox[1].business_hours: names no hours; " +
			"write at least one line; clocks run in them only",
	},
	{
		"after", polled + "after = \"delete\" }\n",
		`FILE: mailbox[1].imap.after: "delete" is not a choice; ` +
			`write "move:FOLDER", "flag" or "leave"`,
	},
	{
		"no folder", polled + "folder = [] }\n",
		"FILE: mailbox[1].imap.folder: names no folder; name at least one",
	},
	{
		"read again and again", polled + "after = \"move:INBOX\" }\n",
		"FILE: mailbox[1].imap.after: moves mail into a folder that is read; name another folder",
	},
	{
		"sent mail as mail that comes in", polled + "sent = \"INBOX\" }\n",
		"FILE: mailbox[1].imap.sent: is a folder of mail that comes in; " +
			"name the one that holds what was sent",
	},
	{
		"mail that came in as sent mail", polled + "after = \"move:Sent\", sent = \"Sent\" }\n",
		"FILE: mailbox[1].imap.sent: is a folder of mail that comes in; " +
			"name the one that holds what was sent",
	},
	{
		"storm", box + "storm_minutes = { \"monitor@example.com\" = 0 }\n",
		`FILE: mailbox[1].storm_minutes: 0 minutes for "monitor@example.com" are out of range; ` +
			"write a number from 1 to 1440",
	},
	{
		"missing file", "[dkim]\ndomain = \"example.com\"\nselector = \"s\"\nkey_file = \"dkim.pem\"\n",
		`FILE: dkim.key_file: "DIR/dkim.pem" cannot be read; check the path and who may read it`,
	},
	{
		"half a certificate", "[smtp]\ntls_cert = \"../helpgate.toml\"\n",
		"FILE: smtp.tls_cert: stands without its other half; set tls_cert and tls_key both",
	},
	{
		"submission without a certificate", "[submission]\nlisten = \":587\"\n",
		"FILE: submission.listen: needs a certificate, for passwords go over it; set tls_cert and " +
			"tls_key in [smtp]",
	},
	{
		"missing key", "[[mailbox]]\nname = \"Support\"\n",
		"FILE: mailbox[1].address: is missing; set it",
	},
	{
		"empty key", "[relay]\naddress = \"\"\n",
		"FILE: relay.address: is empty; set it",
	},
	{
		"mailbox twice", box + "[[mailbox]]\naddress = \"Support@EXAMPLE.com\"\n",
		`FILE: mailbox[2].address: "Support@example.com" is taken by mailbox[1].address; ` +
			"keep one of the two",
	},
	{
		"alias twice", box + "aliases = [\"help@example.com\", \"support@example.com\"]\n",
		`FILE: mailbox[1].aliases: "support@example.com" is taken by mailbox[1].address; ` +
			"keep one of the two",
	},
	{
		"no room for a token", "[[mailbox]]\naddress = \"customer-support-team1@example.com\"\n",
		`FILE: mailbox[1].tokens: "plus" has room for 21 octets before the @ of ` +
			`"customer-support-team1@example.com"; shorten the address, or set tokens = "headers"`,
	},
	{
		"subdomain without a domain", box + "tokens = \"subdomain\"\n",
		`FILE: mailbox[1].tokens: "subdomain" needs reply_domain; ` +
			"set reply_domain to a domain whose MX leads here",
	},
	{
		"password without a name", "[relay]\naddress = \"r:25\"\npassword = \"p\"\n",
		"FILE: relay.username: is missing beside a password; set it",
	},
	{
		"name without a password", box + "relay = { address = \"r:25\", username = \"u\" }\n",
		"FILE: mailbox[1].relay.password: is missing; set password, password_file or oauth2",
	},
	{
		"two ways to log in", box + "imap = { address = \"i:993\", username = \"u\", " +
			"password = \"p\", oauth2 = { client_id = \"c\" } }\n",
		"FILE: mailbox[1].imap.password: is set beside oauth2; remove one of the two",
	},
	{
		"token without a proof", token + "provider = \"microsoft\", client_id = \"c\" }\n",
		"FILE: relay.oauth2.client_secret: is missing; set it, or refresh_token",
	},
	{
		"token without a tenant",
		token + "provider = \"microsoft\", client_id = \"c\", client_secret = \"s\" }\n",
		"FILE: relay.oauth2.tenant: is missing; set the Directory (tenant) ID",
	},
	{
		"token without a person", token + "provider = \"google\", client_id = \"c\" }\n",
		"FILE: relay.oauth2.refresh_token: is missing: Google gives an application no mailbox by " +
			"itself; set it, or service_account",
	},
	{
		"token from nowhere", token + "client_id = \"c\", client_secret = \"s\" }\n",
		"FILE: relay.oauth2.token_url: is missing; set it, or set provider",
	},
	{
		"token in the clear", token + "token_url = \"http://id.example.com/t\" }\n",
		"FILE: relay.oauth2.token_url: sends secrets in clear text; begin it with https\n" +
			"FILE: relay.oauth2.client_id: is missing; set it, or service_account",
	},
	{
		"two proofs",
		token + "provider = \"google\", client_id = \"c\", service_account = \"{\\n}\" }\n",
		"FILE: relay.oauth2.service_account: is set beside another proof; " +
			"remove client_id, client_secret and refresh_token",
	},
	{
		"secret and its file", "[relay]\naddress = \"r:25\"\nusername = \"u\"\n" +
			"password = \"p\"\npassword_file = \"pass\"\n",
		"FILE: relay.password_file: is set beside password; remove one of the two\n" +
			"FILE: relay.password: is missing; set password, password_file or oauth2",
	},
	{
		"file of a secret is missing", "[database]\nurl_file = \"url\"\n",
		`FILE: database.url_file: "DIR/url" cannot be read: no such file or directory; ` +
			"put the secret into it",
	},
	{
		"several", "colour = 1\n[site]\nlocale = \"de\"\n[smtp]\nlisten = \"x\"\n",
		`FILE: site.locale: "de" is not a choice; write one of "en", "zh"` + "\n" +
			`FILE: smtp.listen: "x" is no address to listen on; write it as "127.0.0.1:25" or ":25"` +
			"\nFILE: colour: unknown key; did you mean data_dir?",
	},
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, test := range faultTests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file := write(t, "helpgate.toml", test.toml)
			data := filepath.Join(filepath.Dir(file), "data")
			_, _, err := Load(file, nil)
			if err == nil {
				t.Fatal("loaded without an error")
			}
			got := strings.ReplaceAll(strings.ReplaceAll(err.Error(), data, "DIR"), file, "FILE")
			if got != test.want {
				t.Errorf("error is\n%s\nwant\n%s", got, test.want)
			}
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("error is a %T, want *Error", err)
			}
		})
	}
}

func TestFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "helpgate.toml")
	_, _, err := Load(missing, nil)
	want := missing + ": cannot be read: no such file or directory; " +
		"name another file with -c, or make one with `helpgate init`"
	if err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
	for content, want := range map[string]string{
		strings.Repeat("#", maxFile+1):          "is larger than 1048576 bytes",
		"a = [\n" + strings.Repeat("[\n", 1e5):  "opens more than 10000 brackets",
		"#\n" + strings.Repeat("a.", 1e4) + "a": "line 2 is longer than 8192 bytes",
	} {
		_, _, err = Load(write(t, "helpgate.toml", content), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q", err, want)
		}
	}
}
