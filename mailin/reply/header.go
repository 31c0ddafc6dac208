package reply

import "strings"

// fieldKind is what a line of a quoted header says.
type fieldKind uint8

const (
	noField fieldKind = iota
	fromField
	dateField
	toField
	subjectField
	otherField
)

const (
	// maxFieldName bounds, in bytes, the name of a field with what is drawn around it.
	maxFieldName = 48
	// maxHeaderLines bounds a quoted header, folded recipients and all.
	maxHeaderLines = 16
	// maxFormWords is how many words the name of a field of a form has at most.
	maxFormWords = 3
	// minHeaderFields is how many fields, the author's among them, make a header of some lines …
	minHeaderFields = 3
	// … and minRuledFields how many below a drawn line, or that give address, day and hour.
	minRuledFields = 2
)

// header tells whether a quoted header begins at line i: a field, and close below others, so that
// there are at least three with the author and a date or a subject among them. Of three, one says a
// date or an address: more are what only programs write.
func (m *mail) header(i int) bool {
	first := m.field(i)
	if first == noField || m.form(i) {
		return false
	}
	// Programs that do not begin with the author begin with two fields.
	next := m.skipBlank(i+1, len(m.lines))
	if first != fromField && (next == len(m.lines) || m.field(next) == noField) {
		return false
	}
	end := m.headerEnd(i)
	least := minHeaderFields
	if above := m.skipBlankBack(0, i); above > 0 && m.rule(above-1) {
		least = minRuledFields
	}
	var seen [otherField + 1]bool
	count, real, address, date := 0, false, false, false
	for j := i; j < end; j++ {
		kind, text := m.field(j), m.lines[j].text
		if kind != noField && !seen[kind] {
			seen[kind] = true
			count++
		}
		real = real || strings.Contains(text, "@")
		address = address || kind == fromField && strings.Contains(text, "@")
		date = date || kind == dateField && hasDate(folding(text)) && hasClock(folding(text))
	}
	real = real || date
	if address && date {
		least = minRuledFields // as sure as an attribution
	}
	real = real || count > least
	return real && seen[fromField] && count >= least && (seen[dateField] || seen[subjectField])
}

// form tells whether line i stands in a form of a web page, in a mail that answers none: beside
// fields of mails such a list has others, and what stands below it is what the customer wrote.
func (m *mail) form(i int) bool {
	if m.answers || m.forwarded {
		return false
	}
	from := i
	for from > 0 && i-from < maxHeaderLines && !m.blank(from-1) {
		from--
	}
	for ; from < len(m.lines) && from < i+maxHeaderLines && !m.blank(from); from++ {
		name, ok := beforeColon(m.lines[from].text)
		if ok && m.field(from) == noField && strings.Count(name, " ") < maxFormWords &&
			!strings.ContainsAny(name, "0123456789@<>") && !endsWithColon(m.lines[from].text) {
			return true
		}
	}
	return false
}

// notesHeader tells whether a header as Lotus Notes prints it begins at line i: the author, the
// date, and names of fields on lines of their own.
func (m *mail) notesHeader(i int) bool {
	if text := m.lines[i].text; !strings.HasSuffix(text, ">") || !strings.Contains(text, "@") ||
		i+1 == len(m.lines) {
		return false
	}
	date := m.lines[i+1].text
	to := m.skipBlank(i+2, len(m.lines))
	return len(date) <= maxFieldName && hasDate(date) && hasClock(date) && to < len(m.lines) &&
		len(m.lines[to].text) <= maxFieldName && fields[fieldName(m.lines[to].text)] == toField
}

// headerEnd returns the end of the quoted header that begins at line i, a divider or a field: of
// the last field that no more than two other lines part from the one above.
func (m *mail) headerEnd(i int) int {
	end, misses := i+1, 0
	for j := i; j < len(m.lines) && j < i+maxHeaderLines && misses <= 2; j++ {
		if m.lines[j].depth != m.lines[i].depth {
			break
		}
		if m.field(j) == noField {
			misses++
		} else {
			end, misses = j+1, 0
		}
	}
	return end
}

// field tells which field of a quoted header line i is. A table row of "| From | …" is one too:
// that is how NetEase's programs print it.
func (m *mail) field(i int) fieldKind {
	text := m.lines[i].text
	if rest, ok := strings.CutPrefix(text, "|"); ok {
		name, _, _ := strings.Cut(rest[:min(len(rest), maxFieldName)], "|")
		return fields[fieldName(name)]
	}
	name, ok := beforeColon(text)
	if !ok {
		return noField
	}
	return fields[fieldName(name)]
}

// beforeColon gives what stands before a line's first colon of either width, if it is short enough
// for a name.
func beforeColon(line string) (name string, ok bool) {
	name = line[:min(len(line), maxFieldName)]
	end := strings.IndexByte(name, ':')
	if wide := strings.Index(name, "："); wide >= 0 && (end < 0 || wide < end) {
		end = wide
	}
	if end <= 0 {
		return "", false
	}
	return name[:end], true
}

// fieldName is the name of a field as the table has it: without spaces where programs spread a
// word of two characters over the width of three.
func fieldName(s string) string {
	s = strings.Trim(folding(s), "*_ \t'\"")
	if s != "" && s[0] >= firstCJK && !strings.ContainsFunc(s, isHangul) {
		s = strings.ReplaceAll(s, " ", "")
	}
	return s
}

func isHangul(r rune) bool { return r >= '가' && r <= '힣' }
