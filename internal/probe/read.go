package probe

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"strings"
)

const (
	maxFields = 1000 // of a header; what stands behind is not looked at
	maxDepth  = 8    // of parts in parts
	maxParts  = 50   // of all that are looked at
)

// field is one of a header, unfolded.
type field struct{ name, value string }

// page is a mail as far as it is looked at here. net/mail would lose the order of its fields, which
// tells who wrote an Authentication-Results.
type page struct {
	fields []field
	body   []byte
	texts  []string // its text parts, decoded, the order of the mail
}

// readPage reads what was fetched. It never fails: what cannot be read is not there.
func readPage(data []byte) page {
	if len(data) > MaxMail {
		data = data[:MaxMail]
	}
	var p page
	p.fields, p.body = splitHeader(data)
	left := maxParts
	p.read(p.get("Content-Type"), p.get("Content-Transfer-Encoding"), p.body, maxDepth, &left)
	return p
}

// splitHeader takes the fields of a header apart (RFC 5322 section 2.2.3).
func splitHeader(data []byte) (fields []field, body []byte) {
	for len(data) > 0 && len(fields) < maxFields {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		text := strings.TrimRight(string(line), "\r")
		if text == "" {
			return fields, data
		}
		if text[0] == ' ' || text[0] == '\t' {
			if n := len(fields); n > 0 {
				fields[n-1].value += " " + strings.TrimSpace(text)
			}
			continue
		}
		name, value, _ := strings.Cut(text, ":")
		fields = append(fields, field{strings.TrimSpace(name), strings.TrimSpace(value)})
	}
	return fields, nil
}

// get gives the first field of the name, "" when there is none.
func (p page) get(name string) string {
	for _, f := range p.fields {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// read collects the texts of a part and of those in it.
func (p *page) read(contentType, encoding string, body []byte, depth int, left *int) {
	if *left--; *left < 0 || depth == 0 {
		return
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = "text/plain" // RFC 2045 section 5.2
	}
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
		parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
		for *left > 0 {
			part, err := parts.NextRawPart()
			if err != nil {
				return
			}
			inner, _ := io.ReadAll(part) // of a cut one, what there is
			p.read(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"),
				inner, depth-1, left)
		}
		return
	}
	if strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "message/") {
		p.texts = append(p.texts, decode(encoding, body))
	}
}

// decode undoes a transfer encoding, as far as it goes.
func decode(encoding string, body []byte) string {
	r := io.Reader(bytes.NewReader(body))
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	}
	text, _ := io.ReadAll(r)
	return string(text)
}

// holds tells whether the token stands anywhere in the mail. Systems on the way change its case.
func (p page) holds(token string) bool {
	for _, f := range p.fields {
		if strings.Contains(strings.ToLower(f.value), token) {
			return true
		}
	}
	for _, text := range p.texts {
		if strings.Contains(strings.ToLower(text), token) {
			return true
		}
	}
	return false
}

// recognise tells which of the mails was found.
func recognise(sent []Sent, f Found) (Arrival, bool) {
	p := readPage(f.Data)
	for _, s := range sent {
		if p.holds(s.Token) {
			own := strings.ToLower(p.get("Message-ID") + " " + p.get(Field)) // nobody copies these
			bounce := !strings.Contains(own, s.Token) && p.reports()
			return Arrival{Found: f, Kind: s.Kind, Bounce: bounce}, true
		}
	}
	return Arrival{}, false
}

// reports tells whether the mail is a report about another one (RFC 3462): a bounce holds the
// probe's header or its text.
func (p page) reports() bool {
	kind, params, _ := mime.ParseMediaType(p.get("Content-Type"))
	if kind == "multipart/report" || params["report-type"] != "" {
		return true
	}
	from := strings.ToLower(p.get("From"))
	return p.get("X-Failed-Recipients") != "" || strings.TrimSpace(p.get("Return-Path")) == "<>" ||
		strings.Contains(from, "mailer-daemon@") || strings.Contains(from, "postmaster@")
}
