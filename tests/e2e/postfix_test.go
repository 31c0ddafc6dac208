package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"helpgate/internal/testkit"
)

// unknown is an address that Postfix hands over and the gateway does not know.
const unknown = "unknown@desk.example"

// behindPostfix gives a gateway that has Postfix on both sides, as docs/operations.md sets it up:
// mail comes to it by the LMTP socket, and what it sends goes through Postfix into g.relay. The
// test's mail goes to Postfix too.
func behindPostfix(t *testing.T, o options) (*gateway, *testkit.Postfix) {
	t.Helper()
	dir := t.TempDir()
	// Postfix's clients run as an account of their own.
	for _, folder := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	socket, world := "unix:"+filepath.Join(dir, "lmtp"), testkit.NewSink(t)
	p := testkit.StartPostfix(
		t,
		"relayhost = "+world.Addr(),
		"virtual_mailbox_domains = desk.example",
		"recipient_delimiter = +",
		fmt.Sprintf("transport_maps = inline:{ { %s = lmtp:%s }, { %s = lmtp:%[2]s } }", support, socket,
			unknown),
		"lmtp_lhlo_timeout = 1s", // for a gateway that hangs
	)
	o.relayAt = p.SMTP
	o.config += "[lmtp]\nlisten = \"" + socket + "\"\n"
	g := start(t, o)
	g.relay, g.smtp = world, p.SMTP
	return g, p
}

// logs waits until Postfix's log has a line with all the words.
func logs(t *testing.T, p *testkit.Postfix, words ...string) {
	t.Helper()
	says := func(line string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) })
	}
	for deadline := time.Now().Add(patience); ; {
		if slices.ContainsFunc(strings.Split(p.Log(), "\n"), says) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("no line of Postfix's log has %q:\n%s", words, p.Log())
		}
	}
}

// TestPostfixOnBothSides takes a ticket there and back, and the bounce of an address that is gone.
func TestPostfixOnBothSides(t *testing.T) {
	t.Parallel()
	for tokens, bounced := range map[string]string{
		"plus":    "verdict=recorded rule=bounce ticket=1",
		"headers": "verdict=recorded rule=bounce ticket=1",
	} {
		t.Run(tokens, func(t *testing.T) {
			t.Parallel()
			g, p := behindPostfix(t, options{tokens: tokens})
			note := g.asks(question("q1@customer"), ann)
			answer := g.answers(note, ann, alice, "Under settings.")
			checkInside(t, answer)
			g.writes(answer, alice, ann, "I do not find it there.")
			g.relay.Refuse(alice, &gosmtp.SMTPError{
				Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "who is that",
			})
			g.accept(ann, []string{note.replyTo()}, note.reply(ann, "a2@agents", "Look again.").String())
			logs(t, p, "to=<"+alice+">", "status=bounced", "who is that")
			g.logs(bounced)
			if all := g.tickets(); len(all) != 1 {
				t.Errorf("%d tickets, want 1", len(all))
			}
		})
	}
}

// TestPostfixBouncesOnlyWhatIsRefused: of two recipients of one mail LMTP answers for each.
func TestPostfixBouncesOnlyWhatIsRefused(t *testing.T) {
	t.Parallel()
	g, p := behindPostfix(t, options{})
	g.accept(alice, []string{support, unknown}, question("q1@customer").String())
	bounce := g.mailed(alice, unknown)
	if bounce.envelope != "" || !strings.Contains(string(bounce.raw), "Status: 5.1.1") ||
		strings.Contains(bounce.Text, support) {
		t.Errorf("the sender is told:\n%s", bounce.raw)
	}
	logs(t, p, "to=<"+support+">", "status=sent")
	if n := len(g.everything(alice)); n != 2 || len(g.tickets()) != 1 {
		t.Errorf("%d tickets, the sender got %d mails, want an acknowledgement and the bounce",
			len(g.tickets()), n)
	}
}

// TestPostfixKeepsWhatCannotBeTakenNow, and comes again by itself.
func TestPostfixKeepsWhatCannotBeTakenNow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		strike func(t *testing.T, g *gateway) (mend func())
		says   string // of the reply, in Postfix's log
	}{
		"stopped": {func(_ *testing.T, g *gateway) func() {
			g.kill()
			return g.serve
		}, "Connection refused"},
		"hangs": {func(t *testing.T, g *gateway) func() {
			signal := func(s syscall.Signal) {
				if err := g.process.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
			}
			signal(syscall.SIGSTOP)
			return func() { signal(syscall.SIGCONT) }
		}, "timed out"},
		"in trouble": {func(t *testing.T, g *gateway) func() {
			return takeAway(t, filepath.Join(g.data, "helpgate.db"))
		}, "said: 451 4.3."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, p := behindPostfix(t, options{})
			mend := c.strike(t, g)
			g.accept(alice, []string{support}, question("q1@customer").String())
			logs(t, p, "to=<"+support+">", "status=deferred", c.says)
			mend()
			logs(t, p, "to=<"+support+">", "status=sent")
			g.sent(alice, 1)
			checkOnce(t, g)
		})
	}
}
