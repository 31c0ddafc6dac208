package e2e

import (
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"helpgate/internal/testkit/sink"
)

// stopBound is within what SIGTERM ends the process (DESIGN section 11).
const stopBound = 10 * time.Second

// stuck gives a relay that takes mails and answers none of them until release is called, and a
// channel that is closed when the first one came.
func stuck(t *testing.T) (o sink.Options, reached <-chan struct{}, release func()) {
	came, gone := make(chan struct{}), make(chan struct{})
	once := sync.OnceFunc(func() { close(came) })
	release = sync.OnceFunc(func() { close(gone) })
	t.Cleanup(release)
	o.OnMail = func(sink.Mail) error {
		once()
		<-gone
		return nil
	}
	return o, came, release
}

// idle opens a session that says nothing more.
func (g *gateway) idle() *textproto.Conn {
	g.t.Helper()
	conn, err := textproto.Dial("tcp", g.smtp)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { conn.Close() })
	if _, _, err := conn.ReadResponse(220); err != nil {
		g.t.Fatal(err)
	}
	return conn
}

// TestTerminatedServerEndsThoughOthersHang: neither a sender who stops in the middle of a mail nor
// a relay that does not answer keeps the process; what they had under way goes when it is back.
func TestTerminatedServerEndsThoughOthersHang(t *testing.T) {
	t.Parallel()
	relay, reached, release := stuck(t)
	g := start(t, options{config: withMetrics, relay: relay})
	g.accept(alice, []string{support}, question("q0@customer").String())
	<-reached
	g.midway()
	quiet := g.idle()
	begun := time.Now()
	g.terminate()
	if _, text, err := quiet.ReadResponse(421); err != nil || !strings.HasPrefix(text, "4.3.2 ") {
		t.Errorf("an idle session is told %q, %v", text, err)
	}
	if code := g.exit(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, g.logged())
	}
	if took := time.Since(begun); took > stopBound {
		t.Errorf("it took %s", took)
	}
	release()
	g.serve()
	g.sent(alice, 1)
	g.sent(ann, 1)
	if all := g.tickets(); len(all) != 1 {
		t.Errorf("%d tickets, want that of the mail which got 250", len(all))
	}
}

// TestSecondSignalLeavesARelayThatHangs: it does not wait for the delivery.
func TestSecondSignalLeavesARelayThatHangs(t *testing.T) {
	t.Parallel()
	relay, reached, _ := stuck(t)
	g := start(t, options{config: withMetrics, relay: relay})
	g.accept(alice, []string{support}, question("q0@customer").String())
	<-reached
	g.terminate()
	g.endsAtOnce()
}
