package rfc

import "testing"

// The last word of a page and the first of the next became one.
func TestBugPagesAreLines(t *testing.T) {
	t.Parallel()
	if got := CleanText("one\ftwo\vthree\u0085four"); got != "one\ntwo\nthree\nfour" {
		t.Errorf("got %q", got)
	}
}
