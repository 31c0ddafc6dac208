package tickets

import "time"

// HeldReason is why something waits for a person; it is also the key of its text in templates.
type HeldReason string

// The reasons to hold.
const (
	HeldUnverifiedAgent HeldReason = "unverified-agent" // an agent's address without the agent's token, or a token without the address
	HeldExpiredToken    HeldReason = "expired-token"    // an agent's token of a ticket closed for long
	HeldInactiveAgent   HeldReason = "inactive-agent"
	HeldNoAccess        HeldReason = "no-access" // the agent does not serve that mailbox
	HeldCommand         HeldReason = "command"   // it looks like a command
	HeldAgentAutomatic  HeldReason = "agent-automatic"
	HeldColleague       HeldReason = "colleague-added" // a colleague stands on To or Cc
	HeldNothingNew      HeldReason = "nothing-new"     // only a quotation was found in it
	HeldList            HeldReason = "list-reply"      // an answer to a list names no ticket, or two
	HeldStrict          HeldReason = "strict"          // agent_auth asks for a proof that there is not
	HeldLeakToken       HeldReason = "leak-token"
	HeldLeakBlock       HeldReason = "leak-block"
	HeldLeakCommand     HeldReason = "leak-command"
	HeldLeakNote        HeldReason = "leak-note"
	HeldLeakAddress     HeldReason = "leak-address"
)

// Releasable tells whether a person may let it pass as it is; the others are dropped and written
// anew (RULES section 6, leak guard: what always stops).
func (r HeldReason) Releasable() bool {
	switch r {
	case HeldCommand, HeldList, HeldNothingNew, HeldLeakToken, HeldLeakBlock, HeldLeakCommand:
		return false
	}
	return true
}

// HeldState is what became of a held thing.
type HeldState string

// The states of held things.
const (
	HeldWaiting  HeldState = "held"
	HeldReleased HeldState = "released"
	HeldDropped  HeldState = "dropped"
)

// Held is something stopped until a person decides. Message is set when a received text waits,
// Outbox when a finished mail does.
type Held struct {
	ID        int64
	Ticket    int64
	Message   int64
	Outbox    int64
	Reason    HeldReason
	Detail    string
	Owner     int64 // agent whose it is; 0: the lead's
	State     HeldState
	At        time.Time
	DecidedAt time.Time
	DecidedBy string
}
