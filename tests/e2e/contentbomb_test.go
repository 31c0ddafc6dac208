package e2e

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"helpgate/internal/testkit"
)

// What one mail may cost the gateway, without the race detector, which takes some ten times as much.
const (
	bombTime   = time.Second
	bombMemory = 64 << 20
	raceFactor = 10
)

// deep is n mails, each the file of the one before.
func deep(n int) string {
	return strings.Repeat("Content-Type: message/rfc822\r\n\r\n", n) + "\r\nThe bottom.\r\n"
}

// fields are the header and body of each bomb, behind From, To, Subject and Message-ID.
var contentBombs = []struct {
	name string
	unit string // repeated n times between before and after
	n    int

	before, after string
	unparsed      bool
}{
	{
		name: "s30 parts", before: "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
		unit: "--b\r\n\r\n", n: 50_000, unparsed: true,
	},
	{
		name: "s31 multiparts within multiparts", unparsed: true, n: 2000,
		before: "Content-Type: multipart/mixed; boundary=b0\r\n\r\n",
		unit:   "--b%[1]d\r\nContent-Type: multipart/mixed; boundary=b%[2]d\r\n\r\n",
	},
	{name: "s31 mails within mails", before: deep(500)},
	{name: "s32 fields", unit: "X: y\r\n", n: 100_000, unparsed: true},
	{name: "s32 field", before: "X: ", unit: "0123456789\r\n ", n: 1 << 20, unparsed: true},
	{name: "s32 references", before: "References:", unit: " <%[1]d@x>", n: 70_000},
	{name: "s32 recipients", before: "Cc: a@x", unit: ", u%[1]d@x.org", n: 10_000},
	{name: "s32 subject", before: "Subject: ", unit: "a b ", n: 250_000},
	{
		name: "s33 base64", before: "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n",
		unit: "!@#$ A\r\n", n: 400_000,
	},
	{
		name: "s33 soft breaks", before: "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		unit: "=\r\n", n: 2_000_000,
	},
	{name: "s34 words", before: "Subject: ", unit: "=?utf-8?q?a?=\r\n ", n: 50_000},
	{name: "s34 words within words", before: "Subject: ", unit: "=?utf-8?Q?", n: 20_000},
	{
		name: "s34 escapes", n: 40_000, unit: strings.Repeat("\x1b$B\x1b(B", 10) + "\r\n",
		before: "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n",
	},
	{name: "s36 brackets", before: "Content-Type: text/html\r\n\r\n", unit: "<", n: 1_000_000},
	{name: "s36 comments", before: "From: ", unit: "(", n: 900_000},
	{name: "s36 quotes", before: "\r\n", unit: ">", n: 1_000_000},
	{name: "s36 blocks", before: "Content-Type: text/html\r\n\r\n", unit: "<blockquote>", n: 10_000},
	{
		name: "s37 names", before: "Content-Type: multipart/mixed; boundary=b\r\n\r\n", n: 100,
		unit: "--b\r\nContent-Disposition: attachment; filename=\"" + strings.Repeat("../", 3000) +
			"a\u202etxt.exe\"\r\n\r\nx\r\n", after: "--b--\r\n",
	},
	{
		name: "s45 rules", n: 30_000, unit: "RRULE:FREQ=SECONDLY;COUNT=1000000\r\n",
		before: "Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n" +
			"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260101T100000Z\r\n",
		after: "END:VEVENT\r\nEND:VCALENDAR\r\n",
	},
	{
		name: "opaque", n: 60_000, unit: strings.Repeat("JIAk", 18) + "\r\n",
		before: "Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n",
	},
}

// TestS30ToS37ContentBombs: whatever is in a mail, it costs little, is a ticket, and when it was not
// parsed its source is attached.
func TestS30ToS37ContentBombs(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	g.accept(alice, []string{support}, mail{
		from: alice, to: support, subject: "First", id: "first@customer", text: "Hello",
	}.String())
	time, memory := bombTime, int64(bombMemory)
	if testkit.RaceEnabled {
		time, memory = time*raceFactor, memory*raceFactor
	}
	for i, bomb := range contentBombs {
		var raw strings.Builder
		fmt.Fprintf(&raw, "From: %s\r\nTo: %s\r\nSubject: bomb\r\nMessage-ID: <%d@bomb>\r\n%s",
			mallory, support, i, bomb.before)
		for n := range bomb.n {
			unit := bomb.unit
			if strings.Contains(unit, "%[") {
				unit = fmt.Sprintf(unit, n, n+1)
			}
			raw.WriteString(unit)
		}
		raw.WriteString(bomb.after + "\r\n")
		cpu, rest := g.processorTime(), g.memory(true)
		g.accept(mallory, []string{support}, raw.String())
		cpu, peak := g.processorTime()-cpu, g.memory(false)-rest
		if cpu > time || peak > memory {
			t.Errorf("%s: %v of the processor, %d MiB", bomb.name, cpu, peak>>20)
		}
		checkBomb(t, g.ticket(g.tickets()[0].Number), bomb.name, bomb.unparsed)
	}
	if n := len(g.tickets()); n != len(contentBombs)+1 {
		t.Errorf("%d tickets", n)
	}
}

func checkBomb(t *testing.T, tk ticket, name string, unparsed bool) {
	t.Helper()
	if len(tk.Messages) != 1 {
		t.Errorf("%s: %d messages", name, len(tk.Messages))
		return
	}
	attached := false
	for _, a := range tk.Messages[0].Attachments {
		attached = attached || a.Filename == "source.eml"
	}
	if attached != unparsed {
		t.Errorf("%s: source attached: %v", name, attached)
	}
}

// clockTick is how many ticks of proc(5) there are in a second.
const clockTick = 100

// processorTime gives what the gateway cost so far, on Linux.
func (g *gateway) processorTime() time.Duration {
	g.t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", g.process.Process.Pid))
	if err != nil {
		g.t.Fatal(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / clockTick
}
