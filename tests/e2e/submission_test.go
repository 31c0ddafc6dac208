package e2e

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

const annsPassword = "correct horse battery"

// forAgents gives a gateway that asks agents for a proof, and lets them log in to give it.
func forAgents(t *testing.T, tls string) *gateway {
	t.Helper()
	g := start(t, options{
		smtp: certificate(t), agents: []string{ann, ben},
		config: "[submission]\nlisten = \"127.0.0.1:0\"\ntls = \"" + tls + "\"\n" +
			"[verify]\nagent_auth = \"strict\"\n",
	})
	g.setsPassword(ann, annsPassword)
	return g
}

func (g *gateway) setsPassword(agent, password string) {
	g.t.Helper()
	if _, err := g.try(password+"\n", "agent", "password", agent); err != nil {
		g.t.Fatal(err)
	}
}

// clear sends a mail as another server does, without TLS.
func (g *gateway) clear(from, to, raw string) {
	g.t.Helper()
	if said, err := g.swaks("smtp", from, to, raw); err != nil {
		g.t.Fatalf("%v\n%s", err, said)
	}
}

// as gives the arguments of swaks by which somebody logs in.
func as(mechanism, name, password string, more ...string) []string {
	return append([]string{
		"--auth", mechanism, "--auth-user", name, "--auth-password", password,
	}, more...)
}

// TestAnswersOfAgentsWhoLogInReachTheCustomer: with agent_auth = "strict" an answer is held unless
// its agent logged in to hand it in.
func TestAnswersOfAgentsWhoLogInReachTheCustomer(t *testing.T) {
	t.Parallel()
	for mode, flag := range map[string]string{"starttls": "--tls", "tls": "--tls-on-connect"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			g := forAgents(t, mode)
			q := question("q1@customer")
			g.clear(alice, support, q.String())
			note := g.mailed(ann, strings.TrimSpace(q.text))
			g.clear(ann, note.replyTo(), note.reply(ann, "a0@agents", "No proof.").String())
			if held := g.held(); len(held) != 1 || held[0].Reason != "strict" {
				t.Fatalf("held: %v", held)
			}
			for _, mechanism := range []string{"PLAIN", "LOGIN"} {
				text := "Proven by " + mechanism + "."
				raw := note.reply(ann, mechanism+"@agents", text).String()
				said, err := g.swaks("submission", ann, note.replyTo(), raw,
					as(mechanism, ann, annsPassword, flag)...)
				if err != nil {
					t.Fatalf("%v\n%s", err, said)
				}
				checkAnswer(t, g.mailed(alice, text), text)
			}
			// Who logs in as herself is not somebody else.
			raw := note.reply(ben, "b1@agents", "As Ben.").String()
			said, err := g.swaks("submission", ann, note.replyTo(), raw,
				as("PLAIN", ann, annsPassword, flag)...)
			if err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			if held := g.held(); len(held) != 2 || held[1].Reason != "unverified-agent" {
				t.Errorf("held: %v", held)
			}
			for _, m := range g.everything(alice) {
				if strings.Contains(m.Text, "No proof.") || strings.Contains(m.Text, "As Ben.") {
					t.Errorf("the customer reads:\n%s", m.Text)
				}
			}
		})
	}
}

// TestSubmissionIsForAgentsAlone refuses who is no agent, and mail that is not an agent's to send.
func TestSubmissionIsForAgentsAlone(t *testing.T) {
	t.Parallel()
	g := forAgents(t, "starttls")
	g.setsPassword(ben, "battery staple")
	g.run("agent", "disable", ben)
	good := as("PLAIN", ann, annsPassword, "--tls")
	for name, c := range map[string]struct {
		from, to string
		args     []string
		says     string
	}{
		"wrong password":       {ann, support, as("PLAIN", ann, "wrong", "--tls"), "535 5.7.8"},
		"unknown":              {ann, support, as("LOGIN", alice, annsPassword, "--tls"), "535 5.7.8"},
		"disabled":             {ben, support, as("PLAIN", ben, "battery staple", "--tls"), "535 5.7.8"},
		"clear text":           {ann, support, as("PLAIN", ann, annsPassword), "Host did not advertise"},
		"nobody":               {ann, support, []string{"--tls"}, "530 5.7.0"},
		"nobody in clear text": {ann, support, nil, "530 5.7.0"},
		"as somebody else":     {ben, support, good, "553 5.7.1"},
		"a relay":              {ann, alice, good, "550 5.7.1"},
	} {
		said, err := g.swaks("submission", c.from, c.to, "Subject: x\n\nx\n", c.args...)
		var exit *exec.ExitError
		if !errors.As(err, &exit) || !strings.Contains(said, c.says) {
			t.Errorf("%s: %v, want %q:\n%s", name, err, c.says, said)
		}
	}
	if n := len(g.tickets()); n != 0 {
		t.Errorf("%d tickets, want none", n)
	}
	if said, err := g.swaks("submission", ann, support, "Subject: x\n\nx\n", good...); err != nil {
		t.Errorf("good mail does not flow: %v\n%s", err, said)
	}
	g.run("agent", "password", ann, "--remove")
	if said, err := g.swaks("submission", ann, support, "Subject: x\n\nx\n", good...); err == nil {
		t.Errorf("logs in without a password:\n%s", said)
	}
	plain := base64.StdEncoding.EncodeToString([]byte("\x00" + ann + "\x00" + annsPassword))
	for _, secret := range []string{annsPassword, plain, "battery staple", "argon2"} {
		if strings.Contains(g.logged(), secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}

// TestRenewedCertificateIsShownByARunningServer replaces the files as a renewal does, well and
// badly.
func TestRenewedCertificateIsShownByARunningServer(t *testing.T) {
	t.Parallel()
	lines := certificate(t)
	file := regexp.MustCompile(`"(.*)"`).FindStringSubmatch(lines)[1]
	fresh, err := os.ReadFile(regexp.MustCompile(`"(.*)"`).FindStringSubmatch(certificate(t))[1])
	if err != nil {
		t.Fatal(err)
	}
	g := start(t, options{
		smtp: lines, config: "[submission]\nlisten = \"127.0.0.1:0\"\ntls = \"tls\"\n",
	})
	old := g.certificate()
	replace(t, file, fresh)
	g.eventually("a new certificate", func() bool { return g.certificate() != old })
	renewed := g.certificate()
	replace(t, file, []byte("rubbish"))
	g.eventually("a word about the bad file", func() bool {
		if g.certificate() != renewed {
			t.Fatal("a bad file changes the certificate")
		}
		return strings.Contains(g.logged(), "not renewed")
	})
	g.clear(alice, support, question("q1@customer").String())
}

// replace puts a file in another's place in one step.
func replace(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
}

// certificate gives the one that the submission listener shows.
func (g *gateway) certificate() string {
	g.t.Helper()
	dialer := &net.Dialer{Timeout: patience}
	conn, err := tls.DialWithDialer(dialer, "tcp", g.at("submission"),
		&tls.Config{InsecureSkipVerify: true})
	if err != nil {
		g.t.Fatal(err)
	}
	defer conn.Close()
	return string(conn.ConnectionState().PeerCertificates[0].Raw)
}
