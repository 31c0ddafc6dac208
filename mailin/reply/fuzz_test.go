package reply

import (
	"strings"
	"testing"
)

// checkComplete fails when a line of the text is in none of the three parts.
func checkComplete(t *testing.T, text string, res Result) {
	t.Helper()
	left := map[string]int{}
	for _, part := range []string{res.Text, res.Folded, res.Signature} {
		for line := range strings.Lines(part) {
			left[strings.TrimSpace(line)]++
		}
	}
	said := false
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		if line = strings.TrimSpace(line); isBlank(line) {
			continue
		}
		said = true
		if left[line]--; left[line] < 0 {
			t.Fatalf("line %q of %q is lost in %+v", line, text, res)
		}
	}
	if res.Text == "" && said {
		t.Fatalf("nothing is visible of %q", text)
	}
}

func FuzzExtract(f *testing.F) {
	for _, seed := range []string{
		"Yes.\r\n\r\nOn 3 Mar 2026 at 9:15, A <a@b.c> wrote:\r\n> x\r\n",
		"> a\nb\n> c\n\n-- \nd", "Bye.\n\nRegards,\nAnn Other\n+1 555 0100\n\n[logo]",
		separator + "\nx", "From: a\nSent: b\nTo: c\nSubject: d\n", "-----Original Message-----",
		"---- 转发邮件 ----\nx", "发自我的iPhone", ">\x00>\xff\n", "\u2028\n\v\f", "&nbsp;\n&gt; a",
		"a\n\n<\nmailto:a@b\n> wrote:\nb", "see:\n> a\n> b", "* * * *\nAnn\nTel: 555",
		"This e-mail is confidential. If you are not the intended recipient, delete it.",
	} {
		f.Add(seed, "<p>"+seed+"</p><blockquote type=cite>q</blockquote>", seed, "Fwd: x")
		f.Add(seed, "<div class=gmail_quote>"+seed, "q", "Re: x")
	}
	for _, unit := range hostile {
		f.Add(repeated(unit, 80), repeated(unit, 80), unit, unit)
	}
	f.Fuzz(func(t *testing.T, text, html, earlier, subject string) {
		res := Extract(Input{
			Text: text, HTML: html, Subject: subject, Earlier: []string{earlier},
			Separators: []string{separator},
		})
		checkComplete(t, text, res)
		if res.Whole && res.Signature != "" {
			t.Fatalf("whole and signed: %+v", res)
		}
	})
}
