package reply

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// cutHTML takes quotation and signature out of the HTML. It returns "" unless what is left says
// what the cut text says: letter for letter nothing more, and nearly all of it.
func cutHTML(body *html.Node, separators []string, res Result) string {
	c := cutter{quotes: res.Folded != "", separators: plainSet(separators)}
	c.prune(body, false)
	want := appendLetters(nil, withoutBesides(res.Text))
	if res.Folded != "" || res.Signature != "" {
		(&aligner{want: want}).trim(body)
	}
	left := reading{}
	left.read(body, own, false)
	if !says(left.letters, want) {
		return ""
	}
	var b strings.Builder
	for n := body.FirstChild; n != nil; n = n.NextSibling {
		if html.Render(&b, n) != nil {
			return ""
		}
	}
	return strings.TrimSpace(b.String())
}

// cutter prunes a tree in document order. Once it has seen the head of a tail it removes
// everything that follows.
type cutter struct {
	quotes     bool
	separators map[string]bool
	tail       bool
}

// prune removes quotations and signatures below n, and the comments, which no reader sees and in
// which programs leave addresses. safehtml.Tree bounds the depth.
func (c *cutter) prune(n *html.Node, inGmail bool) {
	var next *html.Node
	for child := n.FirstChild; child != nil; child = next {
		next = child.NextSibling
		mark := unsaid
		switch child.Type {
		case html.ElementNode:
			mark = markOf(child, inGmail)
		case html.CommentNode:
			mark = signed
		case html.TextNode:
			c.tail = c.tail || c.quotes && c.heads(child.Data)
		}
		c.tail = c.tail || c.quotes && mark == tail
		if c.tail || mark == signed || c.quotes && mark == quoted {
			n.RemoveChild(child)
			continue
		}
		inside := inGmail || isGmail(child) && child.DataAtom != atom.Blockquote
		descend(n, child, func(n *html.Node) { c.prune(n, inside) })
	}
}

// heads tells whether a text is the head of a quotation that nothing encloses: our separator, or
// the line above QQ Mail's and Foxmail's quotations.
func (c *cutter) heads(text string) bool {
	if len(text) > maxIntroduction {
		return false
	}
	text = plain(text)
	word, dashed := divider(text)
	return dashed && quotes(word) || c.separators[text]
}

// descend prunes below a child of n, and removes the child when that has emptied it.
func descend(n, child *html.Node, prune func(*html.Node)) {
	if child.FirstChild == nil {
		return
	}
	if prune(child); child.FirstChild == nil {
		n.RemoveChild(child)
	}
}

// aligner reads a tree beside the new text and removes what follows once the text is used up. A
// picture between the last word and the quotation stays.
type aligner struct {
	want []byte
	buf  []byte
	at   int
	tail bool
}

// trim removes below n what comes after the new text.
func (a *aligner) trim(n *html.Node) {
	var next *html.Node
	for child := n.FirstChild; child != nil; child = next {
		next = child.NextSibling
		if child.Type == html.TextNode && !unseen(child) {
			a.buf = appendLetters(a.buf[:0], child.Data)
			done := len(a.want) > 0 && a.at == len(a.want)
			a.tail = a.tail || done && (len(a.buf) > 0 || looseDelimiter(plain(child.Data)))
			a.use(a.buf)
		}
		if a.tail {
			n.RemoveChild(child)
			continue
		}
		descend(n, child, a.trim)
	}
}

// use moves on in the new text by what the tree says.
func (a *aligner) use(got []byte) {
	for _, b := range got {
		i := bytes.IndexByte(a.want[a.at:], b)
		if i < 0 {
			a.at = len(a.want)
			return
		}
		a.at += i + 1
	}
}

// says tells whether got holds, in order, nothing that want does not hold, and four fifths of it:
// text parts have bullets, numbers and names of images besides.
func says(got, want []byte) bool {
	i := 0
	for _, b := range want {
		if i < len(got) && got[i] == b {
			i++
		}
	}
	return i == len(got) && 5*len(got) >= 4*len(want)
}
