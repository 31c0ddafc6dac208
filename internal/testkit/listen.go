package testkit

import (
	"net"
	"sync"
	"testing"
)

// Listen hands each connection to a free port of loopback to answer, in a goroutine of its own, and
// gives the address. When the test ends it takes no more and waits for those that run.
func Listen(t testing.TB, answer func(net.Conn)) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	t.Cleanup(func() { _ = ln.Close(); all.Wait() })
	all.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() { answer(conn) })
		}
	})
	return ln.Addr().String()
}
