package main

import (
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"
)

// The bench lays this file over cmd/helpgate when it is asked for a profile: from SIGUSR1 to SIGUSR2
// the process writes one to the file that HELPGATE_BENCH_PROFILE names.
func init() {
	path := os.Getenv("HELPGATE_BENCH_PROFILE")
	if path == "" {
		return
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2)
	go func() {
		for s := range signals {
			if s == syscall.SIGUSR2 {
				pprof.StopCPUProfile()
				continue
			}
			f, err := os.Create(path)
			if err == nil {
				err = pprof.StartCPUProfile(f)
			}
			if err != nil {
				panic(err)
			}
		}
	}()
}
