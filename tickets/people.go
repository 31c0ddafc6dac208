package tickets

import (
	"slices"
	"strings"
	"time"
)

// LocaleOf gives the locale, "en" or "zh", that answers a language (a BCP 47 code); "" for one that
// no texts exist in, so that what the person or the mailbox has set stands. Both ways of writing
// Chinese are answered in the one that there is.
func LocaleOf(language string) string {
	switch base, _, _ := strings.Cut(language, "-"); base {
	case "en", "zh":
		return base
	}
	return ""
}

// Customer is somebody who asks for help.
type Customer struct {
	ID       int64
	Address  string
	Name     string
	Locale   string // "en" or "zh"; "" when not known
	Timezone string // IANA name; "" when not known
	// Known tells that this address once answered with a token of ours or confirmed itself, so
	// that its owner is known to read mail there (RULES section 3, acknowledgement).
	Known     bool
	CreatedAt time.Time
	// SuppressedUntil is when the address may get automatic mail again, after mail to it came back;
	// zero: at once.
	SuppressedUntil time.Time
}

// Person gives name and address.
func (c Customer) Person() Person { return Person{Name: c.Name, Address: c.Address} }

// Agent is somebody who helps.
type Agent struct {
	ID        int64
	Name      string
	Addresses []string // the first is where mail goes; from each of them the agent may write
	Team      string   // "" for none
	Lead      bool
	Locale    string
	Timezone  string
	Active    bool
	AwayUntil time.Time // zero: at work
	CreatedAt time.Time
}

// Person gives the name and the first address; never show it to a customer.
func (a Agent) Person() Person {
	if len(a.Addresses) == 0 {
		return Person{Name: a.Name}
	}
	return Person{Name: a.Name, Address: a.Addresses[0]}
}

// Writes tells whether address is one of the agent's.
func (a Agent) Writes(address string) bool { return slices.Contains(a.Addresses, address) }

// Serves tells whether the agent answers for a mailbox of that team: everybody active serves a
// mailbox that has none.
func (a Agent) Serves(team string) bool { return a.Active && (team == "" || a.Team == team) }

// ParticipantState is whether somebody on a ticket gets copies.
type ParticipantState string

// The states of a participant.
const (
	ParticipantIn       ParticipantState = "in"
	ParticipantNewcomer ParticipantState = "newcomer" // wrote, but nobody took him in yet
)

// Participant is somebody on a ticket beside its requester.
type Participant struct {
	Ticket int64
	Person
	State ParticipantState
	At    time.Time
}
