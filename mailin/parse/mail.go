// Package parse reads the bytes of a mail: header, parts, text and attachments (RFC 5322, RFC 2045
// to 2047, 2231, 2557, 3676). It never refuses a mail: a fault costs the faulty piece and leaves a
// warning, and what breaks a limit is there as raw text.
//
// A mail is read in one pass, as it comes over the wire: header, texts and small files stay in
// memory, the bodies of large files go decoded to where Read is told to put them, and are not in
// memory at any time. What is left is the mail's source (package source).
//
// The tree of parts is read by our own splitter, which finds a delimiter only at the beginning of a
// line and counts parts and depth while it reads; media types are mended by enmime's mediatype.
// HTML comes out as it was received: whoever shows it sanitises it first. Text that is signed is
// read, also within a CMS message (RFC 8551, ber.go), but no signature is verified and nothing is
// decrypted. Nested mails are not entered, archives never unpacked.
//
// The door and `helpgate inspect` call it. It is pure and owns no goroutine.
package parse

import (
	"iter"
	"strings"
	"time"

	"helpgate/internal/calendar"
	"helpgate/internal/rfc"
)

// Limits bound what is read of a mail; what breaks one is not parsed (THREATS S30 to S32).
type Limits struct {
	// Depth is how many multiparts may stand inside one another.
	Depth int
	// Parts is how many parts a mail may have in all.
	Parts int
	// HeaderBytes and HeaderFields bound the header of the mail and of each part.
	HeaderBytes, HeaderFields int
	// Kept is how many bytes of a mail stand in memory, which are all but the large bodies of
	// files. It bounds the text of a mail.
	Kept int
	// Cut is from how many encoded bytes on a body is cut out of the source. A smaller one costs
	// little when it is kept twice.
	Cut int
	// Spill is from how many encoded bytes on what cannot be made anew of a file's body goes to a
	// file for the source.
	Spill int
	// RawText is how many bytes of the source stand as text when the mail is not parsed.
	RawText int
}

// DefaultLimits gives the limits of DESIGN section 4; no honest mail seen comes near them.
func DefaultLimits() Limits {
	return Limits{
		Depth: 20, Parts: 1000, HeaderBytes: 1 << 20, HeaderFields: 2000, Kept: 16 << 20,
		Cut: 32 << 10, Spill: 1 << 20, RawText: 256 << 10,
	}
}

// MaxSubject is the longest subject kept, in bytes: the longest line of RFC 5322 section 2.1.1.
const MaxSubject = 998

// NoMail says, as a warning of an empty mail and as Unparsed of another, that what was read has no
// header and is no text either.
const NoMail = "no header field: this is no mail"

// Field is one header field.
type Field struct {
	Name string // as written
	Raw  string // the unfolded value, not decoded: it may hold any byte but CR, LF and NUL
}

// Attachment is a part that is a file. Its bytes are in File when they were cut out, else in Data.
type Attachment struct {
	Filename    string // safe to show and to save under, never empty
	ContentType string // lower case type/subtype, never empty
	ContentID   string // without brackets, "" when there is none
	Inline      bool   // disposition inline, or none but a Content-ID: shown within the text
	Data        []byte // decoded; it may be a part of the source, and must not be changed
	File        *File
}

// Enclosed is a part that tells of another mail: a report, a mail or its header. Head is at most
// its first 32 KiB, decoded; it may be a part of the source, and must not be changed.
type Enclosed struct {
	ContentType string
	Head        []byte
}

// Mail is what was read. All strings but Field.Raw are valid UTF-8 without NUL; HTML is not safe.
type Mail struct {
	Header []Field // in the order of the source

	From                  []rfc.Address
	FromCount             int // of From fields that show their address; only one with one is a sender
	To, Cc, ReplyTo       []rfc.Address
	Subject               string    // decoded, one line, at most MaxSubject bytes
	Date                  time.Time // UTC; zero when absent or unreadable
	MessageID             string    // without brackets, "" when absent or unusable
	InReplyTo, References []string  // without brackets, as rfc.MessageIDs gives them
	ContentType           string    // of the whole mail, lower case, without parameters
	ReportType            string    // report-type of multipart/report (RFC 6522), lower case
	Enclosed              []Enclosed
	CalendarMethod        string // METHOD of the first text/calendar part, upper case
	Text                  string // plain text, lines end in LF; of HTML where there is no other
	HTML                  string // as received, "" when no part was HTML
	Attachments           []Attachment
	TNEFNames             []string             // files and texts that lay in winmail.dat (package tnef)
	Invitation            *calendar.Invitation // of the first calendar part that holds an event
	Encrypted             string               // EncryptedSMIME, EncryptedPGP: a part cannot be read
	Warnings              []string             // faults that were read over, each kind once
	Unparsed              string               // why the mail was not parsed; Text is then its source
}

// Get gives the topmost field of that name, unfolded and not decoded; "" when there is none.
func (m *Mail) Get(name string) string {
	return get(m.Header, name)
}

// Fields gives every field, topmost first, by its name as written and its unfolded raw value.
func (m *Mail) Fields() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for _, f := range m.Header {
			if !yield(f.Name, f.Raw) {
				return
			}
		}
	}
}

// All gives every field of that name, topmost first.
func (m *Mail) All(name string) []string {
	var all []string
	for _, f := range m.Header {
		if strings.EqualFold(f.Name, name) {
			all = append(all, f.Raw)
		}
	}
	return all
}

func get(header []Field, name string) string {
	for _, f := range header {
		if strings.EqualFold(f.Name, name) {
			return f.Raw
		}
	}
	return ""
}

// warn notes a fault once.
func (m *Mail) warn(fault string) {
	for _, w := range m.Warnings {
		if w == fault {
			return
		}
	}
	m.Warnings = append(m.Warnings, fault)
}
