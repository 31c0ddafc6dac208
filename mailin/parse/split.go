package parse

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"helpgate/mailin/source"
)

// part is a node of the tree. A leaf has a body; a multipart has children.
type part struct {
	fields    []Field
	mediaType string            // lower case, "text/plain" when absent or senseless
	params    map[string]string // of Content-Type
	body      []byte            // of a leaf that is not cut out, not yet decoded
	children  []*part
	cut       *cutting // of a leaf that is a file, else nil

	parent    *part  // nil for the whole mail
	start     int    // where it begins in splitter.text
	content   int    // where its body begins there; -1 while its header is read
	end       int    // where its body ends there
	delimiter []byte // of a multipart that says it, else nil
	depth     int    // of a multipart, 1 for the outermost
	closed    bool   // its last delimiter was seen
	after     int    // behind its newest delimiter
	// What disposition gives, once it was asked for.
	kind, name string
	described  bool
	barren     bool // a multipart within another that holds nothing
	junk       int  // lines of its header that are no fields
}

// splitter reads a mail in one pass, line by line, cuts it into its parts and takes the large
// bodies of files out (cut.go). It stops when a limit is broken, which it names in broke.
//
// Of the parts that it is in, each line is first compared with the delimiter of the outermost: what
// an outer one ends, no inner one holds together. So the work is bounded by size times depth.
type splitter struct {
	lim    Limits
	mail   *Mail
	src    io.Reader
	create Create // nil: nothing is cut out
	parts  int
	broke  string

	text []byte // what was read and is kept
	// original is the source of a mail whose line ends were mended, else nil.
	original []byte
	pos      int  // up to where it was looked at
	fresh    bool // a line begins at pos
	eof      bool
	open     []*part // those that pos stands in, the whole mail first
	cuts     []source.Cut
	files    []*File
	out      []byte // scratch for what is decoded
}

const (
	// firstRead is how much room there is at first, in bytes: for a mail of 2 KB.
	firstRead = 4 << 10
	// minRead is how much room there is always.
	minRead = 512
	// maxPiece is how much of one line is looked at at once, in bytes: enough for every delimiter,
	// whose field is bounded by maxMediaField.
	maxPiece = 32 << 10
)

// run reads the whole mail into a tree. An error is the source's or a file's.
func (s *splitter) run() (root *part, err error) {
	for len(s.text) < maxPiece && !s.eof {
		if err := s.more(); err != nil {
			return nil, err
		}
	}
	if err := s.mendLineEnds(); err != nil {
		return nil, err
	}
	s.pos = len(s.text) - len(trimEnvelope(s.text))
	root = &part{start: s.pos, content: -1}
	s.open, s.fresh = []*part{root}, true
	if err := s.lines(); err != nil || s.broke != "" {
		return root, err
	}
	return root, s.finish(0, len(s.text))
}

// mendLineEnds gives a mail whose lines all end in CR alone, as those of old Macintoshes do, line
// ends to be read by. It is read whole, and its source stays as it was.
func (s *splitter) mendLineEnds() error {
	if bytes.IndexByte(s.text, '\r') < 0 || bytes.IndexByte(s.text, '\n') >= 0 {
		return nil
	}
	for !s.eof && s.broke == "" {
		if err := s.more(); err != nil {
			return err
		}
	}
	if bytes.IndexByte(s.text, '\n') < 0 {
		s.original, s.text = s.text, bytes.ReplaceAll(s.text, []byte("\r"), []byte("\n"))
	}
	return nil
}

// lines takes line by line up to the end.
func (s *splitter) lines() error {
	for s.broke == "" {
		if err := s.bulk(); err != nil {
			return err
		}
		n, err := s.line()
		if err != nil || n == 0 {
			return err
		}
		if err := s.step(n); err != nil {
			return err
		}
	}
	return nil
}

// line gives the size of the line, or piece of one, that begins at pos; 0 at the end.
func (s *splitter) line() (int, error) {
	for {
		rest := s.text[s.pos:]
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			return i + 1, nil
		}
		if s.eof || s.broke != "" || len(rest) >= maxPiece {
			return len(rest), nil
		}
		if err := s.more(); err != nil {
			return 0, err
		}
	}
}

// maxIdle is how often in a row the source may give nothing and no error.
const maxIdle = 100

// more reads on.
func (s *splitter) more() error {
	if err := s.release(); err != nil {
		return err
	}
	if s.create != nil && len(s.text) > s.lim.Kept {
		s.broke = "more text than the limit"
		return nil
	}
	if cap(s.text)-len(s.text) < minRead {
		room := firstRead
		if s.text != nil {
			room = max(maxPiece+firstRead, len(s.text))
		}
		s.text = slices.Grow(s.text, room)
	}
	for range maxIdle {
		n, err := s.src.Read(s.text[len(s.text):cap(s.text)])
		s.text = s.text[:len(s.text)+n]
		s.eof = err == io.EOF
		switch {
		case err != nil && !s.eof:
			return err
		case n > 0 || s.eof:
			return nil
		}
	}
	return io.ErrNoProgress
}

// step takes the next n bytes: a line, or a piece of one.
func (s *splitter) step(n int) error {
	line, begins := s.text[s.pos:s.pos+n], s.fresh
	if begins && len(line) > 2 && line[0] == '-' && line[1] == '-' {
		if i, last := s.delimiter(line); i >= 0 {
			return s.delimit(i, last, n)
		}
	}
	s.pos, s.fresh = s.pos+n, line[n-1] == '\n'
	switch p := s.open[len(s.open)-1]; {
	case p.content < 0:
		s.headerLine(p, line, begins)
	case p.cut != nil:
		return s.bodyLine(p.cut, line, begins)
	}
	return nil
}

// delimiter tells which of the open multiparts a line delimits (RFC 2046 section 5.1.1), and
// whether for the last time; -1 for none. Nothing but spaces may stand behind it. When an outer
// one's last delimiter is an inner one's next, as no mail should write them, the part goes on.
func (s *splitter) delimiter(line []byte) (i int, last bool) {
	ends := -1
	for i, p := range s.open {
		if p.delimiter == nil || p.closed || !bytes.HasPrefix(line, p.delimiter) {
			continue
		}
		rest := line[len(p.delimiter):]
		switch string(bytes.TrimRight(rest[:min(len(rest), maxPadding)], " \t\r\n")) {
		case "":
			return i, false
		case "--":
			if ends < 0 {
				ends = i
			}
		}
	}
	return ends, ends >= 0
}

// maxPadding is how far behind a delimiter is looked for anything else, in bytes.
const maxPadding = 80

// delimit ends what the multipart open[i] held, and begins its next part. The line end before a
// delimiter belongs to it.
func (s *splitter) delimit(i int, last bool, n int) error {
	kept := 0 // behind the last cut: what was cut out has its line ends
	if len(s.cuts) > 0 {
		kept = s.cuts[len(s.cuts)-1].At
	}
	end := kept + len(trimLineEnd(s.text[kept:s.pos]))
	if err := s.finish(i+1, end); err != nil {
		return err
	}
	s.pos, s.fresh = s.pos+n, true
	p := s.open[i]
	s.open = s.open[:i+1]
	if p.closed, p.after = last, s.pos; !last {
		s.open = append(s.open, &part{parent: p, start: s.pos, content: -1})
	}
	return nil
}

// finish ends the parts from open[i] on. The first of them was ended by its multipart's delimiter,
// or by the mail's end.
func (s *splitter) finish(i, end int) error {
	if len(s.open) == i {
		return nil
	}
	if c := s.open[len(s.open)-1].cut; c != nil {
		var err error
		if end, err = s.endCut(c, end); err != nil {
			return err
		}
	}
	for j := len(s.open) - 1; j >= i; j-- {
		p := s.open[j]
		delimited := j == i && i > 0
		if p.parent == nil || delimited || p.start < end || p.cut.begun() {
			s.complete(p, end)
		}
	}
	return nil
}

// complete adds a part to its multipart.
func (s *splitter) complete(p *part, end int) {
	if p.content < 0 {
		s.describe(p, max(end, p.start))
	}
	p.end = max(end, p.content)
	switch {
	case !strings.HasPrefix(p.mediaType, "multipart/"):
	case len(p.children) == 0 && !s.resplit(p):
		s.mail.warn("multipart without parts: read as text")
		p.mediaType = "text/plain"
		p.barren = p.parent != nil && len(bytes.TrimSpace(s.text[p.content:p.end])) == 0
	case !p.closed:
		s.mail.warn("multipart is not closed")
	}
	if p.parent == nil {
		return
	}
	p.parent.children = append(p.parent.children, p)
	if s.parts++; s.parts > s.lim.Parts {
		s.broke = "more parts than the limit"
	} else if p.parent.depth > s.lim.Depth {
		s.broke = "parts nested deeper than the limit"
	}
}

// headerLine takes a line of p's header. It finds where the header ends; header says what is in it.
func (s *splitter) headerLine(p *part, line []byte, begins bool) {
	first := s.pos-len(line) == p.start
	switch {
	case begins && len(bytes.TrimRight(line, "\r\n")) == 0: // the blank line
	case s.pos-p.start > s.lim.HeaderBytes: // header breaks the limit
	case !begins, first, line[0] == ' ', line[0] == '\t', beginsField(line):
		return
	case p.parent == nil && p.junk < maxJunk && !bytes.HasPrefix(line, []byte("--")):
		p.junk++ // header tells whether it goes on behind it
		return
	}
	s.describe(p, s.pos)
	// What header did not take is the body's, and may hold p's own delimiter.
	s.pos, s.fresh = p.content, true
}

// describe reads p's header, of which no more than what stands before end is known.
func (s *splitter) describe(p *part, end int) {
	fields, body := s.header(s.text[p.start:end])
	p.fields, p.content = fields, end-len(body)
	kind := "text/plain"
	if p.parent != nil && p.parent.mediaType == "multipart/digest" { // RFC 2046 section 5.1.5
		kind = "message/rfc822"
	}
	p.mediaType, p.params = s.contentType(get(fields, "Content-Type"), kind)
	if !strings.HasPrefix(p.mediaType, "multipart/") {
		s.follow(p)
		return
	}
	if p.depth = 1; p.parent != nil {
		if p.depth = p.parent.depth + 1; p.parent.depth > s.lim.Depth {
			s.broke = "parts nested deeper than the limit"
		}
	}
	if boundary := p.params["boundary"]; boundary != "" {
		p.delimiter = []byte("--" + boundary)
	}
}

// bodies gives each leaf its body, once the text has its last form.
func (s *splitter) bodies(p *part) {
	for _, child := range p.children {
		s.bodies(child)
	}
	if p.children == nil {
		p.body = s.text[p.content:p.end:p.end]
	}
}

// trimLineEnd takes off one line end.
func trimLineEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}

// guard runs act, which calls code that is not ours. A panic in it must cost one mail's structure,
// not the mail (DESIGN promise 9).
func (s *splitter) guard(act func()) {
	defer func() {
		if fault := recover(); fault != nil {
			s.broke = fmt.Sprintf("parser fault: %.100v", fault)
		}
	}()
	act()
}
