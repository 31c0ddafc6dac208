package rfc

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DecodeHeader gives the text of a raw header value on one line: unfolded (RFC 5322 2.2.3),
// encoded words decoded once (RFC 2047; neighbours of one charset are joined before decoding, so
// that a character cut in two by the sender survives), raw 8-bit bytes guessed as DecodeCharset
// does. The result is valid UTF-8 without controls; line breaks and tabs become spaces.
func DecodeHeader(raw string) string {
	if isPlain(raw) {
		return strings.TrimSpace(raw)
	}
	return strings.TrimSpace(oneLine(decodeWords(unfold(raw))))
}

// isPlain is the short cut for the common header: printable ASCII without an encoded word.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return !strings.Contains(s, "=?")
}

// unfolder turns each line end, with the space that continues the field, into that space; a bare
// CR or LF inside a field becomes a space, never nothing, so that no two words grow together.
var unfolder = strings.NewReplacer("\r\n ", " ", "\r\n\t", "\t", "\n ", " ", "\n\t", "\t",
	"\r\n", " ", "\n", " ", "\r", " ", "\x00", "")

func unfold(s string) string {
	if !strings.ContainsAny(s, "\r\n\x00") {
		return s
	}
	return unfolder.Replace(s)
}

// decodeWords decodes the encoded words of a line and leaves the rest, guessing its charset.
func decodeWords(s string) string {
	var out strings.Builder
	var sc wordScanner
	rest := 0 // start of text not yet written
	for i := 0; i < len(s); {
		w, end, ok := sc.next(s, i)
		if !ok {
			i++
			continue
		}
		out.WriteString(DecodeCharset([]byte(s[rest:i]), ""))
		words := []encodedWord{w}
		for {
			more, moreEnd, ok := sc.next(s, end+len(s[end:])-len(strings.TrimLeft(s[end:], " \t")))
			if !ok {
				break
			}
			if !strings.EqualFold(more.charset, w.charset) {
				out.WriteString(decodeRun(words))
				w, words = more, words[:0]
			}
			words, end = append(words, more), moreEnd
		}
		out.WriteString(decodeRun(words))
		i, rest = end, end
	}
	out.WriteString(DecodeCharset([]byte(s[rest:]), ""))
	return out.String()
}

// decodeRun decodes neighbouring words of one charset as one text. When a word ends with a letter of
// base64 that says nothing alone, or ends within four letters and the text is damaged, its sender
// cut the letters, not the bytes, into words.
func decodeRun(words []encodedWord) string {
	var raw, letters []byte
	odd, cut := false, false
	for i, w := range words {
		if !w.base64 {
			raw, odd, cut = append(raw, decodeQ(w.text)...), false, false
			continue
		}
		clean := base64Letters(w.text)
		raw = append(raw, decodeB(clean)...)
		letters = append(letters, clean...)
		if i+1 < len(words) {
			odd = odd || len(clean)%4 != 0 && !strings.Contains(w.text, "=")
			cut = cut || len(clean)%4 == 1
		}
	}
	text := DecodeCharset(raw, words[0].charset)
	if cut || odd && strings.ContainsRune(text, utf8.RuneError) {
		return DecodeCharset(decodeB(letters), words[0].charset)
	}
	return text
}

// encodedWord is one encoded word (RFC 2047 section 2), not yet decoded.
type encodedWord struct {
	charset string
	base64  bool
	text    string
}

// wordScanner finds encoded words. It remembers when no end mark is left, because looking again
// from each of many beginnings would be quadratic.
type wordScanner struct{ noEnd bool }

// maxCharsetLabel bounds the charset of an encoded word; the longest registered has 45 bytes.
const maxCharsetLabel = 64

// next reads the encoded word that begins at s[i] and gives the offset behind it. Spaces inside
// the encoded text are let through: broken senders write them. A word without an end mark ends
// where the next begins, or where the header was cut.
func (sc *wordScanner) next(s string, i int) (w encodedWord, end int, ok bool) {
	if sc.noEnd || !strings.HasPrefix(s[i:], "=?") {
		return w, 0, false
	}
	head := s[i+2:]
	q := strings.IndexByte(head[:min(len(head), maxCharsetLabel)], '?')
	if q < 1 || len(head) < q+3 || head[q+2] != '?' || strings.ContainsAny(head[:q], " \t") {
		return w, 0, false
	}
	w.charset, _, _ = strings.Cut(head[:q], "*") // RFC 2231 section 5: a language may follow
	switch head[q+1] {
	case 'b', 'B':
		w.base64 = true
	case 'q', 'Q':
	default:
		return w, 0, false
	}
	at := i + 2 + q + 3
	w.text = s[at:]
	stop := strings.Index(w.text, "?=")
	if stop < 0 {
		sc.noEnd = true
		if w.text == "" || strings.ContainsAny(w.text, " \t?") {
			return w, 0, false
		}
		return w, len(s), true
	}
	w.text = w.text[:stop]
	if early := strings.Index(w.text, " =?"); early >= 0 {
		w.text = w.text[:early]
		return w, at + early, true
	}
	return w, at + stop + len("?="), true
}

// base64Letters gives the letters of base64 in s without what does not belong there.
func base64Letters(s string) []byte {
	clean := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			clean = append(clean, c)
		}
	}
	return clean
}

// decodeB decodes letters of base64, which need no padding.
func decodeB(letters []byte) []byte {
	if len(letters)%4 == 1 {
		letters = letters[:len(letters)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(letters)))
	n, err := base64.RawStdEncoding.Decode(out, letters)
	if err != nil {
		return nil
	}
	return out[:n]
}

// decodeQ is the Q encoding of RFC 2047 section 4.2; a bad escape stays as written.
func decodeQ(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '_':
			out = append(out, ' ')
		case s[i] == '=' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return out
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// oneLine turns line breaks and tabs into spaces and drops all other controls.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r) || r == '\uFEFF':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// CleanText makes s fit to be stored and shown as text of many lines: valid UTF-8, line ends as
// LF, no controls but tab and LF, no byte order mark.
func CleanText(s string) string {
	s = mendLineEnds(s)
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < ' ' || c > '~') && c != '\n' && c != '\t' {
			return s[:i] + cleanText(s[i:])
		}
	}
	return s // most mails are printable ASCII
}

// mendLineEnds turns CRLF and CR into LF.
func mendLineEnds(s string) string {
	i := strings.IndexByte(s, '\r')
	if i < 0 {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	for ; i >= 0; i = strings.IndexByte(s, '\r') {
		out.WriteString(s[:i])
		out.WriteByte('\n')
		if s = s[i+1:]; s != "" && s[0] == '\n' {
			s = s[1:]
		}
	}
	out.WriteString(s)
	return out.String()
}

func cleanText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\f', r == '\v', r == '\u0085': // words stand on both sides
			return '\n'
		case r != '\n' && r != '\t' && unicode.IsControl(r) || r == '\uFEFF':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// Cut shortens s to at most n bytes between characters.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// CleanName makes s fit to be shown as a person's or file's name: one line, spaces folded, and no
// format characters (Unicode Cf: bidi controls, zero-width), which make a name look like another
// one (THREATS S3, S37).
func CleanName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, oneLine(s))
	return strings.Join(strings.Fields(s), " ")
}
