package safehtml

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func rendered(t *testing.T, body *html.Node) string {
	t.Helper()
	var b strings.Builder
	for n := range body.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestTreeIsWhatABrowserBuilds(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		`<html><head><title>t</title><style>p{}</style></head><body class="x"><p id="a">b</p></body></html>`,
		`<p>a<p>b<ul><li>c<li>d<ul><li>e</ul></ul>f`, `<div>a<br>b<hr><img src="x">c</div>d`,
		`<table><tbody><tr><td>a<td>b<tr><td><p>c</table>d`, `a</div></span>b`,
		`<div class="gmail_quote"><blockquote type="cite">a</blockquote></div><includetail>b</includetail>`,
		`<script>if (a<b) {}</script>a<b>c`, `<dl><dt>a<dd>b<dt>c</dl>`, `&lt;a&gt; &amp; b`,
	} {
		doc, err := html.Parse(strings.NewReader(src))
		if err != nil {
			t.Fatal(err)
		}
		want := rendered(t, doc.LastChild.LastChild)
		want = strings.ReplaceAll(want, "<script>if (a<b) {}</script>", "")
		if got := rendered(t, Tree(src)); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", src, got, want)
		}
	}
}

// TestS39TreeIsNoLargerThanItsSource: unclosed formatting is not opened again in each paragraph,
// and no nesting is too deep.
func TestS39TreeIsNoLargerThanItsSource(t *testing.T) {
	t.Parallel()
	var fonts strings.Builder
	for i := range 400 {
		fmt.Fprintf(&fonts, "<font color=c%d>", i)
	}
	for name, src := range map[string]string{
		"fonts": "<div>" + fonts.String() + "</div>" + strings.Repeat("<p>x</p>", 10_000),
		"deep":  strings.Repeat("<div>x", 20_000), "tables": strings.Repeat("<table><div>x", 10_000),
	} {
		nodes, depth := 0, 0
		for n := range Tree(src).Descendants() {
			nodes++
			if nodes%100 == 0 {
				deep := 0
				for p := range n.Ancestors() {
					_ = p
					deep++
				}
				depth = max(depth, deep)
			}
		}
		if nodes > 50_000 || depth > maxNesting+1 {
			t.Errorf("%s: %d bytes became %d nodes, %d deep", name, len(src), nodes, depth)
		}
	}
}
