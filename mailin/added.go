package mailin

import (
	"slices"
	"strings"
	"time"

	"helpgate/internal/calendar"
	"helpgate/internal/rfc"
	"helpgate/tickets"
)

// Words puts into a language what the door reads of a mail beside its text.
type Words interface {
	// Invitation tells what a calendar part says, in a reader's zone; nil is the event's own.
	Invitation(locale string, zone *time.Location, inv *calendar.Invitation) string
	// Encrypted tells that a mail could not be read; how is a parse.Encrypted….
	Encrypted(locale, how string) string
}

// Added gives what is to be read beside the mail's own words: that it is encrypted, what its
// calendar part says; "" for most mails. It is no part of what the sender wrote: neither the reply
// reader nor the comparison of copies sees it.
func (rd *Reading) Added(w Words, locale string, zone *time.Location) string {
	var blocks []string
	if how := rd.Mail.Encrypted; how != "" {
		blocks = append(blocks, w.Encrypted(locale, how))
	}
	if inv := rd.Mail.Invitation; inv != nil {
		blocks = append(blocks, w.Invitation(locale, zone, unsaid(inv, rd.Mail.Text)))
	}
	return strings.Join(blocks, "\n\n")
}

// unsaid leaves out a description that the mail's text says already, as Outlook's does.
func unsaid(inv *calendar.Invitation, text string) *calendar.Invitation {
	said := letters(text)
	rest := *inv
	rest.Events = slices.Clone(inv.Events)
	for i, e := range rest.Events {
		if strings.Contains(said, letters(e.Description)) {
			rest.Events[i].Description = ""
		}
	}
	return &rest
}

// letters gives the beginning of a text without anything that formatting changes.
func letters(text string) string { return rfc.Letters(rfc.Cut(text, maxCompared)) }

// maxCompared is how many bytes of a text are looked at for an event's description, which stands
// in its beginning.
const maxCompared = 32 << 10

// added gives what is to be read beside the mail's words, in language and zone of the mailbox.
func (g *Gate) added(m *tickets.Mail, rd *Reading) string {
	if rd.Mail.Encrypted == "" && rd.Mail.Invitation == nil {
		return ""
	}
	mailbox := g.mailbox(m)
	zone, err := time.LoadLocation(mailbox.Timezone)
	if err != nil {
		zone = time.UTC // the configuration is checked at the start
	}
	return rd.Added(g.Words, mailbox.Locale, zone)
}

// mailbox gives the mailbox that the desk will take the mail for: the first that is named.
func (g *Gate) mailbox(m *tickets.Mail) tickets.Mailbox {
	for _, p := range slices.Concat(m.To, m.Cc) {
		if mb, ok := g.Mailboxes.For(p.Address); ok {
			return mb
		}
	}
	for _, address := range m.Recipients {
		if mb, ok := g.Mailboxes.For(address); ok {
			return mb
		}
	}
	return g.Mailboxes[0]
}
