package smtpd

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"helpgate/internal/mailerr"
	"helpgate/mailin"
)

// patience bounds every wait of a test; none takes that long unless it fails.
const patience = 20 * time.Second

// mail is what a fakeDoor took.
type mail struct {
	env  mailin.Envelope
	text string
}

// fakeDoor knows one recipient and keeps what it is given.
type fakeDoor struct {
	accept func(ctx context.Context, r io.Reader) error // instead of reading all

	mu    sync.Mutex
	mails []mail
}

func (d *fakeDoor) Recipient(_ context.Context, addr string) error {
	switch {
	case strings.HasPrefix(addr, "support@"), strings.HasPrefix(addr, "postmaster@"):
		return nil
	case strings.HasPrefix(addr, "panic@"):
		panic("door")
	case strings.HasPrefix(addr, "away@"):
		return errors.New("secret database text")
	default:
		return &mailerr.Error{Code: 550, Enhanced: "5.1.1", Public: "no such recipient"}
	}
}

func (d *fakeDoor) Accept(ctx context.Context, env mailin.Envelope, r io.Reader) error {
	if d.accept != nil {
		return d.accept(ctx, r)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mails = append(d.mails, mail{env, string(text)})
	return nil
}

func (d *fakeDoor) taken() []mail {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mails
}

// counts is a Config.Count.
type counts struct {
	mu sync.Mutex
	n  map[Event]int
}

func (c *counts) add(e Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = make(map[Event]int)
	}
	c.n[e]++
}

func (c *counts) of(e Event) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[e]
}

// world is a server that runs.
type world struct {
	*Server
	addr  net.Addr
	count *counts
	done  chan error // Serve's result
}

// serve starts a server on loopback.
func serve(t *testing.T, cfg Config, door Door) *world {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, ln, cfg, door)
}

func serveOn(t *testing.T, ln net.Listener, cfg Config, door Door) *world {
	t.Helper()
	w := &world{addr: ln.Addr(), count: &counts{}, done: make(chan error, 1)}
	cfg.Hostname, cfg.Count = "mx.example.org", w.count.add
	w.Server = New(cfg, door)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() {
		defer close(served)
		w.done <- w.Serve(ctx, ln)
	}()
	t.Cleanup(func() {
		cancel()
		<-served
	})
	return w
}

// client speaks raw bytes.
type client struct {
	t *testing.T
	net.Conn
	in *bufio.Reader
}

func dial(t *testing.T, w *world) *client {
	t.Helper()
	c, err := net.Dial(w.addr.Network(), w.addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	return &client{t: t, Conn: c, in: bufio.NewReader(c)}
}

// hello is a client behind EHLO.
func hello(t *testing.T, w *world) *client {
	t.Helper()
	c := dial(t, w)
	c.expect("220")
	c.say("EHLO client.example.net\r\n", "250")
	return c
}

// mailTo brings a client behind RCPT.
func mailTo(t *testing.T, w *world) *client {
	t.Helper()
	c := hello(t, w)
	c.say("MAIL FROM:<a@example.net>\r\n", "250")
	c.say("RCPT TO:<support@example.org>\r\n", "250")
	return c
}

// inData brings a client behind DATA.
func inData(t *testing.T, w *world) *client {
	t.Helper()
	c := mailTo(t, w)
	c.say("DATA\r\n", "354")
	return c
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatalf("send %.40q: %v", text, err)
	}
}

// expect reads one reply, whose last line must begin with want, and returns all of it.
func (c *client) expect(want string) string {
	c.t.Helper()
	var all strings.Builder
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			c.t.Fatalf("want %q, read %q: %v", want, all.String()+line, err)
		}
		all.WriteString(line)
		if len(line) > 3 && line[3] == '-' {
			continue
		}
		if !strings.HasPrefix(line, want) || !strings.HasSuffix(line, "\r\n") {
			c.t.Fatalf("want %q, got %q", want, line)
		}
		return all.String()
	}
}

func (c *client) say(text, want string) string {
	c.t.Helper()
	c.send(text)
	return c.expect(want)
}

// expectClosed reads to the end of the connection and returns what still came.
func (c *client) expectClosed() string {
	c.t.Helper()
	rest, err := io.ReadAll(c.in)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		c.t.Fatalf("connection still open, read %q", rest)
	}
	return string(rest)
}
