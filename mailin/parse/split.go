package parse

import (
	"bytes"
	"strings"
)

// part is a node of the tree. A leaf has a body; a multipart has children.
type part struct {
	fields    []Field
	mediaType string            // lower case, "text/plain" when absent or senseless
	params    map[string]string // of Content-Type
	body      []byte            // not yet decoded
	children  []*part
}

// splitter cuts a mail into its parts. It stops when a limit is broken, which it names in broke.
// Each level of nesting reads its bytes once, so the work is bounded by size times depth.
type splitter struct {
	lim   Limits
	mail  *Mail
	parts int
	broke string
}

// tree reads a part, given its header and body. kind is the media type where none is stated.
func (s *splitter) tree(header []Field, body []byte, kind string, depth int) *part {
	p := &part{fields: header, body: body}
	p.mediaType, p.params = s.contentType(get(header, "Content-Type"), kind)
	boundary := p.params["boundary"]
	if !strings.HasPrefix(p.mediaType, "multipart/") || s.broke != "" {
		return p
	}
	pieces, closed := segments(body, boundary, s.lim.Parts)
	if len(pieces) == 0 {
		s.mail.warn("multipart without parts: read as text")
		p.mediaType = "text/plain"
		return p
	}
	if !closed {
		s.mail.warn("multipart is not closed")
	}
	if s.parts += len(pieces); s.parts > s.lim.Parts {
		s.broke = "more parts than the limit"
		return p
	}
	if depth++; depth > s.lim.Depth {
		s.broke = "parts nested deeper than the limit"
		return p
	}
	kind = "text/plain"
	if p.mediaType == "multipart/digest" { // RFC 2046 section 5.1.5
		kind = "message/rfc822"
	}
	p.body = nil
	for _, piece := range pieces {
		header, body := s.header(piece)
		p.children = append(p.children, s.tree(header, body, kind, depth))
	}
	return p
}

// segments cuts the body of a multipart at its delimiter lines (RFC 2046 section 5.1.1): the
// delimiter at the beginning of a line, nothing but spaces behind it. Preamble and epilogue are
// dropped. It stops one part beyond limit.
func segments(body []byte, boundary string, limit int) (pieces [][]byte, closed bool) {
	if boundary == "" {
		return nil, false
	}
	delimiter := []byte("--" + boundary)
	start := -1
	for pos := 0; len(pieces) <= limit; {
		i := bytes.Index(body[pos:], delimiter)
		if i < 0 {
			break
		}
		at := pos + i
		pos = at + len(delimiter)
		if at > 0 && body[at-1] != '\n' {
			continue
		}
		end := len(body)
		if n := bytes.IndexByte(body[pos:], '\n'); n >= 0 {
			end = pos + n + 1
		}
		rest := string(bytes.TrimRight(body[pos:min(end, pos+80)], " \t\r\n"))
		if rest != "" && rest != "--" {
			continue
		}
		if start >= 0 {
			pieces = append(pieces, trimLineEnd(body[start:at]))
		}
		if start, pos = end, end; rest == "--" {
			return pieces, true
		}
	}
	if start >= 0 && start < len(body) {
		pieces = append(pieces, body[start:])
	}
	return pieces, false
}

// trimLineEnd takes off the line end that belongs to the delimiter behind it.
func trimLineEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}

// header reads a header and gives what follows it. A line that is no field ends the header and
// begins the body, as senders who forget the blank line mean it; only a first such line that a
// field follows is passed over.
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

func beginsField(b []byte) bool {
	line, _ := cutField(b)
	_, _, ok := field(line)
	return ok
}

// field takes a field apart; ok is false when its name is none (RFC 5322 section 2.2). White space
// before the colon is let through.
func field(line []byte) (name, value string, ok bool) {
	before, after, found := bytes.Cut(line, []byte(":"))
	before = bytes.TrimRight(before, " \t")
	if !found || len(before) == 0 || len(before) > 200 {
		return "", "", false
	}
	for _, c := range before {
		if c <= ' ' || c >= 0x7F {
			return "", "", false
		}
	}
	return string(before), strings.TrimSpace(unfolder.Replace(string(after))), true
}

// unfolder joins continued lines and drops NUL; a bare CR becomes a space.
var unfolder = strings.NewReplacer("\r\n", "", "\n", "", "\r", " ", "\x00", "")
