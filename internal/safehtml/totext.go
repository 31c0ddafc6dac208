package safehtml

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxHTML bounds what ToText reads, in bytes: a person's mail has less than a hundredth of it.
const maxHTML = 16 << 20

// ToText gives what a person sees of html as plain text: paragraphs and headings apart by a blank
// line, list items with "- " or a number, links as "text (url)" where the text does not say the
// address itself, quotes with "> ", a table's row on a line with a tab between its cells, pictures
// by their alternative text, preformatted text as it is. What is not shown (head, style, script,
// comments with Outlook's conditionals, elements of no size or display) is left out, unless
// nothing else is there. It reads tokens and builds no tree, so that no nesting is too deep for
// it; of more than 16 MiB the rest is cut.
func ToText(src string) string {
	src = src[:min(len(src), maxHTML)]
	r := &renderer{z: html.NewTokenizer(strings.NewReader(src))}
	r.run()
	text := r.out.text()
	if r.hid && (text == "" || r.scopes.open()) {
		// Nothing is shown, or the hidden element was never closed: rather show too much than lose
		// a customer's words.
		r = &renderer{z: html.NewTokenizer(strings.NewReader(src)), scopes: scopes{all: true}}
		r.run()
		text = r.out.text()
	}
	if text == "" && r.skip != 0 {
		// Data that never ends: its rules among a customer's words are better than nothing.
		r = &renderer{z: html.NewTokenizer(strings.NewReader(dataTag.ReplaceAllString(src, "")))}
		r.run()
		text = r.out.text()
	}
	return text
}

// dataTag matches the tags of elements whose content is data.
var dataTag = regexp.MustCompile(
	`(?i)</?(?:script|style|title|noscript|iframe|textarea|noembed|noframes)\b[^>]*>`)

// renderer turns tokens into lines.
type renderer struct {
	z   *html.Tokenizer
	out writer

	skip   atom.Atom // inside an element whose content is data
	scopes scopes
	hid    bool   // something was left out
	quotes []bool // open blockquotes: false for one that only indents
	lists  []int  // open lists: -1 bulleted, else the next number
	cells  int    // of the row so far
	href   string
	linkAt int // where the open link's text begins in out
}

func (r *renderer) run() {
	for {
		switch r.z.Next() {
		case html.ErrorToken:
			r.closeLink()
			return
		case html.TextToken:
			r.text()
		case html.StartTagToken:
			r.start(elementOf(r.z, false))
		case html.SelfClosingTagToken:
			r.start(elementOf(r.z, true))
		case html.EndTagToken:
			r.end(elementOf(r.z, true))
		}
	}
}

func (r *renderer) text() {
	switch {
	case r.skip != 0:
	case r.scopes.hidden():
		r.hid = true
	case r.scopes.pre():
		r.out.exact(string(r.z.Text()))
	default:
		r.out.words(string(r.z.Text()))
	}
}

// start handles a start tag; void elements have no other.
func (r *renderer) start(e element) {
	if r.skip != 0 {
		return
	}
	if isData(e.atom) {
		r.skip = e.atom
		return
	}
	r.scopes.start(e)
	switch e.atom {
	case atom.Br:
		r.out.br()
	case atom.Hr:
		r.rule()
	case atom.Img:
		if alt := e.attr("alt"); strings.TrimSpace(alt) != "" && !r.scopes.hidden() {
			r.out.words("[" + alt + "]")
		}
	case atom.A:
		r.closeLink()
		r.href, r.linkAt = e.attr("href"), r.out.b.Len()
	case atom.Blockquote:
		r.openQuote(e)
	case atom.Ul, atom.Ol:
		r.openList(e)
	case atom.Li:
		r.item(e)
	case atom.Tr:
		r.out.gap(1)
		r.cells = 0
	case atom.Td, atom.Th:
		if r.cells++; r.cells > 1 {
			r.out.tab()
		}
	default:
		r.out.gap(gapOf(e.atom))
	}
}

func (r *renderer) end(e element) {
	if r.skip != 0 {
		if e.atom == r.skip {
			r.skip = 0
		}
		return
	}
	r.scopes.end(e)
	switch e.atom {
	case atom.A:
		r.closeLink()
	case atom.Blockquote:
		r.closeQuote()
	case atom.Ul, atom.Ol:
		if len(r.lists) > 0 {
			r.lists = r.lists[:len(r.lists)-1]
		}
		r.out.gap(min(2, 2-len(r.lists)))
	case atom.Td, atom.Th:
		r.cells = max(1, r.cells) // of the outer table, when an inner one ends
	default:
		r.out.gap(gapOf(e.atom))
	}
}

func (r *renderer) rule() {
	r.out.gap(1)
	if !r.scopes.hidden() {
		r.out.words("----------")
	}
	r.out.gap(1)
}

func (r *renderer) openQuote(e element) {
	quotes := !indents(e)
	r.quotes = append(r.quotes, quotes)
	r.out.gap(2)
	if quotes {
		r.out.quote++
	}
}

func (r *renderer) closeQuote() {
	r.out.gap(2)
	n := len(r.quotes) - 1
	if n < 0 {
		return
	}
	if r.quotes[n] {
		r.out.quote--
	}
	r.quotes = r.quotes[:n]
}

// maxIndent bounds how far nested lists move to the right.
const maxIndent = 8

func (r *renderer) openList(e element) {
	r.out.gap(min(2, 2-len(r.lists)))
	next := -1
	if e.atom == atom.Ol {
		next = numberOf(e.attr("start"), 1)
	}
	r.lists = append(r.lists, next)
}

func (r *renderer) item(e element) {
	r.out.gap(1)
	if r.scopes.hidden() {
		return
	}
	mark := "- "
	if deep := len(r.lists); deep > 0 {
		if n := r.lists[deep-1]; n > 0 {
			n = numberOf(e.attr("value"), n)
			mark = strconv.Itoa(n) + ". "
			r.lists[deep-1] = n + 1
		}
		mark = strings.Repeat("  ", min(deep-1, maxIndent)) + mark
	}
	r.out.mark(mark)
}

// numberOf reads the number of a list item.
func numberOf(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n > 0 && n < 1_000_000 {
		return n
	}
	return otherwise
}

// closeLink writes the open link's address, unless its text already says it.
func (r *renderer) closeLink() {
	href := strings.TrimSpace(r.href)
	r.href = ""
	if !linkURL.MatchString(href) {
		return
	}
	seen := strings.TrimSpace(r.out.b.String()[min(r.linkAt, r.out.b.Len()):])
	if seen == "" || strings.Contains(seen, href) || bareURL(seen) == bareURL(href) {
		return
	}
	if _, isMail := cutScheme(href, "mailto:"); isMail && strings.Contains(seen, "@") {
		return // it says an address itself; the lines above quotations do
	}
	r.out.b.WriteString(" (" + href + ")")
}

// bareURL is an address as people write it: without scheme, "www." and the last slash.
func bareURL(s string) string {
	for _, scheme := range []string{"mailto:", "https://", "http://", "www."} {
		s, _ = cutScheme(s, scheme)
	}
	return strings.ToLower(strings.TrimSuffix(s, "/"))
}

func cutScheme(s, scheme string) (rest string, found bool) {
	if len(s) < len(scheme) || !strings.EqualFold(s[:len(scheme)], scheme) {
		return s, false
	}
	return s[len(scheme):], true
}
