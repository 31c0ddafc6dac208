package safehtml

import (
	"regexp"
	"strings"
	"testing"
	"time"

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
		{"head and data", "<head><title>T</title><style>p{}</style></head><script>x()</script>b", "b"},
		{"conditional", "<!--[if mso]><p>Word</p><![endif]-->a<![if !mso]>b<![endif]>", "ab"},
		{"list", "<ul><li>a</li><li> b<ol start=3><li>c</ol></ul>d", "- a\n- b\n  3. c\n\nd"},
		{"link", `<a href="https://x.org/a">here</a>.`, "here <https://x.org/a>."},
		{"link that says itself", `<a href="https://x.org/">x.org</a>`, "x.org"},
		{"mail link", `<a href="mailto:a@x.org">a@x.org</a>`, "a@x.org"},
		{
			"false link", `<a href="https://evil.org">https://bank.org</a>`,
			"https://bank.org <https://evil.org>",
		},
		{"no link", `<a href="javascript:x">a</a> <a href="#b">b</a>`, "a b"},
		{
			"quote", "a<blockquote>b<blockquote>c</blockquote>d</blockquote>e",
			"a\n\n> b\n>\n> > c\n>\n> d\n\ne",
		},
		{"table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>d", "a b\nc\n\nd"},
		{"pre", "<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"},
		{"picture", `a <img src="cid:1" alt="Logo"> b <img src="x">`, "a [Logo] b"},
		{"hidden", `<div style="display: none">x<div>y</div></div>z`, "z"},
		{"hidden and never closed", `<div style="display:none">Help me`, "Help me"},
		{"entities", "&lt;b&gt; &amp; &eacute;&#20320;", "<b> & é你"},
		{"plain text", "just text", "just text"},
		{"nothing", "", ""},
	} {
		if got := ToText(c.html); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestS36ToTextIsLinear(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{
		"<div>", "<blockquote>x", "<a href=https://x.org>y", "<ul><li>z", "<", "&", "<td> ", "<!--",
		`<div style="display:none">`, "<svg>",
	} {
		took := cputime.Of(t, func() {
			ToText(strings.Repeat(unit, (1<<18)/len(unit)))
			Sanitise(strings.Repeat(unit, (1<<18)/len(unit)))
		})
		if took > 5*time.Second {
			t.Errorf("256 KiB of %q took %v", unit, took)
		}
	}
}

func TestS39SanitiseKeepsNothingActive(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`,
		`<a href="javascript:alert(1)">x</a>`,
		`<a href=" jav&#x09;ascript:alert(1)">x</a>`, `<iframe srcdoc="<script>alert(1)</script>">`,
		`<svg><animate onbegin=alert(1)>`, `<base href="https://evil.org/">`, `<form action=x><input>`,
		`<meta http-equiv=refresh content="0;url=https://evil.org">`, `<style>*{}</style>`,
		`<p style="background:url(https://evil.org)" class=a id=b name=c>x</p>`,
		`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`,
		`<a href="data:text/html,<script>alert(1)</script>">x</a>`,
		`<link rel=stylesheet href=//evil.org>`,
		`<img src="https://evil.org/pixel.gif" srcset="https://evil.org/2x">`,
		`<img src="//evil.org/p">`,
		`<body background="https://evil.org/b.png">x`, `<a href="cid:x">x</a>`,
		`<video poster=//evil.org>`,
		`<!--[if mso]><script>alert(1)</script><![endif]-->`,
		`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	} {
		got := Sanitise(evil)
		for _, tag := range markup.FindAllString(got, -1) {
			if !harmless.MatchString(tag) {
				t.Errorf("%q left %q in %q", evil, tag, got)
			}
		}
	}
}

var (
	markup   = regexp.MustCompile(`<[^>]*>`)
	harmless = regexp.MustCompile(`^</?(?:p|a|table|img)>$`)
)

func TestSanitiseKeepsTextLinksAndOwnImages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{`<p dir="rtl">a<br>b</p>`, `<p dir="rtl">a<br>b</p>`},
		{
			`<a href="https://x.org/?a=1&amp;b=2" onclick=x>y</a>`,
			`<a href="https://x.org/?a=1&amp;b=2" rel="nofollow noopener" target="_blank">y</a>`,
		},
		{`<img src="cid:a@b" alt="c" width="10">`, `<img src="cid:a@b" alt="c" width="10">`},
		{
			`<table><tr><td colspan="2">a</td></tr></table>`,
			`<table><tr><td colspan="2">a</td></tr></table>`,
		},
		{`<font color=red>a</font>`, `a`},
	} {
		if got := Sanitise(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestFromText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"a\nb\n\nc", "<p>a<br>\nb</p>\n<p>c</p>\n"},
		{"\r\n  <b> & \"", "<p>&nbsp;&nbsp;&lt;b&gt; &amp; &#34;</p>\n"},
		{
			"see (https://x.org/a?b=1&c=2), ok",
			`<p>see (<a href="https://x.org/a?b=1&amp;c=2" rel="nofollow noopener">` +
				"https://x.org/a?b=1&amp;c=2</a>), ok</p>\n",
		},
		{"请看https://x.org/a。谢谢", `<p>请看<a href="https://x.org/a" rel="nofollow noopener">` +
			"https://x.org/a</a>。谢谢</p>\n"},
		{"", ""},
	} {
		if got := FromText(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzSanitise(f *testing.F) {
	for _, s := range []string{
		"<p>a<script>b", `<img src=cid:x onerror=y>`, "<a href=java\tscript:x>",
		"<svg><style><a title='</style><img src=x>'>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, html string) {
		out := Sanitise(html)
		for _, bad := range []string{"<script", "<style", "<iframe", "<form", "<svg", "javascript:\""} {
			if strings.Contains(strings.ToLower(out), bad) {
				t.Fatalf("%q left %q", html, out)
			}
		}
		ToText(html)
		if strings.Contains(FromText(html), "<script") {
			t.Fatalf("text became a script: %q", html)
		}
	})
}
