package tickets

import (
	"time"

	"helpgate/internal/token"
)

// Mail is a received mail as the desk judges it: read, classified, its bodies staged.
type Mail struct {
	Road         string
	EnvelopeFrom string
	FromKnown    bool // the road knows an envelope sender
	// Recipients are envelope recipients, then what Delivered-To and its kin, To and Cc name, all
	// in key form, first named first, each once.
	Recipients []string
	ReceivedAt time.Time
	Silent     bool // nothing goes out because of it, and it is judged as of ReceivedAt
	Mark       Mark // written with it; without a key there is none
	// Agent is the agent who logged in to hand it in (RFC 4954), whoever stands in From; 0 for
	// nobody.
	Agent int64
	// Sent tells that it lies among what the mailbox of its first recipient sent: whoever wrote it
	// was logged in there, and those whom it names have it.
	Sent bool
	// Imported tells that it came from an archive.
	Imported bool

	From Person // address in key form; of the envelope when the header names none, else empty
	// Untrusted tells that there was not exactly one From with exactly one address.
	Untrusted   bool
	ReplyTo     Person
	To, Cc, Bcc []Person // addresses in key form; Bcc of what was sent alone
	Sender      Person   // who handed it in for From (RFC 5322 section 3.6.2)
	Subject     string
	Date        time.Time // zero when missing or senseless
	MessageID   string
	InReplyTo   []string
	References  []string // oldest first
	ThreadTopic string
	ThreadIndex string

	Text      string
	HTML      string
	ReplyText string
	// NewText is ReplyText as it is found without the thread, and so whenever the mail is read.
	NewText     string
	ReplyHTML   string
	Attachments []Attachment
	// Added is what the door tells of the mail beside its words, in the mailbox's language: that it
	// is encrypted, what its calendar part says. It is shown and never sent out as anybody's words.
	Added    string
	Language string // BCP 47 code of the new text, when its words tell it; see LocaleOf

	Auto        string   // kind of automatic mail (DESIGN section 11, auto_kind)
	Automatic   bool     // gets no automatic answer and changes no status
	NoAutoReply bool     // a person's, but no automatic answer is wanted
	Signs       []string // every sign of automatic mail that held
	Whole       bool     // ReplyText holds the quotation too, because nothing new was found
	// Suspicion tells why, had an agent sent it, his robot may have written it; "" for no reason.
	// SuspicionAway tells that the reason is one that an absent person's robot gives.
	Suspicion     string
	SuspicionAway bool
	// Report is what a bounce or a warning of delay tells; nil for any other mail.
	Report *Report
	// Probe tells that it is a mail that we sent round the loop to see what the provider does to it,
	// or a machine's answer to one.
	Probe bool
	// Away is until when the sender says that they are away, of automatic and suspicious mail.
	Away     Absence
	Unparsed string // why only the source could be shown; "" when it was read

	Claims   []Claimed   // valid tokens of ours found in it, strongest first
	Ours     token.Claim // the delivery of ours that it is by its loop header; zero for none
	Verified Verified
	// Source is the mail as it came, less what lies in the attachments, packed and staged.
	Source Blob
	// SourceFiles are staged blobs that hold pieces of the source, and nothing else names.
	SourceFiles []Blob
}

// Claimed is a valid token of ours and where it stood.
type Claimed struct {
	token.Claim
	Where Where
	// Address is the reply address that held it, in key form; "" for a Message-ID or marker.
	Address string
}

// Where is the place in a mail at which a token stood.
type Where string

// The places, strongest first.
const (
	WhereAddress   Where = "address"    // an envelope or header recipient
	WhereMessageID Where = "message-id" // In-Reply-To or References
	WhereMarker    Where = "marker"     // the quoted text
)
