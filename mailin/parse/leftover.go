package parse

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"helpgate/internal/rfc"
)

// leftOver gives a text for a mail in which none was found, so that nothing that somebody wrote is
// lost: that of a file which is text and which nobody attached by hand, else what stands around the
// parts, else, when there are no files either, the body as it came.
func (c *collector) leftOver(root *part, source []byte) string {
	if text := c.textual(root); !blank(text) {
		return text
	}
	if text := around(root, source); !blank(text) {
		c.mail.warn("text stands outside the parts")
		return text
	}
	for _, a := range c.mail.Attachments {
		if a.File != nil || len(a.Data) > 0 {
			return ""
		}
	}
	body := source[root.content:]
	if len(bytes.TrimSpace(body)) == 0 {
		return ""
	}
	c.mail.warn("no readable part: the text is the source's body")
	return rawText(body, c.lim)
}

// textual gives the text of the first file below p that can be read as it is: of a type of text
// that is not known (RFC 2046 section 4.1.4), a delivery report, or a text that has no name or is
// the whole mail.
func (c *collector) textual(p *part) string {
	for _, child := range p.children {
		if text := c.textual(child); !blank(text) {
			return text
		}
	}
	kind, name := p.disposition()
	plain := p.mediaType == "text/plain" && (p.parent == nil || name == "")
	switch {
	case p.children != nil, !plain && (kind == "attachment" || name != ""):
		return ""
	case plain, p.mediaType == "message/delivery-status", strings.HasPrefix(p.mediaType, "text/x-"):
		data := c.whole(p)
		data = data[:min(len(data), c.lim.RawText)]
		return rfc.CleanText(rfc.DecodeCharset(data, p.params["charset"]))
	}
	return ""
}

// notice is what programs write before the parts for readers without MIME.
var notice = regexp.MustCompile(`(?i)\bMIME\b|multi-?part message`)

// around gives what stands before the first and behind the last part of a multipart.
func around(root *part, source []byte) string {
	if len(root.children) == 0 {
		return ""
	}
	before := source[root.content:max(root.content, root.children[0].start)]
	if i := bytes.LastIndex(before, root.delimiter); i >= 0 {
		before = before[:i]
	}
	text := before
	if notice.Match(before) {
		text = nil
	}
	if root.closed {
		text = append(bytes.Clone(text), source[min(root.after, root.end):root.end]...)
	}
	return strings.TrimLeft(rfc.CleanText(rfc.DecodeCharset(text, "")), "\n")
}

// rawText gives the first bytes of a source as text.
func rawText(raw []byte, lim Limits) string {
	raw = raw[:min(len(raw), lim.RawText)]
	for i := 0; i < utf8.UTFMax && !utf8.Valid(raw[max(0, len(raw)-utf8.UTFMax):]); i++ {
		raw = raw[:max(0, len(raw)-1)] // a character that the cut went through
	}
	return rfc.CleanText(rfc.DecodeCharset(raw, ""))
}
