// Package cputime measures what a piece of code costs the processor, for tests that bound it. It is
// for tests only, imports nothing of ours, and owns no goroutine.
package cputime

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// rusageThread is RUSAGE_THREAD of getrusage(2), which package syscall does not name.
const rusageThread = 1

// Of gives the processor time that f takes in its goroutine: a test that asks for it does not fail
// because the machine is busy with something else, as one of wall time would.
func Of(t testing.TB, f func()) time.Duration {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begun := ofThread(t)
	f()
	return ofThread(t) - begun
}

// Bound gives how long what may take d may take in this test: more with the race detector.
func Bound(d time.Duration) time.Duration { return d * slower }

func ofThread(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(rusageThread, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
