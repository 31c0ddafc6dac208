// Package testkit gives tests the real things to run against: PostgreSQL, Dovecot, Cyrus IMAP, the
// gateway's own binary, mail tools of Debian, certificates made in memory, and a relay that keeps
// mail (its core is the package sink, which the demo uses too).
//
// What a machine lacks skips the test under -short and fails it otherwise, with the package to
// install, so that nothing is passed over unseen. Only tests import it; the product must not.
//
// Whatever it starts is a child of a small shell that watches a pipe from the test process
// (leash.go): however the process ends, by panic or kill -9 too, the child and its files go with
// it. Its goroutines, those of sink and of Listen, end with the test.
package testkit

import (
	"os/exec"
	"testing"
	"time"
)

// patience bounds every wait for something that is started or expected: long for a laden machine,
// never reached by a test that passes.
const patience = 30 * time.Second

// Need gives the path of a tool that a test runs, such as "swaks". debian is the package that
// brings it, named when it is missing.
func Need(t testing.TB, tool, debian string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		missing(t, tool, debian)
	}
	return path
}

// missing ends the test for want of what packages bring.
func missing(t testing.TB, what, debian string) {
	t.Helper()
	without(t, what+" is missing: apt-get install "+debian)
}

// without ends the test: skipped under -short, failed otherwise.
func without(t testing.TB, text string) {
	t.Helper()
	if testing.Short() {
		t.Skip(text)
	}
	t.Fatal(text)
}
