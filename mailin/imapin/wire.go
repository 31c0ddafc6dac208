package imapin

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"helpgate/internal/clock"
)

// Why a connection ended.
var (
	errSilent  = errors.New("the server fell silent within an answer")
	errSlow    = errors.New("the server did not end its answer in time")
	errEnded   = errors.New("the server ended the connection")
	errEndless = errors.New("the server's answer has no end")
)

// unasked is how much a server may send while nothing was asked, in bytes: news of the folder.
const unasked = 1 << 20

// readAhead is how much is read at once, in bytes.
const readAhead = 32 << 10

// opened is how many parentheses an answer may open, mails not counted: some six for each mail of a
// survey. The library reads lists in lists by calls in calls, each of which writes the error of the
// ones below anew: deep ones take much time and memory, and a stack that overflows ends the
// process.
const opened = 3000

// wire is the connection below the library, which waits for ever on a silent server, ends a literal
// after five minutes however well it flows, and takes lines of any length. Deadlines are the wire's
// own: they slide with every byte, and hold only while an answer is due.
type wire struct {
	net.Conn          // encrypted, or not
	below    net.Conn // the bare connection: closing it waits for nobody
	in       *bufio.Reader
	silence  time.Duration

	mu      sync.Mutex
	due     bool  // an answer is
	allowed int64 // bytes that may still come
	literal int64 // of them, those of the mail that comes
	opened  int   // parentheses, besides those of mails
	cause   error // why it was cut
}

func newWire(conn, below net.Conn, silence time.Duration) *wire {
	return &wire{
		Conn: conn, below: below, in: bufio.NewReaderSize(conn, readAhead), silence: silence,
		allowed: unasked,
	}
}

// begin says that an answer of at most so many bytes is due.
func (w *wire) begin(bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due, w.allowed, w.literal, w.opened = true, bytes, 0, 0
	_ = w.slide()
}

// allow adds the bytes of a literal whose size was looked at. Those before it were read to their
// end.
func (w *wire) allow(bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.allowed += bytes
	w.literal = bytes
}

// end says that no answer is due any more.
func (w *wire) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due, w.allowed, w.literal, w.opened = false, unasked, 0, 0
	_ = w.slide()
}

// slide moves the deadline, of a read that waits too.
func (w *wire) slide() error {
	if !w.due {
		return w.Conn.SetReadDeadline(time.Time{})
	}
	return w.Conn.SetReadDeadline(clock.System{}.Now().Add(w.silence))
}

// Read implements net.Conn. After its first error there is nothing but that error: the library
// reads on behind a deadline that is over. It gives no more than a line, or what is left of a mail,
// so that the library never holds the beginning of a mail before its size was looked at.
func (w *wire) Read(b []byte) (int, error) {
	literal, err := w.ready()
	if err != nil {
		return 0, err
	}
	var n int
	if literal > 0 {
		n, err = w.in.Read(b[:min(int64(len(b)), literal)])
	} else {
		n, err = w.line(b)
	}
	if !w.count(b[:n]) {
		return 0, w.cut(errEndless)
	}
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		return n, w.cut(errSilent)
	}
	if err != nil { // told as what it is: the library goes on to a closed connection
		_ = w.cut(fmt.Errorf("%w: %w", errEnded, err))
	}
	return n, err
}

// line reads up to the end of a line, or as much of it as there is.
func (w *wire) line(b []byte) (int, error) {
	if _, err := w.in.Peek(1); err != nil {
		return 0, err
	}
	line, err := w.in.Peek(min(w.in.Buffered(), len(b)))
	if err != nil {
		return 0, err
	}
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i+1]
	}
	n := copy(b, line)
	_, err = w.in.Discard(n)
	return n, err
}

// ready tells whether more may come, and how much of it is a mail's.
func (w *wire) ready() (literal int64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cause != nil {
		return 0, w.cause
	}
	if w.allowed <= 0 {
		w.cause = errEndless
		_ = w.below.Close()
		return 0, w.cause
	}
	if w.in.Buffered() > 0 {
		return w.literal, nil
	}
	return w.literal, w.slide()
}

// count takes account of what came, and tells whether the library can take it.
func (w *wire) count(b []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.allowed -= int64(len(b))
	if w.literal > 0 {
		w.literal -= int64(len(b))
		return true
	}
	w.opened += bytes.Count(b, []byte("("))
	return w.opened <= opened
}

// SetReadDeadline implements net.Conn: the library's deadlines are not heeded.
func (*wire) SetReadDeadline(time.Time) error { return nil }

// cut ends the connection at once and gives why: the first cause stays.
func (w *wire) cut(cause error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cause == nil {
		w.cause = cause
	}
	_ = w.below.Close()
	return w.cause
}

// why gives the cause in place of what came of it.
func (w *wire) why(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil && w.cause != nil {
		return w.cause
	}
	return err
}
