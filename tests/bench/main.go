// Bench measures helpgate against Postfix on this machine: the real binary, a durable queue of
// Postfix beside it, a load generator that speaks SMTP to both, and a sink that takes what helpgate
// sends. The two are loaded turn about in one run, because a machine's speed changes from minute
// to minute and ratios do not.
//
//	go run -tags sqlite_fts5 ./tests/bench [flags] SCENARIO...
//
// It starts servers of its own on free ports, in a folder below -dir that it removes again, and
// ends them with itself. It fails when a mail that got 250 did not become what it should.
//
// `make bench` calls it; docs/benchmarks.md tells what came out. Its goroutines are the generator's
// connections, the sink's, and one that waits for the end of each server; each ends with its turn
// or its server.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	dir     string
	rounds  int
	seconds float64
	warmup  float64
	senders int64
	profile string
	only    string
	lanes   int
	measure string
	tickets int64
}

// scenarios are what can be measured, in the order of "all".
var scenarios = []struct {
	name, what string
	run        func(context.Context, *bench) error
}{
	{"wire", "the generator against a sink: what no server can pass", wire},
	{"p1", "2 KB text, 1 connection", accept{name: "p1", kind: plain, conns: 1, want: 1.5}.run},
	{
		"p50", "2 KB text, 50 connections",
		accept{name: "p50", kind: plain, conns: 50, want: 3.5, calm: true}.run,
	},
	{
		"a50", "100 KB attachment, 50 connections",
		accept{name: "a50", kind: attached, conns: 50, want: 1.3}.run,
	},
	{
		"replies", "2 KB text, 50 connections, every third mail answers an acknowledgement",
		replies{every: 3, conns: 50}.run,
	},
	{
		"delivery", "2 KB text, 50 connections, and all that follows delivered",
		delivery{name: "delivery", want: 0.8}.run,
	},
	{
		"delivery-ed25519", "the same, signed with Ed25519",
		delivery{name: "delivery-ed25519", sign: signEd25519, want: 0.8}.run,
	},
	{
		"delivery-rsa", "the same, signed with RSA of 2048 bits",
		delivery{name: "delivery-rsa", sign: signRSA}.run,
	},
	{
		"latency", "100 mails a second: from 250 to the acknowledgement at the relay",
		latency{pace: 100, most: 50 * time.Millisecond}.run,
	},
	{"memory", "how much is resident at most", memory},
	{
		"million", "2 KB text on 1,000,000 tickets (kept in -dir) against none; the verbs there",
		million,
	},
	{"postgres", "2 KB text on PostgreSQL, 1 and 50 connections", onPostgres},
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", or(os.Getenv("HELPGATE_BENCH_DIR"), "/var/tmp/helpgate-bench"),
		"folder on the disk to measure; HELPGATE_BENCH_DIR sets it too")
	flag.IntVar(&o.rounds, "rounds", 3, "rounds; a round is a turn of each")
	flag.Float64Var(&o.seconds, "seconds", 5, "seconds that a turn is measured")
	flag.Float64Var(&o.warmup, "warmup", 1, "seconds before that, not measured")
	flag.Int64Var(&o.senders, "senders", 0, "how many senders take turns; 0: a new one for each mail")
	flag.StringVar(&o.profile, "cpuprofile", "", "write a CPU profile of helpgate's last turn here")
	flag.StringVar(&o.only, "only", "", "helpgate or postfix: no turns for the other")
	flag.IntVar(&o.lanes, "relay-connections", 4, "helpgate's [relay] connections")
	flag.StringVar(&o.measure, "helpgate", "", "program to measure; without it, this tree's is built")
	flag.Int64Var(&o.tickets, "tickets", 1_000_000, "how many tickets the scenario million loads")
	flag.Usage = usage
	flag.Parse()
	if o.profile != "" { // the server has another folder
		o.profile, _ = filepath.Abs(o.profile)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "Usage: bench [flags] SCENARIO...\n\nScenarios, or all of them by `all`:")
	for _, s := range scenarios {
		fmt.Fprintf(os.Stderr, "  %-18s %s\n", s.name, s.what)
	}
	fmt.Fprintln(os.Stderr, "\nFlags:")
	flag.PrintDefaults()
}

func run(ctx context.Context, o options, names []string) (err error) {
	wanted, err := choose(names)
	if err != nil {
		return err
	}
	b, err := newBench(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	started := time.Now()
	for _, i := range wanted {
		s := scenarios[i]
		progress("\n%s: %s", s.name, s.what)
		if err := s.run(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	b.report.print(os.Stdout, time.Since(started))
	return nil
}

// choose gives the scenarios of those names, by their places in the table.
func choose(names []string) ([]int, error) {
	var wanted []int
	for _, name := range names {
		found := false
		for i, s := range scenarios {
			if name == s.name || name == "all" {
				wanted, found = append(wanted, i), true
			}
		}
		if !found {
			return nil, fmt.Errorf("no scenario %q; -help lists them", name)
		}
	}
	if len(wanted) == 0 {
		return nil, errors.New("name a scenario; -help lists them")
	}
	return wanted, nil
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
