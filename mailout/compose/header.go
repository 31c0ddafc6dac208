package compose

import (
	"mime"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"helpgate/internal/rfc"
	"helpgate/internal/token"
	"helpgate/tickets"
)

// Limits of the References that are sent (RULES 2): some servers refuse longer fields, and Outlook
// reads no more.
const (
	maxReferences     = 20
	maxReferenceBytes = 900
)

const (
	foldAt     = 76  // RFC 2047 section 2: lines with encoded words
	maxWord    = 200 // bytes of a word that may stand unencoded: a line holds 998
	maxSubject = 400 // runes; longer ones are no thread's key anywhere
)

// threadIndex is what Outlook writes: base64 of 22 bytes and 5 for each answer.
var threadIndex = regexp.MustCompile(`^[A-Za-z0-9+/]{30,600}={0,2}$`)

// field is one header field, its value without line breaks.
type field struct{ name, value string }

// fields are the mail's header but for those that tell its MIME shape.
func (c *Composer) fields(d draft) []field {
	from := rfc.Address{Name: sender(d), Addr: d.box.Address}
	fs := []field{
		{"Date", d.CreatedAt.UTC().Format(time.RFC1123Z)},
		{"From", from.String()},
	}
	to := c.addresses([]tickets.Person{d.Recipient})
	if d.Kind == tickets.OutAnswer && len(d.Facts.To) > 0 {
		if shown := c.addresses(legible(d, d.Facts.To)); shown != "" {
			to = shown
		}
	}
	fs = append(fs, field{"To", to})
	if d.Kind == tickets.OutAnswer {
		fs = append(fs, field{"Cc", c.addresses(legible(d, d.Facts.Cc))})
	}
	if addr := c.replyTo(d); addr != "" {
		fs = append(fs, field{"Reply-To", rfc.Address{Name: from.Name, Addr: addr}.String()})
	}
	fs = append(fs,
		field{"Subject", encode(c.subject(d))},
		field{"Message-ID", "<" + d.MessageID + ">"},
	)
	fs = append(fs, threadFields(d)...)
	return append(fs, c.signs(d)...)
}

// legible leaves out whose address takes SMTPUTF8 (RFC 6531), but from his own copy: a relay
// without it would refuse the mail to everybody else.
func legible(d draft, people []tickets.Person) []tickets.Person {
	return slices.DeleteFunc(slices.Clone(people), func(p tickets.Person) bool {
		plain := strings.IndexFunc(p.Address, func(r rune) bool { return r > unicode.MaxASCII }) < 0
		return !plain && p.Address != d.Recipient.Address
	})
}

// threadFields keep the mail in its recipient's own thread.
func threadFields(d draft) []field {
	var fs []field
	if sendable(d.Facts.InReplyTo) {
		fs = append(fs, field{"In-Reply-To", "<" + d.Facts.InReplyTo + ">"})
	}
	if !mayEcho(d) {
		return fs // his Message-ID stands once: he may have written a sentence into it
	}
	fs = append(fs, field{"References", references(d.Facts.References, d.Facts.InReplyTo)})
	fs = append(fs, field{"Thread-Topic", encode(clip(d.Facts.ThreadTopic))})
	if threadIndex.MatchString(d.Facts.ThreadIndex) {
		fs = append(fs, field{"Thread-Index", d.Facts.ThreadIndex})
	}
	return fs
}

// signs tell machines what the mail is.
func (c *Composer) signs(d draft) []field {
	var fs []field
	if d.Automatic {
		kind := "auto-generated"
		if !d.Kind.ForAgents() {
			kind = "auto-replied"
		}
		fs = append(fs, field{"Auto-Submitted", kind}, field{"X-Auto-Response-Suppress", "All"})
	}
	if d.Kind.ForAgents() {
		fs = append(fs, field{"List-Id", listID(d.box)})
		if d.Ticket != 0 {
			fs = append(fs, field{"X-Helpgate-Ticket", strconv.FormatInt(d.Ticket, 10)})
		}
	}
	loop := token.Claim{Purpose: token.PurposeLoop, Ticket: d.Ticket, Delivery: d.Nonce}
	return append(fs, field{"X-Helpgate-Loop", c.Keyring.Sign(loop)})
}

// subject is the thread's, because Gmail parts a thread whose subject changes; a mail that may
// tell nothing of its cause, or that belongs to no thread, has one of our own.
func (c *Composer) subject(d draft) string {
	switch {
	case !mayEcho(d):
		return c.Templates.Text(d.locale, "acknowledgement.subject", d.Ticket)
	case d.Kind == tickets.OutNotificationList:
		n := len(d.Facts.Entries) + d.Facts.Omitted
		return c.Templates.Text(d.locale, "list.subject", n)
	case d.Kind == tickets.OutAlert:
		return c.Templates.Text(d.locale, "alert.subject", d.box.Name)
	}
	s := clip(d.Facts.Subject)
	if s == "" && d.Kind.ForAgents() {
		s = c.Templates.Text(d.locale, "subject.none")
	}
	if d.box.SubjectTag && d.Ticket != 0 {
		s = "[#" + strconv.FormatInt(d.Ticket, 10) + "] " + s
	}
	if !d.Facts.First {
		s = "Re: " + s
	}
	return strings.TrimSpace(s)
}

// mayEcho tells whether the mail may hold what a sender chose: an acknowledgement goes to an
// address that anybody may have given (RULES 3).
func mayEcho(d draft) bool {
	return d.Kind != tickets.OutAcknowledgement && d.Kind != tickets.OutFollowUp || d.Facts.Known
}

// references gives the root and the newest ids, the one that is answered last of all.
func references(ids []string, parent string) string {
	var all []string
	for _, id := range ids {
		if sendable(id) && id != parent {
			all = append(all, "<"+id+">")
		}
	}
	if sendable(parent) {
		all = append(all, "<"+parent+">")
	}
	if len(all) == 0 {
		return ""
	}
	size, first := len(all[0]), len(all)
	for first > 1 && len(all)-first+1 < maxReferences {
		size += len(all[first-1]) + 1
		if size > maxReferenceBytes {
			break
		}
		first--
	}
	return strings.Join(append(all[:1:1], all[first:]...), " ")
}

// sendable tells whether an id, which a stranger may have made, can stand in a field of ours: one
// with UTF-8 would ask every server on the way for RFC 6532.
func sendable(id string) bool { return rfc.ValidMessageID(id) && isASCII(id) }

// listID names the mailbox for agents' filters (RFC 2919 section 3).
func listID(box tickets.Mailbox) string {
	id := strings.Map(func(r rune) rune {
		switch {
		case r == '@':
			return '.'
		case r < 0x80 && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-'):
			return r
		}
		return '-'
	}, strings.ToLower(box.Address))
	return "<" + id + ">"
}

// clip makes a subject one line that is not too long.
func clip(s string) string {
	s = rfc.CleanName(s)
	if runes := []rune(s); len(runes) > maxSubject {
		return string(runes[:maxSubject]) + "…"
	}
	return s
}

// encode gives a text as the value of an unstructured field (RFC 2047).
func encode(s string) string {
	plain := isASCII(s) && !strings.Contains(s, "=?")
	for word := range strings.FieldsSeq(s) {
		plain = plain && len(word) <= maxWord
	}
	if plain {
		return s
	}
	return mime.BEncoding.Encode("utf-8", s)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' || r < ' ' })
}

// appendField writes a field, folded at its spaces (RFC 5322 section 2.2.3); one without a value
// is left out. Controls are dropped: they could begin a field of somebody else's (THREATS S41).
func appendField(b []byte, f field) []byte {
	words := strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, f.value))
	if len(words) == 0 {
		return b
	}
	b = append(b, f.name+":"...)
	line := len(f.name) + 1
	for i, word := range words {
		if i > 0 && line+1+len(word) > foldAt {
			b = append(b, "\r\n"...)
			line = 0
		}
		b = append(append(b, ' '), word...)
		line += 1 + len(word)
	}
	return append(b, "\r\n"...)
}
