package mailin

import (
	"time"

	"helpgate/tickets"
)

// Road names the way by which a mail came in; it is journaled with the mail.
type Road string

// The roads of DESIGN section 4.
const (
	RoadSMTP       Road = "smtp"
	RoadLMTP       Road = "lmtp"
	RoadSubmission Road = "submission"
	RoadIMAP       Road = "imap"
	RoadInject     Road = "inject"
	RoadImport     Road = "import"
)

// Envelope is what a wire knows of a mail beside its bytes.
type Envelope struct {
	Road Road
	// From is the envelope sender without brackets, "" for the null sender (RFC 5321 4.5.5).
	From string
	// FromKnown tells that the wire has an envelope sender at all; IMAP and imports have none.
	FromKnown bool
	// To holds the envelope recipients without brackets, as given by the peer.
	To []string
	// Helo is the name the peer gave in EHLO, "" when there was none.
	Helo string
	// RemoteAddr is the peer's IP address, "" when there is no peer.
	RemoteAddr string
	// Agent is the agent who logged in to hand the mail in (RFC 4954), 0 for nobody.
	Agent int64
	// ReceivedAt is the instant at which the mail was complete, UTC.
	ReceivedAt time.Time
	// Sent mail lies among what the mailbox in To sent: the helpdesk wrote it, and its recipients
	// have it.
	Sent bool
	// Patient tells that the wire comes again with a sent mail that the door meets with ErrEarly.
	Patient bool
	// Late mail lay somewhere before helpgate came to it: it is not acknowledged.
	Late bool
	// Silent mail is history: nothing goes out because of it, and it is judged as of ReceivedAt.
	Silent bool
	// Mark is written in the transaction that makes the mail durable: how far a poller or an import
	// has come. Without a key there is none.
	Mark Mark
}

// How far a wire has come in what it reads from, as the store keeps it.
type (
	Mark     = tickets.Mark
	Standing = tickets.Standing
)

// ErrReplaced tells that another node reads now what the mark is for.
var ErrReplaced = tickets.ErrReplaced
