package relay_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"helpgate/internal/mailerr"
	"helpgate/internal/testkit"
	"helpgate/mailout/relay"
)

// hello is a mail that any server takes.
var hello = relay.Mail{
	From:  "support+b7@example.org",
	To:    "ann@example.net",
	Body:  []byte("Subject: hi\r\n\r\nHello\r\n"),
	EnvID: "delivery-7",
}

// deliverer is what the tests ask of both ways out.
type deliverer interface {
	Deliver(ctx context.Context, m relay.Mail) (relay.Receipt, error)
}

func newSmarthost(t *testing.T, cfg relay.Config) *relay.Smarthost {
	t.Helper()
	h := relay.NewSmarthost(cfg)
	t.Cleanup(func() { _ = h.Close() })
	return h
}

// fault asserts that err is a *mailerr.Error of that kind and gives it.
func fault(t *testing.T, err error, temporary bool, code int, enhanced string) *mailerr.Error {
	t.Helper()
	var e *mailerr.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a mailerr.Error", err)
	}
	if e.Temporary != temporary || e.Code != code || e.Enhanced != enhanced || e.Public != "" {
		t.Errorf("got %+v (%v), want temporary=%t %d %s", e, e, temporary, code, enhanced)
	}
	return e
}

// wire is a TCP proxy before a server: it counts connections and can cut them.
type wire struct {
	addr string

	mu    sync.Mutex
	conns []net.Conn
	ended chan struct{} // one for each connection that the client ended
}

func newWire(t *testing.T, server string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{addr: listener.Addr().String(), ended: make(chan struct{}, 100)}
	t.Cleanup(func() { _ = listener.Close(); w.cut() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			w.mu.Lock()
			w.conns = append(w.conns, client)
			w.mu.Unlock()
			go w.join(client, server)
		}
	}()
	return w
}

func (w *wire) join(client net.Conn, server string) {
	conn, err := net.Dial("tcp", server)
	if err != nil {
		_ = client.Close()
		return
	}
	go func() {
		_, _ = io.Copy(client, conn)
		_ = client.Close()
	}()
	_, _ = io.Copy(conn, client)
	_ = conn.Close()
	w.ended <- struct{}{}
}

// cut closes all connections, as a server does with idle ones.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close()
	}
}

func (w *wire) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.conns)
}

// scripted is a server that greets and then answers each command by its first word; what it was
// told comes out of heard. After "354" it reads up to the final dot.
type scripted struct {
	addr  string
	heard chan string
}

func newScripted(t *testing.T, answers map[string]string) *scripted {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scripted{addr: listener.Addr().String(), heard: make(chan string, 100)}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			go serveScript(conn, answers, s.heard)
		}
	}()
	return s
}

func TestUnsendableMailIsRefusedForGoodWithoutAServer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change   func(*relay.Mail)
		enhanced string
	}{
		"parameter in the recipient": {func(m *relay.Mail) { m.To = "a@b.org> SIZE=1" }, "5.1.3"},
		"no domain":                  {func(m *relay.Mail) { m.To = "ann" }, "5.1.3"},
		"line end in the sender":     {func(m *relay.Mail) { m.From = "a@b.org\r\nDATA" }, "5.1.7"},
		"line end in the id":         {func(m *relay.Mail) { m.EnvID = "x\r\n" }, "5.5.4"},
		"endless id": {
			func(m *relay.Mail) { m.EnvID = strings.Repeat("x", 101) }, "5.5.4",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := hello
			test.change(&m)
			for _, d := range []deliverer{
				newSmarthost(t, relay.Config{Address: "127.0.0.1:1"}),
				relay.NewMX(relay.MXConfig{}),
			} {
				_, err := d.Deliver(t.Context(), m)
				fault(t, err, false, 0, test.enhanced)
			}
		})
	}
}

func TestLinesEndInCRLFAndDotsSurvive(t *testing.T) {
	t.Parallel()
	s := testkit.NewSink(t)
	h := newSmarthost(t, relay.Config{Address: s.Addr(), TLS: relay.TLSNone})
	m := hello
	m.Body = []byte("Subject: x\n\r\n.\rMAIL FROM:<e@vil>\n.\r\n..a\r\n.b\r")
	if _, err := h.Deliver(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := "Subject: x\r\n\r\n.\r\nMAIL FROM:<e@vil>\r\n.\r\n..a\r\n.b\r\n"
	if mails := s.Mails(); len(mails) != 1 || string(mails[0].Data) != want {
		t.Errorf("kept %d mails, %q", len(mails), mails[0].Data)
	}
}
