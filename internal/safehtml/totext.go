package safehtml

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxHTML bounds what ToText reads, in bytes: a person's mail has less than a hundredth of it.
const maxHTML = 16 << 20

// ToText gives what a person sees of html as plain text: paragraphs apart by a blank line, list
// items with "- " or a number, links as "text <url>", quotes with "> ", cells of a table row on one
// line, pictures by their alternative text. What is not shown (head, style, script, comments with
// Outlook's conditionals, elements with display:none) is left out. It reads tokens and builds no
// tree, so that no nesting is too deep for it; of more than 16 MiB the rest is cut.
func ToText(src string) string {
	src = src[:min(len(src), maxHTML)]
	r := &renderer{z: html.NewTokenizer(strings.NewReader(src))}
	r.run()
	if r.hidden != "" {
		// The hidden element was never closed: rather show too much than lose a customer's words.
		r = &renderer{z: html.NewTokenizer(strings.NewReader(src)), showHidden: true}
		r.run()
	}
	return r.out.text()
}

// renderer turns tokens into lines.
type renderer struct {
	z   *html.Tokenizer
	out writer

	skip       atom.Atom // inside an element whose content is data
	hidden     string    // inside an element that is not shown: its name …
	hiddenDeep int       // … and how many of that name are open
	showHidden bool
	pre        int
	lists      []int // open lists: -1 bulleted, else the next number
	href       string
	linkAt     int // where the open link's text begins in out
}

func (r *renderer) run() {
	for {
		switch r.z.Next() {
		case html.ErrorToken:
			r.closeLink()
			return
		case html.TextToken:
			if r.skip == 0 && r.hidden == "" {
				r.write(string(r.z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start(r.z.Token())
		case html.EndTagToken:
			r.end(r.z.Token())
		}
	}
}

// start handles a start tag; void elements have no other.
func (r *renderer) start(t html.Token) {
	if r.skip != 0 {
		return
	}
	if r.hidden != "" {
		if t.Data == r.hidden && t.Type == html.StartTagToken {
			r.hiddenDeep++
		}
		return
	}
	switch {
	case isData(t.DataAtom):
		r.skip = t.DataAtom
	case !r.showHidden && isHidden(t):
		if t.Type == html.StartTagToken && !isVoid(t.DataAtom) {
			r.hidden, r.hiddenDeep = t.Data, 1
		}
	default:
		r.open(t)
	}
}

// write takes a text token.
func (r *renderer) write(s string) {
	if r.pre > 0 {
		r.out.exact(s)
	} else {
		r.out.words(s)
	}
}

func (r *renderer) open(t html.Token) {
	switch t.DataAtom {
	case atom.Br:
		r.out.br()
	case atom.Hr:
		r.out.gap(1)
		r.out.words("----------")
		r.out.gap(1)
	case atom.Img:
		if alt := attr(t, "alt"); strings.TrimSpace(alt) != "" {
			r.out.words("[" + alt + "]")
		}
	case atom.A:
		r.closeLink()
		r.href, r.linkAt = attr(t, "href"), r.out.b.Len()
	case atom.Blockquote:
		r.out.gap(2)
		r.out.quote++
	case atom.Ul, atom.Ol:
		r.openList(t)
	case atom.Li:
		r.item()
	case atom.Td, atom.Th:
		r.out.words(" ")
	case atom.Pre:
		r.out.gap(2)
		r.pre++
	default:
		r.out.gap(gapOf(t.DataAtom))
	}
}

func (r *renderer) end(t html.Token) {
	if r.skip != 0 {
		if t.DataAtom == r.skip {
			r.skip = 0
		}
		return
	}
	if r.hidden != "" {
		if t.Data == r.hidden {
			r.hiddenDeep--
		}
		if r.hiddenDeep == 0 {
			r.hidden = ""
		}
		return
	}
	switch t.DataAtom {
	case atom.A:
		r.closeLink()
	case atom.Blockquote:
		r.out.gap(2)
		r.out.quote = max(0, r.out.quote-1)
	case atom.Ul, atom.Ol:
		if len(r.lists) > 0 {
			r.lists = r.lists[:len(r.lists)-1]
		}
		r.out.gap(min(2, 2-len(r.lists)))
	case atom.Pre:
		r.out.gap(2)
		r.pre = max(0, r.pre-1)
	default:
		r.out.gap(gapOf(t.DataAtom))
	}
}

// maxIndent bounds how far nested lists move to the right.
const maxIndent = 8

func (r *renderer) openList(t html.Token) {
	r.out.gap(min(2, 2-len(r.lists)))
	next := -1
	if t.DataAtom == atom.Ol {
		next = 1
		if n, err := strconv.Atoi(attr(t, "start")); err == nil && n > 0 && n < 1_000_000 {
			next = n
		}
	}
	r.lists = append(r.lists, next)
}

func (r *renderer) item() {
	r.out.gap(1)
	mark := "- "
	if deep := len(r.lists); deep > 0 {
		if n := r.lists[deep-1]; n > 0 {
			mark = strconv.Itoa(n) + ". "
			r.lists[deep-1]++
		}
		mark = strings.Repeat("  ", min(deep-1, maxIndent)) + mark
	}
	r.out.mark(mark)
}

// closeLink writes the open link's address, unless its text already says it.
func (r *renderer) closeLink() {
	href := strings.TrimSpace(r.href)
	r.href = ""
	if !linkURL.MatchString(href) {
		return
	}
	seen := strings.ToLower(r.out.b.String()[min(r.linkAt, r.out.b.Len()):])
	plain := strings.ToLower(href)
	for _, prefix := range []string{"mailto:", "https://", "http://", "www."} {
		plain = strings.TrimPrefix(plain, prefix)
	}
	if strings.TrimSpace(seen) == "" || strings.Contains(seen, strings.TrimSuffix(plain, "/")) {
		return
	}
	r.out.b.WriteString(" <" + href + ">")
}

// isData names the elements whose content is for a program. The tokenizer reads each to its end
// tag, as browsers do.
func isData(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Title, atom.Noscript, atom.Iframe, atom.Textarea,
		atom.Noembed, atom.Noframes:
		return true
	}
	return false
}

func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Br, atom.Hr, atom.Img, atom.Input, atom.Meta, atom.Link, atom.Col, atom.Area, atom.Base:
		return true
	}
	return false
}

// isHidden tells that the element is not shown, as newsletters' preview texts are not.
func isHidden(t html.Token) bool {
	if t.DataAtom == atom.Template || t.DataAtom == atom.Svg {
		return true
	}
	style := strings.ToLower(strings.Join(strings.Fields(attr(t, "style")), ""))
	return strings.Contains(style, "display:none") || strings.Contains(style, "mso-hide:all")
}

// gapOf gives the line ends that stand before and behind an element at least.
func gapOf(a atom.Atom) int {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Dl, atom.Table:
		return 2
	case atom.Div, atom.Tr, atom.Dt, atom.Dd, atom.Li, atom.Center, atom.Section, atom.Article,
		atom.Header, atom.Footer, atom.Address, atom.Caption, atom.Fieldset, atom.Form, atom.Body,
		atom.Main, atom.Nav, atom.Aside, atom.Figure, atom.Figcaption, atom.Tbody, atom.Thead:
		return 1
	}
	return 0
}

func attr(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
