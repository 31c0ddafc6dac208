package config

import (
	"net/netip"
	"net/url"
	"time"
)

// Config is a checked configuration: each value is in range, each path absolute, each default
// filled in. What a key means, its unit and its default stand in the table, once.
type Config struct {
	DataDir    string     `key:"data_dir"`
	Site       Site       `key:"site"`
	Database   Database   `key:"database"`
	Blobs      Blobs      `key:"blobs"`
	Mailboxes  []Mailbox  `key:"mailbox"`
	SMTP       SMTP       `key:"smtp"`
	Submission Submission `key:"submission"`
	LMTP       LMTP       `key:"lmtp"`
	Relay      *Relay     `key:"relay"` // nil: direct MX
	DKIM       *DKIM      `key:"dkim"`  // nil: unsigned
	Verify     Verify     `key:"verify"`
	Portal     Portal     `key:"portal"`
	Metrics    Metrics    `key:"metrics"`
	Schedule   Schedule   `key:"schedule"`
	Policy     Policy     `key:"policy"`

	set         map[string]bool // table keys that file or environment set to more than "" or "off"
	secretFiles []string
}

// SecretFiles are the files that hold secrets, each once: those that a KEY_file names, and the
// configuration's own where one stands in it.
func (c *Config) SecretFiles() []string { return c.secretFiles }

// Site is the installation as a whole.
type Site struct {
	Name          string         `key:"name"`
	Hostname      string         `key:"hostname"`   // A-labels, lower case
	PublicURL     *url.URL       `key:"public_url"` // nil: none; never a trailing slash
	Locale        string         `key:"locale"`     // "en" or "zh"
	Timezone      *time.Location `key:"timezone"`
	Operator      string         `key:"operator"` // an address, or "" for none
	SecretFile    string         `key:"secret_file"`
	Organisations []string       `key:"organisations"` // domains
	Templates     string         `key:"templates"`     // a folder, or "" for the built-in texts
}

// Database is where tickets are kept.
type Database struct {
	URL StoreURL `key:"url"`
}

// Blobs is where attachments and sources are kept.
type Blobs struct {
	URL StoreURL `key:"url"`
}

// SMTP is the listener that faces other mail servers.
type SMTP struct {
	Listen                string         `key:"listen"` // "" is off
	TLSCert               string         `key:"tls_cert"`
	TLSKey                string         `key:"tls_key"`
	MaxMessageSize        int64          `key:"max_message_size"`
	TrustedNetworks       []netip.Prefix `key:"trusted_networks"`
	ProxyNetworks         []netip.Prefix `key:"proxy_networks"`
	MaxConnections        int            `key:"max_connections"`
	MaxConnectionsPerIP   int            `key:"max_connections_per_ip"`
	ConnectionsPerMinute  int            `key:"connections_per_minute"` // 0: no limit
	MailsPerMinute        int            `key:"mails_per_minute"`       // 0: no limit
	MaxRecipients         int            `key:"max_recipients"`
	MaxMailsPerConnection int            `key:"max_mails_per_connection"`
	MaxCommands           int            `key:"max_commands"`
	MaxFailedRecipients   int            `key:"max_failed_recipients"`
	MaxCommandLine        int64          `key:"max_command_line"`
	MaxBodyLine           int64          `key:"max_body_line"`
	IdleTimeout           time.Duration  `key:"idle_timeout"`
	MailTimeout           time.Duration  `key:"mail_timeout"`
}

// Submission is the listener for agents who send through helpgate.
type Submission struct {
	Listen        string         `key:"listen"` // "" is off
	TLS           string         `key:"tls"`    // "starttls" or "tls"
	ProxyNetworks []netip.Prefix `key:"proxy_networks"`
}

// LMTP is the listener behind the operator's own mail server.
type LMTP struct {
	Listen string `key:"listen"` // host:port, unix:/path, or "" for off
}

// Verify is how senders are verified.
type Verify struct {
	AgentAuth string         `key:"agent_auth"` // "auto", "token" or "strict"
	Resolver  netip.AddrPort `key:"resolver"`   // zero: the system's
}

// Portal is the web site for customers.
type Portal struct {
	Listen        string `key:"listen"` // "" is off
	SignUp        bool   `key:"sign_up"`
	GuestRequests bool   `key:"guest_requests"`
}

// Metrics is the listener of /metrics, /healthz and /readyz.
type Metrics struct {
	Listen string `key:"listen"` // "" is off
}

// Schedule is when each job runs.
type Schedule struct {
	CustomerDigest Cron `key:"customer_digest"`
	AgentDigest    Cron `key:"agent_digest"`
	LeadDigest     Cron `key:"lead_digest"`
	Nudge          Cron `key:"nudge"`
	Reminders      Cron `key:"reminders"`
	Autoclose      Cron `key:"autoclose"`
}

// Policy is the numbers of the helpdesk's rules.
type Policy struct {
	ReopenDays             int           `key:"reopen_days"`
	AutocloseDays          int           `key:"autoclose_days"`
	PushInterval           time.Duration `key:"push_interval"`
	AutoPerHour            int           `key:"auto_per_hour"`
	NotificationsPerMinute int           `key:"notifications_per_minute"`
	UndoSeconds            int           `key:"undo_seconds"`
	KeepSource             time.Duration `key:"keep_source"`
	AttachLimit            int64         `key:"attach_limit"` // bytes
}
