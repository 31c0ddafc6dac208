package compose

import (
	"strings"
	"testing"

	"helpgate/internal/token"
	"helpgate/tickets"
)

func TestBothShapesSayTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t, token.RoadPlus, question(), answer())
	_, env := b.compose(t, row(t, tickets.OutNotification, "zh"))
	if !strings.Contains(env.Text, "It burns again.") || !strings.Contains(env.Text, "Does it burn?") {
		t.Errorf("text lacks words:\n%s", env.Text)
	}
	if !strings.Contains(env.HTML, "<b>burns</b>") || !strings.Contains(env.HTML, "Does it burn?") {
		t.Errorf("HTML lacks words:\n%s", env.HTML)
	}
	if len(env.Inlines) != 1 || strings.HasSuffix(env.Inlines[0].ContentID, "@x") ||
		!strings.Contains(env.HTML, `"cid:`+env.Inlines[0].ContentID+`"`) ||
		string(env.Inlines[0].Content) != strings.Repeat("picture", 10) {
		t.Errorf("inline images: %v", env.Inlines)
	}
	if len(env.Attachments) != 1 || env.Attachments[0].FileName != `日志 "1".txt` {
		t.Errorf("attachments: %v", env.Attachments)
	}
	if !strings.Contains(env.Text, "附件：pic.png (70 字节)") {
		t.Errorf("text lists no files:\n%s", env.Text)
	}
}

func TestAnswersHTMLIsTheAgentsOnlyWhenItSaysTheSame(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text, html string
		own        bool
	}{
		"same": {"Use *water* [image: a.png]", `<i>Use <b>water</b></i><img alt="a.png">`, true},
		"link": {
			"See here <https://a.example/x>",
			`<i>See</i> <a href="https://a.example/x">here</a>`, true,
		},
		"stale":       {"Use water", "<i>Use water</i><p>/close</p>", false},
		"unescaped":   {"/close ends it", "<i>//close ends it</i>", false},
		"quote in it": {"Use water", "<i>Use water</i><blockquote>secret</blockquote>", false},
		"none":        {"Use water", "", false},
	} {
		m := answer()
		m.ReplyText, m.ReplyHTML, m.HTML = tt.text, tt.html, ""
		_, env := setup(t, token.RoadPlus, m).compose(t, row(t, tickets.OutAnswer, "en"))
		if own := strings.Contains(env.HTML, "<i>"); own != tt.own {
			t.Errorf("%s: own HTML is %v:\n%s", name, own, env.HTML)
		}
	}
}

func TestPicturesOfSignatureAndQuoteStayAtHome(t *testing.T) {
	t.Parallel()
	picture := func(id string) tickets.Attachment {
		return tickets.Attachment{
			Filename: id + ".png", ContentType: "image/png", ContentID: id, Inline: true,
			Blob: tickets.Blob{SHA256: id},
		}
	}
	m := answer()
	m.ReplyHTML = `<p>Please use water. <img src="cid:shot"></p>`
	m.HTML = m.ReplyHTML + `<img src="cid:logo">`
	m.Attachments = []tickets.Attachment{picture("shot"), picture("logo"), picture("loose")}
	_, env := setup(t, token.RoadPlus, m).compose(t, row(t, tickets.OutAnswer, "en"))
	if len(env.Inlines) != 1 || env.Inlines[0].FileName != "shot.png" {
		t.Errorf("inline: %v", env.Inlines)
	}
	if len(env.Attachments) != 1 || env.Attachments[0].FileName != "loose.png" {
		t.Errorf("attached: %v", env.Attachments)
	}

	m.ReplyHTML, m.HTML = "", "" // nobody knows what was shown where: all travels as files
	_, env = setup(t, token.RoadPlus, m).compose(t, row(t, tickets.OutAnswer, "en"))
	if len(env.Attachments) != 3 {
		t.Errorf("attached: %v", env.Attachments)
	}
}

// Apple Mail and Thunderbird make a picture's Content-ID of the sender's domain, so that it told
// customers where the agents' mailboxes are.
func TestPicturesAreNamedByUs(t *testing.T) {
	t.Parallel()
	m := answer()
	m.ReplyText = `Look: see "cid:part1@agents.example".`
	m.ReplyHTML = `<p>Look: see &#34;cid:part1@agents.example&#34;.</p>` +
		`<img src="cid:part1%40agents.example"><img src="cid:lost@agents.example">`
	m.Attachments = []tickets.Attachment{{
		Filename: "hose.png", ContentType: "image/png", Inline: true,
		ContentID: "part1@agents.example", Blob: tickets.Blob{SHA256: "hose"},
	}}
	_, env := setup(t, token.RoadPlus, m).compose(t, row(t, tickets.OutAnswer, "en"))
	if len(env.Inlines) != 1 ||
		!strings.Contains(env.HTML, `<img src="cid:`+env.Inlines[0].ContentID+`">`) {
		t.Fatalf("inline: %v in\n%s", env.Inlines, env.HTML)
	}
	if n := strings.Count(env.HTML, "agents.example"); n != 1 { // the words stay as they are
		t.Errorf("the domain stands %d times in\n%s", n, env.HTML)
	}
}

func TestLongTextIsCutForAgentsOnly(t *testing.T) {
	t.Parallel()
	q, a := question(), answer()
	q.ReplyText = strings.Repeat("It burns, and nobody comes.\n", 20_000)
	q.Text, a.ReplyText = q.ReplyText, q.ReplyText
	b := setup(t, token.RoadPlus, q, a)
	_, env := b.compose(t, row(t, tickets.OutNotification, "en"))
	if len(env.Text) > 2*maxShown || !strings.Contains(env.Text, "[shortened here") {
		t.Errorf("the notification has %d bytes of text", len(env.Text))
	}
	_, env = b.compose(t, row(t, tickets.OutAnswer, "en"))
	if strings.Count(env.Text, "nobody comes") != 20_000 {
		t.Errorf("the answer has %d bytes of text", len(env.Text))
	}
}

// THREATS S42: what people write is never a template.
func TestS42WordsAreNoTemplate(t *testing.T) {
	t.Parallel()
	m := answer()
	m.ReplyText = `{{.Marker}} {{template "block.txt" .}} ${HOME} <script>x</script>`
	_, env := setup(t, token.RoadHeaders, m).compose(t, row(t, tickets.OutAnswer, "en"))
	if !strings.Contains(env.Text, m.ReplyText) || strings.Contains(env.HTML, "<script") {
		t.Errorf("got\n%s\n%s", env.Text, env.HTML)
	}
}

func TestListGivesEachEntryItsOwnWay(t *testing.T) {
	t.Parallel()
	o := row(t, tickets.OutNotificationList, "en")
	_, env := setup(t, token.RoadPlus).compose(t, o)
	if n := strings.Count(env.HTML, `href="mailto:support`); n != 2 {
		t.Errorf("got %d links:\n%s", n, env.HTML)
	}
	_, env = setup(t, token.RoadHeaders).compose(t, o)
	if n := len(token.FindMarkers(env.Text)); n != 2 {
		t.Errorf("got %d markers:\n%s", n, env.Text)
	}

	o.Facts.Entries = make([]tickets.Entry, tickets.MaxEntries)
	o.Facts.Omitted = 7
	_, env = setup(t, token.RoadPlus).compose(t, o)
	if !strings.Contains(env.Text, "and 7 more messages") ||
		env.GetHeader("Subject") != "207 new messages" {
		t.Errorf("got %q", env.GetHeader("Subject"))
	}
}

// TestSignaturePartStaysAtHome: the certificate of an agent's S/MIME signature names him.
func TestSignaturePartStaysAtHome(t *testing.T) {
	t.Parallel()
	for _, contentType := range []string{
		"application/pkcs7-signature", "Application/X-PKCS7-Signature; name=smime.p7s",
		"application/pgp-signature", "application/pgp-keys",
	} {
		m := answer()
		m.ReplyHTML = `<p>Please use water.<img src="cid:s"></p>`
		m.Attachments = []tickets.Attachment{{
			Filename: "signature", ContentType: contentType, ContentID: "s",
			Blob: tickets.Blob{SHA256: "hose"},
		}}
		_, env := setup(t, token.RoadPlus, m).compose(t, row(t, tickets.OutAnswer, "en"))
		if n := len(env.Attachments) + len(env.OtherParts) + len(env.Inlines); n != 0 {
			t.Errorf("%s: the answer carries %d parts", contentType, n)
		}
	}
}

// TestOneAddressDoesNotStopTheOthers: an address that takes SMTPUTF8 stood in everybody's copy, and
// a relay without it refused them all.
func TestOneAddressDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	b := setup(t, token.RoadPlus, answer())
	wide := tickets.Person{Address: "ü@customer.example"}
	o := row(t, tickets.OutAnswer, "en")
	for _, facts := range []tickets.Facts{
		{Cc: []tickets.Person{wide}}, {To: []tickets.Person{wide}},
	} {
		o.Facts.To, o.Facts.Cc = facts.To, facts.Cc
		mail, env := b.compose(t, o)
		if strings.Contains(string(mail.Data), wide.Address) || env.GetHeader("To") == "" {
			t.Errorf("a copy for somebody else:\n%s", mail.Data)
		}
	}
	o.Recipient = wide
	if mail, _ := b.compose(t, o); !strings.Contains(string(mail.Data), "To: "+wide.Address+"\r\n") {
		t.Errorf("his own copy lacks the address:\n%s", mail.Data)
	}
}
