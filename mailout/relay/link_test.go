package relay

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// farConn is a connection whose other end seems to be on another machine.
type farConn struct {
	net.Conn
}

func (farConn) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25}
}

func TestPasswordLeavesTheMachineOnlyEncrypted(t *testing.T) {
	t.Parallel()
	here, there := net.Pipe()
	heard := make(chan string, 1)
	go func() {
		defer close(heard)
		_, _ = io.WriteString(there, "220 far\r\n")
		r := bufio.NewReader(there)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			if !strings.HasPrefix(line, "EHLO") {
				heard <- line
				return
			}
			_, _ = io.WriteString(there, "250-far\r\n250 AUTH PLAIN LOGIN\r\n")
		}
	}()
	l := link{
		name: "far", helo: "here", tls: TLSNone, username: "gate", password: "secret",
		timeout: 5 * time.Second,
	}
	_, err := l.begin(t.Context(), farConn{here})
	_ = here.Close()
	if !errors.Is(err, errTLS) {
		t.Errorf("got %v", err)
	}
	if line, sent := <-heard; sent {
		t.Errorf("the server heard %q", line)
	}
}

func TestReplyIsCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	got := cleanReply("x" + strings.Repeat("ä", maxReply) + "\r\n")
	if want := "x" + strings.Repeat("ä", (maxReply-1)/2); got != want {
		t.Errorf("got %d bytes: %q", len(got), got)
	}
}
