package tickets

import (
	"strings"
	"time"

	"helpgate/internal/safehtml"
)

// MessageKind tells what a customer may see from what he may not.
type MessageKind string

// The kinds of messages.
const (
	KindMessage MessageKind = "message" // public: the customer's words, and answers to him
	KindNote    MessageKind = "note"    // internal: never leaves the helpdesk
)

// Role is in which role somebody wrote.
type Role string

// The roles of authors.
const (
	RoleCustomer Role = "customer"
	RoleAgent    Role = "agent"
	RoleSystem   Role = "system"
)

// Direction is whether a message came in or goes out to the customer.
type Direction string

// The directions.
const (
	DirectionIn  Direction = "in"
	DirectionOut Direction = "out"
)

// Person is somebody with an address, as JSON shows people.
type Person struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Verified is what is known of who really sent a mail (RULES section 5).
type Verified string

// The verdicts on a sender. Until SPF, DKIM and DMARC are asked, every mail is VerifiedNone.
const (
	VerifiedNone      Verified = "none"      // nobody looked, or there was nothing to look at
	VerifiedPass      Verified = "pass"      // an aligned proof holds
	VerifiedFail      Verified = "fail"      // the domain says that it is not theirs
	VerifiedUntrusted Verified = "untrusted" // not exactly one From with exactly one address
)

// The flags of a message.
const (
	FlagNewAddress      = "new-address"       // a newcomer wrote it, with a valid reply address
	FlagMessageIDReused = "message-id-reused" // another mail came under the same Message-ID
	FlagUnparsed        = "unparsed"          // only the raw source could be shown
	FlagHeld            = "held"              // stopped until a person decides
	FlagNothingNew      = "nothing-new"       // only a quotation or signature was found in it
	FlagThanks          = "thanks"            // only thanks, so it reopened nothing
	FlagAround          = "around"            // the helpdesk wrote it elsewhere; we never send it
)

// Message is one message or note of a ticket.
type Message struct {
	ID     int64
	Ticket int64
	Kind   MessageKind
	Author Person
	// AuthorID is the customer's or agent's ID, by AuthorRole; 0 when unknown.
	AuthorID    int64
	AuthorRole  Role
	Direction   Direction
	At          time.Time
	Subject     string // as it stood in the mail, decoded
	Text        string // all of the text, quotation included
	ReplyText   string // what the person newly wrote
	HTML        string // all of the HTML, sanitised; "" when there was none
	ReplyHTML   string // the new part of the HTML, sanitised; "" when it could not be cut surely
	MessageID   string // of the mail, without brackets; "" when it had none
	Rule        string // the rule that tied it to its ticket (RULES section 2)
	Auto        string // kind of automatic mail, "" for a person's
	Verified    Verified
	Flags       []string
	Attachments []Attachment
}

// Has tells whether the message carries the flag.
func (m Message) Has(flag string) bool {
	for _, f := range m.Flags {
		if f == flag {
			return true
		}
	}
	return false
}

// Add puts a text below what the message says, in every form that it has.
func (m *Message) Add(text string) {
	if text == "" {
		return
	}
	for _, form := range []*string{&m.Text, &m.ReplyText} {
		*form = strings.TrimLeft(strings.TrimRight(*form, "\n")+"\n\n"+text+"\n", "\n")
	}
	for _, form := range []*string{&m.HTML, &m.ReplyHTML} {
		if *form != "" {
			*form += safehtml.FromText(text)
		}
	}
}

// Attachment is a file of a message; its bytes lie in Blobs under SHA256.
type Attachment struct {
	ID          int64
	Filename    string // safe to show and to save (rfc.SafeFilename)
	ContentType string // type/subtype, lower case
	ContentID   string // without brackets, "" when none
	Inline      bool   // shown within the HTML
	Blob        Blob
}

// Blob names bytes by their hash.
type Blob struct {
	SHA256 string // lower-case hex
	Size   int64  // bytes
	// Data, File and Offset are the store's own, from staging to Tx.PutBlob: the bytes of a blob
	// small enough to be a row, or where it lies.
	Data   []byte
	File   string
	Offset int64
}
