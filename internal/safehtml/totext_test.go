package safehtml

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"helpgate/internal/testkit/cputime"
)

func TestToTextReadsAsAPersonSees(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, html, want string }{
		{"paragraphs", "<p>One\n two</p><p>Three</p>", "One two\n\nThree"},
		{"line ends", "a<br>b<br/><br>c<div>d<br></div><div>e</div>", "a\nb\n\nc\nd\ne"},
		{"inline joins", "Hel<b>lo</b> <i>you</i>!", "Hello you!"},
		{"gmail's empty line", "<div>a</div><div><br></div><div>b</div>", "a\n\nb"},
		{"outlook's empty line", "<div>a</div><div>&nbsp;</div><div>b</div>", "a\n\nb"},
		{"word's empty paragraph", "<p>a<o:p></o:p></p><p><o:p>&nbsp;</o:p></p><p>b</p>", "a\n\nb"},
		{"head and data", "<head><title>T</title><style>p{}</style></head><script>x()</script>b", "b"},
		{"conditional", "<!--[if mso]><p>Word</p><![endif]-->a<![if !mso]>b<![endif]>", "ab"},
		{"headings", "<h1>A</h1>b<h2>C</h2><p>d", "A\n\nb\n\nC\n\nd"},
		{"list", "<ul><li>a</li><li> b<ol start=3><li>c</ol></ul>d", "- a\n- b\n  3. c\n\nd"},
		{"numbered from a value", "<ol><li>a<li value=7>b<li>c</ol>", "1. a\n7. b\n8. c"},
		{"definitions", "<dl><dt>a</dt><dd>b</dd></dl>c", "a\nb\n\nc"},
		{"link", `<a href="https://x.org/a">here</a>.`, "here (https://x.org/a)."},
		{"link that says itself", `<a href="https://x.org/">x.org</a>`, "x.org"},
		{
			"link in its words", `<a href="https://x.org/a">see https://x.org/a now</a>`,
			"see https://x.org/a now",
		},
		{"mail link", `<a href="mailto:a@x.org">a@x.org</a>`, "a@x.org"},
		{"mail link by name", `<a href="mailto:a@x.org">Ann</a>`, "Ann (mailto:a@x.org)"},
		{
			"false link", `<a href="https://evil.org">https://bank.org</a>`,
			"https://bank.org (https://evil.org)",
		},
		{
			"false link with the true one inside", `<a href="https://evil.org">bank.org/evil.org</a>`,
			"bank.org/evil.org (https://evil.org)",
		},
		{"no link", `<a href="javascript:x">a</a> <a href="#b">b</a>`, "a b"},
		{
			"quote", "a<blockquote>b<blockquote>c</blockquote>d</blockquote>e",
			"a\n\n> b\n>\n> > c\n>\n> d\n\ne",
		},
		{
			"gmail's indentation", `a<blockquote style="margin:0 0 0 40px;border:none;padding:0px">b` +
				`</blockquote>c`, "a\n\nb\n\nc",
		},
		{
			"a quote without border", `<blockquote type="cite" style="border:none">b</blockquote>`, "> b",
		},
		{
			"table", "<table><tr><th>Part</th><th>No.</th></tr><tr><td>Drum<td><p>4</p></table>d",
			"Part\tNo.\nDrum\n\n4\n\nd",
		},
		{"cells", "<table><tr><td>a</td>\n<td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"},
		{"empty cells", "<table><tr><td></td><td>b</td><td>&nbsp;</td><td>c</td></tr></table>", "b\tc"},
		{"header in a table", "<table><tr><th>From: </th><td>Ann</td></tr></table>", "From: Ann"},
		{
			"table in a cell", "<table><tr><td>a<table><tr><td>b</td><td>c</td></tr></table></td><td>d" +
				"</td></tr></table>", "a\n\nb\tc\n\nd",
		},
		{"pre", "<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"},
		{"white space kept", `<div style="white-space: pre-wrap">a
  b</div><div>c
d</div>`, "a\n  b\nc d"},
		{"picture", `a <img src="cid:1" alt="Logo"> b <img src="x">`, "a [Logo] b"},
		{"entities", "&lt;b&gt; &amp; &eacute;&#20320;&#x1F600;", "<b> & é你😀"},
		{"no-break spaces", "a&nbsp;&nbsp;b", "a b"},
		{"no width", "Soft&shy;ware&#8203; a&#65279;b", "Software ab"},
		{"joiners", "نمی&zwnj;خواهم &zwnj; 👨‍👩‍👧", "نمی\u200cخواهم 👨‍👩‍👧"},
		{"plain text", "just text", "just text"},
		{"nothing", "", ""},
	} {
		if got := ToText(c.html); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestWhatIsNotShownIsNotRead, and is not in the sanitised HTML either, where nothing would hide it
// any more.
func TestWhatIsNotShownIsNotRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, html, want string }{
		{"no display", `<div style="display: none">x<div>y</div></div>z`, "z"},
		{"in capitals, important", `<SPAN STYLE="DISPLAY:NONE !important">x</SPAN>z`, "z"},
		{"invisible", `<p style="visibility:hidden">x</p>z`, "z"},
		{"no size", `<span style="font-size:0px">x</span>z`, "z"},
		{"one pixel", `<span style="font-size:1px;color:#fff">x</span>z`, "z"},
		{"transparent", `<p style="opacity:0">x</p>z`, "z"},
		{"no height", `<div style="max-height:0;overflow:hidden">x</div>z`, "z"},
		{"attribute", `<div hidden>x</div>z`, "z"},
		{"preview's filler", `<div style="display:none">x&#847;&zwnj;&nbsp;&#847;</div>z`, "z"},
		{"an element never closed inside", `<div style="display:none"><p>x<b>y</div>z`, "z"},
		{"drawing", `<svg><text>x</text></svg>z`, "z"},
		{
			"a size of its own inside of none",
			`<td style="font-size:0"><span>x</span><div style="font-size:14px">z</div></td>`, "z",
		},
		{"ten pixels", `<p style="font-size:10px;line-height:1px">z</p>`, "z"},
		{"a picture's height", `<div style="height:0">z</div>`, "z"},
		// Rather too much than to lose a customer's words.
		{"never closed", `<div style="display:none">Help me`, "Help me"},
		{"nothing else", `<div style="display:none">Help me</div>`, "Help me"},
	} {
		if got := ToText(c.html); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if got := ToText(Sanitise(c.html)); got != c.want {
			t.Errorf("%s: sanitised, got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestS36ReadingIsLinear(t *testing.T) {
	t.Parallel()
	fonts := "<div>" + strings.Repeat("<font color=red>", 200) + "</div>"
	for _, unit := range []string{
		"<div>", "<blockquote>x", "<a href=https://x.org>y", "<ul><li>z", "<", "&", "<td> ", "<!--",
		`<div style="display:none">`, "<svg>", "<table>", "<table><tr><td>", "</p>", "<p><b>", "<li>",
		`<p style="font-size:0"><b style="font-size:9px">`, "<a><div>", "<table><div>", "\u200b ",
		fonts + strings.Repeat("<p>x</p>", 100),
	} {
		src := strings.Repeat(unit, (1<<17)/len(unit))
		took := cputime.Of(t, func() {
			ToText(src)
			if got := Sanitise(src); len(got) > 8*len(src)+1000 {
				t.Errorf("%d bytes of %.20q became %d", len(src), unit, len(got))
			}
		})
		if took > 5*time.Second {
			t.Errorf("128 KiB of %.20q took %v", unit, took)
		}
	}
}

func FuzzToText(f *testing.F) {
	for _, s := range []string{
		"<p>a<ul><li>b<ol start=2><li>c", "<blockquote>a<blockquote>b</blockquote>c<pre> d\n e",
		`<a href="https://x.org">x</a><table><tr><td>a<td>b`, `<div style="font-size:0"><b hidden>x`,
		"\xff<!--<p", "<div style='white-space:pre;;:'>\r\n\x00", "<xmp><b>", "<plaintext>a",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, html string) {
		text := ToText(html)
		if utf8.ValidString(html) && !utf8.ValidString(text) {
			t.Fatalf("%q became invalid UTF-8", html)
		}
		if again := ToText(FromText(text)); ToText(FromText(again)) != again {
			t.Fatalf("%q: text is not stable: %q, %q", html, text, again)
		}
	})
}

func BenchmarkToText(b *testing.B) {
	src := strings.Repeat(`<p class="x" style="margin:0"><span>Some words of a <b>mail</b>, `+
		`<a href="https://x.org/a">a link</a></span></p><table><tr><td>a</td></tr></table>`, 400)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		ToText(src)
	}
}

// TestBugUnclosedStyleLosesNothing: a mail whose style sheet never ended was empty.
func TestBugUnclosedStyleLosesNothing(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"<html><style>p {color: red}<body><p>The printer is on fire.</p>",
		"<title>The printer is on fire.",
		"<STYLE type=text/css>p {}\n<p>The printer is on fire.",
	} {
		if got := ToText(src); !strings.Contains(got, "The printer is on fire.") {
			t.Errorf("%s: %q", src, got)
		}
	}
	if got := ToText("<p>Here.</p><style>p {color: red}"); got != "Here." {
		t.Errorf("the rules are shown beside the text: %q", got)
	}
}
