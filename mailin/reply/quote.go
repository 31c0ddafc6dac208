package reply

import "strings"

// block is a run of marked lines with the attribution above it: lines [from, to), of which those
// before quote introduce.
type block struct{ from, quote, to int }

// foldQuotes folds the marked quotations among the lines before end. A quotation at the bottom is
// folded, and so is a single one at the top with the answer below it. What has words of the author
// both above and below is an answer between quoted lines: it stays, with what it answers.
func (m *mail) foldQuotes(end int) {
	blocks := m.blocks(end)
	if len(blocks) == 0 {
		return
	}
	first, last := blocks[0], blocks[len(blocks)-1]
	atTop := len(blocks) == 1 && m.skipBlank(0, first.from) == first.from
	if atTop || m.endsWith(last, end) {
		m.label(last.from, last.to, folded)
		blocks = blocks[:len(blocks)-1]
	}
	for _, b := range blocks {
		m.hideIntroduction(b)
	}
}

// blocks finds the marked quotations before end. Blank lines between two marked lines belong to
// the quotation, and so does a line that a program broke off a link (see brokenOff).
func (m *mail) blocks(end int) []block {
	var found []block
	for i := 0; i < end; i++ {
		if m.depths[i] == 0 {
			continue
		}
		b := block{from: i, quote: i, to: m.runEnd(i, end)}
		floor := 0
		if len(found) > 0 {
			floor = found[len(found)-1].to
		}
		above := m.skipBlankBack(floor, i)
		if at := m.attributionAbove(above); at >= floor && at < above {
			b.from = at
		}
		if len(found) > 0 && m.skipBlank(floor, b.from) == b.from {
			found[len(found)-1].to = b.to
		} else {
			found = append(found, b)
		}
		i = b.to - 1
	}
	return found
}

// runEnd returns the end of the run of marked lines that begins at i.
func (m *mail) runEnd(i, end int) int {
	for i < end {
		next := m.skipBlank(i, end)
		if next < end && m.depths[next] == 0 && m.brokenOff(next) {
			next++
		}
		if next == end || m.depths[next] == 0 {
			return i
		}
		i = next + 1
	}
	return i
}

// brokenOff tells whether line i is a link in brackets that a program wrapped out of a quotation.
func (m *mail) brokenOff(i int) bool {
	line := strings.TrimSpace(m.lines[i])
	return strings.HasPrefix(line, "(http") && strings.HasSuffix(line, ">")
}

// endsWith tells whether nothing of the author's stands between a block and end: blank lines and
// a signature only.
func (m *mail) endsWith(b block, end int) bool {
	next := m.skipBlank(b.to, end)
	return next == end || m.signatureAt(next, m.skipBlankBack(next, end))
}

// hideIntroduction folds, in an answer between quoted lines, what only helpgate put there: its
// separator and the lines above it, which may name an agent's address.
func (m *mail) hideIntroduction(b block) {
	for i := b.quote; i < b.to; i++ {
		if m.separator(i) {
			m.label(b.from, i+1, folded)
		}
	}
}

// minKnown is how many bytes of known lines make a tail of the mail a quotation of an earlier one.
const minKnown = 40

// foldKnown folds a tail of unmarked lines that all stand in earlier messages of the ticket.
func (m *mail) foldKnown(earlier []string) {
	if len(earlier) == 0 {
		return
	}
	known := make(map[string]bool)
	for _, text := range earlier {
		for line := range strings.Lines(text) {
			if line = plain(line); line != "" {
				known[line] = true
			}
		}
	}
	end := len(m.lines)
	for end > 0 && m.labels[end-1] != visible {
		end--
	}
	from, size := end, 0
	for i := end - 1; i >= 0 && m.labels[i] == visible; i-- {
		_, rest := unquote(m.lines[i])
		if rest = plain(rest); rest == "" {
			continue
		}
		if !known[rest] {
			break
		}
		from, size = i, size+len(rest)
	}
	if size >= minKnown && m.skipBlank(0, from) < from {
		m.label(from, end, folded)
	}
}
