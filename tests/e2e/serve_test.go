package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

const withMetrics = "[metrics]\nlisten = \"127.0.0.1:0\"\n"

var metricsAt = regexp.MustCompile(`helpgate serves.*metrics=(\S+)`)

// get asks the gateway's metrics listener; 0 when it does not answer.
func (g *gateway) get(path string) (status int, body string) {
	g.t.Helper()
	m := metricsAt.FindStringSubmatch(g.logged())
	if m == nil {
		g.t.Fatalf("no metrics listener:\n%s", g.logged())
	}
	resp, err := http.Get("http://" + m[1] + path)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(b)
}

// ready asks until /readyz answers so, and gives what it says.
func (g *gateway) ready(want int) string {
	g.t.Helper()
	var body string
	g.eventually(fmt.Sprintf("%d from /readyz", want), func() bool {
		status, said := g.get("/readyz")
		body = said
		return status == want
	})
	return body
}

func TestOperatorSeesHowItFares(t *testing.T) {
	t.Parallel()
	g := start(t, options{config: withMetrics})
	if body := g.ready(http.StatusOK); !strings.Contains(body, `"name":"smtp","ready":true`) {
		t.Errorf("/readyz: %s", body)
	}
	if status, body := g.get("/healthz"); status != http.StatusOK || body != "ok\n" {
		t.Errorf("/healthz: %d %s", status, body)
	}
	raw := question("q1@customer").String()
	for range 2 {
		g.accept(alice, []string{support}, raw)
	}
	if err := g.deliver(alice, []string{"nobody@desk.example"}, raw); err == nil {
		t.Error("an unknown recipient was taken")
	}
	g.sent(alice, 1)
	g.settled()
	_, body := g.get("/metrics")
	for _, want := range []string{
		`helpgate_mails_accepted_total{road="smtp"} 2`, `helpgate_duplicates_total 1`,
		`helpgate_tickets_created_total 1`, `helpgate_refused_total{what="recipient"} 1`,
		`helpgate_outbox_rows{status="waiting"} 0`, `helpgate_deliveries_total{result="sent"} 2`,
		`helpgate_held_open 0`, `helpgate_panics_total 0`,
	} {
		if !strings.Contains(body, "\n"+want+"\n") {
			t.Errorf("/metrics lacks %s:\n%s", want, body)
		}
	}
}

// midway begins a mail and stops before its end.
func (g *gateway) midway() *textproto.Conn {
	g.t.Helper()
	conn := g.idle()
	for _, step := range []struct {
		say  string
		code int
	}{
		{"EHLO customer.example", 250},
		{"MAIL FROM:<" + alice + ">", 250},
		{"RCPT TO:<" + support + ">", 250},
		{"DATA", 354},
	} {
		if err := conn.PrintfLine("%s", step.say); err != nil {
			g.t.Fatal(err)
		}
		if _, _, err := conn.ReadResponse(step.code); err != nil {
			g.t.Fatalf("%s: %v", step.say, err)
		}
	}
	const head = "From: %s\r\nSubject: Fire\r\nMessage-ID: <q1@customer>\r\n"
	if err := conn.PrintfLine(head, alice); err != nil {
		g.t.Fatal(err)
	}
	return conn
}

// terminate tells the process to end and waits until it is no longer ready for mail.
func (g *gateway) terminate() {
	g.t.Helper()
	if err := g.process.Process.Signal(syscall.SIGTERM); err != nil {
		g.t.Fatal(err)
	}
	body := g.ready(http.StatusServiceUnavailable)
	if !strings.Contains(body, `"name":"smtp","ready":false`) {
		g.t.Errorf("/readyz does not say what is missing: %s", body)
	}
}

// exit waits for the process to end and gives its exit code.
func (g *gateway) exit() int {
	g.t.Helper()
	select {
	case <-g.ended:
	case <-time.After(patience):
		g.t.Fatalf("helpgate does not end:\n%s", g.logged())
	}
	return g.process.ProcessState.ExitCode()
}

func TestTerminatedServerFinishesTheMailThatItTakes(t *testing.T) {
	t.Parallel()
	g := start(t, options{config: withMetrics})
	conn := g.midway()
	g.terminate()
	if err := conn.PrintfLine("It burns.\r\n."); err != nil {
		t.Fatal(err)
	}
	if _, text, err := conn.ReadResponse(250); err != nil {
		t.Fatalf("the mail was not taken: %v, %s", err, text)
	}
	if code := g.exit(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, g.logged())
	}
	if all := g.tickets(); len(all) != 1 || all[0].Subject != "Fire" {
		t.Errorf("tickets: %+v", all)
	}
}

func TestSecondSignalEndsTheServerAtOnce(t *testing.T) {
	t.Parallel()
	g := start(t, options{config: withMetrics})
	g.midway() // which would keep it for the whole grace
	g.terminate()
	g.endsAtOnce()
}

// endsAtOnce sends a further signal, which waits for nothing.
func (g *gateway) endsAtOnce() {
	g.t.Helper()
	begun := time.Now()
	if err := g.process.Process.Signal(syscall.SIGTERM); err != nil {
		g.t.Fatal(err)
	}
	if code := g.exit(); code != 1 {
		g.t.Errorf("exit code %d", code)
	}
	if took := time.Since(begun); took > 3*time.Second {
		g.t.Errorf("it took %s", took)
	}
}
