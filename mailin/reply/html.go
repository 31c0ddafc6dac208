package reply

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxHTML bounds, in bytes, the HTML that is cut; above it the text is shown.
const maxHTML = 2 << 20

// Elements that hold a quotation and nothing else, by class and by id.
var (
	quoteClasses = map[string]bool{
		"gmail_quote": true, "gmail_quote_container": true, "gmail_attr": true,
		"yahoo_quoted": true, "moz-cite-prefix": true, "moz-email-headers-table": true,
		"protonmail_quote": true, "tutanota_quote": true, "zmail_extra": true,
		"ntes-mailmaster-quote": true, "netease_mail_quote": true, "foxmail_quote": true,
		"qm_originalcontent": true, "mail_quote": true, "xm_mail_oringinal_describe": true,
	}
	quoteIDs = map[string]bool{
		"OLK_SRC_BODY_SECTION": true, "isReplyContent": true,
		"ntes-pcmac-signature-quote": true, "mail-editor-reference-message-container": true,
		"yahoo_quoted": true, "qm_original": true,
	}
)

// tailIDs mark the elements from which everything to the end of the mail is quoted (Outlook).
var tailIDs = map[string]bool{"divRplyFwdMsg": true, "appendonsend": true}

// Elements that hold a signature, by class and by id.
var (
	signatureClasses = map[string]bool{
		"gmail_signature": true, "gmail_signature_prefix": true, "moz-signature": true,
		"protonmail_signature_block": true, "ntes-mailmaster-signature": true,
		"foxmail_signature": true,
	}
	signatureIDs = map[string]bool{
		"Signature": true, "ms-outlook-mobile-signature": true, "mail-editor-signature": true,
		"ntes-pcmail-signature": true, "spark_signature": true,
	}
)

// besides is what text parts print beside the words: names of pictures, addresses of links.
var besides = regexp.MustCompile(`\[(?i:image|cid|图片)[:：][^\]\n]*\]|<mailto:[^>\s]*>`)

// bodyOf reads HTML; nil when there is none that can be cut.
func bodyOf(source string) *html.Node {
	if source == "" || len(source) > maxHTML {
		return nil
	}
	doc, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return nil
	}
	return find(doc, atom.Body)
}

// cutHTML takes quotation and signature out of the HTML. It returns "" unless what is left says
// what the cut text says: letter for letter nothing more, and nearly all of it.
func cutHTML(body *html.Node, separators []string, res Result) string {
	c := cutter{quotes: res.Folded != "", separators: make(map[string]bool)}
	for _, s := range separators {
		if s = plain(s); s != "" {
			c.separators[s] = true
		}
	}
	c.prune(body)
	want := letters(besides.ReplaceAllString(res.Text, " "))
	if res.Folded != "" || res.Signature != "" {
		(&aligner{want: want}).trim(body)
	}
	if !says(letters(textOf(body)), want) {
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

// prune removes quotations and signatures below n. The parser bounds the depth (512).
func (c *cutter) prune(n *html.Node) {
	var next *html.Node
	for child := n.FirstChild; child != nil; child = next {
		next = child.NextSibling
		c.tail = c.tail || c.quotes && c.beginsTail(child)
		if c.tail || c.quotes && isQuotation(child) || isSignature(child) {
			n.RemoveChild(child)
			continue
		}
		descend(n, child, c.prune)
	}
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

// beginsTail tells whether a node is the head of a quotation that nothing encloses: Outlook's
// marks, our separator, or the line above QQ Mail's and Foxmail's quotations.
func (c *cutter) beginsTail(n *html.Node) bool {
	if n.Type == html.TextNode {
		if len(n.Data) > maxIntroduction {
			return false
		}
		word, dashed := divider(n.Data)
		return dashed && originals[word] || c.separators[plain(n.Data)]
	}
	return n.Type == html.ElementNode && (tailIDs[attr(n, "id")] || n.Data == "includetail")
}

// isQuotation tells whether a node is an element that holds a quotation.
func isQuotation(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	if n.DataAtom == atom.Blockquote && strings.EqualFold(attr(n, "type"), "cite") {
		return true
	}
	return quoteIDs[attr(n, "id")] || hasClass(n, quoteClasses)
}

// isSignature tells whether a node is an element that holds a signature, or a comment, which no
// reader sees and in which programs leave addresses.
func isSignature(n *html.Node) bool {
	return n.Type == html.CommentNode ||
		n.Type == html.ElementNode && (signatureIDs[attr(n, "id")] || hasClass(n, signatureClasses))
}

// signed gives the letters of what the HTML marks as signature, outside of quotations; more tells
// that no tail has begun.
func signed(n *html.Node) (sig []rune, more bool) {
	for child := range n.ChildNodes() {
		switch {
		case tailIDs[attr(child, "id")]:
			return sig, false
		case isQuotation(child):
		case isSignature(child):
			sig = append(sig, letters(textOf(child))...)
		default:
			below, more := signed(child)
			if sig = append(sig, below...); !more {
				return sig, false
			}
		}
	}
	return sig, true
}

// aligner reads a tree beside the new text and removes what follows once the text is used up. A
// picture between the last word and the quotation stays.
type aligner struct {
	want []rune
	at   int
	tail bool
}

// trim removes below n what comes after the new text.
func (a *aligner) trim(n *html.Node) {
	var next *html.Node
	for child := n.FirstChild; child != nil; child = next {
		next = child.NextSibling
		if child.Type == html.TextNode && !unseen(child) {
			got := letters(child.Data)
			a.tail = a.tail || len(got) > 0 && len(a.want) > 0 && a.at == len(a.want)
			a.at = align(got, a.want, a.at)
		}
		if a.tail {
			n.RemoveChild(child)
			continue
		}
		descend(n, child, a.trim)
	}
}

// align returns how far want is used up, from at on, when got is read beside it.
func align(got, want []rune, at int) int {
	for _, r := range got {
		for at < len(want) && want[at] != r {
			at++
		}
		at = min(at+1, len(want))
	}
	return at
}

func hasClass(n *html.Node, classes map[string]bool) bool {
	for _, class := range strings.Fields(attr(n, "class")) {
		if classes[class] {
			return true
		}
	}
	return false
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func find(n *html.Node, a atom.Atom) *html.Node {
	for d := range n.Descendants() {
		if d.DataAtom == a {
			return d
		}
	}
	return nil
}

// textOf is the text below n as a reader would see it, without white space's meaning.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		switch {
		case d.Type == html.ElementNode:
			b.WriteByte(' ')
		case d.Type == html.TextNode && !unseen(d):
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// unseen tells whether a text node is no text for readers.
func unseen(n *html.Node) bool {
	switch n.Parent.DataAtom {
	case atom.Style, atom.Script, atom.Title:
		return true
	}
	return false
}

// letters is s without anything but letters and digits, in lower case, and without addresses of
// pages, which text parts print beside links.
func letters(s string) []rune {
	var out []rune
	for _, word := range strings.Fields(s) {
		if at := strings.Index(word, "://"); at >= 0 {
			word = word[:max(0, strings.LastIndexAny(word[:at], "<([")+1)]
		}
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				out = append(out, unicode.ToLower(r))
			}
		}
	}
	return out
}

// says tells whether got holds, in order, nothing that want does not hold, and four fifths of it:
// text parts have bullets, numbers and names of images besides.
func says(got, want []rune) bool {
	i := 0
	for _, r := range want {
		if i < len(got) && got[i] == r {
			i++
		}
	}
	return i == len(got) && 5*len(got) >= 4*len(want)
}
