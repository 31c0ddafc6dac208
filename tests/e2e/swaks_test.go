package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"helpgate/internal/testkit"
)

// swaks hands a mail in at the listener for "smtp", "lmtp" or "submission" and gives what was said.
func (g *gateway) swaks(road, from, to, raw string, args ...string) (string, error) {
	g.t.Helper()
	swaks := testkit.Need(g.t, "swaks", "swaks")
	transport, at := "--server", g.at(road)
	if filepath.IsAbs(at) {
		transport = "--socket"
	}
	args = append([]string{transport, at, "--from", from, "--to", to, "--data", "-"}, args...)
	cmd := exec.Command(swaks, args...)
	cmd.Stdin = strings.NewReader(raw)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestSwaksOnEveryRoad hands mail in as an operator does who tries his set-up out: in the clear and
// in TLS, command by command and pipelined, by SMTP, LMTP and at a unix socket.
func TestSwaksOnEveryRoad(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "lmtp")
	tcp := start(t, options{smtp: certificate(t), config: allRoads})
	unix := start(t, options{config: fmt.Sprintf("[lmtp]\nlisten = %q\n", "unix:"+socket)})
	lmtp := []string{"--protocol", "LMTP"}
	for name, c := range map[string]struct {
		g    *gateway
		road string
		args []string
		says []string
	}{
		"plain":          {tcp, "smtp", nil, []string{"250-PIPELINING", "250-STARTTLS", "221 2.0.0"}},
		"old":            {tcp, "smtp", []string{"--protocol", "SMTP"}, []string{"HELO"}},
		"pipelined":      {tcp, "smtp", []string{"--pipeline"}, nil},
		"TLS":            {tcp, "smtp", []string{"--tls"}, []string{"TLS started"}},
		"TLS, pipelined": {tcp, "smtp", []string{"--tls", "--pipeline"}, []string{"TLS started"}},
		"LMTP":           {tcp, "lmtp", lmtp, []string{"LHLO"}},
		"LMTP pipelined": {tcp, "lmtp", append(lmtp, "--pipeline"), []string{"LHLO"}},
		"unix socket":    {unix, "lmtp", lmtp, []string{"LHLO"}},
	} {
		t.Run(name, func(t *testing.T) {
			raw := mail{
				from: alice, to: support, subject: name, id: strings.ReplaceAll(name, " ", ".") + "@swaks",
				text: ".a dot before, and bytes of UTF-8: 催一下\n",
			}.String()
			said, err := c.g.swaks(c.road, alice, support, raw, c.args...)
			if err != nil {
				t.Fatalf("swaks: %v\n%s", err, said)
			}
			for _, want := range c.says {
				if !strings.Contains(said, want) {
					t.Errorf("nothing says %q:\n%s", want, said)
				}
			}
			if newest := c.g.tickets()[0]; newest.Subject != name {
				t.Errorf("the newest ticket is %+v", newest)
			}
		})
	}
}

// TestSwaksIsToldWhatIsNotTaken: by LMTP each recipient has an answer of its own, and swaks, which
// sends on while one recipient is left, tells of it.
func TestSwaksIsToldWhatIsNotTaken(t *testing.T) {
	t.Parallel()
	g := start(t, options{smtp: certificate(t), config: allRoads})
	for road, protocol := range map[string]string{"smtp": "ESMTP", "lmtp": "LMTP"} {
		for _, pipelined := range []bool{false, true} {
			args := []string{"--protocol", protocol}
			if pipelined {
				args = append(args, "--pipeline")
			}
			raw := mail{from: alice, subject: "x", id: fmt.Sprint(protocol, pipelined), text: "x"}.String()
			said, err := g.swaks(road, alice, "nobody@desk.example", raw, args...)
			if err == nil || !strings.Contains(said, "550 5.1.1") {
				t.Errorf("%s: %v\n%s", args, err, said)
			}
			to := "nobody@desk.example," + support
			said, err = g.swaks(road, alice, to, raw, args...)
			if err != nil || !strings.Contains(said, "550 5.1.1") {
				t.Errorf("%s: %v\n%s", args, err, said)
			}
		}
	}
	if n := len(g.tickets()); n != 4 {
		t.Errorf("%d tickets, want 4", n)
	}
}
