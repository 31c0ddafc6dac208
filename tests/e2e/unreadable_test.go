package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestNothingUnreadableIsDropped is promise 9: what a parser gives up on is a ticket with its
// source attached, and what is merely broken is a ticket too.
func TestNothingUnreadableIsDropped(t *testing.T) {
	t.Parallel()
	head := "From: " + alice + "\r\nTo: " + support + "\r\nSubject: Broken\r\n"
	for name, c := range map[string]struct {
		raw      string
		unparsed bool
		says     string // what the ticket's text holds
	}{
		"2,000 parts": {head + manyParts(2000), true, "part 7"},
		"depth 200":   {head + deepParts(200), true, "the innermost"},
		"headers without end": {
			head + strings.Repeat("X-Long: "+strings.Repeat("x", 900)+"\r\n", 2000), true, "X-Long",
		},
		"garbage":       {"\x80\xff\xfe\x01garbage\r\n\xc3\x28\r\n", true, "garbage"},
		"empty":         {"", false, ""},
		"header only":   {head, false, ""},
		"body only":     {"\r\nno header at all\r\n", false, "no header at all"},
		"NULs":          {head + "\r\nbefore\x00after\x00\r\n", false, "before"},
		"broken base64": {head + "Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n", false, ""},
		"unknown charset": {
			head + "Content-Type: text/plain; charset=x-u\r\n\r\nword\r\n", false, "word",
		},
		"no end":   {head + strings.TrimSuffix(manyParts(2), "--b--\r\n"), false, "part 1"},
		"one line": {head + "\r\n" + strings.Repeat("word ", 100_000), false, "word word"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t, options{})
			g.accept(alice, []string{support}, c.raw)
			checkUnreadable(t, g.ticket(1), c.raw, c.unparsed, c.says)
			g.sent(ann, 1)
			if out, err := g.try(c.raw, "inject", "-f", alice, support); err != nil {
				t.Errorf("inject: %v\n%s", err, out)
			}
			if n := len(g.tickets()); n != 1 {
				t.Errorf("%d tickets, want the copy to be known", n)
			}
		})
	}
}

func checkUnreadable(t *testing.T, tk ticket, raw string, unparsed bool, says string) {
	t.Helper()
	m := tk.last(t)
	if !strings.Contains(m.Text, says) || strings.Contains(m.Text, "\x00") {
		t.Errorf("text: %.300q", m.Text)
	}
	if slices.Contains(m.Flags, "unparsed") != unparsed {
		t.Errorf("flags: %q", m.Flags)
	}
	if !unparsed {
		return
	}
	sum := sha256.Sum256([]byte(raw))
	for _, f := range m.Attachments {
		if f.ContentType == "message/rfc822" && f.SHA256 == hex.EncodeToString(sum[:]) {
			return
		}
	}
	t.Errorf("the source is not attached: %+v", m.Attachments)
}

func manyParts(n int) string {
	var b strings.Builder
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n")
	for i := range n {
		fmt.Fprintf(&b, "--b\r\nContent-Type: text/plain\r\n\r\npart %d\r\n", i)
	}
	return b.String() + "--b--\r\n"
}

func deepParts(n int) string {
	var b strings.Builder
	b.WriteString("MIME-Version: 1.0\r\n")
	for i := range n {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	return b.String() + "\r\nthe innermost\r\n"
}
