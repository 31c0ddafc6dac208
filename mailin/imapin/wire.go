package imapin

import (
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

// wire is the connection below the library, which waits for ever on a silent server, ends a literal
// after five minutes however well it flows, and takes lines of any length. Deadlines are the wire's
// own: they slide with every byte, and hold only while an answer is due.
type wire struct {
	net.Conn          // encrypted, or not
	below    net.Conn // the bare connection: closing it waits for nobody
	silence  time.Duration

	mu      sync.Mutex
	due     bool  // an answer is
	allowed int64 // bytes that may still come
	cause   error // why it was cut
}

func newWire(conn, below net.Conn, silence time.Duration) *wire {
	return &wire{Conn: conn, below: below, silence: silence, allowed: unasked}
}

// begin says that an answer of at most so many bytes is due.
func (w *wire) begin(bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due, w.allowed = true, bytes
	_ = w.slide()
}

// allow adds the bytes of a literal whose size was looked at.
func (w *wire) allow(bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.allowed += bytes
}

// end says that no answer is due any more.
func (w *wire) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due, w.allowed = false, unasked
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
// reads on behind a deadline that is over.
func (w *wire) Read(b []byte) (int, error) {
	if err := w.ready(); err != nil {
		return 0, err
	}
	n, err := w.Conn.Read(b)
	w.mu.Lock()
	w.allowed -= int64(n)
	w.mu.Unlock()
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		return n, w.cut(errSilent)
	}
	if err != nil { // told as what it is: the library goes on to a closed connection
		_ = w.cut(fmt.Errorf("%w: %w", errEnded, err))
	}
	return n, err
}

func (w *wire) ready() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cause != nil {
		return w.cause
	}
	if w.allowed <= 0 {
		w.cause = errEndless
		_ = w.below.Close()
		return w.cause
	}
	return w.slide()
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
