package parse

import "strings"

// maxCommand is the longest command of enriched text, in bytes with its brackets (RFC 1896 allows
// 60 letters).
const maxCommand = 64

// enrichedText gives the words of text/enriched (RFC 1896) and of its forerunner text/richtext
// (RFC 1341 section 7.1.3): commands are left out, a single line end is a space.
func enrichedText(text string) string {
	var out strings.Builder
	param, nofill, breaks := 0, 0, 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\n' && nofill == 0 {
			if param == 0 {
				breaks++
			}
			continue
		}
		command := ""
		if c == '<' && !strings.HasPrefix(text[i:], "<<") {
			if end := strings.IndexByte(text[i:min(len(text), i+maxCommand)], '>'); end > 0 {
				command = strings.ToLower(text[i+1 : i+end])
				i += end
			}
		} else if c == '<' {
			i++
		}
		flush := command == "" || command == "lt" || command == "nl"
		if flush && param == 0 {
			out.WriteString(enrichedBreak(breaks))
			breaks = 0
		}
		switch command {
		case "":
			if param == 0 {
				out.WriteByte(c)
			}
		case "param", "comment":
			param++
		case "/param", "/comment":
			param = max(0, param-1)
		case "nofill":
			nofill++
		case "/nofill":
			nofill = max(0, nofill-1)
		case "lt":
			out.WriteByte('<')
		case "nl", "paragraph", "/paragraph":
			out.WriteByte('\n')
		}
	}
	return strings.TrimLeft(out.String(), " ") + "\n"
}

// enrichedBreak gives what so many line ends in a row mean: one is a space, each further one ends a
// line.
func enrichedBreak(n int) string {
	if n == 1 {
		return " "
	}
	return strings.Repeat("\n", max(0, n-1))
}
