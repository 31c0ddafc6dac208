package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// sink is the relay: it takes whatever it is given, as cheaply as may be, for it shares the
// machine. Only the heads of mails are looked at, and only when somebody asks.
type sink struct {
	listener net.Listener
	count    atomic.Int64
	last     atomic.Int64 // when the newest mail was whole, in nanoseconds since begun
	begun    time.Time
	look     func(to string, at time.Time, head []byte) // nil: nobody asks; from many goroutines

	mu    sync.Mutex
	conns map[net.Conn]bool
	wg    sync.WaitGroup
}

// maxHead is how much of a mail look gets.
const maxHead = 8 << 10

func newSink(look func(to string, at time.Time, head []byte)) (*sink, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{listener: ln, begun: time.Now(), look: look, conns: map[net.Conn]bool{}}
	s.wg.Go(s.accept)
	return s, nil
}

func (s *sink) addr() string { return s.listener.Addr().String() }

// close ends all connections.
func (s *sink) close() {
	s.listener.Close()
	s.mu.Lock()
	for conn := range s.conns {
		conn.Close()
	}
	s.conns = nil
	s.mu.Unlock()
	s.wg.Wait()
}

// wait waits for so many mails, and gives when the last of them was there.
func (s *sink) wait(ctx context.Context, mails int64) (time.Time, error) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for begun, seen := time.Now(), int64(0); ; {
		n := s.count.Load()
		if n >= mails {
			return s.begun.Add(time.Duration(s.last.Load())), nil
		}
		if n != seen {
			begun, seen = time.Now(), n
		}
		if time.Since(begun) > patience {
			return time.Time{}, fmt.Errorf("the relay got %d mails, want %d, and none for %s",
				n, mails, patience)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return time.Time{}, context.Cause(ctx)
		}
	}
}

func (s *sink) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.conns == nil {
			s.mu.Unlock()
			conn.Close()
			return
		}
		s.conns[conn] = true
		s.mu.Unlock()
		s.wg.Go(func() {
			s.serve(conn)
			conn.Close()
			s.mu.Lock()
			delete(s.conns, conn)
			s.mu.Unlock()
		})
	}
}

// serve speaks SMTP with one client until that quits or does what it should not. Replies to
// pipelined commands go together (RFC 2920).
func (s *sink) serve(conn net.Conn) {
	r, w := bufio.NewReaderSize(conn, 64<<10), bufio.NewWriter(conn)
	reply, to := "220 sink.example ESMTP\r\n", ""
	for {
		_, _ = w.WriteString(reply) // an error stays and comes back from Flush
		if r.Buffered() == 0 && w.Flush() != nil {
			return
		}
		line, err := r.ReadSlice('\n')
		if err != nil || len(line) < 4 {
			return
		}
		switch string(bytes.ToUpper(line[:4])) {
		case "EHLO":
			reply = "250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n" +
				"250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n"
		case "RCPT":
			to, reply = inBrackets(line), "250 2.1.5 Ok\r\n"
		case "DATA":
			_, _ = w.WriteString("354 Go on\r\n")
			if w.Flush() != nil || s.take(r, to) != nil {
				return
			}
			reply = "250 2.0.0 Ok\r\n"
		case "QUIT":
			_, _ = w.WriteString("221 2.0.0 Bye\r\n")
			_ = w.Flush() // the client has what it wanted
			return
		default: // MAIL, HELO, RSET, NOOP
			reply = "250 2.0.0 Ok\r\n"
		}
	}
}

// take reads a mail to its last dot.
func (s *sink) take(r *bufio.Reader, to string) error {
	var head []byte
	begins := true
	for {
		line, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if begins && string(line) == ".\r\n" {
			break
		}
		begins = err == nil
		if s.look != nil && len(head) < maxHead {
			head = append(head, line...)
		}
	}
	at := time.Now()
	if s.look != nil {
		s.look(to, at, head)
	}
	s.last.Store(int64(at.Sub(s.begun)))
	s.count.Add(1)
	return nil
}

func inBrackets(line []byte) string {
	i, j := bytes.IndexByte(line, '<'), bytes.IndexByte(line, '>')
	if i < 0 || j < i {
		return ""
	}
	return string(line[i+1 : j])
}
