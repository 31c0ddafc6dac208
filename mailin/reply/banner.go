package reply

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// minWrapped and maxWrapped bound, in runes, a line that was wrapped.
const minWrapped, maxWrapped = 45, 100

// maxBanner and maxBannerLines bound a gateway's warning, in bytes and in lines.
const maxBanner, maxBannerLines = 700, 8

// unbanner takes off the warning that many organisations' gateways put above mail from outside
// ("CAUTION: This email originated from outside of the organization. Do not click links …"):
// nobody wrote it, and an agent's answer must not bring it to the customer. It begins as a
// warning and says where the mail is from.
func (m *mail) unbanner() {
	start := 0
	for start < m.forward && m.blank(start) {
		start++
	}
	end := start
	for end < min(m.forward, start+maxBannerLines) && !m.blank(end) &&
		m.lines[end].place == visible && !m.lines[end].quoted {
		end++
	}
	m.put(start, m.bannerEnd(start, end), signature)
}

// bannerEnd returns where the warning ends that begins at start, else start. What the author wrote
// may stand right below it, without a blank line where a mail has only HTML: it ends with the line
// that says where the mail is from, those into which that was wrapped, and the frame's lower edge.
func (m *mail) bannerEnd(start, end int) int {
	said := ""
	for i := start; i < end; i++ {
		said += m.lines[i].text + " "
		if len(said) > maxBanner {
			return start
		}
		if !warns(said) {
			continue
		}
		for i++; i < end && m.wrapped(i-1); i++ {
		}
		edge := firstRune(m.lines[start].raw)
		for j := i; j < end && strings.ContainsAny(edge, "-_=*#"); j++ {
			if m.rule(j) && firstRune(m.lines[j].raw) == edge {
				return j + 1
			}
		}
		return i
	}
	return start
}

// wrapped tells whether line i goes on in the next one: it is as long as wrapped lines are, and ends
// no sentence.
func (m *mail) wrapped(i int) bool {
	n := utf8.RuneCountInString(m.lines[i].raw)
	return minWrapped <= n && n <= maxWrapped && !m.sentence(i)
}

// warns tells whether a paragraph is such a warning, or a tag such as "[EXTERNAL]" alone.
func warns(text string) bool {
	lower := strings.Trim(folding(text), " \t[]()【】*!|_-⚠\ufe0f")
	if slices.Contains(outsideTags, lower) {
		return true
	}
	return slices.ContainsFunc(warnings, func(w string) bool { return strings.HasPrefix(lower, w) }) &&
		containsAny(lower, fromOutside)
}
