// Package safehtml stands between strangers' HTML and everything that shows or sends it: it cleans
// HTML by an allow-list, reads HTML as text or as a tree, and writes text as HTML.
//
// It fetches nothing and keeps nothing that would make a reader's browser fetch something. It does
// not find quotes or signatures (mailin/reply does). Whoever reads, keeps or writes a mail calls it:
// mailin, tickets, templates and mailout.
// All functions are pure, linear in their input, never fail, and own no goroutine.
package safehtml

import (
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// policy is the allow-list of Sanitise. It is built once and only read afterwards.
var policy = newPolicy()

var (
	linkURL  = regexp.MustCompile(`^(?i:https?://|mailto:)[^\s<>"']+$`)
	imageURL = regexp.MustCompile(`^(?i:cid:)[^\s<>"']+$`)
	number   = regexp.MustCompile(`^[0-9]{1,4}%?$`)
	align    = regexp.MustCompile(`^(?i:left|right|center|justify|top|middle|bottom|baseline)$`)
	language = regexp.MustCompile(`^[A-Za-z0-9-]{1,35}$`)
	bidi     = regexp.MustCompile(`^(?i:ltr|rtl|auto)$`)
	colour   = regexp.MustCompile(`^(?:#[0-9A-Fa-f]{3,6}|[A-Za-z]{3,20})$`)
)

// maxSanitised bounds, in bytes, the HTML that is sanitised: more is no letter, and costs ten times
// its size while it is read.
const maxSanitised = 2 << 20

// Sanitise gives html with nothing left in it but text, its structure, links (http, https, mailto;
// rel="nofollow noopener") and images of the same mail (src "cid:…"). Gone are scripts, styles,
// classes, ids, names, forms, frames, comments, what was not shown, and the sources of all other
// images: to load one tells its sender who reads when (THREATS S39, S40). Every element ends within
// what is given, so that it changes nothing around it in a page or mail; where elements stand more
// than 256 deep, those further in are left out and their text is kept. Of more than 2 MiB nothing
// is kept, and the mail's text stands for it.
func Sanitise(html string) string {
	if len(html) > maxSanitised {
		return ""
	}
	return strings.TrimSpace(nest(policy.Sanitize(shown(html))))
}

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "div", "span", "hr", "b", "i", "u", "s", "strong", "em", "del", "ins",
		"sub", "sup", "small", "big", "code", "kbd", "samp", "pre", "tt", "blockquote", "q", "cite",
		"abbr", "center", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6",
		"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "font")
	p.AllowNoAttrs().OnElements("font")
	p.AllowAttrs("dir").Matching(bidi).Globally()
	p.AllowAttrs("lang").Matching(language).Globally()
	p.AllowAttrs("align", "valign").Matching(align).OnElements("p", "div", "table", "tr", "td", "th")
	p.AllowAttrs("colspan", "rowspan").Matching(number).OnElements("td", "th")
	p.AllowAttrs("cellpadding", "cellspacing", "border").Matching(number).OnElements("table")
	p.AllowAttrs("width", "height").Matching(number).OnElements("table", "td", "th", "img")
	p.AllowAttrs("start").Matching(number).OnElements("ol")
	p.AllowAttrs("value").Matching(number).OnElements("li")
	p.AllowAttrs("color").Matching(colour).OnElements("font") // "my answers stand in red"

	p.AllowURLSchemes("http", "https", "mailto", "cid")
	p.RequireParseableURLs(true)
	p.AllowAttrs("href").Matching(linkURL).OnElements("a")
	p.AllowAttrs("src").Matching(imageURL).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.RequireNoFollowOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true) // brings rel="noopener"
	p.SkipElementsContent("title", "template", "svg", "math")
	return p
}
