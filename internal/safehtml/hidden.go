package safehtml

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// mayHide finds what can hide an element, so that other mails are not read once more.
var mayHide = regexp.MustCompile(
	`(?i)display\s*:\s*none|visibility\s*:|mso-hide|opacity\s*:|font-size\s*:\s*[01]|hidden`)

// shown gives html without the elements that are not shown, which without their styles would be:
// newsletters' preview texts, and what is hidden on purpose. When one of them is never closed, or
// nothing else is there, html comes back as it is.
func shown(src string) string {
	if !mayHide.MatchString(src) {
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
