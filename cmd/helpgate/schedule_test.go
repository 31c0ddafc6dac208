package main

import (
	"slices"
	"testing"
	"time"

	"helpgate/internal/config"
	"helpgate/internal/probe"
)

// TestEachMailboxHasItsTimeOfDay, the same on every node.
func TestEachMailboxHasItsTimeOfDay(t *testing.T) {
	t.Parallel()
	a, b := dailyFor("Support@desk.example"), dailyFor("sales@desk.example")
	if a == b || a != dailyFor("support@desk.example") {
		t.Errorf("%v and %v", a, b)
	}
	midnight := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for at, want := range map[time.Duration]time.Duration{
		0: 7 * time.Hour, 7 * time.Hour: 31 * time.Hour, 23 * time.Hour: 31 * time.Hour,
	} {
		got := daily(7 * time.Hour).Next(midnight.Add(at).In(time.FixedZone("", -3600)))
		if !got.Equal(midnight.Add(want)) {
			t.Errorf("behind %v: %v", at, got)
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
