package reply

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// kind is what HTML says of a piece of text.
type kind uint8

const (
	unsaid kind = iota
	// own is text in no element that says otherwise.
	own
	// indented is in a blockquote that may be the author's own: a passage that they set apart, or
	// quoted from elsewhere.
	indented
	// quoted is in an element that mail programs use for quotations alone.
	quoted
	// tail follows a mark from which everything to the end is quoted.
	tail
	// signed is in an element that mail programs use for signatures.
	signed
)

// classMarks are the classes, in lower case, of elements of which programs make one thing only.
// Gmail's gmail_quote is judged in its place, by markOf.
var classMarks = map[string]kind{
	"gmail_attr": quoted, "moz-cite-prefix": quoted, "front-blockquote": quoted,
	"protonmail_quote": quoted, "tutanota_quote": quoted, "missive_quote": quoted,
	// Yahoo on the web, its app
	"yahoo_quoted": quoted, "yahoo-quoted-begin": quoted, "iosymail": quoted,
	// Zoho, Outlook's app
	"zmail_extra": quoted, "zmail_extra_hr": quoted, "ms-outlook-mobile-reference-message": quoted,
	// NetEase, Foxmail, QQ Mail old and new
	"ntes-mailmaster-quote": quoted, "netease_mail_quote": quoted, "foxmail_quote": quoted,
	"qm_originalcontent": quoted, "qmbox": quoted, "xm_mail_oringinal_describe": tail,
	// Lark, DingTalk
	"history-quote-wrapper": quoted, "lark-mail-quote": quoted, "lark-mail-meta-wrapper": quoted,
	"alimail-quote": quoted, "mail_quote": quoted,

	"gmail_signature": signed, "gmail_signature_prefix": signed, "moz-signature": signed,
	"protonmail_signature_block": signed, "tutanota_signature": signed, "front-signature": signed,
	"sh-signature": signed, "zmail_signature": signed, "ntes-mailmaster-signature": signed,
	"foxmail_signature": signed, "lark-mail-signature": signed,
}

// idMarks are the same by id, in lower case.
var idMarks = map[string]kind{
	// Outlook, Windows Live, Zimbra, NetEase
	"divrplyfwdmsg": tail, "appendonsend": tail, "stopspelling": tail, "zwchr": tail,
	"ne-quoted-flag": tail,

	"olk_src_body_section": quoted, "mail-editor-reference-message-container": quoted,
	"isreplycontent": quoted, "ntes-pcmac-signature-quote": quoted, "blockquote_zmail": quoted,
	"yahoo_quoted": quoted, "qm_original": quoted, "lark-mail-quote": quoted,
	// Roundcube, Spark, Fastmail
	"reply-intro": quoted, "messagereplysection": quoted, "qt": quoted,

	"signature": signed, "ms-outlook-mobile-signature": signed, "mail-editor-signature": signed,
	"applemailsignature": signed, "spark_signature": signed, "messagesignaturesection": signed,
	"ntes-pcmail-signature": signed, "ntes-pcmac-signature": signed, "netease_mail_footer": signed,
	"_foxfromname": signed, "composer_signature": signed, "_rc_sig": signed, "zm-_id_-sgn": signed,
	"lark-mail-signature": signed,
}

// markPrefixes begin names, in lower case, that programs make unique by a number behind them.
var markPrefixes = []struct {
	prefix string
	kind   kind
}{
	{"divrpf", tail},
	{"yahoo_quoted_", quoted},
	{"lark-mail-quote-", quoted},
	{"history-quote-", quoted},
	{"alimail-quote-", quoted},
	{"__aliyun_signature", signed},
	{"lark-mail-signature-", signed},
	{"zmail_signature_", signed},
}

// nameMarks are the same by the attribute name (GMX) or data-marker (Zimbra).
var nameMarks = map[string]kind{
	"quote": quoted, "messagereplysection": quoted, "messagesignaturesection": signed,
	"__quoted_text__": tail, "__sig_pre__": signed, "__sig_post__": signed,
}

// markOf tells what an element says of the text in it. In Gmail's frame, of the class gmail_quote,
// stand answers too, between blockquotes of that class; outside of the frame such a blockquote is
// one that the author made with the editor's button.
func markOf(n *html.Node, inGmail bool) kind {
	if n.DataAtom == atom.Blockquote {
		switch {
		case strings.EqualFold(attr(n, "type"), "cite"), inGmail && isGmail(n):
			return quoted
		}
		if k := namedMark(n); k != unsaid {
			return k
		}
		return indented
	}
	if n.Data == "includetail" || outlookBox(n) { // the former is QQ Mail's own
		return tail
	}
	return namedMark(n)
}

// outlookBox tells whether an element is the box that Outlook for Windows, which gives no names,
// draws around the header of what it quotes.
func outlookBox(n *html.Node) bool {
	if n.DataAtom != atom.Div {
		return false
	}
	style := attr(n, "style")
	return strings.HasPrefix(style, "border:none;border-top:solid #") &&
		strings.Contains(style, ";padding:3.0pt 0")
}

// namedMark looks an element's names up.
func namedMark(n *html.Node) kind {
	for _, a := range n.Attr {
		var k kind
		switch a.Key {
		case "class":
			for class := range strings.FieldsSeq(a.Val) {
				if k = lookUp(classMarks, class); k != unsaid {
					return k
				}
			}
		case "id":
			k = lookUp(idMarks, a.Val)
		case "name", "data-marker":
			k = nameMarks[strings.ToLower(a.Val)]
		case "data-signatureblock": // Windows Mail
			k = signed
		}
		if k != unsaid {
			return k
		}
	}
	return unsaid
}

func lookUp(marks map[string]kind, name string) kind {
	name = strings.ToLower(name)
	if k := marks[name]; k != unsaid {
		return k
	}
	for _, p := range markPrefixes {
		if strings.HasPrefix(name, p.prefix) {
			return p.kind
		}
	}
	if strings.HasPrefix(name, "ydp") && strings.HasSuffix(name, "yahoo_quoted") {
		return quoted // Yahoo puts a word of its own before each class
	}
	return unsaid
}

// foxmailRule tells whether an element is the line that Foxmail draws above a signature: nothing
// but its looks says so.
func foxmailRule(n *html.Node) bool {
	return n.DataAtom == atom.Hr && strings.EqualFold(attr(n, "color"), "#b5c4df") &&
		strings.EqualFold(attr(n, "align"), "left")
}

// isGmail tells whether an element is one of Gmail's quotation.
func isGmail(n *html.Node) bool {
	for class := range strings.FieldsSeq(attr(n, "class")) {
		if class == "gmail_quote" || class == "gmail_quote_container" {
			return true
		}
	}
	return false
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
