package testkit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
)

// MailPassword is the password of every user of a MailServer.
const MailPassword = "mail-secret"

// MailServer is a running IMAP and LMTP server, whoever made it.
type MailServer struct {
	// IMAP and LMTP are "127.0.0.1:port", both without TLS.
	IMAP, LMTP string
}

// Listens gives where the server is, for tests that take any.
func (m MailServer) Listens() MailServer { return m }

func newMailServer(t testing.TB) MailServer {
	return MailServer{IMAP: freeAddress(t), LMTP: freeAddress(t)}
}

// start runs the program that serves until the test ends, and returns when it does. Otherwise
// nothing of it is left.
func (m MailServer) start(t testing.TB, l *leash, argv ...string) error {
	if err := l.run("TERM", argv...); err != nil {
		return errors.Join(err, os.RemoveAll(l.dir))
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, address := range []string{m.IMAP, m.LMTP} {
		if err := poll(ctx, func() error { return greeted(ctx, address) }); err != nil {
			log, _ := os.ReadFile(l.log())
			l.drop()
			if strings.Contains(string(log), "Address already in use") {
				return errPortTaken
			}
			return fmt.Errorf("start %s: %w: %s", argv[0], err, log)
		}
	}
	t.Cleanup(l.drop)
	return nil
}

// starts is how often a start is tried: between finding a port free and the server's taking it,
// another process may take it.
const starts = 3

// errPortTaken tells that another process took the port first.
var errPortTaken = errors.New("port taken")

// started gives the server that start does, which it calls again where a port was taken.
func started[T any](t testing.TB, start func() (T, error)) T {
	t.Helper()
	for try := 1; ; try++ {
		server, err := start()
		if err == nil {
			return server
		}
		if try == starts || !errors.Is(err, errPortTaken) {
			t.Fatal(err)
		}
	}
}

// freeAddress gives a loopback address whose port was free a moment ago.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// greeted connects and reads the line with which IMAP and LMTP servers begin.
func greeted(ctx context.Context, address string) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	_, err = bufio.NewReader(conn).ReadString('\n')
	return err
}
