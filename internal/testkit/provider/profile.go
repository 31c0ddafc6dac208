package provider

import (
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-smtp"
)

// Profile is what one provider does, in a table: the zero value of each field is what a plain
// server does, which takes and changes nothing more than it must.
type Profile struct {
	Name string // of the test that runs with it
	// Account is the address of the mailbox, which logs in by it; Login is its name where it
	// submits, Account when "".
	Account, Login string
	// Aliases are further addresses of the mailbox, which it may send as too.
	Aliases []string

	// OAuth takes no password, by neither protocol.
	OAuth bool
	// Mechanisms are those of AUTH at the submission server.
	Mechanisms []string
	// Implicit begins TLS with the connection to the submission server; else it is STARTTLS.
	Implicit bool
	// Submitters is how many connections may submit at once; 0: any number. One more is told Busy.
	Submitters int
	Busy       *smtp.SMTPError
	// PerMinute is how many mails are taken in a minute; 0: any number. One more is told Hurried.
	PerMinute int
	Hurried   *smtp.SMTPError
	MaxSize   int64 // of a mail, in bytes

	// Envelope and From are what is done where the mailbox submits under an address that is not its
	// own, in MAIL and in the From field.
	Envelope, From Sender
	// NotSender, NotFrom and NoUser are the words of refusals.
	NotSender, NotFrom, NoUser *smtp.SMTPError
	// Return gives the envelope sender under which a mail leaves; nil leaves what was submitted.
	Return func(id string) string
	// IDHost is that of the Message-ID which takes the place of the mail's own; "" keeps it.
	IDHost string
	// Submitted changes a mail that the mailbox submits. id is the provider's own for the mail.
	Submitted func(m *Mail, id string)
	// Echo lets what the mailbox submits come back to it, by its address.
	Echo bool
	// SentCopy is the folder in which the server itself keeps what is submitted; "" for none.
	SentCopy string
	// AllMail is the folder that holds each mail once more; "" for none.
	AllMail string

	// Plus is what becomes of mail to local+anything@.
	Plus Plus
	// Daemon is who reports what did not arrive.
	Daemon string
	// Arrived changes a mail on its way into the mailbox, adding the trace of the provider's
	// servers.
	Arrived func(m *Mail)
	// Returned tells what stands for the envelope sender in a mail that the mailbox sent to itself:
	// "rewritten", "dropped", or "" where it is kept.
	Returned string
	// Banner stands above the text of mail from outside; "" for none.
	Banner string
	// Auth is how the provider tells who a sender is: the id of its Authentication-Results field
	// (RFC 8601), and which of that id it is from the top, 0 for none.
	Auth Auth

	// Greeting, Before and After are the words of the IMAP server: behind "* OK ", and its
	// capabilities before and after the log-in. What is not in After is refused.
	Greeting, Before, After string
	Delim                   rune
	// Prefix begins the name of every folder but INBOX.
	Prefix  string
	Folders []Folder
	// Stored is how much larger RFC822.SIZE is than what is fetched, in bytes.
	Stored int
	// Connections is how many IMAP sessions there may be at once; 0: any number. One more is told
	// TooMany.
	Connections int
	TooMany     string
	// Throttled are the words of a server that has enough; Expired those with which it ends a
	// session.
	Throttled *imap.Error
	Expired   string
	// Backoff is how long Throttled asks to wait; 0 where it does not say.
	Backoff time.Duration
}

// Sender is what becomes of a sender's address that is not the mailbox's own.
type Sender int

// The ways with other senders.
const (
	Kept    Sender = iota // it leaves as it was submitted
	Forced                // the mailbox's own takes its place
	Refused               // nothing is taken
)

// Plus is what becomes of mail to a plus-address (RFC 5233).
type Plus int

// The ways with plus-addresses.
const (
	PlusInbox   Plus = iota // it arrives as mail to the mailbox
	PlusFolder              // it arrives in a folder of that name, which nobody reads
	PlusUnknown             // there is no such user
)

// Auth is the field in which a provider tells who a sender is.
type Auth struct {
	ID       string
	Position int
}

// Folder is a folder that is there from the start.
type Folder struct {
	Name string // in UTF-8, with the prefix
	Use  imap.MailboxAttr
}
