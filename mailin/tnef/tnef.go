// Package tnef reads Microsoft's Transport Neutral Encapsulation Format (MS-OXTNEF), the
// winmail.dat in which Outlook and Exchange wrap the files and the formatted text of a mail. It
// takes out the files with their names, and the text as HTML, from RTF (MS-OXRTFCP, MS-OXRTFEX) or
// plain. Recipients, forms, votes and tasks are not read.
//
// A stream is never trusted: its size, properties, files, depth and what unpacks out of it are
// bounded by the constants below, and what is damaged gives what could be read and a warning. It is
// pure, runs nothing and owns no goroutine. Package parse calls it; HTML comes out unsanitised.
package tnef

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"time"
)

// Bounds of one stream with all that is nested in it (THREATS S35).
const (
	// MaxStream is how many bytes a stream may have: what a mail of 50 MiB can hold.
	MaxStream = 40 << 20
	// MaxProperties is how many attributes and MAPI properties are read; Outlook writes some 100
	// for a message and 20 for a file.
	MaxProperties = 50_000
	// MaxFiles is how many files are taken out.
	MaxFiles = 1000
	// MaxDepth is how many messages may stand inside one another.
	MaxDepth = 5
	// MaxText is how many bytes one name, subject or text may have once it is decoded.
	MaxText = 4 << 20
)

// ErrNotTNEF tells that the bytes do not begin as a TNEF stream.
var ErrNotTNEF = errors.New("not a TNEF stream")

// Message is what a stream holds. All strings but HTML, of which the tags may be anything, are
// valid UTF-8 text; names are not yet safe as file names.
type Message struct {
	Subject string
	Sender  string    // name of who wrote it, "" when not said
	Address string    // the sender's address of the form local@domain, else ""
	Date    time.Time // when it was sent, UTC; zero when not said
	Text    string    // the plain text, or of RTF where that is all there is
	HTML    string    // the formatted text, "" when there is none
	// Bodies names the forms in which the stream holds its text, as such files are usually called:
	// body.txt, body.rtf, body.html.
	Bodies []string
	// Files come in the order of the stream; of a nested message first the message itself, then
	// its files.
	Files    []File
	Warnings []string // what was damaged or left out, each once
}

// File is a file in the stream.
type File struct {
	Name        string // "" when the stream names none; of a nested message its subject
	Title       string // what the stream calls a nested message, else ""
	ContentType string // lower case type/subtype, never empty
	ContentID   string // without brackets, "" when there is none
	Data        []byte // a part of the stream; it must not be changed
}

// signature begins every stream (MS-OXTNEF section 2.1.3.1).
const signature = 0x223E9F78

// headerSize is the size of signature and key in bytes.
const headerSize = 6

// SignatureSize is how many bytes tell whether a file is a TNEF stream.
const SignatureSize = 4

// Is tells whether b begins as a TNEF stream.
func Is(b []byte) bool {
	return len(b) >= SignatureSize && binary.LittleEndian.Uint32(b) == signature
}

// Decode reads a stream. The error is ErrNotTNEF; whatever else is wrong with it is a warning.
func Decode(b []byte) (*Message, error) {
	if !Is(b) {
		return nil, ErrNotTNEF
	}
	d := &decoder{properties: MaxProperties, files: MaxFiles}
	if len(b) > MaxStream {
		d.warn("the stream is larger than the limit")
		b = b[:MaxStream]
	}
	m := d.message(b, 1, defaultCodePage)
	m.Warnings = d.warnings
	return m, nil
}

// decoder holds what is left of the limits for a stream and all that is nested in it.
type decoder struct {
	properties, files int
	warnings          []string
}

func (d *decoder) warn(fault string) {
	if !slices.Contains(d.warnings, fault) {
		d.warnings = append(d.warnings, fault)
	}
}

// spend takes one property off the limit.
func (d *decoder) spend() bool {
	if d.properties == 0 {
		d.warn("more properties than the limit")
		return false
	}
	d.properties--
	return true
}

// Attributes, by the lower half of their number (MS-OXTNEF section 2.1.3.3).
const (
	attSubject           = 0x8004
	attDateSent          = 0x8005
	attBody              = 0x800C
	attAttachData        = 0x800F
	attAttachTitle       = 0x8010
	attAttachTransport   = 0x9001
	attAttachRendData    = 0x9002
	attMessageProperties = 0x9003
	attAttachProperties  = 0x9005
	attOEMCodePage       = 0x9007
)

// levelAttachment is the level of the attributes that belong to a file.
const levelAttachment = 2

// message reads a stream, or one that is nested at some depth. codePage holds until it names its
// own.
func (d *decoder) message(b []byte, depth int, codePage uint32) *Message {
	r := &reading{decoder: d, depth: depth, codePage: codePage}
	rest := b[min(len(b), headerSize):]
	for len(rest) > 0 && d.spend() {
		var a attribute
		if a, rest = d.attribute(rest); a.level == 0 {
			break
		}
		if a.level == levelAttachment {
			r.ofFile(a)
		} else {
			r.ofMessage(a)
		}
	}
	return r.finish()
}

// attribute is one attribute of a stream.
type attribute struct {
	level byte // 1 of the message, 2 of a file, 0 for none
	id    uint16
	data  []byte
}

// attributeHead is the size of level, number and length in bytes, checksumSize of what follows the
// data.
const (
	attributeHead = 9
	checksumSize  = 2
)

// attribute reads the first attribute of b. One that is cut short is given as it is.
func (d *decoder) attribute(b []byte) (a attribute, rest []byte) {
	if b[0] != 1 && b[0] != levelAttachment || len(b) < attributeHead {
		d.warn("something that is no attribute stands in the stream")
		return a, nil
	}
	a = attribute{level: b[0], id: binary.LittleEndian.Uint16(b[1:])}
	size := int64(binary.LittleEndian.Uint32(b[5:]))
	b = b[attributeHead:]
	if size > int64(len(b)) {
		d.warn("the stream is cut short")
		a.data = b
		return a, nil
	}
	a.data, rest = b[:size], b[size:]
	if len(rest) < checksumSize {
		d.warn("the stream is cut short")
		return a, nil
	}
	var sum uint16
	for _, c := range a.data {
		sum += uint16(c)
	}
	if sum != binary.LittleEndian.Uint16(rest) {
		d.warn("a checksum is wrong")
	}
	return a, rest[checksumSize:]
}

// reading is one message while its stream is read.
type reading struct {
	*decoder
	depth    int
	codePage uint32 // of 8-bit strings
	htmlPage uint32 // of HTML, 0 when not said

	subject, sender, address text
	date                     time.Time
	plain, html              text
	rtf                      []byte // compressed

	attachments []*attachment
}

func (r *reading) ofMessage(a attribute) {
	switch a.id {
	case attOEMCodePage:
		if len(a.data) >= 4 {
			r.codePage = binary.LittleEndian.Uint32(a.data)
		}
	case attSubject:
		r.subject.fill(text{b: a.data})
	case attBody:
		r.plain.fill(text{b: a.data})
	case attDateSent:
		r.date = dateOf(a.data)
	case attMessageProperties:
		r.properties(a.data, r.messageProperty)
	}
}

// dateOf reads a date that an attribute holds (MS-OXTNEF section 2.1.3.3.6).
func dateOf(b []byte) time.Time {
	if len(b) < 12 {
		return time.Time{}
	}
	n := func(i int) int { return int(binary.LittleEndian.Uint16(b[2*i:])) }
	return time.Date(n(0), time.Month(n(1)), n(2), n(3), n(4), n(5), 0, time.UTC)
}

func (r *reading) messageProperty(p property) {
	switch p.id {
	case pidSubject:
		r.subject.prefer(p.text())
	case pidBody:
		r.plain.prefer(p.text())
	case pidHTML:
		r.html = p.text()
	case pidRTF:
		r.rtf = p.value
	case pidSenderName, pidRepresentingName:
		r.sender.fill(p.text())
	case pidSenderSMTP, pidRepresentingSMTP, pidSenderAddress:
		if bytes.IndexByte(p.text().b, '@') >= 0 {
			r.address.fill(p.text())
		}
	case pidSubmitTime:
		if t := p.time(); !t.IsZero() {
			r.date = t
		}
	case pidInternetCodePage:
		r.htmlPage = p.number()
	case pidMessageCodePage:
		if r.codePage == defaultCodePage && p.number() != 0 {
			r.codePage = p.number()
		}
	}
}
