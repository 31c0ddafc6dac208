package smtpd

import (
	"cmp"
	"crypto/tls"
	"log/slog"
	"math"
	"net/netip"
	"time"

	"helpgate/internal/clock"
	"helpgate/mailin"
)

// Limits of DESIGN section 4, for the fields of Config that are zero.
const (
	DefaultMaxConnections      = 1000
	DefaultMaxConnectionsPerIP = 50
	DefaultMaxCommands         = 10_000
	DefaultMaxMails            = 1000
	DefaultMaxRecipients       = 100
	DefaultMaxRefused          = 10
	DefaultMaxMessageBytes     = 50 << 20
	DefaultMaxCommandLine      = 4 << 10
	DefaultMaxBodyLine         = 1 << 20
	DefaultIdleTimeout         = time.Minute
	DefaultMailTimeout         = 10 * time.Minute
)

// Event names something that is counted.
type Event string

// The events of Config.Count.
const (
	EventConnection        Event = "connection"
	EventRefusedConnection Event = "refused_connection"
	EventMail              Event = "mail"
	EventRefusedMail       Event = "refused_mail"
	EventRefusedRecipient  Event = "refused_recipient"
	EventRefusedLogin      Event = "refused_login"
	EventPanic             Event = "panic"
)

// Config is what a listener is made of. Zero limits take the defaults above.
type Config struct {
	// Road is how its mails come in: RoadSMTP, also when it is zero; RoadLMTP, which speaks LMTP
	// (RFC 2033); or RoadSubmission (RFC 6409), which takes no mail of who has not logged in.
	//
	// The peer of an LMTP listener is the operator's own mail server, which brings everybody's
	// mail: no limit by its address and none on refused recipients holds for it.
	Road mailin.Road
	// Hostname is the name in the greeting, and the domain of a bare "postmaster".
	Hostname string
	// TLS offers STARTTLS, or is spoken from the first byte when ImplicitTLS (RFC 8314 section
	// 3.3) is set as well; nil does neither.
	TLS         *tls.Config
	ImplicitTLS bool
	// Accounts are who may log in on a submission listener, under TLS only; nil elsewhere.
	Accounts Accounts
	// ProxyNetworks are those whose connections begin with a header of the PROXY protocol, which
	// tells the peer's address. From them it must come, from all others it is a bad command.
	ProxyNetworks []netip.Prefix

	// MaxConnections bounds the connections at once, MaxConnectionsPerIP those of one address;
	// the addresses of an IPv6 /64 network, which one peer has for the asking, are one.
	MaxConnections, MaxConnectionsPerIP int
	// ConnectionsPerMinute and MailsPerMinute bound what one address may begin in a minute; zero
	// does not.
	ConnectionsPerMinute, MailsPerMinute int
	// MaxCommands, MaxMails and MaxRefused (refused recipients) bound one connection.
	MaxCommands, MaxMails, MaxRefused int
	// MaxRecipients bounds one mail's recipients.
	MaxRecipients int
	// MaxMessageBytes is the size of the largest mail taken, without stuffed dots and end.
	MaxMessageBytes int64
	// MaxCommandLine bounds a command in bytes, its CRLF included (RFC 5321 4.5.3.1.4 asks for
	// 512); MaxBodyLine a line of a mail, its CR included: 4.5.3.1.6 says 1,000, real mail has more.
	MaxCommandLine, MaxBodyLine int
	// IdleTimeout bounds the wait for the next bytes of a mail, for a whole command, for a peer
	// that reads no replies, for a PROXY header, and for a TLS handshake.
	IdleTimeout time.Duration
	// MailTimeout bounds one mail from MAIL to its end.
	MailTimeout time.Duration

	// Logger is nil for none.
	Logger *slog.Logger
	// Clock gives Envelope.ReceivedAt and the minutes of the rates; nil is the machine's.
	Clock clock.Clock
	// Count is called for each event, from any goroutine; nil counts nothing.
	Count func(Event)
}

func (c Config) withDefaults() Config {
	c.Road = cmp.Or(c.Road, mailin.RoadSMTP)
	c.MaxConnections = cmp.Or(c.MaxConnections, DefaultMaxConnections)
	c.MaxConnectionsPerIP = cmp.Or(c.MaxConnectionsPerIP, DefaultMaxConnectionsPerIP)
	c.MaxCommands = cmp.Or(c.MaxCommands, DefaultMaxCommands)
	c.MaxMails = cmp.Or(c.MaxMails, DefaultMaxMails)
	c.MaxRecipients = cmp.Or(c.MaxRecipients, DefaultMaxRecipients)
	c.MaxRefused = cmp.Or(c.MaxRefused, DefaultMaxRefused)
	c.MaxMessageBytes = cmp.Or(c.MaxMessageBytes, DefaultMaxMessageBytes)
	c.MaxCommandLine = cmp.Or(c.MaxCommandLine, DefaultMaxCommandLine)
	c.MaxBodyLine = cmp.Or(c.MaxBodyLine, DefaultMaxBodyLine)
	if c.lmtp() {
		c.MaxConnectionsPerIP, c.MaxRefused = c.MaxConnections, math.MaxInt
		c.ConnectionsPerMinute, c.MailsPerMinute = 0, 0
	}
	c.IdleTimeout = cmp.Or(c.IdleTimeout, DefaultIdleTimeout)
	c.MailTimeout = cmp.Or(c.MailTimeout, DefaultMailTimeout)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Count == nil {
		c.Count = func(Event) {}
	}
	return c
}

// lmtp tells whether the peer is the operator's own mail server.
func (c Config) lmtp() bool { return c.Road == mailin.RoadLMTP }
