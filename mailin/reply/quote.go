package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// block is a run of quoted lines with the attribution above it: lines [from, to), of which those
// before quote introduce.
type block struct{ from, quote, to int }

// fold folds what is quoted.
func (m *mail) fold() {
	m.spareOwnPassages()
	end := m.boundary()
	if m.answersBelow(end) {
		end = len(m.lines)
	}
	m.put(end, len(m.lines), folded)
	m.foldBlocks(min(end, m.forward))
	m.showFiles(end)
}

// showFiles shows the list of files that QQ Mail and NetEase keep for the author and name below the
// quotation; not one that an earlier message had, which is quoted.
func (m *mail) showFiles(from int) {
	for i := from; i < len(m.lines); i++ {
		if m.lines[i].depth == 0 && !m.lines[i].known && begins(m.lines[i].text, fileLists) {
			m.put(i, len(m.lines), visible)
			return
		}
	}
}

// spareOwnPassages takes the marked lines that the author leads in with a colon, as one leads in a
// message that one was shown, for the author's.
func (m *mail) spareOwnPassages() {
	for i := 0; i < len(m.lines); i++ {
		if !m.lines[i].quoted {
			continue
		}
		to := m.runEnd(i, len(m.lines))
		above := m.skipBlankBack(0, i)
		if above > 0 && m.lines[i].kind <= own && m.leadsIn(above-1) && !m.introduced(i) {
			m.quote(i, to, false)
		}
		i = to - 1
	}
}

// leadsIn tells whether line i ends with a colon and says nothing that an attribution says.
func (m *mail) leadsIn(i int) bool {
	text := m.lines[i].text
	if !endsWithColon(text) || len(text) > maxIntroduction {
		return false
	}
	return !strings.ContainsAny(text, "@0123456789") && attributes(text) == none
}

// answersBelow tells whether the author answered between the lines below end, where no program
// marked what it quoted. It then says of the other lines that they are quoted.
func (m *mail) answersBelow(end int) bool {
	answered := false
	for i := end; i < len(m.lines); i++ {
		answered = answered || m.lines[i].answer
	}
	for i := end; i < len(m.lines) && answered; i++ {
		m.lines[i].quoted = !m.lines[i].answer
	}
	return answered
}

// foldBlocks folds the quotations among the lines before end. A quotation at the bottom is folded,
// and so is a single one with the answer below it, if it stands at the top or has the line above it
// that a program writes. Else what has words of the author both above and below is an answer
// between quoted lines: it stays, with what it answers.
func (m *mail) foldBlocks(end int) {
	blocks := m.blocks(end)
	if len(blocks) == 0 {
		return
	}
	first, last := blocks[0], blocks[len(blocks)-1]
	one := len(blocks) == 1 &&
		(m.skipBlank(0, first.from) == first.from || m.introductionEnd(first) > first.from)
	if one || m.endsWith(last, end) {
		m.put(last.from, last.to, folded)
		blocks = blocks[:len(blocks)-1]
	}
	for _, b := range blocks {
		m.put(b.from, m.introductionEnd(b), folded)
	}
}

// introductionEnd returns the end of the lines that introduce a quotation, above and in its first
// lines. Between answers nobody needs them, and they may name an agent's address.
func (m *mail) introductionEnd(b block) int {
	end := b.quote
	for i := b.quote; i < b.to; i++ {
		if m.separator(i) {
			end = i + 1
		}
	}
	for end < b.to && m.empty(end) {
		end++
	}
	at := min(end, b.to-1)
	if n, s := m.attribution(at, b.to); s >= strong {
		end = at + n
	} else if m.original(at) || m.header(at) {
		end = m.headerEnd(at)
	}
	for end < b.to && m.empty(end) {
		end++
	}
	return end
}

// blocks finds the quotations before end. Blank lines between two quoted lines belong to the
// quotation, and so does a line that a program broke off (see brokenOff).
func (m *mail) blocks(end int) []block {
	var found []block
	for i := 0; i < end; i++ {
		if !m.lines[i].quoted {
			continue
		}
		b := block{quote: i, to: m.runEnd(i, end)}
		floor := 0
		if len(found) > 0 {
			floor = found[len(found)-1].to
		}
		b.from = max(floor, m.introduction(i))
		if len(found) > 0 && m.skipBlank(floor, b.from) == b.from {
			found[len(found)-1].to = b.to
		} else {
			found = append(found, b)
		}
		i = b.to - 1
	}
	return found
}

// runEnd returns the end of the run of quoted lines that begins with line i.
func (m *mail) runEnd(i, end int) int {
	for i++; i < end; {
		next := m.skipBlank(i, end)
		if next < end && !m.lines[next].quoted && m.brokenOff(next) {
			i = next + 1
			continue
		}
		if next == end || !m.lines[next].quoted {
			return i
		}
		i = next + 1
	}
	return i
}

// minBroken is how many bytes a line has at least whose end a program broke off.
const minBroken = 60

// brokenOff tells whether a program wrapped line i out of a quotation: a link in brackets, the
// remains of a tag that it made of an address, the lower-case end of a sentence between two marked
// lines, or the rule below the last.
func (m *mail) brokenOff(i int) bool {
	line := strings.TrimSpace(m.lines[i].raw)
	tag := strings.HasPrefix(line, "(http") || strings.HasPrefix(line, "</")
	if tag && strings.HasSuffix(line, ">") || strings.HasPrefix(line, "= =") && m.rule(i) {
		return true
	}
	if i == 0 || i+1 == len(m.lines) || m.lines[i-1].depth == 0 || m.lines[i+1].depth == 0 {
		return false
	}
	above := m.lines[i-1].text
	last, _ := utf8.DecodeLastRuneInString(above)
	first, _ := utf8.DecodeRuneInString(line)
	return len(above) >= minBroken && unicode.IsLower(first) &&
		(unicode.IsLetter(last) || last == ',')
}

// endsWith tells whether nothing of the author's stands between a block and end: blank lines and
// a signature only.
func (m *mail) endsWith(b block, end int) bool {
	next := m.skipBlank(b.to, end)
	return next == end || m.signatureStart(next, next, m.skipBlankBack(next, end)) == next
}
