package smtpd

import (
	"bytes"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"helpgate/mailin"
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

// replyForm is a line of a reply (RFC 5321 section 4.2).
var replyForm = regexp.MustCompile(`^[2-5][0-9]{2}[ -][ -~]*\r\n$`)

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
		f.Add([]byte(seed), false)
		f.Add([]byte(strings.ReplaceAll(seed, "EHLO", "LHLO")), true)
	}
	f.Fuzz(func(t *testing.T, wire []byte, lmtp bool) {
		const limit = 100
		door, count := &fakeDoor{}, &counts{}
		cfg := Config{MaxMessageBytes: limit, Count: count.add}
		if lmtp {
			cfg.Road = mailin.RoadLMTP
		}
		srv := New(cfg, door)
		peer := &script{Reader: bytes.NewReader(wire)}
		c := newConn(t.Context(), srv, peer)
		srv.speak(c)
		panics := bytes.Count(bytes.ToLower(wire), []byte("panic@"))
		if n := count.of(EventPanic); n > panics {
			t.Fatalf("%d panics", n)
		}
		answers := 0
		for _, m := range door.taken() {
			answers++
			if lmtp {
				answers += len(m.env.To) - 1
			}
			bare := strings.ReplaceAll(m.text, "\r\n", "")
			if len(m.text) > limit || strings.ContainsAny(bare, "\r\n") || len(m.env.To) == 0 {
				t.Fatalf("taken %+v", m)
			}
		}
		if n := bytes.Count(peer.out.Bytes(), []byte("OK: queued")); n != answers {
			t.Fatalf("%d of %d answers to mails, replies %q", n, answers, peer.out.String())
		}
		for line := range bytes.Lines(peer.out.Bytes()) {
			if !replyForm.Match(line) || len(line) > maxReplyLine {
				t.Fatalf("reply %q", line)
			}
		}
		if left, _ := io.ReadAll(peer); len(left) > 0 && !bytes.Contains(peer.out.Bytes(), []byte("\n")) {
			t.Fatalf("ended without a word before %q", left)
		}
	})
}
