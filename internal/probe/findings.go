package probe

// Outcome is what became of one probe mail.
type Outcome string

// The outcomes; "" is a mail that was not sent.
const (
	Arrived Outcome = "arrived"
	Refused Outcome = "refused" // by the relay, for good
	Failed  Outcome = "failed"  // by the relay, for now, or there was none
	Bounced Outcome = "bounced" // taken, and sent back
	Missing Outcome = "missing" // taken, and nowhere to be found within the time
	Astray  Outcome = "astray"  // arrived in a folder that was made for its plus, and nobody reads
)

// Fate is what became of a part of a mail on its way.
type Fate string

// The fates; "" is not known, because no mail arrived that would tell.
const (
	Kept      Fate = "kept"
	Rewritten Fate = "rewritten"
	Added     Fate = "added"   // it is all there, with more around it: a banner, a tag
	Dropped   Fate = "dropped" // it is not there at all
)

// Findings is what a provider does to mail. It is comparable: whatever differs from run to run
// without a reason (times, random ids) is no part of it, but in Refusal.
type Findings struct {
	// What became of each kind of mail.
	Delivery      Outcome `json:"delivery"`       // from the mailbox to itself
	PlusRecipient Outcome `json:"plus_recipient"` // to support+x@
	PlusSender    Outcome `json:"plus_sender"`    // MAIL FROM support+x@
	PlusFrom      Outcome `json:"plus_from"`      // From: support+x@
	Junk          bool    `json:"junk"`           // one of them landed in the folder for junk
	Group         bool    `json:"group"`          // they came as a list's, for the address is one
	// Refusal is what the servers said of mails that did not go or came back, in one line, each
	// answer once.
	Refusal string `json:"refusal"`
	// RateLimited tells that the relay spoke of too many mails; Refusal then has its words.
	RateLimited bool `json:"rate_limited"`

	// What became of the parts of those that arrived.
	MessageID    Fate `json:"message_id"`
	References   Fate `json:"references"` // In-Reply-To and References
	From         Fate `json:"from"`
	PlusFromKept Fate `json:"plus_from_kept"` // From, where it had a plus
	ReplyTo      Fate `json:"reply_to"`       // it always has a plus
	Subject      Fate `json:"subject"`
	Body         Fate `json:"body"`
	Fields       Fate `json:"fields"` // X- fields and Auto-Submitted
	// ReturnPath is the envelope sender as it arrives, from the mailbox's own; PlusReturnPath from
	// support+x@, as bounces need it.
	ReturnPath     Fate `json:"return_path"`
	PlusReturnPath Fate `json:"plus_return_path"`

	// The provider's Authentication-Results field: the first with a pass, else the topmost.
	AuthFields   int    `json:"auth_fields"`   // how many there are
	AuthID       string `json:"auth_id"`       // its authserv-id; "" where it has none
	AuthPosition int    `json:"auth_position"` // which of those of that id, from the top; 0: none
	AuthVerdicts string `json:"auth_verdicts"` // "spf=pass dkim=pass dmarc=pass", those there are

	// Size is RFC822.SIZE against the length of what is fetched; Exchange says that of its own
	// form.
	Size Fate `json:"size"`

	Server
	Relay
}

// Server is what the IMAP server can.
type Server struct {
	Idle       bool   `json:"idle"`        // RFC 2177
	Move       bool   `json:"move"`        // RFC 6851
	UIDPlus    bool   `json:"uidplus"`     // RFC 4315
	SpecialUse bool   `json:"special_use"` // RFC 6154
	Sent       string `json:"sent"`        // the folder marked \Sent, in UTF-8; "" for none
	JunkFolder string `json:"junk_folder"` // the one marked \Junk
}

// Relay is what the relay offers.
type Relay struct {
	SizeLimit  int64  `json:"size_limit"` // bytes (RFC 1870); 0: none said
	Limits     string `json:"limits"`     // the parameters of LIMITS (RFC 9422)
	Extensions string `json:"extensions"` // their keywords, sorted, in one line
}
