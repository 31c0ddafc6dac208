package main

import (
	"slices"
	"testing"

	"github.com/robfig/cron/v3"

	"helpgate/internal/config"
	"helpgate/internal/probe"
)

// TestEachMailboxHasItsTimeOfDay, the same on every node.
func TestEachMailboxHasItsTimeOfDay(t *testing.T) {
	t.Parallel()
	a, b := daily("Support@desk.example"), daily("sales@desk.example")
	if a == b || a != daily("support@desk.example") {
		t.Errorf("%q and %q", a, b)
	}
	for _, line := range []string{a, b} {
		if _, err := cron.ParseStandard(line); err != nil {
			t.Error(err)
		}
	}
}

func TestOnlyWhatAMailboxUsesIsProbedDaily(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tokens, returnPath string
		want               []probe.Kind
	}{
		{"plus", "own", []probe.Kind{probe.Plain, probe.PlusRecipient, probe.PlusSender}},
		{"headers", "mailbox", []probe.Kind{probe.Plain}},
	} {
		got := probesOf(config.Mailbox{Tokens: c.tokens, ReturnPath: c.returnPath})
		if !slices.Equal(got, c.want) {
			t.Errorf("%s, %s: %q, want %q", c.tokens, c.returnPath, got, c.want)
		}
	}
}
