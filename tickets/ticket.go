package tickets

import "time"

// Status is where a ticket stands (DESIGN section 2).
type Status string

// The statuses, in the order of a ticket's life.
const (
	StatusNew     Status = "new"     // no agent has taken or answered it
	StatusOpen    Status = "open"    // the helpdesk's turn
	StatusPending Status = "pending" // the customer's turn
	StatusSolved  Status = "solved"  // done, a word of the customer opens it again
	StatusClosed  Status = "closed"  // done, and opened again for a limited time only
)

// Valid tells whether s is one of the statuses.
func (s Status) Valid() bool {
	switch s {
	case StatusNew, StatusOpen, StatusPending, StatusSolved, StatusClosed:
		return true
	}
	return false
}

// Priority is how urgent a ticket is.
type Priority string

// The priorities, lowest first.
const (
	PriorityLow    Priority = "low"
	PriorityNormal Priority = "normal"
	PriorityHigh   Priority = "high"
	PriorityUrgent Priority = "urgent"
)

// Type is what kind of request a ticket is; labels are configurable.
type Type string

// TypeQuestion is what a ticket is until somebody says otherwise.
const TypeQuestion Type = "question"

// Source is the way by which a ticket came to the helpdesk.
type Source string

// The sources that the code itself sets; others are configurable.
const (
	SourceEmail  Source = "email"
	SourcePortal Source = "portal"
	SourceAgent  Source = "agent"
	SourceImport Source = "import"
)

// Ticket is one request of one customer.
type Ticket struct {
	// Number is the public number and the key, from 1; the store gives it.
	Number  int64
	Mailbox string // address of the mailbox that it belongs to
	Subject string // without reply prefixes, one line
	Status
	Priority
	Type
	Source
	// Requester is the customer's ID; 0 when nobody could be named.
	Requester int64
	// AnswerTo is the Reply-To of the mail that opened the ticket: answers to the requester go
	// there. "" when it named none, and the requester's own address holds.
	AnswerTo string
	// Assignee is the agent's ID; 0 when nobody has it.
	Assignee int64

	CreatedAt       time.Time
	AcceptedAt      time.Time // first taken or answered
	AssignedAt      time.Time // last change of the assignee
	FirstResponseAt time.Time // first answer of a person
	UpdatedAt       time.Time
	SolvedAt        time.Time
	ClosedAt        time.Time
	DueAt           time.Time

	Pushes       int
	MessageCount int // messages and notes
	Tags         []string
	// MergedInto is the ticket that this one became part of; 0 when it stands by itself.
	MergedInto int64
	// ThreadTopic and ThreadIndex are Outlook's thread headers, echoed in what we send.
	ThreadTopic string
	ThreadIndex string
}

// Done tells whether the ticket waits for nobody.
func (t Ticket) Done() bool { return t.Status == StatusSolved || t.Status == StatusClosed }

// Answered tells whether a person of the helpdesk has answered the customer.
func (t Ticket) Answered() bool { return !t.FirstResponseAt.IsZero() }

// TicketFilter selects tickets for a list; a zero field does not select.
type TicketFilter struct {
	Status    Status
	Assignee  int64
	Requester int64
	Mailbox   string
	Since     time.Time // created at or after
	Merged    bool      // true: merged ones too
	Limit     int       // at most this many; 0 means no limit
	After     int64     // only numbers below this one: lists go newest first
}

// Event is one change in a ticket's life.
type Event struct {
	ID      int64
	Ticket  int64
	Message int64 // the message that caused it; 0 when none did
	At      time.Time
	Actor   string // address of who did it; "" for the helpdesk itself
	Verb    string
	From    string
	To      string
}

// The verbs of events.
const (
	EventCreated        = "created"
	EventMessage        = "message"
	EventNote           = "note"
	EventStatus         = "status"
	EventAssigned       = "assigned"
	EventMerged         = "merged"
	EventSplit          = "split"
	EventLinked         = "linked"
	EventParticipant    = "participant"
	EventNewAddress     = "new-address"
	EventDuplicate      = "duplicate"
	EventHeld           = "held"
	EventReleased       = "released"
	EventDropped        = "dropped"
	EventAckDropped     = "acknowledgement-dropped"
	EventAway           = "away"
	EventDeliveryFailed = "delivery-failed"
	EventSuppressed     = "suppressed"
	EventDelayed        = "delivery-delayed"
	EventReread         = "reread"
)

// Link says that two tickets have to do with each other; it holds both ways.
type Link struct {
	Ticket int64
	Other  int64
	Kind   LinkKind
}

// LinkKind is why two tickets are linked.
type LinkKind string

// The kinds of links.
const (
	LinkMayBelong LinkKind = "may-belong" // a stranger cited the other's thread
	LinkFollowUp  LinkKind = "follow-up"  // the other was closed for too long to be reopened
	LinkRelated   LinkKind = "related"    // one mail cites both
	LinkMerged    LinkKind = "merged"     // one became part of the other
	LinkSplit     LinkKind = "split"      // one was taken out of the other
	LinkForwarded LinkKind = "forwarded"  // an agent forwarded it from another mailbox
)
