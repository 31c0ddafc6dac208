package smtpd

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"helpgate/mailin"
)

// readingDoor takes every mail and keeps none, so that a benchmark shows the wire alone.
type readingDoor struct{}

func (readingDoor) Recipient(context.Context, string) error { return nil }

func (readingDoor) Accept(_ context.Context, _ mailin.Envelope, r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

func BenchmarkSession2K(b *testing.B)   { benchmarkSession(b, 2<<10) }
func BenchmarkSession100K(b *testing.B) { benchmarkSession(b, 100<<10) }

// benchmarkSession sends mails of one size over loopback, as one mail server and as 50 at once.
func benchmarkSession(b *testing.B, size int) {
	for _, connections := range []int{1, 50} {
		b.Run(fmt.Sprintf("%d", connections), func(b *testing.B) {
			addr := benchServer(b)
			text := []byte(strings.Repeat(strings.Repeat("x", 70)+"\r\n", size/72) + ".\r\n")
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			b.ResetTimer()
			var senders sync.WaitGroup
			for i := range connections {
				mails := b.N / connections
				if i < b.N%connections {
					mails++
				}
				senders.Go(func() { sendMails(b, addr, text, mails) })
			}
			senders.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}

func benchServer(b *testing.B) string {
	b.Helper()
	var lc net.ListenConfig
	ln, err := lc.Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := New(Config{MaxMails: 1 << 30, MaxCommands: 1 << 30}, readingDoor{})
	served := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(served)
		_ = srv.Serve(ctx, ln)
	}()
	b.Cleanup(func() {
		cancel()
		<-served
	})
	return ln.Addr().String()
}

// sendMails speaks without pipelining, as most mail servers do within one mail.
func sendMails(b *testing.B, addr string, text []byte, mails int) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		b.Error(err)
		return
	}
	defer c.Close()
	in := bufio.NewReader(c)
	say := func(p []byte, want byte) bool {
		if _, err := c.Write(p); err != nil {
			b.Error(err)
			return false
		}
		for {
			line, err := in.ReadSlice('\n')
			if err != nil || line[0] != want {
				b.Errorf("reply %q, %v", line, err)
				return false
			}
			if line[3] == ' ' {
				return true
			}
		}
	}
	ok := say(nil, '2') && say([]byte("EHLO client.example.net\r\n"), '2')
	for range mails {
		ok = ok && say([]byte("MAIL FROM:<a@example.net> SIZE=2000\r\n"), '2') &&
			say([]byte("RCPT TO:<support@example.org>\r\n"), '2') &&
			say([]byte("DATA\r\n"), '3') && say(text, '2')
	}
	_ = ok && say([]byte("QUIT\r\n"), '2')
}
