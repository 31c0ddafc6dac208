package tickets

import (
	"context"
	"errors"
	"io"
	"time"
)

// ErrNotFound tells that there is no such thing.
var ErrNotFound = errors.New("not found")

// Store keeps everything. It is safe for use by several goroutines.
type Store interface {
	// Update runs fn in one transaction and returns after it is durable, or not done at all. fn may
	// run twice, so it has no side effects beyond tx; it must not keep tx.
	Update(ctx context.Context, fn func(tx Tx) error) error
	// View runs fn on one consistent state; writing in it is an error.
	View(ctx context.Context, fn func(tx Tx) error) error
}

// Tx is one transaction, by use. A method that finds nothing returns ErrNotFound where it gives
// one thing, and an empty list where it gives many.
type Tx interface {
	TicketTx
	HistoryTx
	MessageTx
	PeopleTx
	SuppressionTx
	ParticipantTx
	ThreadTx
	OutboxTx
	BudgetTx
	HeldTx
	JournalTx
}

// TicketTx keeps tickets.
type TicketTx interface {
	Ticket(ctx context.Context, number int64) (Ticket, error)
	// Tickets gives those that the filter selects, newest first.
	Tickets(ctx context.Context, f TicketFilter) ([]Ticket, error)
	// CreateTicket stores t and sets its Number.
	CreateTicket(ctx context.Context, t *Ticket) error
	SaveTicket(ctx context.Context, t Ticket) error
	// CountMessage adds one to the ticket's messages, and marks it as changed at the time.
	CountMessage(ctx context.Context, number int64, at time.Time) error
	// SeeFrom makes the ticket seen from a further mailbox; twice is once.
	SeeFrom(ctx context.Context, number int64, mailbox string) error
	// SeenFrom gives the mailboxes from which the ticket is seen, its own first.
	SeenFrom(ctx context.Context, number int64) ([]string, error)
	// Absorb moves messages, refs, keys, participants, held things and outbox rows of the ticket
	// from to the ticket into, lets what was merged into from be merged into into, and counts both
	// tickets' messages anew. It sets no status.
	Absorb(ctx context.Context, into, from int64) error
}

// HistoryTx keeps what happened to tickets, and their links.
type HistoryTx interface {
	AddEvent(ctx context.Context, e Event) error
	// Events gives a ticket's, oldest first.
	Events(ctx context.Context, ticket int64) ([]Event, error)
	// AddLink links two tickets; twice is once.
	AddLink(ctx context.Context, l Link) error
	// Links gives the links in which the ticket stands on either side.
	Links(ctx context.Context, ticket int64) ([]Link, error)
}

// MessageTx keeps messages, notes and the blobs of their files.
type MessageTx interface {
	// AddMessage stores m with its attachments and sets the IDs.
	AddMessage(ctx context.Context, m *Message) error
	// SaveMessage stores what may change: Ticket (refs, keys and held things of it go with it),
	// Kind, Direction, Flags, Verified, who wrote it and ReplyText and ReplyHTML.
	SaveMessage(ctx context.Context, m Message) error
	// RewriteMessage stores what a mail says anew, because it was read anew: Subject, the texts,
	// Auto, Flags and the attachments, of which it sets the IDs.
	RewriteMessage(ctx context.Context, m *Message) error
	Message(ctx context.Context, id int64) (Message, error)
	// Messages gives a ticket's, oldest first, with attachments.
	Messages(ctx context.Context, ticket int64) ([]Message, error)
	// Skim gives a ticket's last n, oldest first: of the texts the beginning of Text alone, at most
	// that many characters of it, and no attachments. A ticket's whole history may be too large to
	// be read for every mail.
	Skim(ctx context.Context, ticket int64, n, runes int) ([]Message, error)
	// PutBlob makes a staged blob part of this transaction; twice is once.
	PutBlob(ctx context.Context, b Blob) error
}

// PeopleTx keeps customers and agents.
type PeopleTx interface {
	Customer(ctx context.Context, id int64) (Customer, error)
	CustomerByAddress(ctx context.Context, address string) (Customer, error)
	// SaveCustomer stores c; an ID of 0 makes a new one and sets it.
	SaveCustomer(ctx context.Context, c *Customer) error
	// Agents gives all, inactive ones too, by ID.
	Agents(ctx context.Context) ([]Agent, error)
	// SaveAgent stores a; an ID of 0 makes a new one and sets it.
	SaveAgent(ctx context.Context, a *Agent) error
	// PasswordHash gives the agent's, "" when there is none. It is no part of Agent, so that it
	// cannot come to light wherever agents are shown.
	PasswordHash(ctx context.Context, agent int64) (string, error)
	// SetPasswordHash changes it; "" takes it away.
	SetPasswordHash(ctx context.Context, agent int64, hash string) error
}

// SuppressionTx tells who gets no automatic mail.
type SuppressionTx interface {
	// Suppressed gives the customers who get none at the time, whose end comes first first.
	Suppressed(ctx context.Context, at time.Time) ([]Customer, error)
}

// ParticipantTx keeps who is on a ticket beside its requester.
type ParticipantTx interface {
	Participants(ctx context.Context, ticket int64) ([]Participant, error)
	// SaveParticipant adds p or changes its name and state.
	SaveParticipant(ctx context.Context, p Participant) error
}

// Ref ties a Message-ID to a ticket: as a stored mail's own, or as one that a stored mail cites.
type Ref struct {
	MessageID string
	Ticket    int64
	Message   int64
	Own       bool
}

// Key is what a received mail is known by, so that it is never taken twice (RULES section 1).
type Key struct {
	Hash      string   // of Message-ID, From and Date, or of the content where there is none
	MessageID string   // "" where there was none
	Subject   string   // without prefixes and tags
	Lines     []uint64 // hashes of the new text's non-empty lines
	Text      string   // hash of the whole text
	Ticket    int64    // 0 where the mail became part of none
	Message   int64    // 0 where it became none
	// ExpiresAt is when the key may be forgotten; zero: it lives as long as its ticket, and 400
	// days more.
	ExpiresAt time.Time
}

// ThreadTx answers what belongs together.
type ThreadTx interface {
	AddRefs(ctx context.Context, refs []Ref) error
	// FindRefs gives the refs with one of the ids, own and cited ones, one a ticket.
	FindRefs(ctx context.Context, ids []string) ([]Ref, error)
	AddKey(ctx context.Context, k Key) error
	// Keys gives the keys with that Message-ID; without one, those without one that have the hash.
	Keys(ctx context.Context, hash, messageID string, now time.Time) ([]Key, error)
}

// OutboxTx queues what goes out, and answers what went.
type OutboxTx interface {
	// Enqueue stores o and sets its ID.
	Enqueue(ctx context.Context, o *Outgoing) error
	Outgoing(ctx context.Context, id int64) (Outgoing, error)
	// OutgoingByJoinKey gives the row that gathers under the key.
	OutgoingByJoinKey(ctx context.Context, key string) (Outgoing, error)
	// SaveOutgoing stores Status, Facts, NextAttempt, Attempts, LastReply, Override.
	SaveOutgoing(ctx context.Context, o Outgoing) error
	// SentIDs gives the Message-IDs of what was queued to the recipient on the ticket, oldest first;
	// as to that agent, or as to a customer when agent is 0: somebody may be both.
	SentIDs(ctx context.Context, ticket int64, recipient string, agent int64) ([]string, error)
	// OutgoingOf gives the rows of a ticket, oldest first.
	OutgoingOf(ctx context.Context, ticket int64) ([]Outgoing, error)
}

// BudgetTx counts, so that what is sent on our own stays bounded over restarts and nodes.
type BudgetTx interface {
	// Spend counts one more at the time under the key. What is older than keep may be forgotten:
	// no window that is asked for is longer.
	Spend(ctx context.Context, key string, at time.Time, keep time.Duration) error
	// Spent gives what was counted under the key since the time.
	Spent(ctx context.Context, key string, since time.Time) (int, error)
	// Counts gives all that is counted under the key, oldest first.
	Counts(ctx context.Context, key string) ([]Count, error)
}

// Count is how much was counted in the minute that begins At.
type Count struct {
	At time.Time
	N  int
}

// HeldTx keeps what waits for a person's decision.
type HeldTx interface {
	// Hold stores h and sets its ID.
	Hold(ctx context.Context, h *Held) error
	Held(ctx context.Context, id int64) (Held, error)
	// HeldList gives what still waits, oldest first; of one ticket, or of all when it is 0.
	HeldList(ctx context.Context, ticket int64) ([]Held, error)
	SaveHeld(ctx context.Context, h Held) error
}

// JournalTx keeps what became of every received mail, and the marks of those who read on.
type JournalTx interface {
	// AddJournal stores j and sets its ID.
	AddJournal(ctx context.Context, j *JournalEntry) error
	JournalEntry(ctx context.Context, id int64) (JournalEntry, error)
	// Journal gives the entries of a ticket, oldest first.
	Journal(ctx context.Context, ticket int64) ([]JournalEntry, error)
	// Mark gives the value kept under the key, "" when there is none.
	Mark(ctx context.Context, key string) (string, error)
	SetMark(ctx context.Context, key, value string) error
}

// Blobs keeps bytes by their hash: the small ones as rows, the large ones outside the database. What
// is staged counts as kept, and is durable, once the Tx.PutBlob of it was committed; what never is
// gets collected.
type Blobs interface {
	// Stage hashes data and stores it when it is large. data must not change until Tx.PutBlob.
	Stage(ctx context.Context, data []byte) (Blob, error)
	// Create takes a blob bit by bit and needs little memory however large it is. The context is
	// the blob's until its end.
	Create(ctx context.Context) (BlobWriter, error)
	// Open reads a kept blob. The caller closes it.
	Open(ctx context.Context, sha256 string) (io.ReadCloser, error)
}

// BlobWriter takes the bytes of one blob. It is for one goroutine.
type BlobWriter interface {
	io.Writer
	// Written reads what was written so far; it must be read before anything else is called.
	Written() io.Reader
	// Done ends the blob and stages it. After an error, Write's too, only Abort may follow.
	Done() (Blob, error)
	// Abort drops what was written. After Done it does nothing, so that it may be deferred.
	Abort()
}
