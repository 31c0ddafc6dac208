package doctor

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
)

// expect compares a finding with "state words", where the words stand in what was seen or the mend.
func expect(t *testing.T, got Finding, want string) {
	t.Helper()
	state, words, _ := strings.Cut(want, " ")
	all := got.Seen + "; " + got.Mend
	if string(got.State) != state || !strings.Contains(all, words) {
		t.Errorf("got %s %q, want %s %q", got.State, all, state, words)
	}
	if (got.Mend == "") != (got.State == OK || got.State == Skipped) || got.Seen == "" {
		t.Errorf("%s: seen %q, mend %q", got.State, got.Seen, got.Mend)
	}
}

func TestFindingsKeepTheOrderOfTheirChecks(t *testing.T) {
	t.Parallel()
	first := make(chan struct{})
	found := Examine(t.Context(), []Check{
		{"a", "one", "?", func(context.Context) []Finding { <-first; return []Finding{good("1")} }},
		{"a", "two", "?", func(context.Context) []Finding {
			close(first)
			return []Finding{
				good("2"),
				{Area: "b", State: OK, Seen: "4"},
				{Name: "three", Asked: "!", State: Skipped, Seen: "3"},
			}
		}},
	})
	want := []Finding{
		{"a", "one", OK, "?", "1", ""},
		{"a", "two", OK, "?", "2", ""},
		{"a", "three", Skipped, "!", "3", ""},
		{"b", "two", OK, "?", "4", ""},
	}
	if len(found) != len(want) {
		t.Fatalf("%+v", found)
	}
	for i := range want {
		if found[i] != want[i] {
			t.Errorf("%+v, want %+v", found[i], want[i])
		}
	}
}

func TestACheckThatDoesNotEndIsAFinding(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		defer close(hang)
		var checks []Check
		for range 2 * atOnce {
			checks = append(checks, Check{
				"a", "one", "?", func(context.Context) []Finding { <-hang; return nil },
			})
		}
		found := Examine(t.Context(), checks)
		if len(found) != len(checks) {
			t.Fatalf("%+v", found)
		}
		expect(t, found[0], "fail no answer within 20s")
	})
}
