package smtpd

import (
	"bytes"
	"io"
)

// Where a mender stands in what came over the wire.
type mendState int

const (
	atLine  mendState = iota // behind a true CRLF, or at the very beginning
	inText                   // within a line, or at the beginning of one that the mend made
	atCR                     // behind one or more CRs
	atDot                    // behind a dot that stands alone on a true line so far
	atDotCR                  // behind such a dot and a CR
	atEnd                    // behind CRLF.CRLF, or a chunked mail's end
)

// mendWindow is how far a mender looks for the end of a line at once, in bytes: further than most
// are long, and not so far that a mail of bare CRs makes it look at the same text again and again.
const mendWindow = 256

// source gives bytes as they came. What peek gives, at least one byte or an error, is good until
// the next peek; take takes that many of it.
type source interface {
	peek() ([]byte, error)
	take(n int)
}

// mender reads the text of one mail with every line ended by CRLF. In DATA only CRLF.CRLF on the
// wire ends the mail, and only a dot behind a true CRLF is unstuffed (RFC 5321 4.5.2); the lines
// that the mend makes of bare CR and LF keep their dots. So no reader can find another end, or
// another beginning, than the one that was sent (the SMTP smuggling of 2023).
//
// A run of CRs before an LF is one line end: some senders double the CR, and an empty line in its
// place would cut their header in two.
type mender struct {
	src   source
	dots  bool // DATA: dots are stuffed and end the mail; else src's EOF is the end (BDAT)
	state mendState
	crs   int    // CRs held back in atCR, later the line ends that they became
	owed  string // bytes to give before src is read again
	err   error  // first error of src, kept
}

// newMender makes a mender for a DATA transfer (dots) or for chunks.
func newMender(src source, dots bool) *mender {
	m := &mender{src: src, dots: dots}
	m.state = m.trueLine()
	return m
}

// Read implements io.Reader. io.EOF is the mail's end; an end of src before it is
// io.ErrUnexpectedEOF. It gives what one piece of src holds: with something in hand it does not
// wait for the peer.
func (m *mender) Read(p []byte) (int, error) {
	n := m.pay(p)
	for n == 0 && len(p) > 0 {
		if m.err != nil {
			return 0, m.err
		}
		text, err := m.src.peek()
		if err != nil {
			m.stop(err)
			n = m.pay(p)
			continue
		}
		n = m.mend(p, text)
	}
	return n, nil
}

// mend takes text from src as far as p has room, and returns how much of p it filled.
func (m *mender) mend(p, text []byte) int {
	n, taken := 0, 0
	for n < len(p) && taken < len(text) && m.err == nil {
		k := m.run(p[n:], text[taken:])
		n += k
		taken += k
		if k == 0 {
			taken += m.step(text[taken])
			n += m.pay(p[n:])
		}
	}
	m.src.take(taken)
	return n
}

// run copies text up to the first byte that needs a look, for which step is: lines that are as they
// should be go through many at once.
func (m *mender) run(p, text []byte) int {
	if m.state != inText && m.state != atLine {
		return 0
	}
	text = text[:min(len(text), len(p))]
	n := 0
	for n < len(text) && !(m.state == atLine && text[n] == '.') {
		rest := text[n:min(len(text), n+mendWindow)]
		lf := bytes.IndexByte(rest, '\n')
		if lf < 0 {
			lf = len(rest)
		}
		cr := bytes.IndexByte(rest[:lf], '\r')
		switch {
		case cr < 0 && lf == len(rest): // no end of the line in sight
			n += lf
			m.state = inText
		case cr >= 0 && cr == lf-1 && lf < len(rest): // CRLF
			n += lf + 1
			m.state = m.trueLine()
		default:
			if cr < 0 {
				cr = lf
			}
			if cr > 0 {
				m.state = inText
			}
			return copy(p, text[:n+cr])
		}
	}
	return copy(p, text[:n])
}

// pay gives what is owed, as far as p has room.
func (m *mender) pay(p []byte) int {
	n := 0
	for n < len(p) {
		if m.owed == "" {
			if m.crs == 0 || m.state == atCR {
				break
			}
			m.crs--
			m.owed = "\r\n"
		}
		k := copy(p[n:], m.owed)
		m.owed = m.owed[k:]
		n += k
	}
	return n
}

// step moves the state by c and tells how much of it was taken: 1, or 0 when the next state has to
// see it again.
func (m *mender) step(c byte) int {
	taken := true
	switch m.state {
	case atLine:
		if taken = c == '.'; taken {
			m.state = atDot
		} else {
			m.state = inText
		}
	case inText:
		if c == '\r' {
			m.state, m.crs = atCR, 1
		} else {
			m.owed = "\r\n"
		}
	case atCR:
		switch c {
		case '\n':
			m.state, m.crs, m.owed = m.trueLine(), 0, "\r\n"
		case '\r':
			m.crs++
		default:
			m.state, taken = inText, false
		}
	case atDot:
		taken = m.stepDot(c)
	case atDotCR:
		if c == '\n' {
			m.state, m.err = atEnd, io.EOF
		} else {
			m.state, m.crs, m.owed, taken = atCR, 1, ".", false
		}
	}
	if taken {
		return 1
	}
	return 0
}

// stepDot decides about a dot that begins a true line and tells whether c was taken with it.
func (m *mender) stepDot(c byte) bool {
	switch c {
	case '\r':
		m.state = atDotCR
		return true
	case '\n':
		// A lone dot with a bare LF is text: neither an end nor a stuffed dot.
		m.state, m.owed = inText, ".\r\n"
		return true
	default:
		m.state = inText
		return false
	}
}

// trueLine is the state behind a CRLF that was sent as such.
func (m *mender) trueLine() mendState {
	if m.dots {
		return atLine
	}
	return inText
}

// stop keeps the end of src: the mail's own when it is chunked, else an accident.
func (m *mender) stop(err error) {
	if err == io.EOF && m.dots {
		err = io.ErrUnexpectedEOF
	}
	if err == io.EOF {
		m.state = atEnd // sets free the CRs held back
	}
	m.err = err
}
