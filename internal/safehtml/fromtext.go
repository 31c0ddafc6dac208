package safehtml

import (
	"html"
	"regexp"
	"strings"
)

// plainURL matches a web address in running text; what it takes too much at the end, trimURL gives
// back.
var plainURL = regexp.MustCompile(`(?i)\bhttps?://[^\s<>"\x{3000}-\x{303F}\x{FF00}-\x{FFEF}]+`)

// FromText gives text as HTML: escaped, blank lines as paragraphs, line ends as <br>, indentation
// kept, web addresses as links. It has no head or body of its own.
func FromText(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(text)
	var b strings.Builder
	open := false
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		if strings.TrimSpace(line) == "" {
			if open {
				b.WriteString("</p>\n")
			}
			open = false
			continue
		}
		if open {
			b.WriteString("<br>\n")
		} else {
			b.WriteString("<p>")
		}
		open = true
		writeLine(&b, line)
	}
	if open {
		b.WriteString("</p>\n")
	}
	return b.String()
}

func writeLine(b *strings.Builder, line string) {
	rest := strings.TrimLeft(line, " \t")
	for _, c := range line[:len(line)-len(rest)] {
		b.WriteString("&nbsp;")
		if c == '\t' {
			b.WriteString("&nbsp;&nbsp;&nbsp;")
		}
	}
	var urls [][]int
	if strings.Contains(rest, "://") { // to look for that is far cheaper
		urls = plainURL.FindAllStringIndex(rest, -1)
	}
	last := 0
	for _, at := range urls {
		url := trimURL(rest[at[0]:at[1]])
		b.WriteString(html.EscapeString(rest[last:at[0]]))
		escaped := html.EscapeString(url)
		b.WriteString(`<a href="` + escaped + `" rel="nofollow noopener">` + escaped + "</a>")
		last = at[0] + len(url)
	}
	b.WriteString(html.EscapeString(rest[last:]))
}

// trimURL cuts the punctuation of the sentence off a web address, and a closing bracket that was
// opened before it.
func trimURL(url string) string {
	for {
		cut := strings.TrimRight(url, ".,;:!?'*_")
		if strings.HasSuffix(cut, ")") && !strings.Contains(cut, "(") {
			cut = cut[:len(cut)-1]
		}
		if cut == url {
			return url
		}
		url = cut
	}
}
