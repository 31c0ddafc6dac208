package smtpd

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// script is a connection on which the peer has said everything already.
type script struct {
	*bytes.Reader
	out bytes.Buffer
}

func (s *script) Write(p []byte) (int, error)      { return s.out.Write(p) }
func (s *script) Close() error                     { return nil }
func (s *script) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (s *script) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv6loopback} }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// FuzzSession plays any bytes to a whole session: it ends, nothing panics, every reply is one of
// ours, and the door is told of no mail but by DATA or BDAT, in clean lines and within the limit.
func FuzzSession(f *testing.F) {
	const begin = "EHLO x\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<support@example.org>\r\n"
	for _, seed := range []string{
		begin + "DATA\r\nhello\r\n..\r\n.\r\nQUIT\r\n",
		begin + "DATA\r\nhello\n.\n\r\n.\r\r\n.\r\n" + begin,
		begin + "BDAT 3\r\nabcBDAT 0 LAST\r\n" + begin + "BDAT 9 LAST\r\nab",
		begin + "BDAT 0\r\nRSET\r\nEHLO y\r\n" + begin + "BDAT 5\r\nxx",
		begin + "MAIL FROM:<>\r\nBDAT 0 LAST\r\n",
		"STARTTLS\r\nNOOP\n\x00\r\nBDAT\r\n", "DATA\r\n.\r\nVRFY x\r\nRCPT TO:<postmaster>\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		const limit = 100
		door, count := &fakeDoor{}, &counts{}
		cfg := Config{MaxMessageBytes: limit, Count: count.add}
		srv := New(cfg, door)
		peer := &script{Reader: bytes.NewReader(wire)}
		c := newConn(t.Context(), srv, peer)
		srv.speak(c)
		panics := bytes.Count(bytes.ToLower(wire), []byte("panic@"))
		if n := count.of(EventPanic); n > panics {
			t.Fatalf("%d panics", n)
		}
		for _, m := range door.taken() {
			bare := strings.ReplaceAll(m.text, "\r\n", "")
			if len(m.text) > limit || strings.ContainsAny(bare, "\r\n") || len(m.env.To) == 0 {
				t.Fatalf("taken %+v", m)
			}
		}
		if n := len(door.taken()); n > bytes.Count(peer.out.Bytes(), []byte("OK: queued")) {
			t.Fatalf("%d mails, replies %q", n, peer.out.String())
		}
		if left, _ := io.ReadAll(peer); len(left) > 0 && !bytes.Contains(peer.out.Bytes(), []byte("\n")) {
			t.Fatalf("ended without a word before %q", left)
		}
	})
}
