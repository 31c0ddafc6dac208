package smtpd

import (
	"bufio"
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

// mender reads the text of one mail with every line ended by CRLF. In DATA only CRLF.CRLF on the
// wire ends the mail, and only a dot behind a true CRLF is unstuffed (RFC 5321 4.5.2); the lines
// that the mend makes of bare CR and LF keep their dots. So no reader can find another end, or
// another beginning, than the one that was sent (the SMTP smuggling of 2023).
//
// A run of CRs before an LF is one line end: some senders double the CR, and an empty line in its
// place would cut their header in two.
type mender struct {
	src   *bufio.Reader
	dots  bool // DATA: dots are stuffed and end the mail; else src's EOF is the end (BDAT)
	state mendState
	crs   int    // CRs held back in atCR, later the line ends that they became
	owed  string // bytes to give before src is read again
	err   error  // first error of src, kept
}

// newMender makes a mender for a DATA transfer (dots) or for chunks.
func newMender(src *bufio.Reader, dots bool) *mender {
	m := &mender{src: src, dots: dots}
	if !dots {
		m.state = inText
	}
	return m
}

// Read implements io.Reader. io.EOF is the mail's end; an end of src before it is
// io.ErrUnexpectedEOF.
func (m *mender) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		switch {
		case m.owed != "":
			k := copy(p[n:], m.owed)
			m.owed = m.owed[k:]
			n += k
		case m.crs > 0 && m.state != atCR:
			m.crs--
			m.owed = "\r\n"
		case m.err != nil:
			return n, m.err
		case n > 0 && m.src.Buffered() == 0:
			// Never wait for the peer with something in hand.
			return n, nil
		default:
			n += m.advance(p[n:])
		}
	}
	return n, nil
}

// advance takes one byte or one run of plain text from src and returns how much of it went to p.
func (m *mender) advance(p []byte) int {
	head, err := m.src.Peek(1)
	if err != nil {
		m.stop(err)
		return 0
	}
	if m.state == inText && head[0] != '\r' && head[0] != '\n' {
		return m.run(p)
	}
	m.step(head[0])
	return 0
}

// run copies plain text up to the next CR or LF.
func (m *mender) run(p []byte) int {
	text, _ := m.src.Peek(min(m.src.Buffered(), len(p)))
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	if i := bytes.IndexByte(text, '\r'); i >= 0 {
		text = text[:i]
	}
	n := copy(p, text)
	_, _ = m.src.Discard(n) // cannot fail: n bytes are buffered
	return n
}

// step moves the state by c, which it takes from src unless the next state has to see it again.
func (m *mender) step(c byte) {
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
		_, _ = m.src.Discard(1)
	}
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
