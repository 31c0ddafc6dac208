package tickets

import (
	"slices"

	"helpgate/internal/token"
)

// Mailbox is a support address and how it behaves; it comes from the configuration.
type Mailbox struct {
	Address     string
	Aliases     []string
	Name        string // shown as the sender of answers
	Locale      string // "en" or "zh": the language when the writer's is not known
	Timezone    string // IANA name
	Team        string // "" means that every active agent serves it
	Lead        string // address of an agent; "" for none
	Signature   string // stands under every answer
	Tokens      token.Road
	ReplyDomain string // where tokens live when Tokens is subdomain
	SubjectTag  bool   // put [#N] before subjects
	OwnReturn   bool   // every delivery has its own return path
	Group       bool   // the address is a mailing list of our own
	Forms       []string
	// StormMinutes gives, by a sender's address, for how long his mails of one subject join one
	// ticket.
	StormMinutes map[string]int
}

// Mailboxes is the set of all mailboxes; it answers which address is ours.
type Mailboxes []Mailbox

// Find gives the mailbox that has the address (in key form) as its own or as an alias.
func (ms Mailboxes) Find(address string) (Mailbox, bool) {
	for _, m := range ms {
		if m.Address == address || slices.Contains(m.Aliases, address) {
			return m, true
		}
	}
	return Mailbox{}, false
}

// Own tells whether mail to the address (in key form) comes to us: a mailbox, an alias, or what
// looks like a token at one. Such an address is never a customer, participant or recipient.
func (ms Mailboxes) Own(address string) bool {
	_, ok := ms.For(address)
	return ok
}

// For gives the mailbox to which mail for the address (in key form) comes: as Find does, or by the
// token that it seems to hold. Mailboxes may share a reply domain; the first one is given then.
func (ms Mailboxes) For(address string) (Mailbox, bool) {
	if m, ok := ms.Find(address); ok {
		return m, true
	}
	_, base, ok := token.FromAddress(address)
	if !ok {
		return Mailbox{}, false
	}
	if base != "" {
		return ms.Find(base)
	}
	for _, m := range ms {
		if m.ReplyDomain != "" && hasDomain(address, m.ReplyDomain) {
			return m, true
		}
	}
	return Mailbox{}, false
}

func hasDomain(address, domain string) bool {
	n := len(address) - len(domain)
	return n > 1 && address[n-1] == '@' && address[n:] == domain
}
