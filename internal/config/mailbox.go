package config

import (
	"net/url"
	"slices"
	"time"
)

// Mailbox is one support address, with what it takes from [site], [relay] and [dkim] filled in.
type Mailbox struct {
	Address       string         `key:"address"` // domain in lower case, as in all addresses here
	Aliases       []string       `key:"aliases"`
	Name          string         `key:"name"`
	Locale        string         `key:"locale"` // "en" or "zh"
	Timezone      *time.Location `key:"timezone"`
	Team          string         `key:"team"` // "": everyone active
	Lead          string         `key:"lead"` // an agent's address, or ""
	BusinessHours Hours          `key:"business_hours"`
	Holidays      string         `key:"holidays"` // a file, or ""
	Targets       Targets        `key:"targets"`
	Tokens        string         `key:"tokens"`       // "plus", "subdomain" or "headers"
	ReplyDomain   string         `key:"reply_domain"` // never "" with "subdomain"
	SubjectTag    string         `key:"subject_tag"`  // "off" or "prefix"
	ReturnPath    string         `key:"return_path"`  // "own" or "mailbox"
	Group         bool           `key:"group"`
	Forms         []string       `key:"forms"`
	// StormMinutes maps a sender's address (lower case) to the minutes in which its mails of one
	// subject join one ticket.
	StormMinutes map[string]int `key:"storm_minutes"`
	Signature    string         `key:"signature"`
	Relay        *Relay         `key:"relay"` // nil: direct MX
	DKIM         *DKIM          `key:"dkim"`  // nil: unsigned
	Authserv     *Authserv      `key:"authserv"`
	IMAP         *IMAP          `key:"imap"` // nil: mail comes by SMTP or LMTP
}

// Targets are the times within which tickets of each priority are to be handled.
type Targets struct {
	Low    Target `key:"low"`
	Normal Target `key:"normal"`
	High   Target `key:"high"`
	Urgent Target `key:"urgent"`
}

// Target is business time, which runs in the mailbox's business hours only.
type Target struct {
	FirstResponse time.Duration `key:"first_response"`
	NextResponse  time.Duration `key:"next_response"`
	Resolution    time.Duration `key:"resolution"`
}

// Relay is the server that takes our mail on its way out.
type Relay struct {
	Address       string  `key:"address"` // host:port
	TLS           string  `key:"tls"`     // "none", "starttls" or "tls"
	Username      string  `key:"username"`
	Password      Secret  `key:"password"`
	OAuth2        *OAuth2 `key:"oauth2"`          // never together with Password
	RatePerMinute int     `key:"rate_per_minute"` // 0: unlimited
	RatePerDay    int     `key:"rate_per_day"`    // 0: unlimited
	Connections   int     `key:"connections"`
	ReturnPath    string  `key:"return_path"` // "own" or "mailbox"
}

// DKIM is the key that signs what we send (RFC 6376).
type DKIM struct {
	Domain   string `key:"domain"`
	Selector string `key:"selector"`
	KeyFile  string `key:"key_file"`
}

// Authserv names the Authentication-Results field (RFC 8601) of the mailbox's provider.
type Authserv struct {
	ID       string `key:"id"` // "": the provider writes none
	Position int    `key:"position"`
}

// IMAP is the provider's mailbox that is polled.
type IMAP struct {
	Address  string   `key:"address"` // host:port
	TLS      string   `key:"tls"`     // "none", "starttls" or "tls"
	Username string   `key:"username"`
	Password Secret   `key:"password"`
	OAuth2   *OAuth2  `key:"oauth2"` // never together with Password
	Folder   []string `key:"folder"`
	Sent     string   `key:"sent"`
	After    string   `key:"after"` // "leave", "flag" or "move:FOLDER"
	From     string   `key:"from"`  // "now", "unseen", "all", or an age such as "14d"
}

// Polled gives the folders that are read: those of mail that came in, and the one of sent mail.
func (m *IMAP) Polled() []string {
	if m.Sent == "" {
		return m.Folder
	}
	return append(slices.Clone(m.Folder), m.Sent)
}

// Since is how far back From reaches where it is an age, else 0.
func (m *IMAP) Since() time.Duration {
	age, _ := parseDuration(m.From)
	return age
}

// OAuth2 is a log-in by tokens in place of a password (RFC 6749).
type OAuth2 struct {
	Provider     string `key:"provider"` // "microsoft", "google" or "other"
	Tenant       string `key:"tenant"`
	ClientID     string `key:"client_id"`
	ClientSecret Secret `key:"client_secret"`
	RefreshToken Secret `key:"refresh_token"`
	// ServiceAccount is the JSON text of a key file of Google's; in place of the three above.
	ServiceAccount Secret   `key:"service_account"`
	TokenURL       *url.URL `key:"token_url"` // nil: the provider's own
	Scopes         []string `key:"scopes"`
}
