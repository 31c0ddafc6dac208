package safehtml

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// maxNesting bounds how many elements may stand inside one another. Parsers know bounds too
// (golang.org/x/net/html gives up beyond 512), and no mail of a person comes near.
const maxNesting = 256

// tag names an element: by its atom, or by its name when HTML does not know it.
type tag struct {
	atom atom.Atom
	name string
}

// nesting puts elements into each other as a browser does (WHATWG HTML section 13.2.6), so far
// as that keeps each of them within what it stands in: what is not closed is, what closes nothing
// is gone, parts of tables stand in tables and items in lists. It reopens nothing, so that what
// comes out is no longer than what went in and its end tags: a parser that follows the standard
// lets a hundred unclosed fonts stand again in each paragraph that follows.
type nesting struct {
	open []tag
	// ended is called for each element that ends, the innermost first.
	ended func(tag)
}

// start takes a start tag, and ends what it ends. false: the element cannot stand there.
func (n *nesting) start(t tag) bool {
	switch t.atom {
	case atom.Li:
		if n.find(isCell, atom.Ul) < 0 && n.find(isCell, atom.Ol) < 0 {
			return false // it would end an item of the page
		}
		n.closeItem(t.atom, t.atom)
	case atom.Dd, atom.Dt:
		if n.find(isCell, atom.Dl) < 0 {
			return false
		}
		n.closeItem(atom.Dd, atom.Dt)
	case atom.A:
		n.closeTo(n.find(isCell, t.atom))
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		if i := len(n.open) - 1; i >= 0 && isHeading(n.open[i].atom) {
			n.closeTo(i)
		}
	case atom.Table:
		if i := n.find(isCell, t.atom); i >= 0 {
			n.closeTo(i) // between the cells of a table there is no place for another
		}
	}
	if isTablePart(t.atom) && !n.makeRoom(t.atom) {
		return false
	}
	if isBlock(t.atom) {
		n.closeTo(n.find(isCell, atom.P))
	}
	if isVoid(t.atom) {
		return true
	}
	if len(n.open) >= maxNesting {
		return false
	}
	n.open = append(n.open, t)
	return true
}

// end takes an end tag, and ends the nearest element of that name with all that stands in it.
func (n *nesting) end(t tag) {
	border := isCell
	switch {
	case t.atom == atom.Table:
		border = isNothing
	case isTablePart(t.atom):
		border = isTable
	case t.atom == atom.Li:
		border = isList
	}
	for i := len(n.open) - 1; i >= 0; i-- {
		if n.open[i] == t {
			n.closeTo(i)
			return
		}
		if border(n.open[i].atom) {
			return
		}
	}
}

// endAll ends what is open.
func (n *nesting) endAll() { n.closeTo(0) }

// closeTo ends the open elements from the i-th on; none for a negative i.
func (n *nesting) closeTo(i int) {
	for i >= 0 && len(n.open) > i {
		last := n.open[len(n.open)-1]
		n.open = n.open[:len(n.open)-1]
		n.ended(last)
	}
}

// find gives the innermost open element of that name within a border, else -1.
func (n *nesting) find(border func(atom.Atom) bool, name atom.Atom) int {
	for i := len(n.open) - 1; i >= 0; i-- {
		if n.open[i].atom == name {
			return i
		}
		if border(n.open[i].atom) {
			break
		}
	}
	return -1
}

// closeItem ends the item of a list that the next one follows, by either name.
func (n *nesting) closeItem(a, b atom.Atom) {
	for i := len(n.open) - 1; i >= 0; i-- {
		switch name := n.open[i].atom; {
		case name == a || name == b:
			n.closeTo(i)
			return
		case name != atom.Div && name != atom.P && name != atom.Address && isBlock(name),
			isCell(name):
			return
		}
	}
}

// makeRoom ends what stands between a part of a table and the element that it belongs into. false:
// there is no table.
func (n *nesting) makeRoom(part atom.Atom) bool {
	table := n.find(isNothing, atom.Table)
	if table < 0 {
		return false
	}
	i := len(n.open)
	for i-1 > table && !holds(n.open[i-1].atom, part) {
		i--
	}
	n.closeTo(i)
	return true
}

// holds tells whether a part of a table stands directly in another.
func holds(outer, part atom.Atom) bool {
	switch part {
	case atom.Td, atom.Th:
		return outer == atom.Tr
	case atom.Tr:
		return outer == atom.Tbody || outer == atom.Thead || outer == atom.Tfoot
	}
	return false
}

func isTablePart(a atom.Atom) bool {
	switch a {
	case atom.Tr, atom.Td, atom.Th, atom.Tbody, atom.Thead, atom.Tfoot, atom.Caption, atom.Colgroup:
		return true
	}
	return false
}

// isCell names the elements that shield what is in them from end tags of what is around them.
func isCell(a atom.Atom) bool {
	return a == atom.Td || a == atom.Th || a == atom.Caption || a == atom.Table
}

func isTable(a atom.Atom) bool { return a == atom.Table }

func isList(a atom.Atom) bool { return a == atom.Ul || a == atom.Ol || isCell(a) }

func isNothing(atom.Atom) bool { return false }

func isHeading(a atom.Atom) bool {
	switch a {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true
	}
	return false
}

// isBlock names the elements that end a paragraph.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Blockquote, atom.Center, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dd,
		atom.Dt, atom.Pre, atom.Table, atom.Hr, atom.Address, atom.Article, atom.Section, atom.Aside,
		atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Figure, atom.Form, atom.Fieldset:
		return true
	}
	return isHeading(a)
}

// nest gives clean, which the policy wrote, with each of its elements ended within it. In clean
// every "<" begins a tag and the next ">" ends it.
func nest(clean string) string {
	var b strings.Builder
	b.Grow(len(clean) + len(clean)/16)
	n := nesting{ended: func(t tag) { b.WriteString("</" + t.atom.String() + ">") }}
	for {
		at := strings.IndexByte(clean, '<')
		if at < 0 {
			break
		}
		b.WriteString(clean[:at])
		length := strings.IndexByte(clean[at:], '>') + 1
		if length == 0 {
			clean = ""
			break
		}
		whole := clean[at : at+length]
		clean = clean[at+length:]
		name, _, _ := strings.Cut(strings.Trim(whole, "</>"), " ")
		t := tag{atom: atom.Lookup([]byte(name))}
		if whole[1] == '/' {
			n.end(t)
		} else if n.start(t) {
			b.WriteString(whole)
		}
	}
	b.WriteString(clean)
	n.endAll()
	return b.String()
}
