package safehtml

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Tree gives html as a body element with its tree, for those who look for structure in it. Its
// size and depth (256) are bounded by what was read, which html.Parse's are not: a few unclosed
// fonts that it opens again in each paragraph make a gigabyte of two megabytes. Scripts, styles,
// titles and comments are left out; nothing else is cleaned.
func Tree(src string) *html.Node {
	body := &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"}
	at, skip := body, atom.Atom(0)
	n := nesting{ended: func(tag) { at = at.Parent }}
	for z := html.NewTokenizer(strings.NewReader(src)); ; {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return body
		case html.TextToken:
			if skip == 0 {
				at.AppendChild(&html.Node{Type: html.TextNode, Data: string(z.Text())})
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			t := tagOf(token)
			switch {
			case skip != 0 || isFrame(t.atom):
				continue
			case isData(t.atom):
				skip = t.atom
				continue
			case !n.start(t):
				continue
			}
			child := &html.Node{
				Type: html.ElementNode, DataAtom: token.DataAtom, Data: token.Data, Attr: token.Attr,
			}
			at.AppendChild(child)
			if isVoid(t.atom) {
				continue
			}
			if at = child; kind == html.SelfClosingTagToken {
				n.end(t)
			}
		case html.EndTagToken:
			if t := tagOf(z.Token()); skip == 0 {
				n.end(t)
			} else if t.atom == skip {
				skip = 0
			}
		}
	}
}

func tagOf(t html.Token) tag {
	if t.DataAtom != 0 {
		return tag{atom: t.DataAtom}
	}
	return tag{name: t.Data}
}

// isFrame names the elements that there is one of: the tree has its own.
func isFrame(a atom.Atom) bool {
	return a == atom.Html || a == atom.Head || a == atom.Body
}
