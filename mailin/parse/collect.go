package parse

import (
	"slices"
	"strings"

	"helpgate/internal/rfc"
	"helpgate/internal/safehtml"
)

// body is the text that a part of the tree contributes, in both forms where it has both.
type body struct{ text, html string }

// collector walks a tree of parts: what is to be read becomes text, everything else an attachment,
// so that no part is lost.
type collector struct {
	mail   *Mail
	lim    Limits
	opened int // signed contents that were opened, of maxOpened
	depth  int // of those, that stand inside one another
	// located gives the Content-IDs of files by their Content-Location.
	located map[string]string
	wrapped body // the text of the first TNEF stream
}

// collect makes text and files of the tree, which was read from source.
func (c *collector) collect(root *part, source []byte) {
	m, b := c.mail, c.unwrapped(c.walk(root))
	m.Text, m.HTML = b.text, c.follow(b.html)
	m.settleInline()
	if blank(m.Text) && !blank(m.HTML) {
		m.Text = safehtml.ToText(m.HTML)
	}
	if blank(m.Text) && m.HTML == "" {
		m.Text = c.leftOver(root, source)
	}
}

// walk reads a part and all that it holds.
func (c *collector) walk(p *part) body {
	if p.children == nil {
		return c.leaf(p)
	}
	c.noteEncrypted(p)
	var all []body
	for _, child := range p.children {
		if b := c.walk(child); b != (body{}) {
			all = append(all, b)
		}
	}
	if p.mediaType != "multipart/alternative" {
		all = twins(all)
		complete(all)
	}
	var out body
	for _, b := range all {
		if p.mediaType == "multipart/alternative" && b.html != "" && !blank(out.text) {
			b.text = "" // what an alternative says as HTML was said before as text
		}
		out.text = join(out.text, b.text)
		out.html = join(out.html, b.html)
	}
	return out
}

// twins takes a text, and the HTML behind it that says the same, for the two forms of one piece:
// programs that do not know multipart/alternative write them one after the other.
func twins(all []body) []body {
	for i := 0; i+1 < len(all); i++ {
		a, b := all[i], all[i+1]
		if a.html == "" && b.text == "" &&
			rfc.Letters(a.text) == rfc.Letters(safehtml.ToText(b.html)) {
			all = slices.Replace(all, i, i+2, body{a.text, b.html})
		}
	}
	return all
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
	return p.barren || !p.readable() || kind == "attachment" && (parent != "" || name != "") ||
		name != "" && kind != "" && parent != "multipart/alternative"
}

// readable tells whether the part's type is one that is read as text.
func (p *part) readable() bool {
	switch p.mediaType {
	case "text/plain", "text/html":
		return true
	case "text/enriched", "text/richtext":
		return p.parent == nil || p.parent.mediaType != "multipart/alternative"
	}
	return false
}

// leaf reads a part without children.
func (c *collector) leaf(p *part) body {
	switch {
	case p.isFile():
		c.attach(p)
		c.noteEncrypted(p)
		return c.signed(p)
	case p.mediaType == "text/html":
		return body{html: htmlText(p)}
	}
	return body{text: c.plainText(p)}
}
