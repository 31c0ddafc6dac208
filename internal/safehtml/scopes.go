package safehtml

import (
	"iter"
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// scopes knows, while tags go by, whether text is shown and whether its white space counts. It
// keeps only the elements that change either, and how many of the same name are open in each.
type scopes struct {
	stack []scope
	all   bool // nothing is hidden
}

// maxScopes bounds the changes inside one another; deeper ones are not followed.
const maxScopes = 64

type scope struct {
	atom    atom.Atom
	name    string
	deep    int  // elements of that name that are open, this one among them
	hidden  bool // text is not shown
	forGood bool // nor by anything inside
	pre     bool // white space counts
}

func (s *scopes) top() scope {
	if len(s.stack) == 0 {
		return scope{}
	}
	return s.stack[len(s.stack)-1]
}

func (s *scopes) hidden() bool { return s.top().hidden }
func (s *scopes) pre() bool    { return s.top().pre }

// open tells whether an element that hides its content is still open.
func (s *scopes) open() bool {
	for _, sc := range s.stack {
		if sc.hidden {
			return true
		}
	}
	return false
}

// start takes a start tag.
func (s *scopes) start(e element) {
	if e.empty {
		return
	}
	was := s.top()
	now := scope{
		atom: e.atom, name: e.name, deep: 1, hidden: was.hidden, forGood: was.forGood, pre: was.pre,
	}
	now.take(e)
	if s.all {
		now.hidden, now.forGood = false, false
	}
	changes := now.hidden != was.hidden || now.forGood != was.forGood || now.pre != was.pre
	if changes && len(s.stack) < maxScopes {
		s.stack = append(s.stack, now)
		return
	}
	if i := s.nearest(e); i >= 0 {
		s.stack[i].deep++
	}
}

// end takes an end tag. What was opened inside and never closed ends too.
func (s *scopes) end(e element) {
	i := s.nearest(e)
	if i < 0 {
		return
	}
	if s.stack[i].deep--; s.stack[i].deep == 0 {
		s.stack = s.stack[:i]
	}
}

func (s *scopes) nearest(e element) int {
	for i := len(s.stack) - 1; i >= 0; i-- {
		if s.stack[i].atom == e.atom && s.stack[i].name == e.name {
			return i
		}
	}
	return -1
}

// take changes a scope by what its element says.
func (sc *scope) take(e element) {
	switch e.atom {
	case atom.Template, atom.Svg, atom.Math, atom.Datalist:
		sc.hidden, sc.forGood = true, true
	case atom.Pre, atom.Xmp, atom.Listing:
		sc.pre = true
	}
	if len(e.attrs) == 0 {
		return
	}
	if _, hidden := e.has("hidden"); hidden {
		sc.hidden, sc.forGood = true, true
	}
	flat, clipped := false, false
	for property, value := range declarations(e.attr("style")) {
		switch property {
		case "display":
			sc.hide(value == "none")
		case "visibility":
			sc.hide(value == "hidden" || value == "collapse")
		case "mso-hide":
			sc.hide(value == "all")
		case "opacity":
			sc.hide(isTiny(value))
		case "font-size":
			if !sc.forGood { // an element inside may have a size of its own, as in newsletters
				sc.hidden = isTiny(value)
			}
		case "height", "max-height", "width", "max-width":
			flat = flat || isTiny(value)
		case "overflow":
			clipped = value == "hidden"
		case "white-space":
			sc.pre = strings.HasPrefix(value, "pre") || value == "break-spaces"
		}
	}
	sc.hide(flat && clipped)
}

func (sc *scope) hide(yes bool) {
	if yes {
		sc.hidden, sc.forGood = true, true
	}
}

// isTiny tells that a size is none, or one in which nobody can read: "0", "0px", "1px".
func isTiny(value string) bool {
	number := strings.TrimRight(value, "abcdefghijklmnopqrstuvwxyz%")
	n, err := strconv.ParseFloat(number, 64)
	return err == nil && (n == 0 || n > 0 && n <= 1 && value[len(number):] == "px")
}

// declarations gives the declarations of a style attribute in lower case.
func declarations(style string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for declaration := range strings.SplitSeq(style, ";") {
			property, value, found := strings.Cut(declaration, ":")
			if !found {
				continue
			}
			value, _, _ = strings.Cut(value, "!") // !important
			property = strings.ToLower(strings.TrimSpace(property))
			if !yield(property, strings.ToLower(strings.TrimSpace(value))) {
				return
			}
		}
	}
}
