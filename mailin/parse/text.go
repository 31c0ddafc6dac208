package parse

import (
	"regexp"
	"strings"

	"helpgate/internal/rfc"
)

// charset gives the charset that a part states, of a multipart that of the first of its parts that
// does.
func (p *part) charset() string {
	for _, child := range p.children {
		if label := child.charset(); label != "" {
			return label
		}
	}
	return p.params["charset"]
}

// plainText reads a part that is text but not HTML. A file that stands in it is kept as one.
func (c *collector) plainText(p *part) string {
	text := rfc.CleanText(rfc.DecodeCharset(p.data(), p.params["charset"]))
	switch {
	case p.mediaType != "text/plain":
		return enrichedText(text)
	case strings.EqualFold(p.params["format"], "flowed"):
		text = unflow(text, strings.EqualFold(p.params["delsp"], "yes"))
	}
	return c.openPGP(c.uuencoded(text))
}

// metaCharset finds the charset that an HTML text states itself.
var metaCharset = regexp.MustCompile(`(?i)<meta[^>]{0,200}?charset=["']?([a-z0-9_-]{1,40})`)

// metaRange is how many bytes of a document may state its charset (WHATWG HTML 4.2.5.4).
const metaRange = 1024

// htmlText reads an HTML part: in the part's charset, else in the text's own.
func htmlText(p *part) string {
	data, charset := p.data(), p.params["charset"]
	if charset == "" || strings.EqualFold(charset, "us-ascii") {
		if found := metaCharset.FindSubmatch(data[:min(len(data), metaRange)]); found != nil {
			charset = string(found[1])
		}
	}
	return rfc.CleanText(rfc.DecodeCharset(data, charset))
}
