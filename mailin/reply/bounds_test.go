package reply

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"helpgate/internal/testkit/cputime"
)

// hostile are texts that make a careless reader look back again and again, as what is repeated.
var hostile = map[string]string{
	"marks": ">", "marked lines": ">\n", "blank lines": "\n", "colons": ":\n", "one line": "x",
	"fields": "From: a\n", "headers": "From: a@b\nSent: 1\nTo: c\nSubject: d\n\n",
	"attributions":      "On 3 Mar 2026 at 9:15, a <a@b> wrote\n",
	"open attributions": "On 3 Mar 2026 <\n", "open brackets": "a\n\n<\n", "verbs": "wrote:\n",
	"separators": separator + "\n", "delimiters": "-- \n", "rules": "____\n",
	"alternating": "> a\nb\n", "alternating, blank": "> a\n\n\nb\n\n", "lead-ins": "see:\n> a\n",
	"forwards": "--- Forwarded message ---\n", "originals": "-----Original Message-----\n",
	"addresses": "a@b>\n", "farewells": "Regards,\n", "farewells, blank": "Regards\n\n\n",
	"footers": "Sent from my iPhone\n", "cards": "Ann\n+1 555 0100\n\n", "entities": "&nbsp;\n",
	"disclaimers": "this e-mail is confidential and intended for the recipient. delete it.\n\n",
	"letters":     "Dear Ann,\n\nit works.\n\nRegards,\nBob\n", "words": "a b c d e f g h\n",
	"Chinese": "在写道：写道：发件人：\n", "pictures": "[x]\n\n", "card frames": "| |\n",
	"elements": "<p>a<b>", "quotations": "<blockquote type=cite>a</blockquote>b",
	"unclosed": "<font><a><b><i><u><p>", "gmail": "<div class=gmail_quote>a",
	"classes": "<p class='a b c d'>",
}

// repeated gives unit again and again, to n bytes.
func repeated(unit string, n int) string { return strings.Repeat(unit, n/len(unit)+1)[:n] }

// extract judges a text in each of its places.
func extract(text string) {
	Extract(Input{
		Text: text, HTML: text, Subject: text[:min(len(text), 100)],
		Earlier: []string{text}, Separators: []string{separator},
	})
}

func TestS36HostileTextTakesLinearTime(t *testing.T) {
	t.Parallel()
	const size, times = 20 << 10, 8
	for name, unit := range hostile {
		little, much := repeated(unit, size), repeated(unit, size*times)
		// Linear is 8; the slack is for what the machine does meanwhile. Squares are 64.
		least := 1000.0
		for range 5 {
			few := cputime.Of(t, func() { extract(little) })
			many := cputime.Of(t, func() { extract(much) })
			least = min(least, float64(many)/float64(max(few, time.Millisecond)))
			if least < 3*times {
				break
			}
		}
		if least >= 3*times {
			t.Errorf("%s: %d times the text takes %.0f times the time", name, times, least)
		}
	}
}

func TestTextBeyondTheLimitFollowsTheLastLine(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := 0; b.Len() < maxJudged+100; i++ {
		fmt.Fprintf(&b, "> line %d\n", i)
	}
	res := Extract(Input{Text: "Look.\n\n" + b.String()})
	if res.Text != "Look." {
		t.Errorf("visible: %d bytes", len(res.Text))
	}
	checkComplete(t, "Look.\n\n"+b.String(), res)
}

// plainReply is a plain mail of 2 KB: an answer, and what it answers below.
var plainReply = strings.Repeat("A line of a reply that is as long as lines are.\n", 20) +
	"\nOn Tue, 3 Mar 2026 09:15 Shop <shop@example.org> wrote:\n" +
	quote(strings.Repeat("A line of the quotation.\n", 40)) + "\n"

func BenchmarkExtract(b *testing.B) {
	b.SetBytes(int64(len(plainReply)))
	b.ReportAllocs()
	for b.Loop() {
		Extract(Input{Text: plainReply, Separators: []string{separator}})
	}
}

func BenchmarkExtractHTML(b *testing.B) {
	for _, kb := range []int{5, 50, 500} {
		html := `<div dir="ltr">` + repeated(`<p class="MsoNormal"><span style="font-size:11.0pt;`+
			`color:#1F497D">A line of a reply that is as long as lines are.</span></p>`, kb<<9) +
			`</div><div class="gmail_quote"><div class="gmail_attr">Shop wrote:<br></div>` +
			`<blockquote class="gmail_quote">` +
			repeated("<div>A line of the quotation.</div>", kb<<9)
		text := repeated("A line of a reply that is as long as lines are.\n", kb<<9/3) +
			"\n\nShop wrote:\n" + quote(repeated("A line of the quotation.\n", kb<<9*2/3))
		b.Run(fmt.Sprintf("%dKB", kb), func(b *testing.B) {
			b.SetBytes(int64(len(html)))
			b.ReportAllocs()
			for b.Loop() {
				Extract(Input{Text: text, HTML: html, Separators: []string{separator}})
			}
		})
	}
}

func BenchmarkExtractKnown(b *testing.B) {
	earlier := []string{repeated("A line of an earlier message, as they are.\n", 20<<10)}
	b.ReportAllocs()
	for b.Loop() {
		Extract(Input{Text: plainReply, Earlier: earlier, Separators: []string{separator}})
	}
}

func BenchmarkExtractHostile(b *testing.B) {
	for name, unit := range hostile {
		text := repeated(unit, 10<<20)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				extract(text)
			}
		})
	}
}
