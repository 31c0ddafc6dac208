package smtpd

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-smtp"

	"helpgate/internal/mailerr"
)

// maxCommandLine bounds a command in bytes, its CRLF included.
const maxCommandLine = 4 << 10

// endOfData is what go-smtp gets to see of a mail sent by DATA.
const endOfData = ".\r\n"

// conn is the connection as go-smtp sees it: one checked command line at a time, chunks of the
// announced length, and of a DATA transfer the end only. After any trouble it reads as ended.
//
// Its methods belong to go-smtp's command goroutine, but for hangUp, drain and cut.
type conn struct {
	net.Conn // addresses only
	*wire
	srv  *Server
	ctx  context.Context // cancelled when the server cuts its connections
	peer netip.Addr      // invalid when the peer has no IP address

	in       *bufio.Reader
	line     []byte // rest of a line that go-smtp has not read
	command  string // the last command as sent, without its line end
	chunk    int64  // bytes left of a BDAT chunk
	chunking bool   // between two chunks of a mail

	commands, mails, refused int // counted against the limits, over STARTTLS

	hung     atomic.Bool // end when go-smtp asks for the next command
	secure   bool        // TLS is on
	handover bool        // TLS has just begun: go-smtp's Close is not for the socket
	muted    bool        // the greeting is not sent again behind STARTTLS (RFC 3207 section 4.2)

	data sync.WaitGroup // transfers at the door
}

func newConn(ctx context.Context, srv *Server, sock net.Conn) *conn {
	c := &conn{Conn: sock, srv: srv, ctx: ctx, wire: newWire(sock, srv.cfg.IdleTimeout)}
	if addr, err := netip.ParseAddrPort(sock.RemoteAddr().String()); err == nil {
		c.peer = addr.Addr().Unmap()
	}
	c.in = bufio.NewReaderSize(c.wire, maxCommandLine)
	return c
}

// Read gives go-smtp the next piece. Its errors are io.EOF, because go-smtp would tell the peer
// about any other in words of its own, and within a chunk a finished reply, because there it takes
// io.EOF for the end of the chunk and so for a whole mail.
func (c *conn) Read(p []byte) (int, error) {
	if len(c.line) == 0 && c.chunk > 0 {
		return c.readChunk(p)
	}
	if len(c.line) == 0 {
		if err := c.nextCommand(); err != nil {
			c.farewell(err)
			return 0, io.EOF
		}
	}
	n := copy(p, c.line)
	c.line = c.line[n:]
	return n, nil
}

// Write holds a reply back until the peer is waited for.
func (c *conn) Write(p []byte) (int, error) {
	if c.muted {
		c.muted = false
		return len(p), nil
	}
	return c.out.Write(p)
}

// Close ends the connection, unless go-smtp only makes room for the server behind STARTTLS.
func (c *conn) Close() error {
	if c.handover {
		return nil
	}
	return c.wire.close()
}

// hangUp ends the connection behind the reply that is due.
func (c *conn) hangUp() { c.hung.Store(true) }

// farewell says the last words, when err has any; nobody hears them when the peer is gone.
func (c *conn) farewell(err error) {
	if c.hung.Swap(true) {
		return
	}
	var e *mailerr.Error
	if errors.As(wireError(err), &e) && e != errLost {
		_, _ = c.out.WriteString(replyLine(e))
	}
}

// nextCommand reads one command line into c.line, ready for go-smtp. An error ends the connection.
func (c *conn) nextCommand() error {
	if c.hung.Load() {
		return io.EOF
	}
	c.wait(!c.chunking)
	defer c.wait(false)
	if c.ending() {
		return errShutdown
	}
	c.unitEnd = now().Add(c.srv.cfg.IdleTimeout)
	line, err := c.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return errLongCommand
	}
	if err != nil {
		return err
	}
	if c.commands++; c.commands > c.srv.cfg.MaxCommands {
		return errManyCommands
	}
	return c.dispatch(line)
}

// dispatch looks at the lines that mean something below go-smtp.
func (c *conn) dispatch(line []byte) error {
	text, ok := commandText(line)
	if !ok {
		// go-smtp answers an empty line with 500 5.5.2 and ends the connection after a few.
		c.line = []byte("\r\n")
		return nil
	}
	c.command, c.line = text, line
	upper := strings.ToUpper(text)
	switch {
	case strings.HasPrefix(upper, "STARTTLS") && c.srv.cfg.TLS != nil && !c.secure:
		return c.startTLS(upper)
	case strings.HasPrefix(upper, "BDAT"):
		return c.startChunk(text)
	case upper == "RCPT TO:<POSTMASTER>":
		// RFC 5321 4.5.1: the one address that needs no domain; go-smtp does not know it.
		c.line = []byte("RCPT TO:<postmaster@" + c.srv.cfg.Hostname + ">\r\n")
	}
	return nil
}

// commandText gives a command without its CRLF; false when the line ends otherwise or holds what
// no command may: a bare CR, another control character than TAB, or bad UTF-8.
func commandText(line []byte) (string, bool) {
	text, ok := bytes.CutSuffix(line, []byte("\r\n"))
	bad := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
	if !ok || !utf8.Valid(text) || bytes.IndexFunc(text, bad) >= 0 {
		return "", false
	}
	return string(text), true
}

// startTLS answers and upgrades. What the peer sent before TLS stood is dropped, for it may be
// somebody else's (CVE-2011-0411); a handshake that fails ends the connection, for what follows
// would be noise. go-smtp then sees an end, and Server.speak starts afresh.
func (c *conn) startTLS(command string) error {
	if strings.TrimRight(command, " ") != "STARTTLS" {
		c.line = []byte("\r\n")
		return nil
	}
	if _, err := c.out.WriteString("220 2.0.0 Ready to start TLS\r\n"); err != nil {
		return err
	}
	if err := c.wire.startTLS(c.ctx, c.srv.cfg.TLS); err != nil {
		c.cut()
		return err
	}
	c.in.Reset(c.wire)
	c.line, c.secure, c.handover = nil, true, true
	return io.EOF
}

// startChunk reads a BDAT command as go-smtp does, so that both agree on where the chunk ends. One
// that cannot be read is refused by go-smtp, and the connection ends: what follows is text.
func (c *conn) startChunk(command string) error {
	args := strings.Fields(command[len("BDAT"):])
	last := len(args) == 2 && strings.EqualFold(args[1], "LAST")
	if command[len("BDAT"):] == "" || command[len("BDAT")] != ' ' || len(args) != 1 && !last {
		c.hangUp()
		return nil
	}
	size, err := strconv.ParseUint(args[0], 10, 32)
	if err != nil {
		c.hangUp()
		return nil
	}
	if int64(size) > 2*c.srv.cfg.MaxMessageBytes {
		return errTooBig
	}
	c.chunk = int64(size)
	c.chunking = !last && !c.mailEnd.IsZero()
	c.startTransfer()
	return nil
}

// readChunk gives bytes of a chunk.
func (c *conn) readChunk(p []byte) (int, error) {
	n, err := c.in.Read(p[:min(int64(len(p)), c.chunk)])
	c.chunk -= int64(n)
	if err == nil {
		return n, nil
	}
	c.hangUp()
	c.chunk = 0
	return n, reply(wireError(err))
}

// startTransfer begins the absolute time of a DATA transfer or a chunk.
func (c *conn) startTransfer() { c.unitEnd = now().Add(c.srv.cfg.MailTimeout) }

// startMail begins the absolute time of a mail, over all its commands and chunks.
func (c *conn) startMail() { c.mailEnd = now().Add(c.srv.cfg.MailTimeout) }

// endMail forgets the mail, taken or not.
func (c *conn) endMail() { c.mailEnd, c.chunking = time.Time{}, false }

// handOver gives the connection back for the TLS half when go-smtp is done with the first one;
// false when it ended for good.
func (c *conn) handOver() bool {
	if !c.handover {
		return false
	}
	c.handover, c.muted = false, true
	c.hung.Store(false)
	c.endMail()
	return true
}

// tlsForGoSMTP makes go-smtp advertise STARTTLS; the upgrade itself is ours, for conn must see the
// plain bytes.
func (c *conn) tlsForGoSMTP() *tls.Config {
	if c.secure {
		return nil
	}
	return c.srv.cfg.TLS
}

// wireError gives an accident on the wire its words.
func wireError(err error) error {
	var timeout net.Error
	var known *mailerr.Error
	var done *smtp.SMTPError
	switch {
	case errors.As(err, &known) || errors.As(err, &done):
		return err
	case errors.As(err, &timeout) && timeout.Timeout():
		return errTimeout
	default:
		return errLost
	}
}
