package main

import (
	"bufio"
	"fmt"
	"net"
	"strconv"
	"time"
)

// silence is how long a server may take to answer before the run is given up.
const silence = 30 * time.Second

// client is one SMTP connection, without pipelining.
type client struct {
	conn  net.Conn
	read  *bufio.Reader
	write []byte
}

// dial connects, reads the greeting and says EHLO.
func dial(addr string) (*client, error) {
	conn, err := net.DialTimeout("tcp", addr, silence)
	if err != nil {
		return nil, err
	}
	c := &client{conn: conn, read: bufio.NewReaderSize(conn, 4096)}
	if err = conn.SetDeadline(time.Now().Add(silence)); err == nil {
		err = c.expect(220)
	}
	if err == nil {
		err = c.say(250, "EHLO bench.example")
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

// took are the times of one mail: of each reply that was waited for, and of all.
type took struct{ mail, rcpt, start, data, whole time.Duration }

// end is how DATA ends (RFC 5321 section 4.1.1.4); whoever makes a mail for send puts it there, so
// that nothing is copied here.
const end = ".\r\n"

// send gives one mail, which holds end and is stuffed with dots, and tells what it took.
func (c *client) send(from, to string, mail []byte) (t took, err error) {
	begun := time.Now()
	if err := c.conn.SetDeadline(begun.Add(silence)); err != nil {
		return t, err
	}
	last := begun
	lap := func() time.Duration {
		now := time.Now()
		defer func() { last = now }()
		return now.Sub(last)
	}
	if err := c.say(250, "MAIL FROM:<"+from+">"); err != nil {
		return t, err
	}
	t.mail = lap()
	if err := c.say(250, "RCPT TO:<"+to+">"); err != nil {
		return t, err
	}
	t.rcpt = lap()
	if err := c.say(354, "DATA"); err != nil {
		return t, err
	}
	t.start = lap()
	if _, err := c.conn.Write(mail); err != nil {
		return t, err
	}
	if err := c.expect(250); err != nil {
		return t, err
	}
	t.data = lap()
	t.whole = last.Sub(begun)
	return t, nil
}

func (c *client) say(code int, line string) error {
	c.write = append(append(c.write[:0], line...), "\r\n"...)
	if _, err := c.conn.Write(c.write); err != nil {
		return err
	}
	return c.expect(code)
}

// expect reads a reply, of many lines too.
func (c *client) expect(code int) error {
	for {
		line, err := c.read.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("read reply: %w", err)
		}
		if len(line) < 4 {
			return fmt.Errorf("short reply %q", line)
		}
		if line[3] == '-' {
			continue
		}
		if got, err := strconv.Atoi(string(line[:3])); err != nil || got != code {
			return fmt.Errorf("reply %q, want %d", line, code)
		}
		return nil
	}
}

// quit ends the connection in good manners.
func (c *client) quit() {
	_ = c.say(221, "QUIT")
	c.conn.Close()
}
