package safehtml

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// hiding are the words by one of which an element is hidden, as programs write them. A mail with
// none of them need not be read once more; one that writes them otherwise shows more than it
// would, which hurts nobody.
var hiding = []string{
	"none", "NONE", "hidden", "HIDDEN", "mso-hide", "opacity", "collapse",
	"font-size:0", "font-size: 0", "FONT-SIZE:0", "FONT-SIZE: 0", "font-size:1px", "font-size: 1px",
	"font-size:.", "font-size: .",
}

func mayHide(src string) bool {
	return slices.ContainsFunc(hiding, func(word string) bool { return strings.Contains(src, word) })
}

// shown gives html without the elements that are not shown, which without their styles would be:
// newsletters' preview texts, and what is hidden on purpose. When one of them is never closed, or
// nothing else is there, html comes back as it is.
func shown(src string) string {
	if !mayHide(src) {
		return src
	}
	var b strings.Builder
	b.Grow(len(src))
	z := html.NewTokenizer(strings.NewReader(src))
	var s scopes
	text, cut := false, false
	for {
		kind := z.Next()
		was := s.hidden()
		raw := string(z.Raw()) // reading the tag changes the tokenizer's bytes
		switch kind {
		case html.ErrorToken:
			if s.open() || cut && !text {
				return src
			}
			return b.String()
		case html.StartTagToken, html.SelfClosingTagToken:
			s.start(elementOf(z, kind == html.SelfClosingTagToken))
		case html.EndTagToken:
			s.end(elementOf(z, true))
		case html.TextToken:
			text = text || !was && strings.TrimSpace(raw) != ""
		}
		if was || s.hidden() {
			cut = true
			continue
		}
		b.WriteString(raw)
	}
}
