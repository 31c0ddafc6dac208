package classify

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"helpgate/internal/rfc"
	"helpgate/tickets"
)

// Enclosed is the beginning of a part that tells of another mail, decoded: a report, a mail or its
// header.
type Enclosed struct {
	ContentType string // lower case, without parameters
	Head        []byte
}

const (
	// maxRecipients bounds the recipients that a report tells of; the rest are not looked at.
	maxRecipients = 100
	// maxReportField bounds, in bytes, a field of a report.
	maxReportField = 1000
)

// isStatus tells whether the part is the machine's part of a delivery report (RFC 3464; RFC 6533
// for addresses in UTF-8).
func (e Enclosed) isStatus() bool {
	return e.ContentType == "message/delivery-status" ||
		e.ContentType == "message/global-delivery-status"
}

// isOriginal tells whether the part is the mail that is told of, or its header (RFC 6522 section
// 3).
func (e Enclosed) isOriginal() bool {
	switch e.ContentType {
	case "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers",
		"message/global-headers":
		return true
	}
	return false
}

// readStatus reads the fields of a delivery report, if there is one among the parts.
func readStatus(parts []Enclosed) tickets.Report {
	var r tickets.Report
	for _, e := range parts {
		switch {
		case e.isStatus():
			reportFields(&r, e.Head)
		case e.isOriginal() && r.MessageID == "":
			r.MessageID = originalID(e.Head)
		}
	}
	return r
}

// originalID finds the Message-ID in the header of a mail.
func originalID(head []byte) string {
	begun := false
	for name, value := range paragraphs(head) {
		if name == "" && begun {
			return ""
		}
		begun = begun || name != ""
		if strings.EqualFold(name, "Message-ID") {
			if ids := rfc.MessageIDs(value); len(ids) > 0 {
				return ids[0]
			}
		}
	}
	return ""
}

// paragraphs gives the fields that stand in a text, unfolded, with an empty name for blank lines.
// Lines that are no field are passed over.
func paragraphs(text []byte) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		for len(text) > 0 {
			var line []byte
			line, text = cutLine(text)
			if len(bytes.TrimSpace(line)) == 0 {
				if !yield("", "") {
					return
				}
				continue
			}
			value := line
			for len(text) > 0 && (text[0] == ' ' || text[0] == '\t') {
				var more []byte
				if more, text = cutLine(text); len(value) < maxReportField {
					value = slices.Concat(value, []byte{' '}, bytes.TrimSpace(more))
				}
			}
			name, rest, ok := bytes.Cut(value, []byte(":"))
			name = bytes.TrimSpace(name)
			if ok && len(name) < longestField && !yield(string(name), short(rest)) {
				return
			}
		}
	}
}

func cutLine(text []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(text, []byte("\n"))
	return bytes.TrimRight(line, "\r"), rest
}

// short gives a field's value, trimmed, of at most maxReportField bytes.
func short(value []byte) string {
	value = bytes.TrimSpace(value)
	if len(value) > maxReportField {
		value = value[:maxReportField]
		for i := 0; i < utf8.UTFMax && !utf8.Valid(value[len(value)-utf8.UTFMax:]); i++ {
			value = value[:len(value)-1] // a character that the cut went through
		}
	}
	return string(value)
}

// recipientFields are the fields of one recipient, as the report has them; "" for an absent one.
type recipientFields struct{ original, final, action, status, diagnostic, mta string }

func (f *recipientFields) field(name string) *string {
	switch strings.ToLower(name) {
	case "original-recipient":
		return &f.original
	case "final-recipient":
		return &f.final
	case "action":
		return &f.action
	case "status":
		return &f.status
	case "diagnostic-code":
		return &f.diagnostic
	case "remote-mta":
		return &f.mta
	}
	return nil
}

// reportFields reads the fields of RFC 3464 section 2. A recipient's begin behind a blank line, as
// they should, or where a field comes again; blank lines within them are passed over.
func reportFields(r *tickets.Report, text []byte) {
	var one recipientFields
	blank := false
	flush := func() {
		if one.original+one.final+one.action != "" && len(r.Recipients) < maxRecipients {
			r.Recipients = append(r.Recipients, one.read())
		}
		one = recipientFields{}
	}
	for name, value := range paragraphs(text) {
		if name == "" {
			blank = true
			continue
		}
		if strings.EqualFold(name, "Original-Envelope-Id") && r.EnvelopeID == "" {
			r.EnvelopeID = rfc.CleanName(xtext(value))
		}
		into := one.field(name)
		if into == nil {
			continue
		}
		names := into == &one.original || into == &one.final
		if *into != "" || blank && names && one.final+one.action != "" {
			flush()
		}
		*into, blank = value, false
	}
	flush()
}

// read makes of the fields what they say.
func (f *recipientFields) read() tickets.ReportedRecipient {
	action, _, _ := strings.Cut(f.action, "(")
	status, _, _ := strings.Cut(f.status, "(")
	r := tickets.ReportedRecipient{
		Address: recipientAddress(f.original), Final: recipientAddress(f.final),
		Action:     strings.ToLower(firstWord(action)),
		Status:     enhancedCode(status),
		Diagnostic: rfc.DecodeHeader(f.diagnostic), RemoteMTA: rfc.CleanName(typed(f.mta)),
	}
	if rfc.Key(r.Address) == "" && (rfc.Key(r.Final) != "" || r.Address == "") {
		r.Address = r.Final // the mail was sent in another system's words, or they are not told
	}
	if r.Final == r.Address {
		r.Final = ""
	}
	if vague(r.Status) {
		code := statusOf(r.Diagnostic)
		if code != "" && (r.Status == "" || code[0] == r.Status[0]) {
			r.Status = code
		}
	}
	return r
}

// vague tells whether a status says nothing but that it failed: Exim writes 5.0.0 whatever the
// other server said, and the words of that server stand in the diagnostic.
func vague(status string) bool { return status == "" || strings.HasSuffix(status, ".0.0") }

// typed takes the type off a value such as `rfc822; ann@example.net` (RFC 3464 section 2.1.2).
func typed(value string) string {
	kind, rest, ok := strings.Cut(value, ";")
	if !ok || strings.ContainsAny(strings.TrimSpace(kind), "@<\" ") {
		return strings.TrimSpace(value)
	}
	return strings.TrimSpace(rest)
}

// recipientAddress reads a recipient's address with its type. What is no mail address, such as one
// of X.400, comes out as it stands.
func recipientAddress(value string) string {
	text := strings.Trim(typed(value), " <>")
	decoded := xtext(text)
	for _, s := range []string{decoded, text} {
		if key := rfc.Key(s); key != "" {
			return key
		}
	}
	return rfc.CleanName(rfc.DecodeHeader(text))
}

// xtext decodes what of +XX (RFC 3461 section 4) could not stand there unencoded: many hosts copy
// the address as it came to them, where another one's user+20 is a plain address; and the \x{XX} of
// RFC 6533 section 3.
func xtext(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '+' && i+2 < len(s) {
			if c, ok := hexByte(s[i+1], s[i+2]); ok && (c == '+' || c == '=' || c > '~') {
				b.WriteByte(c)
				i += 2
				continue
			}
		}
		if rest, ok := strings.CutPrefix(s[i:], `\x{`); ok {
			digits, _, closed := strings.Cut(rest[:min(len(rest), 8)], "}")
			if r, ok := hexRune(digits); ok && closed {
				b.WriteRune(r)
				i += len(`\x{`) + len(digits)
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return strings.ToValidUTF8(b.String(), "")
}

func hexByte(high, low byte) (byte, bool) {
	r, ok := hexRune(string([]byte{high, low}))
	return byte(r), ok
}

// hexRune reads upper-case hexadecimal digits, as both RFCs write them.
func hexRune(digits string) (rune, bool) {
	r := rune(0)
	for i := range len(digits) {
		at := strings.IndexByte("0123456789ABCDEF", digits[i])
		if at < 0 {
			return 0, false
		}
		r = r<<4 | rune(at)
	}
	return r, digits != "" && r > 0 && r <= utf8.MaxRune
}

func firstWord(s string) string {
	if words := strings.Fields(s); len(words) > 0 {
		return rfc.CleanName(words[0])
	}
	return ""
}
