package smtpd

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

func TestShutdownTellsIdleSessionsAndEnds(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{}, &fakeDoor{})
	idle, begun := hello(t, w), mailTo(t, w)
	if err := w.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client{idle, begun} {
		c.expect("421 4.3.2")
		c.expectClosed()
	}
	if err := <-w.done; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := net.Dial("tcp", w.addr.String()); err == nil {
		t.Error("still listening")
	}
}

// shutdownDuring begins a shutdown behind the start of a mail and gives its result.
func shutdownDuring(ctx context.Context, t *testing.T, w *world, started chan struct{}) chan error {
	t.Helper()
	<-started
	idle := hello(t, w)
	done := make(chan error, 1)
	go func() { done <- w.Shutdown(ctx) }()
	idle.expect("421 4.3.2") // so the drain has begun
	return done
}

// announcing is a Door's Accept that tells when it began, and reads all.
func announcing(started chan struct{}) func(context.Context, io.Reader) error {
	return func(_ context.Context, r io.Reader) error {
		close(started)
		_, err := io.Copy(io.Discard, r)
		return err
	}
}

func TestShutdownLetsAMailFinish(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ begin, beginWant, end string }{
		"data":   {"DATA\r\n", "354", "text\r\n.\r\n"},
		"chunks": {"BDAT 3\r\none", "250", "BDAT 3 LAST\r\ntwo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			started := make(chan struct{})
			w := serve(t, Config{}, &fakeDoor{accept: announcing(started)})
			c := mailTo(t, w)
			c.say(test.begin, test.beginWant)
			done := shutdownDuring(context.Background(), t, w, started)
			c.say(test.end, "250")
			c.expect("421 4.3.2")
			c.expectClosed()
			if err := <-done; err != nil {
				t.Errorf("Shutdown: %v", err)
			}
		})
	}
}

func TestShutdownCutsAMailWithoutAYes(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	w := serve(t, Config{}, &fakeDoor{accept: announcing(started)})
	c := inData(t, w)
	c.send("half a ma")
	ctx, cancel := context.WithCancel(context.Background())
	done := shutdownDuring(ctx, t, w, started)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown: %v", err)
	}
	if rest := c.expectClosed(); rest != "" {
		t.Errorf("read %q", rest)
	}
	if err := <-w.done; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestShutdownCutsADoorThatWaits(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	w := serve(t, Config{}, &fakeDoor{accept: func(ctx context.Context, r io.Reader) error {
		_, _ = io.Copy(io.Discard, r)
		close(started)
		<-ctx.Done()
		return nil // durable, but nobody may hear of it
	}})
	c := inData(t, w)
	c.send("text\r\n.\r\n")
	ctx, cancel := context.WithCancel(context.Background())
	done := shutdownDuring(ctx, t, w, started)
	cancel()
	<-done
	if rest := c.expectClosed(); rest != "" {
		t.Errorf("read %q", rest)
	}
}

func TestServeAfterShutdownServesNothing(t *testing.T) {
	t.Parallel()
	s := New(Config{}, &fakeDoor{})
	if err := s.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(context.Background(), ln); err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// brokenListener fails as a process without file descriptors does, then for good.
type brokenListener struct {
	net.Listener
	left int
}

func (l *brokenListener) Accept() (net.Conn, error) {
	if l.left--; l.left > 0 {
		return nil, errors.New("too many open files")
	}
	return nil, net.ErrClosed
}

func TestAcceptErrorsAreWaitedOut(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	err = New(Config{}, &fakeDoor{}).Serve(context.Background(), &brokenListener{ln, 3})
	if !errors.Is(err, net.ErrClosed) || time.Since(begin) < 3*minAcceptPause {
		t.Errorf("Serve: %v", err)
	}
}
