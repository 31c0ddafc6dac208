package reply

import (
	"testing"

	"helpgate/internal/safehtml"
)

const quotedHeader = `<b>From:</b> Shop &lt;shop@example.org&gt;<br>` +
	`<b>Sent:</b> Tuesday, March 3, 2026 9:15 AM<br><b>To:</b> Ann<br><b>Subject:</b> Hoses<br><br>`

// What stands below is in the author's words alone, so that nothing but the HTML tells it.
func TestStructureTellsAQuotationThatNoWordsTell(t *testing.T) {
	t.Parallel()
	const answer = "<div>Two, please.</div><div>In green.</div>"
	const how = "How many?"
	for name, below := range map[string]string{
		"Gmail": `<div class="gmail_quote"><div class="gmail_attr">Shop, once:</div>` +
			`<blockquote class="gmail_quote">` + how + `</blockquote></div>`,
		"Apple, Thunderbird": `<div class="moz-cite-prefix">Shop, once:</div>` +
			`<blockquote type="cite" cite="mid:x">` + how + `</blockquote>`,
		"Outlook on the web": `<div id="appendonsend"></div><div id="divRplyFwdMsg">x</div>` + how,
		"Outlook, unknown language": `<div><div style="border:none;border-top:solid #E1E1E1 ` +
			`1.0pt;padding:3.0pt 0in 0in 0in"><p>Shop, once</p></div></div>` + how,
		"Outlook of 2010":   `<div id="divRpF123456">Shop</div><div>` + how + `</div>`,
		"Outlook for Mac":   `<span id="OLK_SRC_BODY_SECTION">` + how + `</span>`,
		"Outlook of today":  `<div id="mail-editor-reference-message-container">` + how + `</div>`,
		"Yahoo":             `<div id="yahoo_quoted_77" class="yahoo_quoted">` + how + `</div>`,
		"Yahoo's own words": `<div class="ydp1a2b3cyahoo_quoted">` + how + `</div>`,
		"Proton":            `<div class="protonmail_quote">` + how + `</div>`,
		"Tuta":              `<blockquote class="tutanota_quote">` + how + `</blockquote>`,
		"Zoho":              `<div class="zmail_extra"><blockquote>` + how + `</blockquote></div>`,
		"QQ Mail":           `<div>-----原始邮件-----</div><div class="qmbox">` + how + `</div>`,
		"NetEase":           `<blockquote id="isReplyContent">` + how + `</blockquote>`,
		"Mail Master":       `<div class="J-reply ntes-mailmaster-quote">` + how + `</div>`,
		"Lark":              `<div class="history-quote-wrapper">` + how + `</div>`,
		"Lark, numbered":    `<div id="lark-mail-quote-17">` + how + `</div>`,
		"Spark":             `<div name="messageReplySection">` + how + `</div>`,
		"GMX":               `<div name="quote">` + how + `</div>`,
		"Zimbra":            `<hr id="zwchr" data-marker="__DIVIDER__">` + how,
		"Windows Live":      `<hr id="stopSpelling">` + how,
		"a document within the other": `<p class="yahoo-quoted-begin">Shop, once:</p>` +
			`<blockquote class="iosymail"><html><body>` + how + `</body></html></blockquote>`,
	} {
		html := "<html><body>" + answer + below + "</body></html>"
		const own = "Two, please.\nIn green."
		for which, text := range map[string]string{
			"text of the HTML": safehtml.ToText(html), "text part": own + "\n\n" + how,
		} {
			got := Extract(Input{Text: text, HTML: html})
			if got.Text != own || got.HTML != answer {
				t.Errorf("%s, %s: text %q, HTML %q", name, which, got.Text, got.HTML)
			}
		}
	}
}

func TestAnswersInGmailsFrameAreTheAuthors(t *testing.T) {
	t.Parallel()
	html := `<div>See below.</div><div class="gmail_quote"><div class="gmail_attr">On Tue, Mar ` +
		`3, 2026 at 9:15 AM Shop &lt;shop@example.org&gt; wrote:</div>` +
		`<blockquote class="gmail_quote">One?</blockquote><div>Yes.</div>` +
		`<blockquote class="gmail_quote">Two?</blockquote><div>No.</div></div>`
	got := Extract(Input{Text: safehtml.ToText(html), HTML: html})
	if got.Text != "See below.\n\n> One?\n\nYes.\n\n> Two?\n\nNo." {
		t.Errorf("%+v", got)
	}
}

func TestABlockquoteThatNothingIntroducesIsTheAuthors(t *testing.T) {
	t.Parallel()
	for name, html := range map[string]string{
		"the editor's button": `<p>It says</p><blockquote class="gmail_quote">Error 5</blockquote>`,
		"bare":                `<p>It says</p><blockquote>Error 5</blockquote>`,
	} {
		got := Extract(Input{Text: safehtml.ToText(html), HTML: html})
		if got.Text != "It says\n\n> Error 5" || got.Folded != "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	got := Extract(Input{Text: "The program says:\n> Error 5\n> at line 3"})
	if got.Text != "The program says:\n> Error 5\n> at line 3" {
		t.Errorf("after a colon: %+v", got)
	}
}

func TestStructureTellsASignature(t *testing.T) {
	t.Parallel()
	for name, sig := range map[string]string{
		"Gmail":       `<div class="gmail_signature">Ann of the office</div>`,
		"Outlook":     `<div id="Signature">Ann of the office</div>`,
		"Thunderbird": `<div class="moz-signature">Ann of the office</div>`,
		"Proton":      `<div class="protonmail_signature_block">Ann of the office</div>`,
		"NetEase":     `<div id="ntes-pcmac-signature">Ann of the office</div>`,
		"DingTalk":    `<div class="__aliyun_signature_wrap">Ann of the office</div>`,
		"Foxmail":     `<hr color="#b5c4df" size="1" align="left"><div>Ann of the office</div>`,
	} {
		html := `<div>Two, please.</div>` + sig + `<blockquote type="cite">How many?</blockquote>`
		got := Extract(Input{Text: "Two, please.\n\nAnn of the office\n\n> How many?", HTML: html})
		if got.Text != "Two, please." || got.Signature != "Ann of the office" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestAForwardIsContentWhateverTheProgramDraws(t *testing.T) {
	t.Parallel()
	outlook := `<div>Please see to it.</div><div id="divRplyFwdMsg">` + quotedHeader +
		`</div><div>How many?</div>`
	text := safehtml.ToText(outlook)
	for name, in := range map[string]Input{
		"Outlook, by its subject": {Text: text, HTML: outlook, Subject: "FW: Hoses"},
		"behind a gateway's tag":  {Text: text, Subject: "[External] WG: Hoses"},
		"QQ Mail": {
			Text: "Please see to it.\n\n---原始邮件---\n发件人: \"Shop\"<shop@example.org>\n" +
				"发送时间: 2026年3月3日\n\nHow many?",
			Subject: "转发：Hoses",
		},
		"Apple, behind marks": {
			Text: "Please see to it.\n\n> Begin forwarded message:\n>\n> From: Shop\n>\n" +
				"> How many?",
		},
	} {
		got := Extract(in)
		if got.Text != trimBlankLines(in.Text) || got.Folded != "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	answer := Extract(Input{Text: text, HTML: outlook, Subject: "Re: FW: Hoses"})
	if answer.Text != "Please see to it." {
		t.Errorf("an answer to a forward: %+v", answer)
	}
	header := safehtml.ToText(quotedHeader)
	footed := Extract(Input{
		Text:    "Please see to it.\n\nSent from my iPhone\n\n" + header + "\nHow many?",
		Subject: "Fwd: Hoses",
	})
	if footed.Signature != "Sent from my iPhone" || footed.Folded != "" {
		t.Errorf("a footer above a forward: %+v", footed)
	}
}
