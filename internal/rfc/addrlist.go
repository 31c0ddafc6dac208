package rfc

import "strings"

// MaxAddresses is how many addresses of one header are read; a mail to more is a bomb.
const MaxAddresses = 10_000

// ParseAddressList reads the addresses of a From, To, Cc or Reply-To field, raw as it was received.
// What is malformed is read as far as it is plain and otherwise left out; groups give their members
// (RFC 5322 section 3.4), "undisclosed-recipients:;" gives none. Encoded words are decoded after
// the structure was read (RFC 2047 section 6.2), so that an encoded "<", "," or "@" stays part of a
// name. `a@b <c@d>` is one address, c@d, named "a@b"; two bare or two in brackets are two, even
// without a comma, so that a From which readers take differently never counts as one (THREATS S2).
func ParseAddressList(header string) []Address {
	s := &addrScanner{s: unfold(header)}
	for s.i < len(s.s) && len(s.list) < MaxAddresses {
		s.step()
	}
	s.finish()
	return s.list
}

// addrScanner reads a list from left to right. Once the end of a comment, quoted string or encoded
// word was not found, later beginnings of the same kind are plain text: searching again from each
// of them would be quadratic.
type addrScanner struct {
	s    string
	i    int
	list []Address

	words   wordScanner
	phrase  strings.Builder // display name, or the bare address
	hasAt   bool            // phrase holds "@"
	comment string
	name    string // before the angle address
	before  string // the words before the last comma, if they were no address
	angle   string
	closed  bool // an angle address was seen
	noQuote bool
	noParen bool
}

// step reads one token at s.i.
func (a *addrScanner) step() {
	c := a.s[a.i]
	switch {
	case c == '"' && a.quoted():
	case c == '(' && a.parens():
	case c == '=' && a.encoded():
	case c == '<':
		a.brackets()
	case c == ',' || c == ';':
		a.before = a.finish()
		if c == ';' {
			a.before = ""
		}
		a.i++
	case c == ':' && (a.closed || !a.hasAt):
		// A group's name ends here; an address before the colon is one that another reader could
		// take for the sender, and counts.
		if !a.closed {
			a.phrase.Reset()
		}
		a.finish()
		a.before = ""
		a.i++
	default:
		if c != '>' {
			a.phrase.WriteByte(c)
		}
		a.hasAt = a.hasAt || c == '@'
		a.i++
	}
}

// quoted reads a quoted string. Its quotes are kept when an "@" follows: it is a local part then.
func (a *addrScanner) quoted() bool {
	end := -1
	if !a.noQuote {
		end = closingQuote(a.s, a.i)
	}
	if end < 0 {
		a.noQuote = true
		return false
	}
	body := a.s[a.i+1 : end]
	if end+1 < len(a.s) && a.s[end+1] == '@' {
		a.phrase.WriteString(a.s[a.i : end+1])
	} else {
		a.phrase.WriteString(unescape(body))
	}
	a.i = end + 1
	return true
}

func closingQuote(s string, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// parens reads a comment; the first one is the name of an address that has no other.
func (a *addrScanner) parens() bool {
	depth := 0
	for j := a.i; j < len(a.s) && !a.noParen; j++ {
		switch a.s[j] {
		case '\\':
			j++
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			if a.comment == "" {
				a.comment = unescape(a.s[a.i+1 : min(j, len(a.s))])
			}
			a.i = j + 1
			return true
		}
	}
	a.noParen = true
	return false
}

// encoded copies an encoded word whole, so that nothing in it counts as structure.
func (a *addrScanner) encoded() bool {
	_, end, ok := a.words.next(a.s, a.i)
	if ok {
		a.phrase.WriteString(a.s[a.i:end])
		a.i = end
	}
	return ok
}

// brackets reads an angle address up to ">", or up to the next separator when ">" is missing.
func (a *addrScanner) brackets() {
	name := a.phrase.String()
	if a.closed && strings.TrimSpace(a.angle) != "" {
		a.phrase.Reset() // what stands between two addresses is the second's name
		a.finish()
	}
	a.name = name
	a.phrase.Reset()
	j := a.i + 1
	route := j < len(a.s) && a.s[j] == '@'
scan:
	for ; j < len(a.s); j++ {
		switch a.s[j] {
		case '"':
			if end := closingQuote(a.s[:min(len(a.s), j+maxAddress)], j); end > 0 {
				j = end
			}
		case '>', '<', ';':
			break scan
		case ',':
			if !route {
				break scan
			}
		}
	}
	spec := a.s[a.i+1 : min(j, len(a.s))]
	if route { // RFC 5321 section 4.1.1.3: source routes are ignored
		_, spec, _ = strings.Cut(spec, ":")
	}
	a.angle, a.closed = spec, true
	a.i = j
	if j < len(a.s) && a.s[j] == '>' {
		a.i++
	}
}

// finish ends the item and adds its address, when it has one. It gives the words of an item that has
// none: before a comma they begin the next one's name, as in `Doe, Jane <j@x.org>`.
func (a *addrScanner) finish() (words string) {
	name, specs := a.name, []string{a.angle}
	if !a.closed {
		name, specs = splitBare(a.phrase.String())
	}
	if before := strings.TrimSpace(a.before); a.closed && before != "" && name != "" {
		name = before + ", " + strings.TrimSpace(name)
	}
	if a.before = ""; len(specs) == 0 {
		words = name
	}
	if strings.TrimSpace(name) == "" {
		name = a.comment
	}
	a.phrase.Reset()
	a.comment, a.name, a.angle, a.closed, a.hasAt = "", "", "", false, false
	for _, spec := range specs {
		if addr := normalAddr(tighten(spec)); addr != "" && len(a.list) < MaxAddresses {
			a.list = append(a.list, Address{Name: CleanName(DecodeHeader(name)), Addr: addr})
		}
	}
	return words
}

// splitBare finds the addresses in an item without brackets: the words that hold "@". One is
// named by the words around it.
func splitBare(item string) (name string, specs []string) {
	var others []string
	for _, word := range strings.Fields(tighten(item)) {
		if strings.Contains(word, "@") {
			specs = append(specs, word)
		} else {
			others = append(others, word)
		}
	}
	if len(specs) > 1 {
		return "", specs
	}
	return strings.Join(others, " "), specs
}

// tighten drops what people and programs put around an address: comments, spaces at its "@",
// "mailto:".
func tighten(spec string) string {
	spec = strings.TrimSpace(dropComments(spec))
	if len(spec) > 7 && strings.EqualFold(spec[:7], "mailto:") {
		spec = spec[7:]
	}
	if before, after, ok := strings.Cut(spec, "@"); ok && strings.ContainsAny(spec, " \t") {
		spec = strings.TrimRight(before, " \t") + "@" + strings.TrimLeft(after, " \t")
	}
	return spec
}

// dropComments takes comments out of an address (RFC 5322 section 3.2.2), quoted strings excepted.
// What is opened and not closed stays.
func dropComments(spec string) string {
	if !strings.Contains(spec, "(") || strings.Contains(spec, `"`) {
		return spec
	}
	var out strings.Builder
	depth, kept := 0, 0
	for i := 0; i < len(spec); i++ {
		switch spec[i] {
		case '\\':
			i++
		case '(':
			if depth == 0 {
				out.WriteString(spec[kept:i])
				kept = i
			}
			depth++
		case ')':
			if depth--; depth == 0 {
				kept = i + 1
			}
			depth = max(depth, 0)
		}
	}
	return out.String() + spec[kept:]
}
