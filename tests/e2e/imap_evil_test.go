package e2e

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"helpgate/internal/testkit"
)

const (
	floodedMemory = 128 << 10        // KiB that a gateway may need while servers flood it, without race detector
	floodedTime   = 10 * time.Second // for which it may listen to one of them
	floodedMails  = 2                // that each of them gives out afterwards
)

// flood is an answer without end, in place of the first to a command.
type flood struct {
	verb  string // that the command holds; "" for the greeting
	head  string
	again string
}

var floods = map[string]flood{
	"greeting":          {"", "* OK ", "word "},
	"line":              {"SELECT", "* OK [", strings.Repeat("x", 1000)},
	"flags of a folder": {"SELECT", "* FLAGS (", "a b c d e f g h i j "},
	"capabilities":      {"CAPABILITY", "* CAPABILITY IMAP4rev1", " A B C D E F"},
	"numbers":           {"SEARCH", "* SEARCH", " 1 3 5 7 9"},
	"mails":             {"FETCH", "", "* 1 FETCH (UID 1)\r\n"},
	"flags of a mail":   {"FETCH", "* 1 FETCH (UID 1 FLAGS (", "a b c d e f g h i j "},
	"lists":             {"FETCH", "* 1 FETCH (UID 1 BODYSTRUCTURE ", "("},
	"literal":           {"FETCH", "* 1 FETCH (UID 1 BODY[] {99999999999}\r\n", "word word\r\n"},
	"literals": {
		"BODY.PEEK[]", "",
		"* 1 FETCH (UID 1 BODY[] {1000000}\r\n" + strings.Repeat("x", 1_000_000) + ")\r\n",
	},
}

// TestFloodsOfServersDrownNobody: each is left behind soon, all of them need no more memory than
// there is, and the mails behind them come in.
func TestFloodsOfServersDrownNobody(t *testing.T) {
	t.Parallel()
	mailbox := func(name string) string { return strings.ReplaceAll(name, " ", "-") + "@desk.example" }
	names := slices.Sorted(maps.Keys(floods))
	var users []string
	for _, name := range names {
		users = append(users, mailbox(name))
	}
	dovecot := testkit.StartDovecot(t, users...)
	var config strings.Builder
	filler := &gateway{t: t}
	var turn sync.Mutex
	for i, name := range names {
		at := testkit.MailServer{IMAP: flooding(t, dovecot.IMAP, name, &turn)}
		fmt.Fprintf(&config, "[[mailbox]]\naddress = %q\n%s", users[i],
			imapOf(at, users[i], testkit.MailPassword, ""))
		for j := range floodedMails {
			q := question(fmt.Sprintf("f%d.%d@customer", i, j))
			q.to, q.from = users[i], fmt.Sprintf("f%d.%d@customer.example", i, j)
			filler.provideTo(users[i], dovecot, q.from, q.String())
		}
	}
	g := start(t, options{config: config.String()})
	g.logsTimes("verdict=ticket", floodedMails*len(floods))
	if n := len(g.tickets()); n != floodedMails*len(floods) {
		t.Errorf("%d tickets", n)
	}
	need := g.highWater()
	t.Logf("%d KiB", need)
	if need > floodedMemory && !testkit.RaceEnabled {
		t.Errorf("%d KiB of memory", need)
	}
}

// flooding gives an address that leads to an IMAP server, but for one flood at the first
// connection, when it is its turn.
func flooding(t *testing.T, to, name string, turn *sync.Mutex) string {
	var connections atomic.Int32
	f := floods[name]
	pour := func(client net.Conn) {
		turn.Lock()
		defer turn.Unlock()
		begun := time.Now()
		f.pour(client)
		if took := time.Since(begun); took > floodedTime {
			t.Errorf("%s: it went on for %s", name, took)
		}
	}
	return testkit.Listen(t, func(client net.Conn) {
		defer client.Close()
		server, err := net.Dial("tcp", to)
		if err != nil {
			return
		}
		defer server.Close()
		first := connections.Add(1) == 1
		if first && f.verb == "" {
			pour(client)
			return
		}
		go func() { _, _ = io.Copy(client, server) }()
		for lines := bufio.NewReader(client); ; {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			if first && strings.Contains(line, f.verb) {
				pour(client)
				return
			}
			if _, err := io.WriteString(server, line); err != nil {
				return
			}
		}
	})
}

// pour writes until the other side has enough.
func (f flood) pour(to io.Writer) {
	again := strings.Repeat(f.again, 1+(32<<10)/len(f.again))
	_, err := io.WriteString(to, f.head)
	for err == nil {
		_, err = io.WriteString(to, again)
	}
}

// highWater is the most memory that the process had, in KiB.
func (g *gateway) highWater() int {
	g.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.process.Process.Pid))
	if err != nil {
		g.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmHWM") {
			n, _ := strconv.Atoi(strings.Fields(line)[1])
			return n
		}
	}
	g.t.Fatal("no VmHWM")
	return 0
}
