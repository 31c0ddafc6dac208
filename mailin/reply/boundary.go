package reply

import "strings"

// boundary returns the first line from which everything is an unmarked quotation, else the number
// of lines. It notes where a forwarded mail begins, for what stands below that is content.
func (m *mail) boundary() int {
	for i := range m.lines {
		l := &m.lines[i]
		if l.text == "" || len(l.text) > maxIntroduction {
			continue
		}
		word, dashed := divider(l.text)
		if m.forwards(i, word, dashed) {
			m.forward = m.introduction(i)
			return m.separatorAfter(i)
		}
		if l.quoted {
			continue
		}
		if m.separator(i) {
			return m.introduction(i)
		}
		if m.heads(i, word, dashed) {
			from, to := m.introduction(i), m.headerEnd(i)
			if !m.quotedFrom(to) {
				return from
			}
			m.quote(from, to, true)
			continue
		}
		if n, s := m.attribution(i, len(m.lines)); s >= strong && !m.quotedFrom(i+n) {
			return i
		}
	}
	return len(m.lines)
}

// forwards tells whether a mail that was passed on begins with line i, a divider or not: the words
// say so, or the subject does. In no language that is known here, programs that forward draw a line
// and begin with the subject (Thunderbird), or put words with a colon behind the marks (Apple).
func (m *mail) forwards(i int, word string, dashed bool) bool {
	l := &m.lines[i]
	bySubject := l.depth == 0 && (m.forwarded || m.maybeForwarded)
	if word == "" && !bySubject || !m.begins(i) && l.kind != tail {
		return false
	}
	next := m.skipEmpty(i + 1)
	switch {
	case m.begins(i) && forwards[word] && (dashed || endsWithColon(l.text)):
		return true
	case next < len(m.lines) && dashed && !quotes(word) && m.field(next) == subjectField,
		next < len(m.lines) && l.depth > 0 && m.begins(i) && m.leadsIn(i):
		return m.header(next)
	case !bySubject:
		return false
	case m.maybeForwarded && !strings.HasPrefix(folding(l.text), "fra:"):
		return false
	}
	return l.kind == tail || m.heads(i, word, dashed)
}

// skipEmpty returns the first line at or after i that says something, else the number of lines.
func (m *mail) skipEmpty(i int) int {
	for i < len(m.lines) && m.empty(i) {
		i++
	}
	return i
}

// heads tells whether line i, a divider or not, is the head of a quotation. What the author leads
// in with a colon is shown, not answered.
func (m *mail) heads(i int, word string, dashed bool) bool {
	if dashed && quotes(word) || m.notesHeader(i) {
		return true
	}
	if !m.header(i) {
		return false
	}
	above := m.skipBlankBack(0, i)
	return above == 0 || !m.leadsIn(above-1)
}

// begins tells whether line i is the author's, or the first of a quotation: a forward that lies
// deeper in a quotation is quoted.
func (m *mail) begins(i int) bool {
	above := m.skipBlankBack(0, i)
	return !m.lines[i].quoted || above == 0 || !m.lines[above-1].quoted
}

// separatorAfter returns the first of our separators below line i, however marked, else the number
// of lines: an agent who forwards a notification forwards no more of it than its text.
func (m *mail) separatorAfter(i int) int {
	for i++; i < len(m.lines); i++ {
		if m.separator(i) {
			return i
		}
	}
	return len(m.lines)
}

// quotedFrom tells whether the first line at or after i that is not blank is quoted.
func (m *mail) quotedFrom(i int) bool {
	i = m.skipBlank(i, len(m.lines))
	return i < len(m.lines) && m.lines[i].quoted
}

// introduction moves a boundary up over a rule of dashes or underscores and over an attribution
// that stand directly above it.
func (m *mail) introduction(i int) int {
	for range maxFolds {
		above := m.skipBlankBack(0, i)
		if above == 0 || m.lines[above-1].quoted {
			return i
		}
		if m.rule(above-1) || originals[folding(strings.TrimSpace(m.lines[above-1].text))] ||
			m.original(above-1) {
			i = above - 1
			continue
		}
		if at := m.attributionAbove(above); at < above {
			return at
		}
		return i
	}
	return i
}

// attributionAbove returns where an attribution that ends right before line i begins, else i.
func (m *mail) attributionAbove(i int) int {
	if i == 0 || len(m.lines[i-1].text) > maxIntroduction || !introduces(m.lines[i-1].text) {
		return i
	}
	best, sure := i, none
	for back := 1; back <= maxFolds && back <= i; back++ {
		at := i - back
		if m.empty(at) || back > 1 && endsWithColon(m.lines[at].text) {
			break
		}
		if back == 1 && bareVerb(m.lines[at].text) {
			continue
		}
		if n, s := m.attribution(at, i); n == back && s > sure {
			best, sure = at, s
		}
	}
	return best
}

// introduced tells whether the lines from i on are led in as a quotation is.
func (m *mail) introduced(i int) bool {
	above := m.skipBlankBack(0, i)
	if m.attributionAbove(above) < above || above > 0 && m.original(above-1) {
		return true
	}
	if i = m.skipBlank(i, len(m.lines)); i == len(m.lines) {
		return false
	}
	_, s := m.attribution(i, len(m.lines))
	return s >= strong || m.header(i) || m.original(i) || m.separator(i)
}

func (m *mail) original(i int) bool {
	word, dashed := divider(m.lines[i].text)
	return dashed && quotes(word)
}

// quotes tells whether the words between dashes say that a quotation follows.
func quotes(word string) bool {
	if originals[word] {
		return true
	}
	for _, r := range repliesAbove {
		if strings.Contains(word, r) {
			return true
		}
	}
	return false
}

// rule tells whether line i is drawn: at least four dashes, underscores, equals signs or stars and
// nothing else.
func (m *mail) rule(i int) bool {
	line := strings.TrimSpace(m.lines[i].raw)
	return len(line) >= 4 && len(line) <= maxIntroduction && strings.Trim(line, "-_=—─━―–~* ") == ""
}

// divider takes the dashes off a line such as "----- Original Message -----" and returns the words
// between in lower case, and whether there were dashes. A line that has neither dashes nor a colon
// divides nothing: "".
func divider(text string) (word string, dashed bool) {
	switch {
	case strings.HasPrefix(text, "--"), strings.HasPrefix(text, "=="),
		strings.HasPrefix(text, "##"), strings.HasPrefix(text, "——"), strings.HasPrefix(text, "──"):
		dashed = true
	case !endsWithColon(text):
		return "", false
	}
	inner := strings.Trim(text, "-—–─=#_* \t\u00a0")
	inner = strings.TrimRight(inner, ":： ")
	return strings.ReplaceAll(folding(inner), "’", "'"), dashed
}

// forwardedSubject tells whether a subject calls its mail a forward: by its first prefix, behind
// the tags in brackets that gateways put before it. With "VS" Danes and Norwegians forward, and
// Finns answer: maybe.
func forwardedSubject(subject string) (yes, maybe bool) {
	for strings.HasPrefix(subject, "[") {
		_, rest, ok := strings.Cut(subject, "]")
		if !ok {
			return false, false
		}
		subject = strings.TrimSpace(rest)
	}
	name, ok := beforeColon(subject)
	name = strings.TrimSpace(folding(name))
	return ok && forwardPrefixes[name], ok && name == "vs"
}
