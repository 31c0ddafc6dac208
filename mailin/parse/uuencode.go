package parse

import (
	"regexp"
	"strings"

	"helpgate/internal/rfc"
)

// uuBegin is the line that a uuencoded file begins with (POSIX uuencode).
var uuBegin = regexp.MustCompile(`(?m)^begin [0-7]{3,4} ([^\n]{1,200})\n`)

// maxUU is how many uuencoded files of one mail are taken out of its text.
const maxUU = 200

// uuencoded takes the files out of a text that stand in it uuencoded, as mail programs before MIME
// sent them.
func (c *collector) uuencoded(text string) string {
	if !strings.Contains(text, "begin ") {
		return text
	}
	var out strings.Builder
	for range maxUU {
		at := uuBegin.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		data, rest, ok := fromUU(text[at[1]:])
		if !ok {
			out.WriteString(text[:at[1]])
			text = text[at[1]:]
			continue
		}
		out.WriteString(text[:at[0]])
		c.mail.Attachments = append(c.mail.Attachments, Attachment{
			Filename:    rfc.SafeFilename(text[at[2]:at[3]]),
			ContentType: "application/octet-stream", Data: data,
		})
		text = rest
	}
	return out.String() + text
}

// uuData decodes a body that is uuencoded as a whole, and gives the name in it. What is none stays.
func uuData(src []byte) []byte {
	text := strings.ReplaceAll(string(src), "\r\n", "\n")
	if at := uuBegin.FindStringIndex(text); at != nil {
		text = text[at[1]:]
	}
	if data, _, ok := fromUU(text); ok {
		return data
	}
	return src
}

// fromUU decodes lines up to "end" and gives what is behind it; ok is false when there is a line
// that is none. A text that ends early is a file that was cut.
func fromUU(text string) (data []byte, rest string, ok bool) {
	for text != "" {
		var line string
		line, text = cutLine(text)
		line = strings.TrimRight(line, "\r\n")
		if line == "end" {
			return data, text, true
		}
		if data, ok = uuLine(data, line); !ok {
			return nil, "", false
		}
	}
	return data, "", len(data) > 0
}

// uuLine decodes one line: its first letter is the number of bytes. Spaces at its end may be gone,
// and a checksum may follow.
func uuLine(dst []byte, line string) ([]byte, bool) {
	if strings.Trim(line, " `") == "" {
		return dst, true
	}
	n := int(line[0]-' ') & 63
	letters := line[1:]
	want := (n + 2) / 3 * 4
	if line[0] < ' ' || line[0] > '`' || len(letters) > want+2 {
		return dst, false
	}
	for i := 0; i < want; i += 4 {
		var bits uint32
		for j := range 4 {
			letter := byte(' ')
			if i+j < len(letters) {
				letter = letters[i+j]
			}
			if letter < ' ' || letter > '`' {
				return dst, false
			}
			bits = bits<<6 | uint32(letter-' ')&63
		}
		three := [3]byte{byte(bits >> 16), byte(bits >> 8), byte(bits)}
		dst = append(dst, three[:min(3, n)]...)
		n -= min(3, n)
	}
	return dst, true
}
