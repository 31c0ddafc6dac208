package main

import (
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"
)

// The bench lays this file over cmd/helpgate when it is asked for a profile: from SIGUSR1 to SIGUSR2
// the process makes one, and then puts it whole where HELPGATE_BENCH_PROFILE says.
func init() {
	path := os.Getenv("HELPGATE_BENCH_PROFILE")
	if path == "" {
		return
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2)
	go func() {
		<-signals
		part, err := os.Create(path + ".part")
		if err == nil {
			err = pprof.StartCPUProfile(part)
		}
		if err != nil {
			panic(err)
		}
		<-signals
		pprof.StopCPUProfile()
		if err := os.Rename(part.Name(), path); err != nil {
			panic(err)
		}
	}()
}
