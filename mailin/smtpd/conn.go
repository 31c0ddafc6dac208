package smtpd

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"helpgate/internal/mailerr"
)

// endOfData is what go-smtp gets to see of a mail.
const endOfData = ".\r\n"

// conn is the connection as go-smtp sees it: one checked command line at a time, and of each mail
// only an end. After any trouble it reads as ended.
//
// Its methods belong to go-smtp's goroutine, but for drain and cut.
type conn struct {
	net.Conn // addresses only
	*wire
	srv  *Server
	ctx  context.Context // the door's, done when the server cuts its connections
	peer netip.Addr      // invalid when the peer has no IP address
	from netip.Addr      // the peer as limits see it, see origin

	claimed bool // counted among those of its address; the registry's

	in      *input
	command string // the last command as sent, without its line end
	verb    string // its first word in capitals
	line    []byte // what go-smtp has not read of it
	ahead   []byte // a command that was read already, nil when none was
	bdat    bdat

	commands, mails, refused, failed int // counted against the limits, over STARTTLS

	hung     bool // end when go-smtp asks for the next command
	muted    bool // swallow what go-smtp says before it asks for the next command
	sasl     bool // the next line answers a challenge of AUTH, and is no command
	secure   bool // TLS is on
	handover bool // TLS has just begun: go-smtp's Close is not for the socket
}

func newConn(ctx context.Context, srv *Server, sock net.Conn) *conn {
	c := &conn{Conn: sock, srv: srv, ctx: ctx, wire: newWire(sock, srv.cfg.IdleTimeout)}
	if addr, err := netip.ParseAddrPort(sock.RemoteAddr().String()); err == nil {
		c.setPeer(addr.Addr().Unmap())
	}
	c.in = newInput(c.wire, srv.cfg.MaxCommandLine, &srv.texts)
	return c
}

func (c *conn) setPeer(addr netip.Addr) { c.peer, c.from = addr, origin(addr) }

// name is the peer's address, "" when it has none.
func (c *conn) name() string {
	if !c.peer.IsValid() {
		return ""
	}
	return c.peer.String()
}

// proxied reads the PROXY header that a connection from one of the proxies' networks begins with.
func (c *conn) proxied() error {
	within := func(n netip.Prefix) bool { return n.Contains(c.peer) }
	if !slices.ContainsFunc(c.srv.cfg.ProxyNetworks, within) {
		return nil
	}
	c.unitEnd = now().Add(c.srv.cfg.IdleTimeout)
	addr, err := readProxyHeader(c.wire)
	if err != nil {
		c.hangUp() // the proxy would not understand an answer
		return err
	}
	if addr.IsValid() {
		c.setPeer(addr)
	}
	return nil
}

// secureNow begins TLS before the greeting.
func (c *conn) secureNow() error {
	c.secure = true
	return c.wire.startTLS(c.ctx, c.srv.cfg.TLS)
}

// Read gives go-smtp the next piece of a command. Its only error is io.EOF: about any other
// go-smtp would tell the peer in words of its own.
func (c *conn) Read(p []byte) (int, error) {
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

// recovered is deferred where the connection's goroutine comes out of other code into ours: a panic
// is counted and becomes an error, behind which the connection ends.
func (c *conn) recovered(err *error) {
	if p := recover(); p != nil {
		c.srv.cfg.Count(EventPanic)
		c.srv.cfg.Logger.Error("panic in SMTP session", "road", c.srv.cfg.Road, "peer", c.name(),
			"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		c.hangUp()
		*err = fmt.Errorf("panic: %w", errUnknown)
	}
}

// Write holds a line of a reply back until the peer is waited for.
func (c *conn) Write(p []byte) (int, error) {
	if c.muted || c.bdat.on && bytes.HasPrefix(p, []byte("354 ")) {
		return len(p), nil
	}
	c.sasl = bytes.HasPrefix(p, []byte("334 "))
	if _, err := c.out.Write(corrected(speakable(p), c.verb)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close ends the connection, unless go-smtp only makes room for the server behind STARTTLS.
func (c *conn) Close() error {
	if c.handover {
		return nil
	}
	return c.wire.close()
}

// hangUp ends the connection behind the reply that is due.
func (c *conn) hangUp() { c.hung = true }

// farewell says the last words, when err has any; nobody hears them when the peer is gone.
func (c *conn) farewell(err error) {
	var e *mailerr.Error
	if !c.hung && errors.As(wireError(err), &e) && e != errLost {
		_, _ = c.out.WriteString(replyLine(e))
	}
	c.hung = true
}

// nextCommand puts one command into c.line. An error ends the connection.
func (c *conn) nextCommand() (err error) {
	defer c.recovered(&err)
	c.muted = false
	if c.hung {
		return io.EOF
	}
	if err := c.bdat.skip(c); err != nil {
		return err
	}
	c.wait(true)
	defer c.wait(false)
	if c.ending() {
		return errShutdown
	}
	line := c.ahead
	if c.ahead = nil; line == nil {
		if line, err = c.readLine(); err != nil {
			return err
		}
	}
	return c.dispatch(line)
}

// readLine reads up to an LF, within the limits of commands. The line is good until c.in is read.
func (c *conn) readLine() ([]byte, error) {
	c.unitEnd = now().Add(c.srv.cfg.IdleTimeout)
	line, err := c.in.line()
	if err != nil {
		return nil, err
	}
	if c.commands++; c.commands > c.srv.cfg.MaxCommands {
		return nil, errManyCommands
	}
	return line, nil
}

// startTLS answers and upgrades. What the peer sent before TLS stood is dropped, for it may be
// somebody else's (CVE-2011-0411); a handshake that fails ends the connection, for what follows
// would be noise. go-smtp then sees an end, and Server.speak starts afresh.
func (c *conn) startTLS() error {
	if !strings.EqualFold(strings.TrimRight(c.command, " "), "STARTTLS") {
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
	c.in.forget()
	c.line, c.secure, c.handover = nil, true, true
	return io.EOF
}

// handOver gives the connection back for the TLS half when go-smtp is done with the first one;
// false when it ended for good. The greeting is not sent again (RFC 3207 section 4.2).
func (c *conn) handOver() bool {
	if !c.handover {
		return false
	}
	c.handover, c.hung, c.muted = false, false, true
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

// startMail begins the absolute time of a mail, over all its commands.
func (c *conn) startMail() { c.mailEnd = now().Add(c.srv.cfg.MailTimeout) }

// endMail forgets the mail, taken or not.
func (c *conn) endMail() { c.mailEnd = time.Time{} }

// text gives the mail that go-smtp has just asked for, mended; one reader reads it to its end.
func (c *conn) text() *mender {
	c.unitEnd = now().Add(c.srv.cfg.MailTimeout)
	c.in.widen()
	if c.bdat.on {
		return newMender(chunkReader{c}, false)
	}
	return newMender(c.in, true)
}

// textDone tells go-smtp that the mail has ended, as err says: nil at its own end, errAborted when
// a command came between its chunks, else the connection is of no further use.
func (c *conn) textDone(err error) {
	switch {
	case err == nil:
		c.line = []byte(endOfData)
	case errors.Is(err, errAborted):
		c.line, c.muted = []byte(endOfData), true
	default:
		c.hangUp()
	}
	c.bdat.on = false
}

// wireError gives an accident on the wire its words.
func wireError(err error) error {
	var timeout net.Error
	var known *mailerr.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &timeout) && timeout.Timeout():
		return errTimeout
	default:
		return errLost
	}
}
