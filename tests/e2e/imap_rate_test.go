package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"helpgate/internal/testkit"
)

// How many mails a rate is measured with, and what it is of the SMTP door's at one connection at
// least: of the rate without delay, and of that with so long a way to the provider and back.
const (
	ratedMails = 10_000
	farAway    = 30 * time.Millisecond
	// noise is what two measurements on a busy machine may differ by.
	noise = 0.8
)

// TestAMailboxIsReadAsFastAsTheDoor reads a mailbox that is full, near and far.
func TestAMailboxIsReadAsFastAsTheDoor(t *testing.T) {
	if !soaking() {
		t.Skip("a measurement: make soak")
	}
	door := doorRate(t, start(t, options{config: noBudgets}), ratedMails)
	near := polledRate(t, ratedMails, 0)
	far := polledRate(t, ratedMails, farAway)
	t.Logf("mails a second: door %.0f, near %.0f, far %.0f", door, near, far)
	if near < noise*door || far < noise*door/3 {
		t.Error("the mailbox is read too slowly")
	}
}

// doorRate sends mails by one connection and gives how many were taken in a second.
func doorRate(t *testing.T, g *gateway, n int) float64 {
	c, err := smtp.Dial(g.smtp)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	begun := time.Now()
	for i := range n {
		if i%900 == 899 { // no connection takes more than 1000
			_ = c.Quit()
			if c, err = smtp.Dial(g.smtp); err != nil {
				t.Fatal(err)
			}
		}
		q := rated(i)
		err := c.Mail(q.from)
		if err == nil {
			err = c.Rcpt(support)
		}
		if err == nil {
			var w io.WriteCloser
			if w, err = c.Data(); err == nil {
				_, _ = io.WriteString(w, crlf(q.String()))
				err = w.Close()
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return float64(n) / time.Since(begun).Seconds()
}

func rated(i int) mail {
	q := question(fmt.Sprintf("r%d@customer", i))
	q.from = fmt.Sprintf("r%d@customer.example", i)
	return q
}

// polledRate fills a mailbox while the gateway is down, and gives how fast it is emptied.
func polledRate(t *testing.T, n int, delay time.Duration) float64 {
	dovecot := testkit.StartDovecot(t, support)
	near := dovecot.IMAP
	dovecot.IMAP = delayed(t, near, delay)
	g := start(t, options{more: imap(dovecot), config: noBudgets})
	dovecot.IMAP = near
	g.logs("first contact with the folder")
	g.end(syscall.SIGTERM)
	fillMailbox(t, dovecot, n)
	g.serve()
	begun := time.Now()
	for taken := 0; taken < n; {
		taken = strings.Count(g.logged(), "mail taken")
		<-time.After(100 * time.Millisecond) // to look costs as much as to read
	}
	rate := float64(n) / time.Since(begun).Seconds()
	t.Logf("delay %s: %.0f mails a second, memory %d", delay, rate, g.memory(false))
	return rate
}

func fillMailbox(t *testing.T, d *testkit.Dovecot, n int) {
	conn, err := net.Dial("tcp", d.LMTP)
	if err != nil {
		t.Fatal(err)
	}
	lmtp := gosmtp.NewClientLMTP(conn)
	defer lmtp.Close()
	for i := range n {
		q := rated(i)
		if err := lmtp.SendMail(q.from, []string{support}, strings.NewReader(crlf(q.String()))); err != nil {
			t.Fatal(err)
		}
	}
}

// delayed gives an address that leads to another one, a round trip later.
func delayed(t *testing.T, to string, delay time.Duration) string {
	if delay == 0 {
		return to
	}
	return testkit.Listen(t, func(conn net.Conn) {
		server, err := net.Dial("tcp", to)
		if err != nil {
			_ = conn.Close()
			return
		}
		var both sync.WaitGroup
		both.Go(func() { late(server, conn, delay/2) })
		both.Go(func() { late(conn, server, delay/2) })
		both.Wait()
	})
}

// late copies what it reads, each piece so much later.
func late(to, from net.Conn, delay time.Duration) {
	type piece struct {
		due  time.Time
		data []byte
	}
	pieces := make(chan piece, 1<<16)
	go func() {
		defer close(pieces)
		r := bufio.NewReaderSize(from, 64<<10)
		for {
			if _, err := r.Peek(1); err != nil {
				return
			}
			data := make([]byte, r.Buffered())
			_, _ = io.ReadFull(r, data)
			pieces <- piece{time.Now().Add(delay), data}
		}
	}()
	for p := range pieces {
		<-time.After(time.Until(p.due))
		_, _ = to.Write(p.data)
	}
	_ = to.Close()
}
