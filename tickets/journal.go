package tickets

import "time"

// Verdict is what became of a received mail.
type Verdict string

// The verdicts.
const (
	VerdictTicket    Verdict = "ticket"    // it opened one
	VerdictMessage   Verdict = "message"   // it joined one
	VerdictNote      Verdict = "note"      // it joined one, seen by agents only
	VerdictHeld      Verdict = "held"      // it joined one and waits for a person's decision
	VerdictDuplicate Verdict = "duplicate" // a further copy of a mail that is there
	VerdictVariant   Verdict = "variant"   // a further copy with another text
	VerdictRecorded  Verdict = "recorded"  // bounce, out of office or loop: kept on record only
)

// JournalEntry tells for good what a received mail was and why it became what it became.
type JournalEntry struct {
	ID           int64
	At           time.Time
	Road         string
	Mailbox      string
	EnvelopeFrom string
	EnvelopeTo   []string
	From         string
	Subject      string
	MessageID    string
	Verdict      Verdict
	Rule         string
	// Signals are what else was seen: weaker signals that lost, signs of automatic mail, flags.
	Signals    []string
	Auto       string
	Ticket     int64
	Message    int64
	Source     string // hash of the packed source; "" once it was let go
	SourceSize int64
}
