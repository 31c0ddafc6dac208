package parse

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/jhillyerd/enmime/v2/mediatype"

	"helpgate/internal/rfc"
)

// maxMediaField bounds a Content-Type or Content-Disposition in bytes: mending them costs the
// square of their length.
const maxMediaField = 16 << 10

// contentType reads a Content-Type field (RFC 2045 section 5.1). kind stands where there is none;
// what cannot be read is text/plain, because a person can look at it.
func (s *splitter) contentType(raw, kind string) (string, map[string]string) {
	if raw == "" {
		return kind, nil
	}
	raw = raw[:min(len(raw), maxMediaField)]
	if strings.HasPrefix(raw, "=?") {
		raw = rfc.DecodeHeader(raw)
	}
	raw = partParameters(raw)
	if strings.IndexFunc(raw, needsMending) < 0 {
		media, params := parameters(raw)
		return s.sensible(media, params)
	}
	media, params, _, err := mediatype.Parse(raw)
	if err != nil {
		s.mail.warn("malformed Content-Type")
		media, params = parameters(raw)
	}
	return s.sensible(media, params)
}

// needsMending tells whether a character of a Content-Type is none of those that all write alike.
func needsMending(r rune) bool {
	return r > 'z' || r < '-' && r != ' ' && r != '"' || strings.ContainsRune("<>?@[]^`\\:", r)
}

// sensible gives a media type in small letters; what names none is text.
func (s *splitter) sensible(
	media string, params map[string]string,
) (string, map[string]string) {
	media = strings.ToLower(rfc.CleanName(media))
	if major, minor, ok := strings.Cut(media, "/"); !ok || major == "" || minor == "" {
		s.mail.warn("senseless Content-Type")
		return "text/plain", params
	}
	return media, params
}

// partParameters puts in the semicolon that was forgotten behind a type: "text/html charset=x".
func partParameters(raw string) string {
	head, _, _ := strings.Cut(raw, ";")
	head = strings.TrimRight(head, " \t")
	end := strings.IndexAny(head, " \t,")
	if end < 0 || !strings.Contains(head[:end], "/") {
		return raw
	}
	return head[:end] + ";" + raw[end+1:]
}

// disposition gives the Content-Disposition (RFC 2183), "" when there is none, and the file's name
// as the sender wrote it, decoded; "" when there is none.
func (p *part) disposition() (kind, filename string) {
	if !p.described {
		p.kind, p.name = p.readDisposition()
		p.described = true
	}
	return p.kind, p.name
}

func (p *part) readDisposition() (kind, filename string) {
	kind, params := parameters(get(p.fields, "Content-Disposition"))
	filename = params["filename"]
	if filename == "" {
		_, params = parameters(get(p.fields, "Content-Type"))
		filename = cmp.Or(params["name"], params["file"])
	}
	return strings.ToLower(rfc.CleanName(kind)), unescaped(filename)
}

// unescaped gives a name that a program wrote as in a link, with "%E4%BD%A0" for a character.
func unescaped(name string) string {
	if strings.Count(name, "%") < utf8.RuneLen('é') {
		return name
	}
	raw := unpercent(name)
	if !utf8.Valid(raw) || utf8.RuneCount(raw) == len(raw) || utf8.RuneCountInString(name) < len(name) {
		return name // its letters may mean themselves
	}
	return string(raw)
}

// parameters reads a value with parameters as they come: RFC 2231 charsets and continuations in
// any order, encoded words (wrong but common), raw 8-bit bytes. Values are decoded.
func parameters(raw string) (value string, params map[string]string) {
	value, rest, _ := strings.Cut(raw[:min(len(raw), maxMediaField)], ";")
	if rest == "" {
		return strings.TrimSpace(value), nil
	}
	params = map[string]string{}
	var split longValue
	for rest != "" {
		var name, val string
		name, val, rest = nextParameter(rest)
		switch base, tail, star := strings.Cut(name, "*"); {
		case name == "":
		case star:
			split.add(base, tail, val)
		case params[name] == "":
			params[name] = rfc.DecodeHeader(val)
		}
	}
	for name, val := range split.values() {
		params[name] = val // RFC 2231 outranks the plain form beside it (RFC 6266 section 4.3)
	}
	return strings.TrimSpace(value), params
}

// nextParameter reads one name=value; the value may be quoted.
func nextParameter(s string) (name, value, rest string) {
	end := strings.IndexAny(s, "=;")
	if end < 0 {
		return "", "", ""
	}
	if s[end] == ';' {
		return "", "", s[end+1:]
	}
	name, s = strings.ToLower(strings.TrimSpace(s[:end])), strings.TrimLeft(s[end+1:], " \t")
	if !strings.HasPrefix(s, `"`) {
		value, rest, _ = strings.Cut(s, ";")
		return name, strings.TrimSpace(value), rest
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s): // quotes any character (RFC 822 section 3.3)
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			_, rest, _ = strings.Cut(s[i+1:], ";")
			return name, b.String(), rest
		default:
			b.WriteByte(s[i])
		}
	}
	return name, b.String(), ""
}
