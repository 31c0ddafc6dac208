package tickets

import (
	"slices"
	"strings"

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

// Own tells whether the address (in key form) is ours: a mailbox, an alias, either with a detail
// behind a plus, or what looks like a token at a reply domain. Such an address is never a customer,
// participant or recipient. That the door takes mail for it is not said.
func (ms Mailboxes) Own(address string) bool {
	_, ok := ms.For(address)
	return ok
}

// For gives the mailbox whose address, in the sense of Own, the address (in key form) is. Mailboxes
// may share a reply domain; the first one is given then.
func (ms Mailboxes) For(address string) (Mailbox, bool) {
	if m, ok := ms.Find(address); ok {
		return m, true
	}
	at := strings.LastIndexByte(address, '@')
	for plus := at; plus > 0; {
		if plus = strings.LastIndexByte(address[:plus], '+'); plus > 0 {
			if m, ok := ms.Find(address[:plus] + address[at:]); ok {
				return m, true
			}
		}
	}
	if _, base, ok := token.FromAddress(address); !ok || base != "" {
		return Mailbox{}, false
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
