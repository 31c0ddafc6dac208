// Command helpgate is the helpdesk gateway: one file a verb, and wire.go, which assembles the
// parts. No rule of the helpdesk stands here.
//
// Its goroutines are those of the services that `serve` and `demo` run, and the one that ends the
// process at the second signal.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"unicode"

	"github.com/spf13/cobra"
)

// The exit codes of the contract (DESIGN section 11).
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// exitError ends the process with a code of its own, such as one of sysexits.
type exitError struct {
	code int
	error
}

func (e exitError) Unwrap() error { return e.error }

// streams are what a verb reads and writes: the answer goes to out, all else to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
	environ  []string
}

func main() {
	ctx, stop := untilSignal(context.Background())
	defer stop()
	s := streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ()}
	os.Exit(run(ctx, s, os.Args[1:]))
}

// untilSignal gives a context that SIGTERM or SIGINT ends. A second signal ends the process at
// once.
func untilSignal(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		for range signals {
			if ctx.Err() != nil {
				os.Exit(exitFailed)
			}
			cancel()
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel()
	}
}

// run carries out one command line and gives the exit code.
func run(ctx context.Context, s streams, args []string) int {
	root := newRoot(s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var usage usageError
	var exit exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintf(s.err, "helpgate: %s\nSee 'helpgate help'.\n", shown(err.Error()))
		return exitUsage
	case errors.As(err, &exit):
		fmt.Fprintf(s.err, "helpgate: %s\n", shown(err.Error()))
		return exit.code
	}
	fmt.Fprintf(s.err, "helpgate: %s\n", shown(err.Error()))
	return exitFailed
}

// shown keeps what a server or another stranger wrote from steering the terminal.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == '\n' || r == '\t' {
			return r
		}
		return ' '
	}, text)
}

// newRoot makes the tree of verbs.
func newRoot(s streams) *cobra.Command {
	a := &app{streams: s}
	root := &cobra.Command{
		Use:           "helpgate",
		Short:         "A helpdesk that works by email",
		Long:          rootText,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchVerb,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.SetHelpCommand(helpCommand())
	flags := root.PersistentFlags()
	flags.StringVarP(&a.configPath, "config", "c", "",
		"configuration file (default $HELPGATE_CONFIG, else ./helpgate.toml)")
	flags.BoolVar(&a.json, "json", false, "print the answer as JSON")
	section(root, "Run it:",
		demoCommand(a), initCommand(a), serveCommand(a), migrateCommand(a))
	section(root, "Work with it, beside a running server too:",
		agentCommand(a), ticketCommand(a), heldCommand(a), queueCommand(a), mailboxCommand(a),
		doctorCommand(a))
	section(root, "Mails:", injectCommand(a), importCommand(a), inspectCommand(a),
		explainCommand(a), traceCommand(a),
		rehearseCommand(a), replayCommand(a))
	return root
}

// rootText stands above the list of verbs.
const rootText = `helpgate is a helpdesk that works by email. Customers write to a support address,
agents answer from the mail client that they already use.

Begin with 'helpgate demo', which needs nothing, or with 'helpgate init'.`

// section adds verbs to the help under a heading of their own.
func section(root *cobra.Command, title string, verbs ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, c := range verbs {
		c.GroupID = title
	}
	root.AddCommand(verbs...)
}
