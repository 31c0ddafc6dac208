package e2e

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// checkVerbs look at what the dialogue left, when it is over and a good mail came in behind it.
var checkVerbs = map[string]func(p *play, arg string) error{
	"tickets": (*play).ticketsAre,
	"text":    (*play).textIs,
	"mails":   (*play).mailsAre,
	"log":     (*play).logHas,
	"memory":  (*play).memoryIsBelow,
}

// newest gives the number of the newest ticket; 0 when there is none.
func (p *play) newest() int64 {
	list := ask[[]ticket](p.g, "ticket", "list", "--limit", "1")
	if len(list) == 0 {
		return 0
	}
	return list[0].Number
}

// look finds the tickets of the dialogue, asks for those of the good mails, and that nothing in the
// log is a fault of ours or hides in it.
func (p *play) look() {
	p.t.Helper()
	good := 0
	for _, tk := range p.g.tickets() {
		switch {
		case tk.Number <= p.known:
		case tk.Subject == "Good mail":
			good++
		default:
			p.made = append([]ticket{tk}, p.made...)
		}
	}
	if good != p.good {
		p.t.Errorf("of %d good mails %d are tickets", p.good, good)
	}
	for line := range strings.Lines(p.g.logged()[p.logged:]) {
		line = strings.TrimSuffix(line, "\n")
		if strings.Contains(line, "panic") {
			p.t.Errorf("a panic: %s", line)
		}
		if !logLine.MatchString(line) || strings.ContainsFunc(line, hidden) || len(line) > maxLogLine {
			p.t.Errorf("a line of the log is not ours: %.200q, %d bytes", line, len(line))
		}
	}
}

// maxLogLine is far above what we have to say, in bytes.
const maxLogLine = 4 << 10

var logLine = regexp.MustCompile(`^time=\S+ level=\w+ msg=`)

// hidden tells whether a rune shows in a terminal as something else than itself.
func hidden(r rune) bool { return !unicode.IsPrint(r) }

func (p *play) ticketsAre(arg string) error {
	if fmt.Sprint(len(p.made)) != arg {
		return fmt.Errorf("there are %d: %+v", len(p.made), p.made)
	}
	return nil
}

// textIs asks what the mail of one ticket says: "1" for the first, and a quoted string.
func (p *play) textIs(arg string) error {
	number, quoted, _ := strings.Cut(arg, " ")
	want, err := strconv.Unquote(quoted)
	i, _ := strconv.Atoi(number)
	if err != nil || i < 1 || i > len(p.made) {
		return fmt.Errorf("no such ticket, or not a quoted string: %s", arg)
	}
	messages := p.g.ticket(p.made[i-1].Number).Messages
	if len(messages) != 1 || messages[0].Text != want {
		return fmt.Errorf("it is %+v, want %q", messages, want)
	}
	return nil
}

// mailsAre asks how many mails went to somebody: "0 to ADDRESS".
func (p *play) mailsAre(arg string) error {
	number, to, _ := strings.Cut(arg, " to ")
	p.g.settled()
	if got := only(p.g.relay.Mails()[p.mailed:], to); fmt.Sprint(len(got)) != number {
		return fmt.Errorf("there are %d", len(got))
	}
	return nil
}

// logHas asks for a text of the log, or with "lacks" that it is not there.
func (p *play) logHas(arg string) error {
	verb, text, _ := strings.Cut(arg, " ")
	if has := strings.Contains(p.g.logged()[p.logged:], text); has != (verb == "has") {
		return fmt.Errorf("has it: %v", has)
	}
	return nil
}

// memoryIsBelow asks how much more memory the gateway needed for the dialogue than before it.
func (p *play) memoryIsBelow(arg string) error {
	limit, err := strconv.ParseInt(strings.TrimSuffix(arg, "MiB"), 10, 64)
	if err != nil {
		return err
	}
	if p.peak > limit<<20 {
		return fmt.Errorf("it took %d bytes", p.peak)
	}
	return nil
}

var peakMemory = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// memory gives the most memory that the gateway had, on Linux; reset forgets it.
func (g *gateway) memory(reset bool) int64 {
	g.t.Helper()
	proc := fmt.Sprintf("/proc/%d/", g.process.Process.Pid)
	if reset {
		if err := os.WriteFile(proc+"clear_refs", []byte("5"), 0); err != nil {
			g.t.Fatal(err)
		}
	}
	peak := peakOf(g.process.Process.Pid)
	if peak == 0 {
		g.t.Fatal("the gateway's memory cannot be told")
	}
	return peak
}

// peakOf gives the most memory that a process had, in bytes; 0 when it runs no more.
func peakOf(pid int) int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	m := peakMemory.FindSubmatch(status)
	if m == nil {
		return 0
	}
	n, _ := strconv.ParseInt(string(m[1]), 10, 64)
	return n << 10
}
