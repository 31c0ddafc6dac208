package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"helpgate/internal/testkit"
	"helpgate/internal/testkit/sink"
	"helpgate/mailin"
	"helpgate/mailin/parse"
)

// The people of the tests; their domains are reserved for examples (RFC 2606).
const (
	support = "support@desk.example"
	alice   = "alice@customer.example" // a customer
	bob     = "bob@customer.example"   // her colleague
	mallory = "mallory@evil.example"   // a stranger
	ann     = "ann@agents.example"     // an agent
	ben     = "ben@agents.example"     // another
)

// patience bounds every wait for something that the gateway does by itself.
const patience = 30 * time.Second

// options say how a test's gateway differs from the plain one.
type options struct {
	mailbox  string   // the support mailbox's address; support when ""
	tokens   string   // of the support mailbox; "plus" when ""
	locale   string   // of the mailbox; "en" when ""
	more     string   // more lines of the mailbox, each with its end
	smtp     string   // more lines of [smtp], each with its end
	config   string   // more TOML, appended
	data     string   // data_dir; in the test's folder when ""
	database string   // [database] url; SQLite in the data_dir when ""
	agents   []string // addresses; ann alone when nil
	relay    sink.Options
	relayAt  string // [relay] address; where relay listens when ""
	env      []string
}

// gateway is a running helpgate with a relay that keeps what it sends.
type gateway struct {
	t      testing.TB
	dir    string
	data   string
	config string
	env    []string
	relay  *testkit.Sink
	smtp   string // where it listens

	mu      sync.Mutex
	process *exec.Cmd
	ended   chan struct{}
	log     bytes.Buffer
	said    chan struct{} // closed at each line of the log
}

// start gives a gateway that serves until the test ends.
func start(t testing.TB, o options) *gateway {
	t.Helper()
	g := &gateway{t: t, dir: t.TempDir(), env: o.env, relay: testkit.NewSink(t, o.relay)}
	g.said = make(chan struct{})
	g.config = filepath.Join(g.dir, "helpgate.toml")
	g.data = or(o.data, filepath.Join(g.dir, "data"))
	text := fmt.Sprintf(`data_dir = %q
[site]
name = "Desk"
hostname = "desk.example"
[[mailbox]]
address = %q
name = "Desk Support"
locale = %q
tokens = %q
reply_domain = "reply.desk.example"
%s[smtp]
listen = "127.0.0.1:0"
%s[relay]
address = %q
tls = "none"
`, g.data, or(o.mailbox, support), or(o.locale, "en"), or(o.tokens, "plus"), o.more, o.smtp,
		or(o.relayAt, g.relay.Addr()))
	if o.database != "" {
		text += fmt.Sprintf("[database]\nurl = %q\n", o.database)
	}
	if err := os.WriteFile(g.config, []byte(text+o.config), 0o600); err != nil {
		t.Fatal(err)
	}
	agents := o.agents
	if agents == nil {
		agents = []string{ann}
	}
	for _, address := range agents {
		name := address[:strings.Index(address, "@")]
		name = strings.ToUpper(name[:1]) + name[1:]
		g.run("agent", "add", "--email", address, "--name", name)
	}
	g.serve()
	t.Cleanup(g.kill)
	return g
}

var servingAt = regexp.MustCompile(`helpgate serves.*smtp=(\S+)`)

// serve starts the process and waits until it listens.
func (g *gateway) serve() {
	g.t.Helper()
	cmd := exec.Command(testkit.Binary(g.t), "-c", g.config, "serve")
	cmd.Env = append(os.Environ(), g.env...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		g.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	up := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(stderr)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			g.mu.Lock()
			g.log.WriteString(lines.Text() + "\n")
			close(g.said)
			g.said = make(chan struct{})
			g.mu.Unlock()
			if m := servingAt.FindStringSubmatch(lines.Text()); m != nil {
				up <- m[1]
			}
		}
		_ = cmd.Wait()
	}()
	g.mu.Lock()
	g.process, g.ended = cmd, ended
	g.mu.Unlock()
	select {
	case at := <-up:
		g.mu.Lock()
		g.smtp = at
		g.mu.Unlock()
	case <-ended:
		g.t.Fatalf("helpgate ended at once:\n%s", g.logged())
	case <-time.After(patience):
		g.t.Fatalf("helpgate does not listen:\n%s", g.logged())
	}
}

func (g *gateway) logged() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.log.String()
}

// kill ends the process as a power cut does.
func (g *gateway) kill() { g.end(os.Kill) }

func (g *gateway) end(s os.Signal) {
	g.mu.Lock()
	cmd, ended := g.process, g.ended
	g.mu.Unlock()
	_ = cmd.Process.Signal(s)
	<-ended
}

// run calls a verb beside the running server and gives what it printed.
func (g *gateway) run(args ...string) string {
	g.t.Helper()
	out, err := g.try("", args...)
	if err != nil {
		g.t.Fatalf("helpgate %s: %v\n%s", strings.Join(args, " "), err, g.logged())
	}
	return out
}

// try calls a verb with a standard input.
func (g *gateway) try(stdin string, args ...string) (string, error) {
	cmd := exec.Command(testkit.Binary(g.t), append([]string{"-c", g.config}, args...)...)
	cmd.Env = append(os.Environ(), g.env...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%w: %s", err, errs.String())
	}
	return out.String(), nil
}

// ask calls a verb with --json and reads its answer.
func ask[T any](g *gateway, args ...string) T {
	g.t.Helper()
	var v T
	if err := json.Unmarshal([]byte(g.run(append(args, "--json")...)), &v); err != nil {
		g.t.Fatalf("helpgate %s: %v", strings.Join(args, " "), err)
	}
	return v
}

// The parts of the JSON contract that tests look at.
type (
	person struct{ Name, Address string }
	ticket struct {
		Number       int64
		Subject      string
		Status       string
		Mailbox      string
		Requester    *person
		Assignee     *person
		MessageCount int     `json:"message_count"`
		AcceptedAt   *string `json:"accepted_at"`
		FirstAnswer  *string `json:"first_response_at"`
		Participants []person
		Newcomers    []person
		Messages     []message
		Events       []struct{ Actor, Verb, From, To string }
		Links        []struct {
			Number int64
			Kind   string
		}
	}
	message struct {
		ID          string
		Kind        string
		Author      *person
		AuthorRole  string `json:"author_role"`
		Direction   string
		Text        string
		ReplyText   string `json:"reply_text"`
		MessageID   string `json:"message_id"`
		Rule        string
		Auto        string
		Flags       []string
		Attachments []struct {
			Filename    string
			ContentType string `json:"content_type"`
			Size        int64
			SHA256      string
			Inline      bool
		}
	}
	row struct {
		ID, Kind, Recipient, Status string
		Ticket                      int64
		Attempts                    int
		LastReply                   string `json:"last_reply"`
		MessageID                   string `json:"message_id"`
	}
	held struct{ ID, Reason, Owner, Detail, Message string }
)

func (g *gateway) tickets() []ticket { return ask[[]ticket](g, "ticket", "list") }

func (g *gateway) ticket(n int64) ticket {
	return ask[ticket](g, "ticket", "show", fmt.Sprint(n))
}

func (g *gateway) held() []held { return ask[[]held](g, "held", "list") }

// accept sends a mail in by SMTP and fails the test unless it gets 250.
func (g *gateway) accept(from string, to []string, raw string) {
	g.t.Helper()
	if err := g.deliver(from, to, raw); err != nil {
		g.t.Fatalf("mail of %s: %v\n%s", from, err, g.logged())
	}
}

// deliver sends a mail in by SMTP and gives the refusal.
func (g *gateway) deliver(from string, to []string, raw string) error {
	g.mu.Lock()
	at := g.smtp
	g.mu.Unlock()
	return smtp.SendMail(at, nil, from, to, []byte(crlf(raw)))
}

// sent waits until n mails went to the recipient and gives them, oldest first.
func (g *gateway) sent(to string, n int) []out {
	g.t.Helper()
	mails, ok := g.waits(func(all []testkit.SinkMail) bool { return len(only(all, to)) >= n })
	if !ok {
		g.t.Fatalf("waiting for %d mails to %s, there are %d\n%s", n, to, len(only(mails, to)),
			g.logged())
	}
	return only(mails, to)
}

// waits gives the mails that went out as soon as done is true of them, or what there is when that
// does not happen.
func (g *gateway) waits(done func([]testkit.SinkMail) bool) (mails []testkit.SinkMail, ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	mails, err := g.relay.Wait(ctx, done)
	return mails, err == nil
}

// settled waits until nothing waits in the outbox that is due, so that what was not sent by then
// will not be.
func (g *gateway) settled() {
	g.t.Helper()
	g.eventually("outbox at rest", func() bool {
		return !slices.ContainsFunc(ask[[]row](g, "queue", "list"), func(r row) bool {
			return r.Status == "sending" || r.Status == "waiting" && r.Kind != "notification-list"
		})
	})
}

// eventually waits until something holds that the gateway, or who is beside it, comes to by itself
// and tells nobody.
func (g *gateway) eventually(what string, holds func() bool) {
	g.t.Helper()
	for deadline := time.Now().Add(patience); !holds(); {
		if time.Now().After(deadline) {
			g.t.Fatalf("no %s:\n%s", what, g.logged())
		}
		<-time.After(10 * time.Millisecond) // to look costs as much as to get there
	}
}

// out is a mail as its recipient's mail client reads it.
type out struct {
	*parse.Mail
	raw      []byte
	envelope string // envelope sender
}

func only(all []testkit.SinkMail, to string) []out {
	var mine []out
	for _, m := range all {
		if slices.Contains(m.To, to) {
			mine = append(mine, out{mailin.Read(m.Data).Mail, m.Data, m.From})
		}
	}
	return mine
}

// replyTo is where a reply to the mail goes.
func (o out) replyTo() string {
	if len(o.ReplyTo) > 0 {
		return o.ReplyTo[0].Addr
	}
	return o.From[0].Addr
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func crlf(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}
