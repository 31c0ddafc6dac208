package reply

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// maxSignature is how many lines that say something may follow "-- " (RFC 3676 section 4.3).
	maxSignature = 25
	// maxLooseSignature is the same for the delimiters that people also use between paragraphs.
	maxLooseSignature = 8
	// maxSignatureLine bounds, in runes, a line of a signature with such a delimiter.
	maxSignatureLine = 70
	// maxSignatures is how many pieces a signature may have: footer, disclaimer, block, farewell.
	maxSignatures = 8
)

// besides is what text parts print beside the words: names of pictures, addresses of links.
var besides = regexp.MustCompile(`\[(?i:image|cid|图片)[:：][^\]\n]*\]|[<(]mailto:[^>)\s]*[>)]`)

// sign takes off the signature at the end of what is visible. It stands above a forwarded mail; a
// mail too long to be judged ends in words of others.
func (m *mail) sign() {
	last := len(m.lines) - 1
	if m.forward > last && m.lines[last].place == visible && m.rest(last) != "" {
		return
	}
	end := min(last+1, m.forward)
	for end > 0 && (m.lines[end-1].place != visible || m.blank(end-1)) {
		end--
	}
	floor := end
	for floor > 0 && m.lines[floor-1].place == visible && !m.lines[floor-1].quoted {
		floor--
	}
	first := m.skipBlank(floor, end) + 1
	if floor > 0 {
		first-- // what stands above is visible
	}
	m.put(m.signatureStart(floor, first, end), end, signature)
}

// signatureStart returns where the signature begins that ends at end, else end. What only looks
// like one does not begin before line first, so that it never is all that a person wrote; what is
// marked as one may begin at floor.
func (m *mail) signatureStart(floor, first, end int) int {
	start := end
	for range maxSignatures {
		to := m.skipPicturesBack(floor, start)
		marked, delimited := m.markedStart(floor, to), m.delimited(floor, to)
		at := min(marked, delimited)
		if marked < to || delimited < to && strings.TrimSpace(m.lines[delimited].raw) == "--" {
			return at // what stands above a program's mark is meant to be read
		}
		if at == to {
			for _, find := range []func(first, end int) int{
				m.footerStart, m.disclaimerStart, m.farewellStart, m.contactStart, m.authorStart,
			} {
				if at = find(first, to); at < to {
					break
				}
			}
		}
		if at >= to {
			return start
		}
		start = at
	}
	return start
}

// skipPicturesBack returns the end of the last line before end that says something: a logo below a
// signature is part of it.
func (m *mail) skipPicturesBack(floor, end int) int {
	for end > floor && (m.blank(end-1) || picture(m.lines[end-1].text)) {
		end--
	}
	return end
}

// picture tells whether a line is nothing but the name of a picture.
func picture(text string) bool {
	return strings.HasPrefix(text, "[") && strings.IndexByte(text, ']') == len(text)-1
}

// markedStart returns where the lines begin that the HTML marks as signature and that end at end:
// Outlook on the web draws no delimiter. Sentences are words that were typed into it by mistake.
func (m *mail) markedStart(floor, end int) int {
	start := end
	for i := end - 1; i >= floor; i-- {
		if m.empty(i) {
			continue
		}
		if m.lines[i].kind != signed {
			if pictures := withoutBesides(m.lines[i].text); plain(pictures) != "" {
				break
			}
			continue
		}
		if m.sentence(i) || m.command(i) {
			return end
		}
		start = i
	}
	if m.count(start, end) > maxSignature {
		return end
	}
	// The frame of a card has no words that the HTML could mark.
	for above := start; start < end && above > floor; start = above - 1 {
		above = m.skipBlankBack(floor, start)
		if above == floor || strings.Trim(m.lines[above-1].text, "|-—=* ") != "" {
			break
		}
	}
	return start
}

// delimited returns where a signature begins that a delimiter opens: the topmost of them.
func (m *mail) delimited(floor, end int) int {
	start := end
	for i, said := end-1, 0; i >= floor && said <= maxSignature && !m.command(i); i-- {
		if m.blank(i) {
			continue
		}
		if m.delimits(i, end) {
			start = i
		}
		said++
	}
	return start
}

// delimits tells whether line i is a delimiter and the lines up to end a signature.
func (m *mail) delimits(i, end int) bool {
	raw := m.lines[i].raw
	line := strings.TrimSpace(raw)
	switch {
	case raw == "-- " || raw == "--\u00a0":
		return m.count(i+1, end) <= maxSignature
	case looseDelimiter(line):
		above := m.skipBlankBack(0, i)
		return (above == 0 || !endsWithColon(m.lines[above-1].text)) && m.looksSigned(i+1, end) &&
			!m.frames(i)
	}
	return false
}

// frames tells whether line i is the lower edge of a gateway's banner at the beginning of the mail.
func (m *mail) frames(i int) bool {
	top := m.skipBlank(0, i)
	return top < i && i-top <= maxBannerLines && m.lines[top].raw == m.lines[i].raw
}

// looseDelimiter tells whether a line is drawn as people and programs (QQ Mail, mailing lists)
// draw the one above a signature.
func looseDelimiter(line string) bool {
	if len(line) < 2 || len(line) > maxIntroduction {
		return false
	}
	return strings.Trim(line, "-") == "" || strings.Trim(line, "—–―─━") == "" ||
		strings.Trim(line, "_") == "" || len(line) > 4 && strings.Trim(line, "* ") == ""
}

// looksSigned tells whether the lines [from, end) look like a signature: few, short, and no
// sentences.
func (m *mail) looksSigned(from, end int) bool {
	said := 0
	for i := from; i < end; i++ {
		if m.blank(i) {
			continue
		}
		raw := m.lines[i].raw
		if said++; said > maxLooseSignature || utf8.RuneCountInString(raw) > maxSignatureLine ||
			m.sentence(i) || strings.ContainsAny(raw, "={`") {
			return false
		}
	}
	return said > 0
}

// sentence tells whether line i ends as a sentence does, not as a name or an address.
func (m *mail) sentence(i int) bool {
	line := strings.TrimSpace(m.lines[i].raw)
	if strings.HasSuffix(line, ".") && strings.Count(line, " ") > 2 {
		return !abbreviations[strings.ToLower(line[strings.LastIndexByte(line, ' ')+1:])]
	}
	return strings.HasSuffix(line, "?") || strings.HasSuffix(line, "。") ||
		strings.HasSuffix(line, "？")
}

// command tells whether line i may be one of an agent's commands: these may stand below a
// signature, and must not be lost in it.
func (m *mail) command(i int) bool {
	text := m.lines[i].text
	return strings.HasPrefix(text, "/") || strings.HasPrefix(text, "／")
}

// count is how many of the lines [from, end) say something; it stops beyond maxSignature.
func (m *mail) count(from, end int) int {
	said := 0
	for i := from; i < end && said <= maxSignature; i++ {
		if !m.blank(i) {
			said++
		}
	}
	return said
}

// authorStart returns the last line if it is the author's name or address, apart from the rest, or
// a name behind a dash, as people sign short mails; else end.
func (m *mail) authorStart(first, end int) int {
	i := end - 1
	if i < first {
		return end
	}
	text := m.lines[i].text
	for _, a := range m.author {
		if m.blank(i-1) && strings.EqualFold(a, text) {
			return i
		}
	}
	name := strings.TrimLeft(text, "-–—")
	dashes := utf8.RuneCountInString(text) - utf8.RuneCountInString(name)
	bare := strings.TrimLeft(name, " ")
	if dashes == 0 || dashes > 2 || !nameLike(bare) {
		return end
	}
	above := m.skipBlankBack(0, i)
	listed := above == 0 || endsWithColon(m.lines[above-1].text) ||
		slices.Contains([]string{"-", "–", "—", "•", "*"}, firstRune(m.lines[above-1].text))
	if listed || bare != name && (above == i || !m.stops(above-1)) {
		return end
	}
	return i
}

func firstRune(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}
