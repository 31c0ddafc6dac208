package reply

import (
	"slices"
	"strings"
)

// maxBanner and maxBannerLines bound a gateway's warning, in bytes and in lines.
const maxBanner, maxBannerLines = 700, 8

// unbanner takes off the warning that many organisations' gateways put above mail from outside
// ("CAUTION: This email originated from outside of the organization. Do not click links …"):
// nobody wrote it, and an agent's answer must not bring it to the customer. It is one paragraph
// that begins as a warning and says where the mail is from.
func (m *mail) unbanner() {
	start := 0
	for start < m.forward && m.blank(start) {
		start++
	}
	end, size := start, 0
	for end < m.forward && !m.blank(end) && m.lines[end].place == visible && !m.lines[end].quoted {
		size += len(m.lines[end].text)
		end++
	}
	if end == start || end-start > maxBannerLines || size > maxBanner {
		return
	}
	var said []string
	for _, l := range m.lines[start:end] {
		said = append(said, l.text)
	}
	if warns(strings.Join(said, " ")) {
		m.put(start, end, signature)
	}
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
