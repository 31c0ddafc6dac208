package parse

import (
	"bytes"
	"regexp"
	"strings"
)

// header reads a header and gives what follows it. A line that is no field ends the header and
// begins the body, as senders who forget the blank line mean it. Passed over are a first such line
// that a field follows, and those that a host broke off a field, behind which the header goes on.
func (s *splitter) header(raw []byte) (fields []Field, body []byte) {
	rest := raw
	for skipped := false; len(rest) > 0; {
		line, after := cutField(rest)
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return fields, after
		}
		name, value, ok := field(line)
		switch {
		case ok:
			fields = append(fields, Field{Name: name, Raw: value})
		case len(fields) == 0 && !skipped && beginsField(after):
			s.mail.warn("a line before the header is no field")
			skipped = true
		case goesOn(fields, rest):
			s.mail.warn("a line of the header is no field")
		default:
			s.mail.warn("the header is not closed")
			return fields, rest
		}
		rest = after
		if len(fields) > s.lim.HeaderFields || len(raw)-len(rest) > s.lim.HeaderBytes {
			s.broke = "header larger than the limit"
			return fields[:min(len(fields), s.lim.HeaderFields)], nil
		}
	}
	return fields, nil
}

// maxJunk is how many lines in a row may stand in a header that are no fields.
const maxJunk = 5

// goesOn tells whether a header goes on behind lines that are no fields: with a field that only
// programs write, or one that every mail has and that was not there yet. A delimiter or a blank
// line ends it.
func goesOn(fields []Field, rest []byte) bool {
	for range maxJunk {
		var line []byte
		if line, rest = cutField(rest); bytes.HasPrefix(line, []byte("--")) || len(fields) == 0 {
			return false
		}
		name := fieldName(rest)
		switch {
		case len(rest) == 0 || rest[0] == '\r' || rest[0] == '\n':
			return false
		case byPrograms.Match(name), byPeople.Match(name) && get(fields, string(name)) == "":
			return true
		}
	}
	return false
}

// The fields behind which a header surely goes on.
var (
	byPrograms = regexp.MustCompile(`(?i)^(received|return-path|delivered-to|mime-version|` +
		`message-id|references|in-reply-to|` +
		`(x|content|dkim|arc|list|thread|authentication)-[a-z0-9-]+)$`)
	byPeople = regexp.MustCompile(`(?i)^(from|subject|date)$`)
)

// cutField takes a line with its continuations (RFC 5322 section 2.2.3).
func cutField(b []byte) (line, rest []byte) {
	for i := 0; ; {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return b, nil
		}
		blankLine := len(bytes.TrimRight(b[i:i+n], "\r")) == 0
		i += n + 1
		if blankLine || i == len(b) || b[i] != ' ' && b[i] != '\t' {
			return b[:i], b[i:]
		}
	}
}

func beginsField(b []byte) bool { return len(fieldName(b)) > 0 }

// field takes a field apart; ok is false when its name is none.
func field(line []byte) (name, value string, ok bool) {
	key := fieldName(line)
	if len(key) == 0 {
		return "", "", false
	}
	_, after, _ := bytes.Cut(line[len(key):], []byte(":"))
	return string(key), unfold(after), true
}

// maxFieldName bounds the name of a field in bytes.
const maxFieldName = 200

// fieldName gives the name of the field that b begins with (RFC 5322 section 2.2), empty when it
// begins with none. White space before the colon is let through.
func fieldName(b []byte) []byte {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		b = b[:i]
	}
	colon := bytes.IndexByte(b, ':')
	if colon < 0 {
		return nil
	}
	name := bytes.TrimRight(b[:colon], " \t")
	if len(name) > maxFieldName {
		return nil
	}
	for _, c := range name {
		if c <= ' ' || c >= 0x7F {
			return nil
		}
	}
	return name
}

// unfolder joins continued lines and drops NUL; a bare CR becomes a space.
var unfolder = strings.NewReplacer("\r\n", "", "\n", "", "\r", " ", "\x00", "")

// unfold gives the value of a field on one line.
func unfold(value []byte) string {
	value = trimLineEnd(value)
	if bytes.IndexByte(value, '\n') < 0 && bytes.IndexByte(value, '\r') < 0 &&
		bytes.IndexByte(value, 0) < 0 {
		return string(bytes.TrimSpace(value))
	}
	return strings.TrimSpace(unfolder.Replace(string(value)))
}

// trimEnvelope takes off what mailbox files and pipes put before a mail: a byte order mark, blank
// lines, and the "From " line of mbox (RFC 4155), also quoted.
func trimEnvelope(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\xEF\xBB\xBF"))
	raw = bytes.TrimLeft(raw, "\r\n")
	for _, mark := range []string{"From ", ">From "} {
		if bytes.HasPrefix(raw, []byte(mark)) {
			_, raw, _ = bytes.Cut(raw, []byte("\n"))
		}
	}
	return raw
}
