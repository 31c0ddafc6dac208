package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// play is a dialogue under way at a gateway that other dialogues had before.
type play struct {
	t     *testing.T
	g     *gateway
	peers map[string]*peer
	last  *peer // who speaks, or spoke last

	known  int64 // the newest ticket that was there before
	logged int   // bytes of log
	mailed int   // mails at the relay
	peak   int64 // bytes of memory that the gateway had needed
	good   int   // good mails so far

	end  time.Time // for everything
	made []ticket  // for the checks: what the dialogue left, oldest first
}

// playVerb gives the steps that are nobody's connection.
func playVerb(verb string) func(p *play, arg string) error {
	switch verb {
	case "good-mail":
		return (*play).goodMail
	case "disk":
		return (*play).disk
	case "password":
		return (*play).password
	}
	return nil
}

// goodMail is what still has to flow: from another client than those of the dialogue.
const goodMail = `# %[1]s
good: connect patiently from 127.0.0.2
good: reach DATA
good: > From: Alice <alice@customer.example>
good: > Message-ID: <good-%[1]s@customer.example>
good: > Subject: Good mail
good: >
good: > %[1]s
good: > .
good: < 250
good: > QUIT
good: < 221
good: ends
`

// perform plays a script, sends a good mail behind it, and looks at what is left.
func perform(t *testing.T, g *gateway, s script) {
	p := &play{t: t, g: g, peers: map[string]*peer{}, end: time.Now().Add(patience)}
	defer p.hangUp()
	p.known, p.logged, p.mailed = p.newest(), len(g.logged()), len(g.relay.Mails())
	p.peak = p.g.memory(true)
	p.run(s.steps)
	p.peak = p.g.memory(false) - p.peak
	p.hangUp()
	if err := p.goodMail(""); err != nil {
		t.Fatalf("good mail: %v\n%s", err, g.logged())
	}
	p.look()
	for _, st := range s.checks {
		if err := checkVerbs[st.verb](p, st.arg); err != nil {
			t.Errorf("%s: %s: %v", st.at, st.verb, err)
		}
	}
	if t.Failed() {
		t.Logf("the log:\n%s", g.logged()[p.logged:])
	}
}

// run takes the steps up to the first that fails.
func (p *play) run(steps []step) {
	p.t.Helper()
	for _, st := range steps {
		for _, name := range st.peers {
			for range st.times {
				if err := p.step(name, st); err != nil {
					p.t.Fatalf("%s: %s %s: %v\n%s", st.at, st.verb, st.arg, err, p.g.logged()[p.logged:])
				}
			}
		}
	}
	if err := p.flush(nil); err != nil {
		p.t.Fatal(err)
	}
}

func (p *play) step(name string, st step) error {
	if act := playVerb(st.verb); act != nil {
		if err := p.flush(nil); err != nil {
			return err
		}
		return act(p, st.arg)
	}
	c, err := p.peer(name, st)
	if err != nil {
		return err
	}
	next := c
	if !speaks(st.verb) {
		next = nil
	}
	if err := p.flush(next); err != nil {
		return err
	}
	p.last = c
	return peerVerbs[st.verb](c, st.arg)
}

func speaks(verb string) bool { return verb == ">" || verb == ">>" || verb == "bdat" }

// flush sends what was said, unless the next to act goes on speaking.
func (p *play) flush(next *peer) error {
	if p.last == nil || p.last == next {
		return nil
	}
	return p.last.send()
}

// peer gives a connection, which its first step opens.
func (p *play) peer(name string, st step) (*peer, error) {
	how := ""
	if st.verb == "connect" {
		how = st.arg
	} else if c := p.peers[name]; c != nil {
		return c, nil
	}
	for {
		c, err := p.connect(how)
		if err != nil {
			return nil, err
		}
		p.peers[name] = c
		if !strings.Contains(how, "patiently") {
			return c, nil
		}
		if begin, _ := c.in.Peek(3); string(begin) != "421" {
			return c, nil
		}
		_ = c.Close()
		if time.Now().After(p.end) {
			return nil, errors.New("the gateway takes nobody in")
		}
	}
}

// connect opens a connection, as its words say: to "lmtp" or "submission", "from ADDRESS" of
// loopback; "patiently" is a sender's queue, which comes again while the gateway takes nobody in.
func (p *play) connect(how string) (*peer, error) {
	var dialer net.Dialer
	road := "smtp"
	for words := strings.Fields(how); len(words) > 0; words = words[1:] {
		switch {
		case words[0] == "lmtp", words[0] == "submission":
			road = words[0]
		case words[0] == "from" && len(words) > 1:
			dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(words[1])}
			words = words[1:]
		case words[0] != "patiently":
			return nil, fmt.Errorf("connect how: %s", how)
		}
	}
	conn, err := dialer.Dial("tcp", p.g.at(road))
	if err != nil {
		return nil, err
	}
	c := &peer{Conn: conn, in: bufio.NewReader(conn), lmtp: road == "lmtp"}
	return c, conn.SetDeadline(p.end)
}

func (p *play) hangUp() {
	for _, c := range p.peers {
		_ = c.Close()
	}
}

// goodMail sends one while the dialogue's connections stay as they are.
func (p *play) goodMail(string) error {
	p.good++
	id := fmt.Sprintf("%s-%d", filepath.Base(p.t.Name()), p.good)
	s, err := parseScript("good mail", fmt.Sprintf(goodMail, id))
	if err != nil {
		return err
	}
	p.run(s.steps)
	return nil
}

// disk lets no file grow any more when "full", and takes that back when "free".
func (p *play) disk(state string) error {
	limit, ok := map[string]string{"full": "0:unlimited", "free": "unlimited:unlimited"}[state]
	if !ok {
		return errors.New("full or free?")
	}
	if state == "full" {
		p.t.Cleanup(func() { _ = p.disk("free") })
	}
	pid := strconv.Itoa(p.g.process.Process.Pid)
	out, err := exec.Command("prlimit", "--pid", pid, "--fsize="+limit).CombinedOutput()
	if err != nil {
		return fmt.Errorf("prlimit: %w: %s", err, out)
	}
	return nil
}

// password gives one to an agent: "ADDRESS PASSWORD".
func (p *play) password(arg string) error {
	agent, password, _ := strings.Cut(arg, " ")
	p.g.setsPassword(agent, password)
	return nil
}
