package archive

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"time"

	"helpgate/internal/rfc"
)

// fromWord begins the line before each mail.
var fromWord = []byte("From ")

// lineBuffer bounds what is held of a line.
const lineBuffer = 64 << 10

// maxFromLine bounds a "From " line in bytes; an address has at most 254 of them (RFC 5321).
const maxFromLine = 1000

// dated finds the date in a "From " line: asctime, as RFC 4155 asks, or a mail's form of it. The
// weekday must be there: "From what I heard on 3 May at 10:15" is a sentence.
var dated = regexp.MustCompile(
	`^From .*?\b((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +\w{1,3} +\w{1,3},? .*\d:\d\d.*)`)

// field is how a header begins.
var field = regexp.MustCompile(`^[!-9;-~]+[ \t]*:`)

// piece is where a mail lies in an mbox: its "From " line, its first byte, its end, and the next
// mail's start, all in bytes.
type piece struct {
	from, body, end, next int64
	at                    time.Time // of its "From " line
}

// scanner finds the mails of an mbox.
type scanner struct {
	r     *bufio.Reader
	eol   byte
	pos   int64 // of the next byte
	under piece // the mail whose end is looked for
	open  bool  // there is one
	mid   bool  // the next byte goes on with a line
	blank int64 // where the line before began, if it was empty; else -1
}

func newScanner(r io.Reader, offset int64, eol byte) *scanner {
	return &scanner{r: bufio.NewReaderSize(r, lineBuffer), eol: eol, pos: offset, blank: offset}
}

// next gives the next mail, io.EOF behind the last.
func (s *scanner) next() (piece, error) {
	for {
		line, err := s.r.ReadSlice(s.eol)
		if err != nil && err != io.EOF && !errors.Is(err, bufio.ErrBufferFull) {
			return piece{}, err
		}
		at, starts := s.pos, !s.mid
		s.pos += int64(len(line))
		s.mid = err != nil
		if err == io.EOF && len(line) == 0 {
			return s.last()
		}
		if starts && bytes.HasPrefix(line, fromWord) {
			if when, ok := s.begins(line); ok {
				done, was := s.close(at), s.open
				s.under, s.open = piece{from: at, body: s.pos, at: when}, true
				s.blank = -1
				if was {
					return done, nil
				}
				continue
			}
		}
		s.blank = -1
		if starts && len(bytes.Trim(line, "\r\n")) == 0 {
			s.blank = at
		}
	}
}

// close ends the mail under way before pos. The empty line there is the mbox's, not the mail's.
func (s *scanner) close(pos int64) piece {
	p := s.under
	p.end, p.next = pos, pos
	if s.blank >= p.body {
		p.end = s.blank
	}
	return p
}

func (s *scanner) last() (piece, error) {
	if !s.open {
		return piece{}, io.EOF
	}
	s.open = false
	return s.close(s.pos), nil
}

// begins tells whether a line that begins with "From " is one before a mail, and gives its date.
// One without a date, as some programs write it, is only known by an empty line before and a header
// behind.
func (s *scanner) begins(line []byte) (time.Time, bool) {
	if len(line) > maxFromLine {
		return time.Time{}, false
	}
	if m := dated.FindSubmatch(line); m != nil {
		if when, ok := rfc.ParseDate(string(m[1])); ok {
			return when, true
		}
	}
	if s.blank < 0 || len(bytes.Fields(line)) > 2 {
		return time.Time{}, false
	}
	ahead, _ := s.r.Peek(maxFromLine) // what is there is enough, however little
	return time.Time{}, field.Match(ahead)
}
