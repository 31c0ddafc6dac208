package parse

import "bytes"

// resplit reads a multipart anew in which no part was found, because it names no boundary or a
// wrong one: with the first line that looks like a delimiter, which is one that the header of a
// part follows. It tells whether there is one. Nothing was cut out of what is read.
func (s *splitter) resplit(p *part) bool {
	if p.delimiter = likelyDelimiter(s.text[p.content:p.end]); p.delimiter == nil {
		return false
	}
	s.mail.warn("multipart with a wrong boundary")
	again := splitter{
		lim: s.lim, mail: s.mail, parts: s.parts, text: s.text[:p.end:p.end], pos: p.content,
		fresh: true, eof: true, open: []*part{p},
	}
	_ = again.lines() // nothing is read that could fail
	if again.broke == "" {
		_ = again.finish(1, p.end)
	}
	s.parts, s.broke = again.parts, again.broke
	return true
}

// likelyDelimiter finds the first line that looks like a delimiter, without its line end; nil when
// there is none.
func likelyDelimiter(body []byte) []byte {
	for len(body) > 0 {
		var line []byte
		line, body, _ = bytes.Cut(body, []byte("\n"))
		line = bytes.TrimRight(line, " \t\r")
		const field = "content-"
		if len(line) > 2 && bytes.HasPrefix(line, []byte("--")) && len(body) > len(field) &&
			bytes.EqualFold(body[:len(field)], []byte(field)) && beginsField(body) {
			return line
		}
	}
	return nil
}
