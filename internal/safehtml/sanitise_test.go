package safehtml

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestS39SanitiseKeepsNothingActive reads what was kept again as a browser does: in it nothing may
// run, load, post, style or name, and nothing around it may change.
func TestS39SanitiseKeepsNothingActive(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{
		// What runs.
		`<script>alert(1)</script>`, `<ScRiPt/x>alert(1)</script`, `<img src=x onerror=alert(1)>`,
		`<p onclick=alert(1) OnMouseOver="alert(1)">x</p>`, `<body onload=alert(1)>`,
		`<a href="javascript:alert(1)">x</a>`, `<a href=" jav&#x09;ascript:alert(1)">x</a>`,
		`<a href="java&NewLine;script:alert(1)">x</a>`, `<a href="vbscript:x">x</a>`,
		`<a href="data:text/html,<script>alert(1)</script>">x</a>`, `<a href="cid:x">x</a>`,
		`<a href="https://x.org&quot; onclick=&quot;alert(1)">x</a>`, "<a href='https://x\x00.org'>x</a>",
		`<iframe srcdoc="<script>alert(1)</script>">`, `<object data=x><embed src=x><applet code=x>`,
		`<img src="cid:x" onerror="alert(1)" src="javascript:alert(1)">`, `<input autofocus onfocus=x>`,
		`<details open ontoggle=alert(1)>x`, `<marquee onstart=alert(1)>x</marquee>`,
		// What loads.
		`<link rel=stylesheet href=//evil.org>`, `<base href="https://evil.org/">`,
		`<meta http-equiv=refresh content="0;url=https://evil.org">`, `<img src="//evil.org/p">`,
		`<img src="https://evil.org/pixel.gif" srcset="https://evil.org/2x" lowsrc=//evil.org>`,
		`<body background="https://evil.org/b.png">x`, `<td background=//evil.org>x`,
		`<video poster=//evil.org><source src=//evil.org><audio src=//evil.org autoplay>`,
		`<img src="cid:x" longdesc="//evil.org" usemap="#m"><map name=m><area href=//evil.org></map>`,
		`<blockquote cite="https://evil.org">x</blockquote>`, `<a href=https://x.org ping=//evil.org>x</a>`,
		// What styles, names and posts.
		`<style>*{position:fixed}@import url(//evil.org);</style>`, `<style><!--</style><img src=x>-->`,
		`<p style="background:url(https://evil.org);position:fixed" class=a id=b name=c>x</p>`,
		`<p style="width:expression(alert(1))">x</p>`, `<div id=document name=cookie>x</div>`,
		`<form action=//evil.org><input name=q><button formaction=x>x</button></form>`,
		`<img name=getElementById src=cid:x><a id=location href=https://x.org target=_self>x</a>`,
		// Readings that differ from the first one (mXSS).
		`<svg><animate onbegin=alert(1)>`, `<svg><a xlink:href="javascript:alert(1)"><text>x</text></a>`,
		`<svg></p><style><a id="</style><img src=x onerror=alert(1)>">`,
		`<svg><style><img src=x onerror=alert(1)></style></svg>`,
		`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`,
		`<math><annotation-xml encoding="text/html"><img src=x onerror=alert(1)></annotation-xml></math>`,
		`<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=x>">`,
		`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
		`<title><p title="</title><img src=x onerror=alert(1)>">`,
		`<textarea><p title="</textarea><img src=x onerror=alert(1)>">`,
		`<xmp><p title="</xmp><img src=x onerror=alert(1)>">`, `<noembed><img title="</noembed><b x>">`,
		`<plaintext><img src=x onerror=alert(1)>`, `<template><img src=x onerror=alert(1)></template>`,
		`<select><template><img src=x onerror=x></template><option><style></select><img onerror=x>`,
		"<img src='cid:x' alt='`><script>alert(1)</script>'>", "<p title=`x`>y</p>",
		`<<script>script>alert(1)<</script>/script>`, `<scr<script>ipt>alert(1)</scr</script>ipt>`,
		`&lt;script&gt;alert(1)&lt;/script&gt;`, `&amp;lt;img src=x onerror=alert(1)&amp;gt;`,
		// Comments.
		`<!--[if mso]><script>alert(1)</script><![endif]-->`, `<!--[if gte mso 9]><xml>x</xml><![endif]-->`,
		`<![if !mso]><script>alert(1)</script><![endif]>`, `<!--><img src=x onerror=alert(1)>-->`,
		`<!--x--!><img src=x onerror=alert(1)>-->`, `<![CDATA[<img src=x onerror=alert(1)>]]>`,
		`<?xml <img src=x onerror=alert(1)>?>`, `<!DOCTYPE x [<!ENTITY y "<img src=x onerror=x>">]>`,
		// What is split or not ended.
		`<img src=x onerror`, `<img src="x`, `<a href="https://x.org" title="`, `<p <script>x`, `<`, `</`,
		`<!--`, `<div><table><tr><td><a href=https://x.org><b>`, "<im\x00g src=x onerror=alert(1)>",
		// What would end what stands around it.
		`</div></td></tr></table></body></html><p>x`, `<table></table></table></td></tr></table>x`,
		`<td>x</td></tr></table>`, `<tr><td>x`, `<table><tr><table></table></table>x`, `<tbody></tbody>`,
		`<table><div><table></table></div></table></td>`, `<li><div><li></li></div></li></div>x`,
		`<dd><div><dt></dt></div></dd></div>x`, `<p><div></p></div></div>x`, `<h1><h2></h2></h1></h1>x`,
		`<a href=https://x.org><div><a href=https://x.org></a></div></a></div>x`, `<caption>x</caption>`,
		`<ul><table><li></ul></table></ul></td>x`, `<b><table><tr></b><td></table></b></div>x`,
	} {
		if fault := active(Sanitise(evil)); fault != "" {
			t.Errorf("%q: %s in\n%s", evil, fault, Sanitise(evil))
		}
	}
}

// TestS39DeepAndHugeHTMLKeepsItsText: what no parser takes is still read.
func TestS39DeepAndHugeHTMLKeepsItsText(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"nested":  strings.Repeat("<div>", 600) + "words" + strings.Repeat("</div>", 600),
		"deep":    strings.Repeat("<div>", 100_000) + "words",
		"quotes":  strings.Repeat("<blockquote><p>", 2000) + "words",
		"tables":  strings.Repeat("<table><tr><td>", 2000) + "words",
		"a table": "<table>" + strings.Repeat("<tr><td>a</td><td>b</td></tr>", 20_000) + "</table>words",
		"spans":   strings.Repeat("<b><i>", 5000) + "words" + strings.Repeat("</b></i>", 5000),
	} {
		got := Sanitise(src)
		if fault := active(got); fault != "" {
			t.Errorf("%s: %s", name, fault)
		}
		if !strings.Contains(ToText(src), "words") || !strings.Contains(ToText(got), "words") {
			t.Errorf("%s: the words are lost", name)
		}
	}
}

// active reads HTML as a browser would, in a page and in a table of it, and names what Sanitise
// must not have left.
func active(clean string) string {
	for _, around := range [][2]string{
		{"<main>", "</main>"}, {"<table><tr><td>", "</td></tr></table>"}, {"<div><ul><li>", "</li></ul></div>"},
	} {
		doc, err := html.Parse(strings.NewReader("<!DOCTYPE html><body>" + around[0] +
			"<address></address>" + clean + "<address></address>" + around[1] + "<hr>"))
		if err != nil {
			return "it cannot be read again: " + err.Error()
		}
		var marks []*html.Node
		for n := range doc.Descendants() {
			if fault := activeNode(n); fault != "" {
				return fault
			}
			if n.Data == "address" {
				marks = append(marks, n)
			}
		}
		body := doc.LastChild.LastChild
		if len(marks) != 2 || marks[0].Parent != marks[1].Parent || body.LastChild.Data != "hr" ||
			body.FirstChild.NextSibling != body.LastChild {
			return fmt.Sprintf("it does not stay within %q", around[0])
		}
	}
	return ""
}

var (
	// inert are the elements that may be there, with those that the page around them has.
	inert = strings.Fields(`html head body main address p br div span hr b i u s strong em del ins sub
		sup small big code kbd samp pre tt blockquote q cite abbr center ul ol li dl dt dd h1 h2 h3 h4 h5
		h6 table thead tbody tfoot tr td th caption font a img`)
	inertAttributes = strings.Fields(`dir lang align valign colspan rowspan cellpadding cellspacing border
		width height start value color alt rel target`)
)

func activeNode(n *html.Node) string {
	switch {
	case n.Type == html.CommentNode:
		return "a comment"
	case n.Type != html.ElementNode:
		return ""
	case n.Namespace != "" || !slices.Contains(inert, n.Data):
		return "<" + n.Data + ">"
	}
	for _, a := range n.Attr {
		link := a.Key == "href" && n.Data == "a" && (strings.HasPrefix(a.Val, "https://") ||
			strings.HasPrefix(a.Val, "http://") || strings.HasPrefix(a.Val, "mailto:"))
		image := a.Key == "src" && n.Data == "img" && strings.HasPrefix(a.Val, "cid:")
		if !link && !image && !slices.Contains(inertAttributes, a.Key) {
			return fmt.Sprintf("%s=%q of <%s>", a.Key, a.Val, n.Data)
		}
	}
	return ""
}

func TestSanitiseKeepsTextLinksAndOwnImages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{`<p dir="rtl">a<br>b</p>`, `<p dir="rtl">a<br>b</p>`},
		{
			`<a href="https://x.org/?a=1&amp;b=2" onclick=x>y</a>`,
			`<a href="https://x.org/?a=1&amp;b=2" rel="nofollow noopener" target="_blank">y</a>`,
		},
		{`<img src="cid:a@b" alt="c" width="10">`, `<img src="cid:a@b" alt="c" width="10">`},
		{`<img src="https://x.org/a.png" alt="c">`, `<img alt="c">`},
		{
			`<table><tr><td colspan="2">a</td></tr></table>`,
			`<table><tr><td colspan="2">a</td></tr></table>`,
		},
		{`<font color=red face=Arial>a</font>`, `<font color="red">a</font>`},
		{`<font face=Arial>a</font>`, `<font>a</font>`},
		{`<p>a<p>b<ul><li>c<li>d</ul>`, `<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul>`},
		{`<b>a<i>b</b>c</i>`, `<b>a<i>b</i></b>c`},
		{
			`<table><tr><td>a<td>b<tr><td>c</table>`,
			`<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>`,
		},
		{`a</div></table>b`, `ab`},
		{``, ``},
	} {
		if got := Sanitise(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestSanitisedHTMLStaysAsItIs(t *testing.T) {
	t.Parallel()
	src := `<div lang="en"><p>a <b>b</b> <a href="https://x.org/?a&b">c</a></p><ol start="2"><li>d</li></ol>` +
		`<blockquote>e &lt;script&gt; <img src="cid:1"></blockquote><pre> f</pre></div>`
	once := Sanitise(src)
	if twice := Sanitise(once); twice != once {
		t.Errorf("once  %s\ntwice %s", once, twice)
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
		"<svg><style><a title='</style><img src=x>'>", "<table><tr><td><table><li></table></td>",
		"<li><div><li></li></div></li></div>", `<div style="display:none"><b>x</div><pre>y`,
		"<h1><b><h2></b></h1></p>", "<dl><dd><p><dt></dl></dd>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, html string) {
		if fault := active(Sanitise(html)); fault != "" {
			t.Fatalf("%q: %s in\n%s", html, fault, Sanitise(html))
		}
		if fault := active(FromText(html)); fault != "" {
			t.Fatalf("text %q: %s in\n%s", html, fault, FromText(html))
		}
	})
}

func BenchmarkSanitise(b *testing.B) {
	src := strings.Repeat(`<p class="x" style="margin:0"><span>Some words of a <b>mail</b>, `+
		`<a href="https://x.org/a">a link</a></span></p><table><tr><td>a</td></tr></table>`, 400)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		Sanitise(src)
	}
}
