package compose

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helpgate/internal/mailerr"
	"helpgate/internal/rfc"
	"helpgate/internal/token"
	"helpgate/templates"
	"helpgate/tickets"
)

var update = flag.Bool("update", false, "write testdata/*.eml anew")

// Golden mails: every kind in both languages by plus-addresses, and what differs on other roads.
func TestEveryKindStaysAsItIs(t *testing.T) {
	t.Parallel()
	kinds := []tickets.OutKind{
		tickets.OutAnswer, tickets.OutHeld, tickets.OutFailure, tickets.OutAcknowledgement,
		tickets.OutFollowUp, tickets.OutNotification, tickets.OutNotificationList,
		tickets.OutNotice, tickets.OutAlert,
	}
	for _, road := range []token.Road{token.RoadPlus, token.RoadSubdomain, token.RoadHeaders} {
		for _, locale := range []string{"en", "zh"} {
			for _, kind := range kinds {
				if road != token.RoadPlus && locale == "zh" {
					continue
				}
				t.Run(fmt.Sprintf("%s-%s-%s", kind, locale, road), func(t *testing.T) {
					t.Parallel()
					b := setup(t, road, question(), answer())
					o := row(t, kind, locale)
					got, _ := b.compose(t, o)
					golden(t, got.Data)
					again, err := b.Compose(t.Context(), o)
					if err != nil || !bytes.Equal(again.Data, got.Data) {
						t.Errorf("the same row made another mail, %v", err)
					}
					if leak, err := b.Guard(t.Context(), o, got.Data); leak != nil || err != nil {
						t.Errorf("the guard stopped it: %v, %v", leak, err)
					}
				})
			}
		}
	}
}

func golden(t *testing.T, got []byte) {
	t.Helper()
	name := strings.ReplaceAll(t.Name(), "/", "-")
	path := filepath.Join("testdata", name[strings.IndexByte(name, '-')+1:]+".eml")
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAnswerCarriesNothingOfTheAgent(t *testing.T) {
	t.Parallel()
	for _, road := range []token.Road{token.RoadPlus, token.RoadSubdomain, token.RoadHeaders} {
		b := setup(t, road, question(), answer())
		got, env := b.compose(t, row(t, tickets.OutAnswer, "en"))
		for _, text := range append([]string{env.Text, env.HTML}, string(got.Data)) {
			if strings.Contains(text, "Anna") || strings.Contains(text, "corp.example") {
				t.Errorf("%s: it names the agent:\n%s", road, text)
			}
		}
		if env.GetHeader("Auto-Submitted") != "" || env.GetHeader("X-Helpgate-Ticket") != "" {
			t.Error("it carries what only automatic or internal mail may")
		}
		claim, ok := ring(t).Verify(env.GetHeader("X-Helpgate-Loop"))
		if !ok || claim.Purpose != token.PurposeLoop {
			t.Error("it lacks the loop header")
		}
	}
}

func TestTokensTravelByTheMailboxsRoad(t *testing.T) {
	t.Parallel()
	tests := []struct {
		road    token.Road
		kind    tickets.OutKind
		purpose token.Purpose // of the Reply-To; 0: it has none
		person  int64
	}{
		{token.RoadPlus, tickets.OutAnswer, token.PurposeCustomer, 0},
		{token.RoadPlus, tickets.OutAcknowledgement, token.PurposeCustomer, 0},
		{token.RoadPlus, tickets.OutNotification, token.PurposeAgent, agentID},
		{token.RoadPlus, tickets.OutHeld, token.PurposeAgent, agentID},
		{token.RoadPlus, tickets.OutNotificationList, 0, 0},
		{token.RoadSubdomain, tickets.OutAnswer, token.PurposeCustomer, 0},
		{token.RoadSubdomain, tickets.OutNotification, token.PurposeAgent, agentID},
		{token.RoadHeaders, tickets.OutAnswer, 0, 0},
		{token.RoadHeaders, tickets.OutNotification, 0, agentID},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s %s", tt.road, tt.kind), func(t *testing.T) {
			t.Parallel()
			b := setup(t, tt.road, question(), answer())
			got, env := b.compose(t, row(t, tt.kind, "en"))
			reply, _ := mail.ParseAddress(env.GetHeader("Reply-To"))
			var tok string
			if reply != nil {
				tok, _, _ = token.FromAddress(reply.Address)
			}
			if claim, _ := ring(t).Verify(tok); claim.Purpose != tt.purpose ||
				tt.purpose != 0 && (claim.Person != tt.person || claim.Ticket != 12) {
				t.Errorf("Reply-To %v carries %+v", reply, claim)
			}
			from, err := mail.ParseAddress(env.GetHeader("From"))
			if err != nil || from.Address != ownAddress {
				t.Errorf("From is %v, %v", from, err)
			}
			tok, _, ok := token.FromAddress(got.From)
			if claim, _ := ring(t).Verify(tok); !ok || claim.Purpose != token.PurposeReturnPath ||
				claim.Delivery != 34567 {
				t.Errorf("return path %s carries %+v", got.From, claim)
			}
			if tt.road == token.RoadHeaders {
				checkMarkers(t, env.Text, tt.person)
				checkMarkers(t, env.HTML, tt.person)
			}
		})
	}
}

func checkMarkers(t *testing.T, text string, person int64) {
	t.Helper()
	found := token.FindMarkers(text)
	if len(found) != 1 {
		t.Fatalf("got %d markers, want 1, in\n%s", len(found), text)
	}
	claim, _ := ring(t).Verify(found[0])
	want := token.Claim{Purpose: token.PurposeMarker, Ticket: 12, Person: person}
	if claim != want {
		t.Errorf("marker carries %+v, want %+v", claim, want)
	}
}

func TestPlainReturnPathWhereTheRelayForcesTheSender(t *testing.T) {
	t.Parallel()
	b := setup(t, token.RoadHeaders, answer())
	b.Mailboxes[0].OwnReturn = false
	if got, _ := b.compose(t, row(t, tickets.OutAnswer, "en")); got.From != ownAddress {
		t.Errorf("return path is %s", got.From)
	}
}

func TestAcknowledgementTellsStrangersOnlyTheNumber(t *testing.T) {
	t.Parallel()
	b := setup(t, token.RoadPlus)
	o := row(t, tickets.OutAcknowledgement, "zh")
	o.Facts.ThreadTopic = "Printer on fire"
	_, env := b.compose(t, o)
	if got := env.GetHeader("Subject"); got != "我们已收到您的请求：#12" {
		t.Errorf("Subject is %q", got)
	}
	for name := range env.Root.Header {
		if strings.Contains(env.GetHeader(name), "Printer") {
			t.Errorf("%s holds the sender's words", name)
		}
	}
	if strings.Contains(env.Text+env.HTML, "Printer") || !strings.Contains(env.Text, "#12") {
		t.Errorf("got %q", env.Text)
	}
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All",
	} {
		if got := env.GetHeader(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}

	o.Facts.Known = true
	if _, env = b.compose(t, o); env.GetHeader("Subject") != "Re: Printer on fire" ||
		!strings.Contains(env.Text, "主题：Printer on fire") {
		t.Errorf("somebody known got %q, %q", env.GetHeader("Subject"), env.Text)
	}
}

// THREATS S50: a stranger gets his Message-ID back once; somebody known keeps his thread.
func TestS50AcknowledgementToStrangersHasNoReferences(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{false, true} {
		o := row(t, tickets.OutAcknowledgement, "en")
		o.Facts.Known = known
		_, env := setup(t, token.RoadPlus).compose(t, o)
		if got := env.GetHeader("In-Reply-To"); got != "<two@example.com>" {
			t.Errorf("known %v: In-Reply-To is %q", known, got)
		}
		if got := env.GetHeader("References"); (got != "") != known {
			t.Errorf("known %v: References is %q", known, got)
		}
	}
}

func TestSubjectKeepsTheThread(t *testing.T) {
	t.Parallel()
	tests := []struct {
		subject    string
		first, tag bool
		want       string
	}{
		{"Printer", false, false, "Re: Printer"},
		{"Printer", true, false, "Printer"},
		{"打印机着火", false, true, "Re: [#12] 打印机着火"},
		{"", false, false, "Re:"},
		{strings.Repeat("x", 300), true, false, strings.Repeat("x", 300)},
	}
	for _, tt := range tests {
		b := setup(t, token.RoadPlus, answer())
		b.Mailboxes[0].SubjectTag = tt.tag
		o := row(t, tickets.OutAnswer, "en")
		o.Facts.Subject, o.Facts.First = tt.subject, tt.first
		if _, env := b.compose(t, o); env.GetHeader("Subject") != tt.want {
			t.Errorf("got %q, want %q", env.GetHeader("Subject"), tt.want)
		}
	}
}

func TestReferencesKeepRootAndNewest(t *testing.T) {
	t.Parallel()
	var ids []string
	for n := range 300 {
		ids = append(ids, fmt.Sprintf("%d@example.com", n))
	}
	long := []string{strings.Repeat("r", 240) + "@x"}
	for n := range 5 {
		long = append(long, fmt.Sprintf("%d%s@x", n, strings.Repeat("n", 235)))
	}
	for name, tt := range map[string]struct {
		ids    []string
		parent string
		count  int
	}{
		"many": {ids, "299@example.com", 20},
		"long": {long, long[5], 3},
		"bad":  {[]string{"a b@x", "ü@x", "ok@x>\r\nBcc: e@v", "good@x"}, "", 1},
		"none": {nil, "", 0},
		"lone": {nil, "parent@x", 1},
	} {
		got := references(tt.ids, tt.parent)
		found := rfc.MessageIDs(got)
		if len(found) != tt.count || len(got) > maxReferenceBytes {
			t.Errorf("%s: %d ids of %d bytes, want %d", name, len(found), len(got), tt.count)
		}
		if tt.count > 1 && (found[0] != tt.ids[0] || found[tt.count-1] != tt.parent) {
			t.Errorf("%s: root or newest is missing: %v", name, found)
		}
	}
}

// THREATS S41: a name, subject, file name or id must not begin a field of its own.
func TestS41NothingInjectsHeaders(t *testing.T) {
	t.Parallel()
	evil := "x\r\nBcc: e@v.example\rX-A: 1\n\nbody\u2028\x00,<a@b>"
	m := answer()
	m.Attachments = []tickets.Attachment{{
		Filename: evil, ContentType: "text/plain\r\nX-Evil: 1", ContentID: evil,
		Blob: tickets.Blob{SHA256: "x"},
	}}
	o := row(t, tickets.OutAnswer, "en")
	o.Recipient.Name, o.Facts.Subject, o.Facts.ThreadTopic = evil, evil, evil
	o.Facts.InReplyTo, o.Facts.References, o.Facts.ThreadIndex = evil, []string{evil}, evil
	o.Facts.To = []tickets.Person{{Name: evil, Address: "wang@example.com"}, {Address: evil}}
	o.Facts.Cc = []tickets.Person{{Name: evil, Address: "li@example.com> SIZE=1"}}
	b := setup(t, token.RoadPlus, m)
	b.Mailboxes[0].Name = evil
	_, env := b.compose(t, o)
	allowed := []string{
		"Date", "From", "To", "Reply-To", "Subject", "Message-Id", "Thread-Topic",
		"X-Helpgate-Loop", "Mime-Version", "Content-Type",
	}
	for name := range env.Root.Header {
		if !slices.Contains(allowed, name) {
			t.Errorf("field %s: %q", name, env.GetHeader(name))
		}
	}
	if list, err := env.AddressList("To"); err != nil || len(list) != 1 {
		t.Errorf("To holds %v, %v", list, err)
	}
}

func TestMailToABadAddressIsRefusedForGood(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"", "wang", "a@b> SIZE=1", "a@b\r\nRCPT TO:<c@d>"} {
		o := row(t, tickets.OutAnswer, "en")
		o.Recipient.Address = addr
		_, err := setup(t, token.RoadPlus, answer()).Compose(t.Context(), o)
		var lasting *mailerr.Error
		if !errors.As(err, &lasting) || lasting.Temporary {
			t.Errorf("%q: got %v", addr, err)
		}
	}
}

// THREATS S3: agents see the real address beside a name that pretends to be another.
func TestS3RealAddressStandsBesideTheName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Wang Wei":             "Wang Wei",
		"":                     "evil@example.net",
		"boss@corp.example":    "boss@corp.example (evil@example.net)",
		"boss＠corp.example":    "boss＠corp.example (evil@example.net)",
		"\u202eelpmaxe@ssob":   "elpmaxe@ssob (evil@example.net)",
		"a\r\nBcc: x <y@z> \"": "a Bcc: x <y@z> \" (evil@example.net)",
	} {
		o := row(t, tickets.OutNotification, "en")
		o.Facts.Author = tickets.Person{Name: name, Address: "evil@example.net"}
		_, env := setup(t, token.RoadPlus, question()).compose(t, o)
		from, err := env.AddressList("From")
		if err != nil || len(from) != 1 || from[0].Name != want {
			t.Errorf("%q: From is %v, %v, want %q", name, from, err, want)
		}
		if !strings.Contains(env.Text, "evil@example.net") {
			t.Errorf("%q: the block hides the address:\n%s", name, env.Text)
		}
	}
}

func TestAnswerShowsPeopleButNeverUs(t *testing.T) {
	t.Parallel()
	b := setup(t, token.RoadPlus, answer())
	o := row(t, tickets.OutAnswer, "en")
	o.Facts.To = []tickets.Person{{Address: "wang@example.com"}, {Address: ownAddress}}
	o.Facts.Cc = []tickets.Person{{Name: "李娜", Address: "li@example.com"}}
	_, env := b.compose(t, o)
	if got := env.GetHeader("To"); got != "wang@example.com" {
		t.Errorf("To is %q", got)
	}
	if got := env.GetHeader("Cc"); got != "李娜 <li@example.com>" {
		t.Errorf("Cc is %q", got)
	}
}

func TestLongMailboxNameLeavesNoRoomForAToken(t *testing.T) {
	t.Parallel()
	b := setup(t, token.RoadPlus, answer())
	long := strings.Repeat("s", 40) + "@example.org"
	b.Mailboxes[0].Address = long
	o := row(t, tickets.OutAnswer, "en")
	o.Mailbox = long
	got, env := b.compose(t, o)
	if reply, err := env.AddressList("Reply-To"); err != nil || reply[0].Address != long {
		t.Errorf("Reply-To is %v, %v", reply, err)
	}
	if got.From != long {
		t.Errorf("return path is %s", got.From)
	}
}

func TestAnOperatorWhoIsNoAgentGetsNoToken(t *testing.T) {
	t.Parallel()
	for _, road := range []token.Road{token.RoadPlus, token.RoadHeaders} {
		o := row(t, tickets.OutAlert, "en")
		o.Agent, o.Recipient = 0, tickets.Person{Address: "root@example.net"}
		_, env := setup(t, road).compose(t, o)
		if got := env.GetHeader("Reply-To"); !strings.HasSuffix(got, "<"+ownAddress+">") ||
			len(token.FindMarkers(env.Text)) != 0 {
			t.Errorf("%s: Reply-To is %s, text\n%s", road, got, env.Text)
		}
	}
}

func TestTroubleWithoutATicketNamesNone(t *testing.T) {
	t.Parallel()
	for _, locale := range templates.Locales() {
		o := row(t, tickets.OutAlert, locale)
		o.Ticket, o.Message, o.Agent = 0, 0, 0
		o.Facts.Reason, o.Facts.Detail = "mailbox-silent", "INBOX:\nrefused"
		got, env := setup(t, token.RoadPlus).compose(t, o)
		if strings.Contains(env.Text+env.HTML, "#0") ||
			env.GetHeader("X-Helpgate-Ticket") != "" || !strings.Contains(env.Text, "INBOX: refused") ||
			!strings.Contains(env.Text, ownAddress) || strings.Contains(env.GetHeader("Subject"), "%") {
			t.Errorf("got\n%s", got.Data)
		}
	}
}

type fakeSigner struct{ err error }

func (s fakeSigner) Sign(mail []byte) ([]byte, error) {
	return append([]byte("DKIM-Signature: v=1\r\n"), mail...), s.err
}

func TestMailIsSignedForItsMailbox(t *testing.T) {
	t.Parallel()
	b := setup(t, token.RoadPlus, answer())
	b.Signers = map[string]Signer{ownAddress: fakeSigner{}}
	if _, env := b.compose(t, row(t, tickets.OutAnswer, "en")); env.GetHeader("DKIM-Signature") == "" {
		t.Error("it is not signed")
	}
	b.Signers[ownAddress] = fakeSigner{errors.New("no key")}
	if _, err := b.Compose(t.Context(), row(t, tickets.OutAnswer, "en")); err == nil {
		t.Error("an unsigned mail went out")
	}
}

func TestOutlooksThreadIsEchoed(t *testing.T) {
	t.Parallel()
	o := row(t, tickets.OutAnswer, "en")
	o.Facts.ThreadTopic, o.Facts.ThreadIndex = "打印机", "AQHZ0FakeIndexOf22BytesAbcdefgh=="
	_, env := setup(t, token.RoadPlus, answer()).compose(t, o)
	if env.GetHeader("Thread-Topic") != "打印机" ||
		env.GetHeader("Thread-Index") != o.Facts.ThreadIndex {
		t.Errorf("got %q, %q", env.GetHeader("Thread-Topic"), env.GetHeader("Thread-Index"))
	}
}
