package reply

import "testing"

func TestHTMLIsCutBesideTheText(t *testing.T) {
	t.Parallel()
	const (
		answer = "<div>Yes, <b>two</b>.</div>"
		folded = "Shop wrote:\n> How many?"
	)
	for name, html := range map[string]string{
		"Gmail": answer + `<div class="gmail_quote"><div class="gmail_attr">Shop wrote:</div>` +
			`<blockquote class="gmail_quote">How many?</blockquote></div>`,
		"Apple, Thunderbird": answer +
			`<blockquote type="cite">Shop wrote:<br>How many?</blockquote>`,
		"Outlook on the web": answer + `<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">` +
			`<b>From:</b> Shop</div><div>How many?</div>`,
		"Outlook for Mac": answer + `<span id="OLK_SRC_BODY_SECTION">How many?</span>`,
		"Outlook": answer + `<div style="border-top:solid"><p><b>From:</b> Shop</p></div>` +
			`<p>How many?</p>`,
		"QQ Mail": answer + `<div>------------------&nbsp;原始邮件&nbsp;------------------</div>` +
			`<div>发件人: Shop</div><div>How many?</div>`,
		"NetEase":   answer + `<blockquote id="isReplyContent">How many?</blockquote>`,
		"separator": answer + `<p>` + separator + `</p><p>How many?</p>`,
		"comment":   answer + `<!-- ann@example.org --><blockquote type=cite>x</blockquote>`,
		"a delimiter that nothing marks": answer + `<div>--&nbsp;</div><div>Ann</div>` +
			`<blockquote type=cite>x</blockquote>`,
		"signature": answer + `<div class="gmail_signature">Ann</div>` +
			`<blockquote type=cite>x</blockquote>`,
	} {
		got := Extract(Input{
			Text: "Yes, two.\n\n" + folded, HTML: html, Separators: []string{separator},
		})
		if got.HTML != answer {
			t.Errorf("%s: %q", name, got.HTML)
		}
	}
}

func TestPicturesThatTheTextOnlyNamesAreNoWords(t *testing.T) {
	t.Parallel()
	for _, mark := range []string{"[image: a long name of a hose.png]", "[cid:image001.png@01DC]"} {
		in := Input{Text: "See:\n\n" + mark + "\n\n> x", HTML: `See:<img src="cid:1"/>` +
			`<blockquote type="cite">x</blockquote>`}
		if got := Extract(in); got.HTML != `See:<img src="cid:1"/>` {
			t.Errorf("%s: %q", mark, got.HTML)
		}
	}
}

func TestSignatureThatOnlyTheHTMLMarksIsCut(t *testing.T) {
	t.Parallel()
	const quoted = "\n________________________________\nFrom: Shop <shop@example.org>\n" +
		"Sent: Tuesday, November 24, 2026 10:58 AM\nTo: Ann\nSubject: Hoses\n\nHow many?"
	html := func(sig string) string {
		return `<div>Two.</div><div>Bye</div><div id="Signature">` + sig + `</div>` +
			`<div id="appendonsend"></div><div id="divRplyFwdMsg">From: Shop</div>` +
			`<p>How many?</p>` +
			`<div id="Signature">The shop</div>`
	}
	for name, tt := range map[string]struct{ text, sig, want string }{
		"Outlook on the web": {
			"Two.\nBye\n\nAnn\na@x.example<mailto:a@x.example>\n[cid:1]" + quoted,
			`<p>Ann</p><a href="mailto:a@x.example">a@x.example</a><img src="cid:1">`, "Two.\nBye",
		},
		"a delimiter too": {"Two.\nBye\n\n-- \nAnn" + quoted, "<p>-- <br>Ann</p>", "Two.\nBye"},
		"words typed into it": {
			"Two.\nBye\n\nOr shall I send you three?\nAnn" + quoted,
			"<p>Or shall I send you three?</p><p>Ann</p>",
			"Two.\nBye\n\nOr shall I send you three?\nAnn",
		},
		"other words": {"Two.\nBye\n\nBen" + quoted, "<p>Ann</p>", "Two.\nBye\n\nBen"},
		"no words":    {"Two.\nBye" + quoted, `<img src="cid:1">`, "Two.\nBye"},
	} {
		if got := Extract(Input{Text: tt.text, HTML: html(tt.sig)}); got.Text != tt.want {
			t.Errorf("%s: %q, signature %q", name, got.Text, got.Signature)
		}
	}
}

func TestHTMLIsNotTrustedWhereItSaysMoreThanTheText(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]Input{
		"hidden words": {Text: "Yes.", HTML: "<p>Yes.</p><p style='display:none'>No.</p>"},
		"other words":  {Text: "Yes.", HTML: "<p>No.</p>"},
		"one text node": {
			Text: "Yes.\n\nShop wrote:\n> x",
			HTML: "<pre>Yes.\n\nShop wrote:\n&gt; x</pre>",
		},
		"half of it":     {Text: "One two three four.", HTML: "<p>One two</p>"},
		"nothing at all": {Text: "Yes.", HTML: "<img src=x>"},
		"between quotes": {
			Text: "> a\n\nYes.\n\n> b\n\nNo.",
			HTML: "<blockquote type=cite>a</blockquote>Yes.",
		},
		"beyond the size": {Text: "Yes.", HTML: "<p>Yes.</p>" + string(make([]byte, maxHTML))},
	} {
		if got := Extract(in); got.HTML != "" {
			t.Errorf("%s: %q", name, got.HTML)
		}
	}
}

func TestHTMLKeepsPicturesAndLinksOfTheAuthor(t *testing.T) {
	t.Parallel()
	got := Extract(Input{
		Text: "See [cid:shot] https://example.org/x there.\n\nShop wrote:\n> How?",
		HTML: `<p>See <a href="https://example.org/x">https://example.org/x</a> there.</p>` +
			`<img src="cid:shot"/><p>Shop wrote:</p><blockquote>How?</blockquote>`,
	})
	want := `<p>See <a href="https://example.org/x">https://example.org/x</a> there.</p>` +
		`<img src="cid:shot"/>`
	if got.HTML != "" && got.HTML != want {
		t.Errorf("%q", got.HTML)
	}
}
