package smtpd

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"helpgate/internal/clock"
)

// outBuffer holds the replies that are not sent yet, in bytes: those of a group of commands.
const outBuffer = 4 << 10

// slack is by how much a deadline may come late, as a part of the idle time and at most: so that a
// peer that is quick costs a system call for a deadline now and then, not for each read.
const (
	slackShare = 16
	maxSlack   = time.Second
)

// wire is the socket with deadlines of ours. go-smtp has one deadline for a whole mail, which cuts
// slow senders and lets none be caught; here each wait has one, and each command and mail another.
//
// One goroutine reads and writes; drain and cut may come from any.
type wire struct {
	sock net.Conn      // what was accepted; closing it ends everything
	raw  net.Conn      // sock, or TLS over it
	out  *bufio.Writer // replies, sent when we are about to wait for the peer (RFC 2920 section 3.2)
	idle time.Duration

	unitEnd time.Time // absolute end of the command or the transfer that is being read
	mailEnd time.Time // absolute end of the mail that MAIL began; zero outside of one

	readEnd, writeEnd time.Time // the deadlines that raw has

	mu       sync.Mutex
	waiting  bool // for a command
	draining bool
}

func newWire(sock net.Conn, idle time.Duration) *wire {
	w := &wire{sock: sock, raw: sock, idle: idle}
	w.out = bufio.NewWriterSize(writerFunc(w.send), outBuffer)
	return w
}

// Read sends the replies held back, then waits for the peer. While draining, a wait for a command
// ends with errShutdown.
func (w *wire) Read(p []byte) (int, error) {
	if err := w.out.Flush(); err != nil {
		return 0, err
	}
	if err := w.arm(); err != nil {
		return 0, err
	}
	n, err := w.raw.Read(p)
	if err != nil && n == 0 && w.ending() {
		return 0, errShutdown
	}
	return n, err
}

// arm sets the deadline of the next read. Under the lock, so that it cannot undo a drain.
func (w *wire) arm() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.draining && w.waiting {
		return errShutdown
	}
	end := now().Add(w.idle)
	for _, t := range [...]time.Time{w.unitEnd, w.mailEnd} {
		if !t.IsZero() && t.Before(end) {
			end = t
		}
	}
	return w.postpone(&w.readEnd, end, w.raw.SetReadDeadline)
}

// postpone sets a deadline to end or a little later, unless it is there already.
func (w *wire) postpone(at *time.Time, end time.Time, set func(time.Time) error) error {
	slack := min(w.idle/slackShare, maxSlack)
	if late := at.Sub(end); late >= 0 && late <= slack {
		return nil
	}
	*at = end.Add(slack)
	return set(*at)
}

// wait declares what the reads that follow are for: a command, or the text of a mail.
func (w *wire) wait(command bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = command
}

// ending tells whether a shutdown should end the session here.
func (w *wire) ending() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.draining && w.waiting
}

// drain ends the session at its next wait for a command, at once when it is waiting already.
func (w *wire) drain() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.draining = true
	if w.waiting {
		w.readEnd = time.Unix(1, 0)
		_ = w.raw.SetReadDeadline(w.readEnd) // a socket that refuses is closed already
	}
}

// cut closes the socket under whatever is going on.
func (w *wire) cut() { _ = w.sock.Close() }

// close sends what is held back and closes the socket.
func (w *wire) close() error {
	_ = w.out.Flush() // the peer may be gone, and that is no news
	return w.raw.Close()
}

// send writes to the peer with a deadline; a peer that does not read its replies loses the line.
func (w *wire) send(p []byte) (int, error) {
	if err := w.postpone(&w.writeEnd, now().Add(w.idle), w.raw.SetWriteDeadline); err != nil {
		return 0, err
	}
	n, err := w.raw.Write(p)
	if err != nil {
		w.cut()
	}
	return n, err
}

// startTLS makes the rest of the connection TLS, within one idle time.
func (w *wire) startTLS(ctx context.Context, cfg *tls.Config) error {
	if err := w.out.Flush(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, w.idle)
	defer cancel()
	c := tls.Server(w.sock, cfg)
	w.unitEnd = time.Time{} // STARTTLS is over, the handshake has its own time
	if err := w.arm(); err != nil {
		return err
	}
	if err := c.HandshakeContext(ctx); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.raw, w.readEnd, w.writeEnd = c, time.Time{}, time.Time{}
	return nil
}

// now is the machine's time whatever clock the product runs by: the kernel keeps the deadlines.
func now() time.Time { return clock.System{}.Now() }

// writerFunc makes a function an io.Writer.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
