package parse

import (
	"cmp"
	"regexp"
	"strings"

	"helpgate/internal/rfc"
	"helpgate/internal/safehtml"
)

// body is the text that a part of the tree contributes, in both forms where it has both.
type body struct{ text, html string }

// collect walks the tree: what is to be read becomes text, everything else an attachment, so that
// no part is lost.
func (m *Mail) collect(root *part) {
	b := m.walk(root)
	m.Text, m.HTML = b.text, b.html
}

// walk reads a part and all that it holds.
func (m *Mail) walk(p *part) body {
	if p.children == nil {
		return m.leaf(p)
	}
	var all []body
	for _, child := range p.children {
		if b := m.walk(child); b != (body{}) {
			all = append(all, b)
		}
	}
	if p.mediaType != "multipart/alternative" {
		complete(all)
	}
	var out body
	for _, b := range all {
		out.text = join(out.text, b.text)
		out.html = join(out.html, b.html)
	}
	return out
}

// complete gives each piece both forms where pieces of both stand in a row, such as an HTML text
// with a list's plain footer, so that neither form lacks a piece.
func complete(all []body) {
	text, html := false, false
	for _, b := range all {
		text, html = text || !blank(b.text), html || b.html != ""
	}
	for i, b := range all {
		if text && b.text == "" {
			all[i].text = safehtml.ToText(b.html)
		}
		if html && b.html == "" {
			all[i].html = safehtml.FromText(b.text)
		}
	}
}

func join(a, b string) string {
	if a == "" || b == "" || strings.HasSuffix(a, "\n") {
		return a + b
	}
	return a + "\n" + b
}

// isFile tells whether a leaf is a file, not text to be read. It asks for nothing but headers.
func (p *part) isFile() bool {
	parent := ""
	if p.parent != nil {
		parent = p.parent.mediaType
	}
	kind, name := p.disposition()
	return p.mediaType != "text/plain" && p.mediaType != "text/html" ||
		kind == "attachment" && (parent != "" || name != "") ||
		name != "" && kind != "" && parent != "multipart/alternative"
}

// leaf reads a part without children.
func (m *Mail) leaf(p *part) body {
	switch {
	case p.isFile():
		m.attach(p)
		return body{}
	case p.mediaType == "text/html":
		return body{html: rfc.CleanText(rfc.DecodeCharset(htmlCharset(p)))}
	}
	text := rfc.CleanText(rfc.DecodeCharset(p.data(), p.params["charset"]))
	if strings.EqualFold(p.params["format"], "flowed") {
		text = unflow(text, strings.EqualFold(p.params["delsp"], "yes"))
	}
	return body{text: text}
}

// metaCharset finds the charset that an HTML text states itself.
var metaCharset = regexp.MustCompile(`(?i)<meta[^>]{0,200}?charset=["']?([a-z0-9_-]{1,40})`)

// metaRange is how many bytes of a document may state its charset (WHATWG HTML 4.2.5.4).
const metaRange = 1024

// htmlCharset gives the bytes of an HTML part and their charset: the part's, else the text's own.
func htmlCharset(p *part) (data []byte, charset string) {
	data, charset = p.data(), p.params["charset"]
	if charset == "" {
		if found := metaCharset.FindSubmatch(data[:min(len(data), metaRange)]); found != nil {
			charset = string(found[1])
		}
	}
	return data, charset
}

// attach keeps a part as a file and notes what the door asks of some kinds.
func (m *Mail) attach(p *part) {
	kind, name := p.disposition()
	data := p.data()
	id := strings.Trim(strings.TrimSpace(get(p.fields, "Content-ID")), "<>")
	id = rfc.CleanName(rfc.DecodeCharset([]byte(id), ""))
	a := Attachment{
		Filename: filename(p, data, name), ContentType: p.mediaType, ContentID: id,
		Inline: kind == "inline" || kind == "" && id != "", Data: data,
	}
	if p.cut.begun() {
		a.Data, a.File = nil, p.cut.file
	}
	m.Attachments = append(m.Attachments, a)
	switch p.mediaType {
	case "text/calendar":
		if m.CalendarMethod == "" {
			m.CalendarMethod = calendarMethod(p, data)
		}
	case "message/delivery-status":
		m.DSNActions = append(m.DSNActions, dsnActions(data)...)
	}
	if strings.HasPrefix(p.mediaType, "message/") || p.mediaType == "text/rfc822-headers" {
		m.Enclosed = append(m.Enclosed, Enclosed{p.mediaType, data[:min(len(data), maxHead)]})
	}
}

// extensions name files that came without a name.
var extensions = map[string]string{
	"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp",
	"application/pdf": ".pdf", "text/plain": ".txt", "text/html": ".html", "text/csv": ".csv",
	"text/calendar": ".ics", "text/rfc822-headers": ".txt", "message/delivery-status": ".txt",
	"message/rfc822": ".eml", "message/global": ".eml",
}

// filename gives a part's safe name; a nested mail is called by its subject.
func filename(p *part, data []byte, name string) string {
	extension := extensions[p.mediaType]
	if name == "" && extension == ".eml" {
		s := splitter{lim: DefaultLimits(), mail: &Mail{}}
		header, _ := s.header(trimEnvelope(data))
		name = rfc.DecodeHeader(get(header, "Subject"))
		name = strings.NewReplacer("/", "-", `\`, "-").Replace(name) // no path, but a subject
		name = cmp.Or(name, "message") + extension
	}
	safe := rfc.SafeFilename(name)
	if name == "" {
		safe += extension
	}
	return safe
}

// calendarLine finds METHOD (RFC 5545 section 3.7.2).
var calendarLine = regexp.MustCompile(`(?im)^METHOD[^:\r\n]{0,100}:[ \t]*([A-Z-]{1,20})`)

// calendarRange is where METHOD is looked for, in bytes; it stands before the first component.
const calendarRange = 8 << 10

func calendarMethod(p *part, data []byte) string {
	found := calendarLine.FindSubmatch(data[:min(len(data), calendarRange)])
	if found != nil {
		return strings.ToUpper(string(found[1]))
	}
	return strings.ToUpper(cut(rfc.CleanName(p.params["method"]), 20))
}

// maxActions bounds the recipients of a delivery report that are looked at.
const maxActions = 100

// dsnActions reads the Action fields of a delivery report (RFC 3464 section 2.3.3).
func dsnActions(data []byte) []string {
	var actions []string
	for line := range strings.Lines(string(data)) {
		name, value, ok := strings.Cut(line, ":")
		if ok && strings.EqualFold(strings.TrimSpace(name), "Action") && len(actions) < maxActions {
			value, _, _ = strings.Cut(value, "(")
			value = strings.ToLower(rfc.DecodeHeader(cut(value, 100)))
			actions = append(actions, value)
		}
	}
	return actions
}
