package config

import (
	"math"
	"slices"
)

// required stands in the column of defaults for a key that must be set where its section stands.
const required = "required"

const (
	kibi = 1 << 10
	mebi = 1 << 20
	gibi = 1 << 30
)

// A key is one setting: a line of the file, a variable, a row of docs/configuration.md.
type key struct {
	name    string // as in the file, without its section
	kind    kind
	def     string // the default, written as a variable would hold it; required; "" for none
	unit    string
	meaning string
}

// A section is a [table] of the file; one with a dot in its name is an inline table.
type section struct {
	name    string // "" is the top of the file
	meaning string
	keys    []key
}

// proxyMeaning is that of a key which two listeners have.
const proxyMeaning = "Load balancers whose connections begin with a PROXY header (version 1 or 2), " +
	"which tells the peer's address. From them it must come, from others it is not taken."

// sections is the table that declares every key. Its order is that of the documentation.
var sections = []section{
	{"", "", []key{
		{
			"data_dir", path, "data", "",
			"Folder of all that helpgate keeps. Other relative paths begin there.",
		},
	}},
	{"site", "The installation as a whole.", []key{
		{"name", text, "helpgate", "", "Name that people read in mails and pages."},
		{
			"hostname", domain, "", "",
			"Name of this host in HELO and Message-ID. Without it, the machine's own name.",
		},
		{
			"public_url", webURL, "", "",
			"Address of the portal as customers see it; links in mails are made from it " +
				"alone.",
		},
		{"locale", oneOf("en", "zh"), "en", "", "Language for those whose own is not known."},
		{"timezone", zone, "UTC", "IANA zone", "Zone for times that people read."},
		{"operator", address, "", "", "Who is told of faults, and gets the mail to `postmaster`."},
		{
			"secret_file", path, "secret", "",
			"Key from which all tokens are made. Made together with a new database; keep a " +
				"copy.",
		},
		{
			"organisations", domains, "", "",
			"Domains whose people belong together: a verified colleague joins a ticket at " +
				"once.",
		},
		{"templates", path, "", "", "Folder with texts that replace the built-in ones."},
	}},
	{"database", "Where tickets are kept.", []key{
		{
			"url", databaseURL, "sqlite:helpgate.db", "",
			"`sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`.",
		},
	}},
	{"blobs", "Where attachments and the sources of mails are kept.", []key{
		{"url", blobsURL, "file:blobs", "", "`file:PATH`. Buckets (`s3://…`) are not served yet."},
	}},
	{"mailbox", "A support address. Written `[[mailbox]]`, once for each.", mailboxKeys},
	{"mailbox.targets", "Times within which tickets are to be handled, by priority.", nil},
	{"mailbox.targets.low", "For low priority.", targetKeys},
	{"mailbox.targets.normal", "For normal priority.", targetKeys},
	{"mailbox.targets.high", "For high priority.", targetKeys},
	{"mailbox.targets.urgent", "For urgent priority.", targetKeys},
	{"mailbox.relay", "The mailbox's own relay. Without it, `[relay]`.", relayKeys},
	{"mailbox.relay.oauth2", "Log-in at that relay by tokens in place of a password.", oauth2Keys},
	{"mailbox.dkim", "The mailbox's own signing key. Without it, `[dkim]`.", dkimKeys},
	{"mailbox.authserv", "Whose verdict on senders is believed in mail from the provider.", []key{
		{
			"id", text, "", "",
			"The provider's name in Authentication-Results (RFC 8601). Without it, fields " +
				"without a name count.",
		},
		{"position", number(1, 20), "1", "", "Which field of that name, from the top."},
	}},
	{"mailbox.imap", "A mailbox at a provider, polled. Without it, mail comes by SMTP or LMTP.", []key{
		{"address", hostPort, required, "", "Server, such as `imap.example.com:993`."},
		{"tls", oneOf("none", "starttls", "tls"), "tls", "", "How the connection is protected."},
		{"username", text, required, "", "Name to log in with."},
		{"password", secret, "", "", "Password to log in with."},
		{"folder", texts, "INBOX", "", "Folders that are read."},
		{
			"sent", text, "", "",
			"Folder of sent mail, read for answers that were written around helpgate.",
		},
		{
			"after", after, "move:Processed", "",
			"What is done to a mail once it is stored: `move:FOLDER`, `flag` or `leave`.",
		},
		{
			"from", from, "now", "",
			"Where a new mailbox begins: `now`, `unseen`, `all`, or an age such as `14d`.",
		},
	}},
	{"mailbox.imap.oauth2", "Log-in at the IMAP server by tokens in place of a password.", oauth2Keys},
	{"smtp", "The listener that faces other mail servers. Its limits also hold for `[submission]` " +
		"and, but for those by address and `max_failed_recipients`, for `[lmtp]`.", []key{
		{
			"listen", listen, "127.0.0.1:2525", "",
			"Address to listen on; `:25` to be an MX; empty for off.",
		},
		{
			"tls_cert", file, "", "",
			"Certificate chain for TLS (PEM), read again when it changes. Without it, no STARTTLS.",
		},
		{"tls_key", file, "", "", "Key of the certificate (PEM)."},
		{"max_message_size", size(64*kibi, gibi), "50MiB", "bytes", "Largest mail that is taken."},
		{
			"trusted_networks", networks, "", "",
			"Relays of yours whose verdicts on senders are believed.",
		},
		{"proxy_networks", networks, "", "", proxyMeaning},
		{"max_connections", number(1, 100_000), "1000", "", "Connections at once."},
		{
			"max_connections_per_ip", number(1, 100_000), "50", "",
			"Connections at once from one address; an IPv6 /64 network counts as one.",
		},
		{
			"connections_per_minute", number(0, math.MaxInt32), "0", "",
			"Connections in a minute from one address; 0 for no limit.",
		},
		{
			"mails_per_minute", number(0, math.MaxInt32), "0", "mails",
			"Mails in a minute from one address; 0 for no limit.",
		},
		{
			"max_recipients", number(1, 10_000), "100", "",
			"Recipients of one mail (RFC 5321 asks for 100).",
		},
		{"max_mails_per_connection", number(1, 1_000_000), "1000", "", "Mails in one connection."},
		{"max_commands", number(10, 10_000_000), "10000", "", "Commands in one connection."},
		{
			"max_failed_recipients", number(1, 10_000), "10", "",
			"Unknown recipients after which a connection is closed.",
		},
		{
			"max_command_line", size(512, 64*kibi), "4KiB", "bytes",
			"Longest command line (RFC 5321 asks for 512).",
		},
		{
			"max_body_line", size(1000, 64*mebi), "1MiB", "bytes",
			"Longest line of a mail (RFC 5321 asks for 1000).",
		},
		{
			"idle_timeout", duration(second, hour), "60s", "",
			"Silence after which a connection is closed.",
		},
		{
			"mail_timeout", duration(second, day), "10m", "",
			"Time in which one mail must have come in.",
		},
	}},
	{"submission", "The listener for agents who send through helpgate (RFC 6409). It needs the " +
		"certificate of `[smtp]`.", []key{
		{
			"listen", listen, "", "",
			"Address to listen on, such as `:587`, or `:465` with `tls = \"tls\"`; empty for off.",
		},
		{
			"tls", oneOf("starttls", "tls"), "starttls", "",
			"How the connection is protected: on demand, or from its first byte (RFC 8314).",
		},
		{"proxy_networks", networks, "", "", proxyMeaning},
	}},
	{"lmtp", "The listener behind your own mail server (RFC 2033).", []key{
		{
			"listen", listenUnix, "", "",
			"`127.0.0.1:24` or `unix:PATH`; empty for off. Everybody who may enter the folder of " +
				"PATH may use it.",
		},
	}},
	{"relay", "The server that takes our mail. Without it, mail goes to each domain's MX.", relayKeys},
	{"relay.oauth2", "Log-in at the relay by tokens in place of a password.", oauth2Keys},
	{"dkim", "The key that signs our mail (RFC 6376). Without it, mail goes unsigned.", dkimKeys},
	{"verify", "How senders are verified.", []key{
		{
			"agent_auth", oneOf("auto", "token", "strict"), "token", "",
			"What an agent's mail must prove beside its token.",
		},
		{
			"resolver", resolver, "", "",
			"DNS server, such as `127.0.0.1:53`. Without it, the system's.",
		},
	}},
	{"portal", "The web site for customers.", []key{
		{
			"listen", listen, "", "",
			"Address to listen on, such as `127.0.0.1:8080`; empty for off.",
		},
		{"sign_up", boolean, "true", "", "Whether customers may make an account."},
		{"guest_requests", boolean, "true", "", "Whether a request needs no account."},
	}},
	{"metrics", "The listener of `/metrics` (Prometheus), `/healthz` and `/readyz`.", []key{
		{
			"listen", listen, "", "",
			"Address to listen on, such as `127.0.0.1:9925`; empty for off.",
		},
	}},
	{"schedule", "When each job runs: a cron line of five fields, or `off`.", []key{
		{
			"customer_digest", cronLine, "0 8 * * 1", "cron",
			"Customers who asked for it read how their tickets stand.",
		},
		{"agent_digest", cronLine, "0 8 * * *", "cron", "Agents read what waits for them."},
		{"lead_digest", cronLine, "0 8 * * 1", "cron", "Leads read how the team stands."},
		{"nudge", cronLine, "*/5 * * * *", "cron", "Agents are told of tickets that are due."},
		{
			"reminders", cronLine, "0 * * * *", "cron",
			"Customers are reminded of a question that waits for them.",
		},
		{"autoclose", cronLine, "15 * * * *", "cron", "Solved tickets are closed."},
	}},
	{"policy", "The numbers of the helpdesk's rules.", []key{
		{
			"reopen_days", number(0, 3650), "14", "days",
			"How long after closing a customer's mail reopens the ticket.",
		},
		{
			"autoclose_days", number(0, 3650), "7", "days",
			"How long after solving a ticket is closed.",
		},
		{
			"push_interval", duration(minute, 30*day), "4h", "",
			"Time between two pushes of one ticket that count.",
		},
		{
			"auto_per_hour", number(1, math.MaxInt32), "5000", "mails",
			"Automatic mails of the whole instance in an hour.",
		},
		{
			"notifications_per_minute", number(1, 1_000_000_000), "6", "mails",
			"Notifications to one agent in a minute; the rest come joined in one.",
		},
		{
			"undo_seconds", number(0, 3600), "60", "seconds",
			"How long an agent's answer can be taken back; 0 for not at all.",
		},
		{
			"keep_source", duration(day, 3650*day), "30d", "",
			"How long the source of a mail is kept.",
		},
		{
			"attach_limit", size(0, gibi), "10MiB", "bytes",
			"Attachments of one mail above this go as a link.",
		},
	}},
}

var mailboxKeys = []key{
	{"address", address, required, "", "The address that customers write to."},
	{"aliases", addresses, "", "", "Further addresses of the same mailbox."},
	{"name", text, "", "", "Name beside the address in From. Without it, that of `[site]`."},
	{
		"locale", oneOf("en", "zh"), "", "",
		"Language for senders whose own is not known. Without it, that of `[site]`.",
	},
	{
		"timezone", zone, "", "IANA zone",
		"Zone of the business hours. Without it, that of `[site]`.",
	},
	{"team", text, "", "", "Team that serves the mailbox. Without it, all active agents."},
	{"lead", address, "", "", "Agent who is told when the team is late."},
	{
		"business_hours", hours, "Mon-Fri 09:00-17:00", "",
		"Lines of days and times, such as `Mon-Thu 09:00-12:00 13:00-17:00`.",
	},
	{"holidays", file, "", "", "File of holidays and make-up working days."},
	{
		"tokens", oneOf("plus", "subdomain", "headers"), "plus", "",
		"Where a reply address has its token: `local+TOKEN@`, `TOKEN@reply_domain`, or in headers.",
	},
	{"reply_domain", domain, "", "", "Domain whose MX leads here, for `tokens = \"subdomain\"`."},
	{"subject_tag", oneOf("off", "prefix"), "off", "", "Whether subjects begin with `[#N]`."},
	{
		"return_path", oneOf("own", "mailbox"), "", "",
		"Envelope sender: `own` for each delivery, or the `mailbox` where the relay allows " +
			"no other. Without it, `mailbox` with `tokens = \"headers\"`, else that of the " +
			"relay.",
	},
	{
		"group", boolean, "false", "",
		"Whether the address is a group or list of the provider's, whose mails are not " +
			"list mail.",
	},
	{"forms", addresses, "", "", "Senders that are web forms: the customer is in their Reply-To."},
	{
		"storm_minutes", minutesBySender, "", "minutes",
		"Senders whose mails of one subject join one ticket for so long: `{ " +
			"\"monitor@example.com\" = 10 }`.",
	},
	{"signature", block, "", "", "Signature under answers, in place of the agent's own."},
}

var targetKeys = []key{
	{"first_response", businessTime, "8h", "business time", "Until the first answer."},
	{
		"next_response", businessTime, "8h", "business time",
		"Until the answer to a further message.",
	},
	{"resolution", businessTime, "40h", "business time", "Until the ticket is solved."},
}

var relayKeys = []key{
	{"address", hostPort, required, "", "Server, such as `smtp.example.com:587`."},
	{"tls", oneOf("none", "starttls", "tls"), "starttls", "", "How the connection is protected."},
	{"username", text, "", "", "Name to log in with. Without it, no log-in."},
	{"password", secret, "", "", "Password to log in with."},
	{
		"rate_per_minute", number(0, math.MaxInt32), "0", "mails",
		"Most mails in a minute; 0 for no limit.",
	},
	{
		"rate_per_day", number(0, math.MaxInt32), "0", "mails",
		"Most mails in a day; 0 for no limit.",
	},
	{"connections", number(1, 100), "4", "", "Connections at once."},
	{
		"return_path", oneOf("own", "mailbox"), "own", "",
		"Envelope sender: `own` for each delivery, or the `mailbox` where the relay allows " +
			"no other.",
	},
}

var dkimKeys = []key{
	{"domain", domain, required, "", "Domain that signs."},
	{"selector", domain, required, "", "Selector under which the public key stands in DNS."},
	{"key_file", file, required, "", "Private key, RSA or Ed25519 (PEM)."},
}

var oauth2Keys = []key{
	{"provider", oneOf("microsoft", "google", "other"), "other", "", "Whose rules apply."},
	{
		"tenant", text, "", "",
		"Directory (tenant) ID at Microsoft. A refresh token does without.",
	},
	{"client_id", text, "", "", "Name of the application."},
	{
		"client_secret", secret, "", "",
		"Secret of the application. At Microsoft it opens mailboxes without a person's consent.",
	},
	{
		"refresh_token", secret, "", "",
		"Token that a person's consent gave. When the provider changes it, the new one is kept in " +
			"the database.",
	},
	{
		"service_account", secretText, "", "",
		"Key of a service account at Google, the text of its JSON file; best as " +
			"`service_account_file`. Takes the place of the three above.",
	},
	{"token_url", webURL, "", "", "Where tokens are asked for. Without it, the provider's own."},
	{
		"scopes", texts, "", "",
		"Rights that are asked for. Without it, those of mail at the provider; with a refresh token, " +
			"those of its consent.",
	},
}

// sectionNamed returns the section of that name; nil when none is declared.
func sectionNamed(name string) *section {
	for i := range sections {
		if sections[i].name == name {
			return &sections[i]
		}
	}
	return nil
}

// declares tells whether the file may hold the name in this section.
func (s *section) declares(name string) bool {
	for _, k := range s.keys {
		if slices.Contains(k.names(), name) {
			return true
		}
	}
	return false
}

// names are those by which the file may give the key: a secret has two.
func (k key) names() []string {
	if k.kind.secret {
		return []string{k.name, k.name + fileSuffix}
	}
	return []string{k.name}
}
