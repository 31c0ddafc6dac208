package tickets

import "time"

// OutKind is what an outgoing mail is.
type OutKind string

// The kinds of outgoing mail.
const (
	OutAnswer           OutKind = "answer"            // an agent's words to a customer
	OutHeld             OutKind = "held"              // to an agent: your text waits, and why
	OutFailure          OutKind = "failure"           // to an agent: your answer did not arrive
	OutAcknowledgement  OutKind = "acknowledgement"   // to a requester: we have it
	OutFollowUp         OutKind = "follow-up"         // the same, for a follow-up of a closed one
	OutNotification     OutKind = "notification"      // to an agent: a customer wrote
	OutNotificationList OutKind = "notification-list" // many of them in one
	OutNotice           OutKind = "notice"            // to an agent: something to know of a ticket
	OutAlert            OutKind = "alert"             // to a lead: something is wrong
)

// Rank gives the order of importance in the outbox (RULES section 6), most important first.
func (k OutKind) Rank() int {
	switch k {
	case OutAnswer:
		return 1
	case OutHeld, OutFailure:
		return 2
	case OutAcknowledgement, OutFollowUp:
		return 3
	}
	return 4
}

// ForAgents tells whether this kind goes to people of the helpdesk only.
func (k OutKind) ForAgents() bool {
	switch k {
	case OutAnswer, OutAcknowledgement, OutFollowUp:
		return false
	}
	return true
}

// OutStatus is how far an outgoing mail has come.
type OutStatus string

// The statuses of the outbox.
const (
	OutWaiting OutStatus = "waiting"
	OutSending OutStatus = "sending" // leased by a worker
	OutSent    OutStatus = "sent"
	OutFailed  OutStatus = "failed"  // given up: a dead letter
	OutStopped OutStatus = "stopped" // the leak guard stopped it; a held thing tells why
)

// Outgoing is one mail to one recipient: a row of the outbox.
type Outgoing struct {
	ID        int64
	Kind      OutKind
	Ticket    int64
	Message   int64 // what it carries; 0 when it carries none
	Mailbox   string
	Recipient Person
	// Agent is the recipient's ID when he is an agent, else 0.
	Agent     int64
	Automatic bool // sent by the helpdesk on its own
	Facts     Facts
	// Nonce is random, above 0 and below 2^35 so that a return path keeps within 64 octets; with
	// the ticket it names this delivery in its Message-ID and return path.
	Nonce     int64
	MessageID string // without brackets, fixed when queued
	// JoinKey makes a row findable and unique while mails are gathered in it; "" for none.
	JoinKey string
	// Override tells that a person released it: the leak guard's softer stops let it pass.
	Override bool

	Status      OutStatus
	Attempts    int
	NextAttempt time.Time
	LastReply   string // the last answer of the peer, or why it did not come to one
	Content     string // hash of the composed bytes; "" until the first attempt
	CreatedAt   time.Time
	SentAt      time.Time
}

// Facts are what an outgoing mail says beside its message, frozen when it is queued. They are
// kept as JSON: fields may be added, never renamed.
type Facts struct {
	Locale  string `json:"locale,omitempty"`
	Subject string `json:"subject,omitempty"` // the thread's, without prefixes
	First   bool   `json:"first,omitempty"`   // opens the recipient's thread: no "Re:"
	// Known tells that an acknowledgement goes to somebody who is known to read mail there: only
	// then may it hold what the sender of the mail chose.
	Known       bool     `json:"known,omitempty"`
	InReplyTo   string   `json:"in_reply_to,omitempty"`
	References  []string `json:"references,omitempty"` // oldest first
	ThreadTopic string   `json:"thread_topic,omitempty"`
	ThreadIndex string   `json:"thread_index,omitempty"`
	Author      Person   `json:"author,omitzero"` // who wrote the message it carries
	To          []Person `json:"to,omitempty"`    // the To and Cc that an answer shows
	Cc          []Person `json:"cc,omitempty"`
	Status      Status   `json:"status,omitempty"`
	Reason      string   `json:"reason,omitempty"` // a key of templates: why held, failed, alerted
	Detail      string   `json:"detail,omitempty"` // data for that reason, not a sentence
	Other       int64    `json:"other,omitempty"`  // another ticket: what this one follows up
	Warnings    []string `json:"warnings,omitempty"`
	Entries     []Entry  `json:"entries,omitempty"` // of a notification list
	Omitted     int      `json:"omitted,omitempty"` // entries beyond MaxEntries
}

// MaxEntries is how many entries a notification list shows; more are only counted.
const MaxEntries = 200

// Entry is one line of a notification list.
type Entry struct {
	Ticket  int64  `json:"ticket"`
	Message int64  `json:"message"`
	Author  Person `json:"author"`
	Subject string `json:"subject"`
	Mailbox string `json:"mailbox"`
	Nonce   int64  `json:"nonce"`
}
