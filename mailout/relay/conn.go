package relay

import (
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"helpgate/internal/clock"
)

// maxAnswer is how much a server may send before we say something again, in bytes; TLS handshakes
// count too. Without it a hostile MX fills the memory with one endless reply.
const maxAnswer = 64 << 10

// errEndless ends a connection whose server does not stop talking.
var errEndless = errors.New("the server's answer has no end")

// boundedConn is the TCP connection below TLS and go-smtp, which set deadlines for commands only: a
// peer that stops reading in the middle of a body would hold a worker for ever.
type boundedConn struct {
	net.Conn
	timeout time.Duration // of one write
	heard   int           // bytes since the last write
}

// Read implements net.Conn.
func (c *boundedConn) Read(b []byte) (int, error) {
	if c.heard > maxAnswer {
		return 0, errEndless
	}
	n, err := c.Conn.Read(b)
	c.heard += n
	return n, err
}

// Write implements net.Conn.
func (c *boundedConn) Write(b []byte) (int, error) {
	c.heard = 0
	if err := c.SetWriteDeadline(clock.System{}.Now().Add(c.timeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// greetedConn begins with a greeting, since go-smtp wants to read one and the true one is past.
type greetedConn struct {
	net.Conn
	r io.Reader
}

func greeted(conn net.Conn) net.Conn {
	return &greetedConn{Conn: conn, r: io.MultiReader(strings.NewReader("220 again\r\n"), conn)}
}

// Read implements net.Conn.
func (c *greetedConn) Read(b []byte) (int, error) { return c.r.Read(b) }
