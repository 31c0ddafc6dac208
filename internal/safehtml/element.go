package safehtml

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// element is a tag as ToText reads it.
type element struct {
	atom  atom.Atom // 0 for an element that HTML does not know
	name  string    // "" for one that it knows
	empty bool      // it has no content: void, or closed by its own tag
	attrs []html.Attribute
}

// elementOf takes the tag under the tokenizer, with the attributes that are looked at.
func elementOf(z *html.Tokenizer, closed bool) element {
	name, more := z.TagName()
	e := element{atom: atom.Lookup(name)}
	if e.atom == 0 {
		e.name = string(name)
	}
	e.empty = closed || isVoid(e.atom)
	for more {
		var key, value []byte
		if key, value, more = z.TagAttr(); isRead(key) {
			e.attrs = append(e.attrs, html.Attribute{Key: string(key), Val: string(value)})
		}
	}
	return e
}

func isRead(key []byte) bool {
	switch string(key) {
	case "alt", "class", "hidden", "href", "start", "style", "type", "value":
		return true
	}
	return false
}

// attr gives an attribute; "" when it is not there.
func (e element) attr(name string) string {
	value, _ := e.has(name)
	return value
}

func (e element) has(name string) (value string, found bool) {
	for _, a := range e.attrs {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
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
	case atom.Br, atom.Hr, atom.Img, atom.Input, atom.Meta, atom.Link, atom.Col, atom.Area,
		atom.Base, atom.Embed, atom.Param, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// gapOf gives the line ends that stand before and behind an element at least.
func gapOf(a atom.Atom) int {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Dl, atom.Table, atom.Pre:
		return 2
	case atom.Div, atom.Tr, atom.Dt, atom.Dd, atom.Li, atom.Center, atom.Section, atom.Article,
		atom.Header, atom.Footer, atom.Address, atom.Caption, atom.Fieldset, atom.Form, atom.Body,
		atom.Main, atom.Nav, atom.Aside, atom.Figure, atom.Figcaption, atom.Tbody, atom.Thead:
		return 1
	}
	return 0
}

// indents tells that a blockquote moves text to the right and quotes nobody, as the buttons of
// Gmail and Apple Mail make it: it has no border, where a quotation's is what shows it.
func indents(e element) bool {
	if strings.EqualFold(e.attr("type"), "cite") {
		return false
	}
	if strings.Contains(e.attr("class"), "webkit-indent-blockquote") {
		return true
	}
	for property, value := range declarations(e.attr("style")) {
		switch property {
		case "border", "border-style", "border-width":
			if value == "none" || value == "0" || strings.HasPrefix(value, "0px") ||
				strings.HasPrefix(value, "none") {
				return true
			}
		}
	}
	return false
}
