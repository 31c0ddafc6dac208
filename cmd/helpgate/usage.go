package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"helpgate/tickets"
)

// usageError is a fault in how a verb was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// group makes a verb that only holds others.
func group(use, short string, verbs ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Args: noSuchVerb,
		RunE: func(c *cobra.Command, _ []string) error {
			return usageError{fmt.Errorf("%s needs a verb: see 'helpgate help %s'", c.Name(), c.Name())}
		},
	}
	c.AddCommand(verbs...)
	return c
}

func noSuchVerb(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = 2 // cobra sets it itself only where it looks by itself
	for _, near := range c.SuggestionsFor(args[0]) {
		return usageError{fmt.Errorf("no verb %q; did you mean %q?", args[0], near)}
	}
	return usageError{fmt.Errorf("no verb %q", args[0])}
}

// helpCommand is cobra's, but a verb that is not there is a fault.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [VERB...]", Short: "Tell about a verb",
		RunE: func(c *cobra.Command, args []string) error {
			verb, rest, err := c.Root().Find(args)
			if err != nil {
				return usageError{err}
			}
			if len(rest) > 0 {
				return noSuchVerb(verb, rest)
			}
			verb.InitDefaultHelpFlag() // else the help does not name it
			return verb.Help()
		},
	}
}

// exactly asks for that many arguments.
func exactly(n int) cobra.PositionalArgs { return between(n, n) }

// between asks for low to high arguments; high -1 sets no limit.
func between(low, high int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) >= low && (high < 0 || len(args) <= high) {
			return nil
		}
		what := "too few arguments"
		if len(args) > low {
			what = fmt.Sprintf("too many arguments: %q", args[high:])
		}
		return usageError{fmt.Errorf("%s; usage: %s", what, c.UseLine())}
	}
}

// parseNumber reads the number of a ticket, or the ID of something else.
func parseNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, usageError{fmt.Errorf("%q is no number", s)}
	}
	return n, nil
}

// count is a flag that takes a number from 0 on; 0 sets no limit.
type count int64

func (n *count) Set(s string) error {
	v, err := strconv.ParseInt(s, 10, 32)
	if err != nil || v < 0 {
		return errors.New("it is no number from 0 on")
	}
	*n = count(v)
	return nil
}

func (n *count) String() string { return strconv.FormatInt(int64(*n), 10) }

// Type names the value in the help.
func (n *count) Type() string { return "number" }

// missing makes of "not found" an error that says where to look.
func missing(err error, what, list string) error {
	if errors.Is(err, tickets.ErrNotFound) {
		return fmt.Errorf("no %s: see '%s'", what, list)
	}
	return err
}
