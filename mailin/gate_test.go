package mailin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"helpgate/internal/clock"
	"helpgate/internal/mailerr"
	"helpgate/internal/store"
	"helpgate/internal/token"
	"helpgate/mailin/classify"
	"helpgate/tickets"
	"helpgate/tickets/desk"
)

const support = "support@desk.example"

// house is a door with a real desk and store behind it.
type house struct {
	*Gate
	desk  *desk.Desk
	store *store.DB
}

type uncounted struct{}

func (uncounted) MailAccepted(string) {}
func (uncounted) Duplicate()          {}
func (uncounted) TicketCreated()      {}

func newHouse(t testing.TB) house {
	t.Helper()
	now := clock.NewFake(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	db, err := store.Open(context.Background(), store.Options{
		URL:   "sqlite:" + filepath.Join(t.TempDir(), "door.db"),
		Blobs: "file:" + t.TempDir(), Clock: now, Logger: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	keyring, err := token.NewKeyring(token.Key{ID: 'a', Secret: bytes.Repeat([]byte{7}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	boxes := tickets.Mailboxes{
		{
			Address: support, Aliases: []string{"help@desk.example"}, Locale: "en",
			Tokens: token.RoadPlus, ReplyDomain: "reply.desk.example",
		},
	}
	d := desk.New(desk.Config{
		Store: db, Mailboxes: boxes, Keyring: keyring, Hostname: "mx.desk.example", Clock: now,
		Logger: quiet, Policy: desk.Policy{AutoPerHour: 5000, NotificationsPerMinute: 6, Locale: "en"},
	})
	g, err := NewGate(GateConfig{
		Desk: d, Blobs: db.Blobs(), Mailboxes: boxes, Keyring: keyring, Hostname: "mx.desk.example",
		MaxSize: 1 << 20, Clock: now, Logger: quiet, Meter: uncounted{}, Words: plainly{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return house{g, d, db}
}

func (h house) accept(t testing.TB, road Road, raw string) error {
	t.Helper()
	return h.Accept(t.Context(), Envelope{
		Road: road, From: "alice@customer.example", FromKnown: true, To: []string{support},
		ReceivedAt: h.Clock.Now(),
	}, strings.NewReader(raw))
}

// TestRecipient: who may be written to, and which refusal the others get.
func TestRecipient(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sign := func(p token.Purpose) string {
		return h.Keyring.Sign(token.Claim{Purpose: p, Ticket: 1, Person: 2, Delivery: 3})
	}
	foreign, err := token.NewKeyring(token.Key{ID: 'a', Secret: bytes.Repeat([]byte{8}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		support:                              "",
		"Support@Desk.Example":               "",
		"help@desk.example":                  "",
		"postmaster":                         "",
		"Postmaster@desk.example":            "",
		"postmaster@mx.desk.example":         "",
		"postmaster@elsewhere.example":       "5.7.1",
		"nobody@desk.example":                "5.1.1",
		"support+anything@desk.example":      "5.1.1",
		"someone@elsewhere.example":          "5.7.1",
		"support%desk.example@other.example": "5.7.1",
		"support+" + sign(token.PurposeCustomer) + "@desk.example":                        "",
		"support+" + strings.ToUpper(sign(token.PurposeAgent)) + "@desk.example":          "",
		"support+" + sign(token.PurposeReturnPath) + "@desk.example":                      "",
		"support+" + sign(token.PurposeLoop) + "@desk.example":                            "5.1.1",
		"support+x+" + sign(token.PurposeCustomer) + "@desk.example":                      "5.1.1",
		"support+" + foreign.Sign(token.Claim{Purpose: 'r', Ticket: 1}) + "@desk.example": "5.1.1",
		sign(token.PurposeCustomer) + "@reply.desk.example":                               "",
		"aaaa@reply.desk.example":                                                         "5.1.1",
	} {
		err := h.Recipient(t.Context(), address)
		var refused *mailerr.Error
		got := ""
		if errors.As(err, &refused) {
			got = refused.Enhanced
		}
		if got != want {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
}

// TestAcceptRefusals: what is refused for good, what is the wire's own trouble, and what is taken
// although it is broken.
func TestAcceptRefusals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var refused *mailerr.Error
	big := "Subject: big\r\n\r\n" + strings.Repeat("x", 1<<20)
	if err := h.accept(t, RoadSMTP, big); !errors.As(err, &refused) || refused.Code != 552 {
		t.Errorf("a mail above the limit: %v", err)
	}
	hops := strings.Repeat("Received: by x\r\n", classify.MaxReceived+1) + "Subject: loop\r\n\r\n"
	if err := h.accept(t, RoadSMTP, hops); !errors.As(err, &refused) || refused.Enhanced != "5.4.6" {
		t.Errorf("a mail that loops, by SMTP: %v", err)
	}
	if err := h.accept(t, RoadIMAP, hops); err != nil {
		t.Errorf("a mail that loops, by IMAP: %v", err)
	}
	broken := errors.New("connection lost")
	err := h.Accept(t.Context(), Envelope{Road: RoadSMTP, To: []string{support}},
		iotest.ErrReader(broken))
	if !errors.Is(err, broken) || errors.As(err, new(*mailerr.Error)) {
		t.Errorf("a reader that fails: %v", err)
	}
	if list, err := h.desk.List(t.Context(), tickets.TicketFilter{}, ""); err != nil || len(list) != 0 {
		t.Fatalf("%d tickets of refused mails, %v", len(list), err)
	}
	if err := h.accept(t, RoadSMTP, "\x00garbage"); err != nil {
		t.Errorf("garbage is a ticket for a person, not refused: %v", err)
	}
}

// FuzzAccept: whatever bytes come in, the door takes them or says that it cannot now; it never
// panics, and a mail that it took by SMTP is on record.
func FuzzAccept(f *testing.F) {
	for _, seed := range []string{
		"From: a@b.example\r\nTo: support@desk.example\r\nSubject: hi\r\n\r\nhello\r\n",
		"From: a@b.example, c@d.example\r\nSubject: =?gb2312?B?xOO6ww==?=\r\n\r\n> quoted\r\n",
		"References: <a@b> <c@d>\r\nIn-Reply-To: x\r\nAuto-Submitted: auto-replied\r\n\r\n",
		"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\na\r\n--x--\r\n",
		"", "\x00", "From \r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	h := newHouse(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		env := Envelope{
			Road: RoadSMTP, FromKnown: true, To: []string{support}, ReceivedAt: h.Clock.Now(),
		}
		err := h.Accept(t.Context(), env, bytes.NewReader(raw))
		var refused *mailerr.Error
		if err != nil && (!errors.As(err, &refused) || refused.Temporary) {
			t.Fatalf("%v", err)
		}
	})
}

// TestGroupThatRewroteFrom: where our own list made itself the sender, the author is whom
// X-Original-From or Reply-To names (RULES section 3).
func TestGroupThatRewroteFrom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Mailboxes[0].Group = true
	for i, fields := range []string{
		"X-Original-From: Alice <alice@customer.example>\r\n",
		"Reply-To: Alice <alice@customer.example>\r\n",
	} {
		raw := "From: 'Alice' via Support <support@desk.example>\r\nTo: support@desk.example\r\n" +
			fields + "Subject: hi\r\nList-Id: <support.desk.example>\r\n\r\n" + fields
		if err := h.accept(t, RoadSMTP, raw); err != nil {
			t.Fatal(err)
		}
		shown, err := h.desk.Show(t.Context(), int64(i+1))
		if err != nil || shown.Requester.Address != "alice@customer.example" {
			t.Errorf("%q: requester %v, %v", fields, shown.Requester, err)
		}
	}
}

// TestReplyWithABannerIsOneMessage: the first copy stood in the thread already, so that of the
// second, which a gateway had put a banner on, nothing but the banner was new.
func TestReplyWithABannerIsOneMessage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	head := "From: alice@customer.example\r\nTo: support@desk.example\r\n" +
		"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n"
	reply := head + "Subject: Re: Fire\r\nMessage-ID: <2@c>\r\nIn-Reply-To: <1@c>\r\n\r\n"
	for _, raw := range []string{
		head + "Subject: Fire\r\nMessage-ID: <1@c>\r\n\r\nIt burns.\r\n",
		reply + "It still burns.\r\nDo something.\r\n",
		reply + "CAUTION: external mail\r\n\r\nIt still burns.\r\nDo something.\r\n",
	} {
		if err := h.accept(t, RoadSMTP, raw); err != nil {
			t.Fatal(err)
		}
	}
	if shown, err := h.desk.Show(t.Context(), 1); err != nil || len(shown.Messages) != 2 {
		t.Errorf("%d messages, want 2 (%v)", len(shown.Messages), err)
	}
}

// TestManyRecipientsCostLittle: a megabyte of Delivered-To took seconds.
func TestManyRecipientsCostLittle(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 32 {
		b.WriteString("Delivered-To: ")
		for j := range 1000 {
			fmt.Fprintf(&b, "a%d.%d@x.example,", i, j)
		}
		b.WriteString("\r\n")
	}
	if n := len(recipients(Envelope{}, Read([]byte(b.String()+"\r\n")))); n != maxRecipients {
		t.Errorf("%d recipients, want %d", n, maxRecipients)
	}
}

// TestLongThreadTopicIsCut: a megabyte of it stood in every row of the outbox.
func TestLongThreadTopicIsCut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	raw := "Thread-Topic: x" + strings.Repeat("打印", 1<<17) + "\r\n\r\n"
	topic := h.mail(Envelope{}, Read([]byte(raw))).ThreadTopic
	if len(topic) < maxThreadTopic-3 || len(topic) > maxThreadTopic || !utf8.ValidString(topic) {
		t.Errorf("a topic of %d bytes, valid %v", len(topic), utf8.ValidString(topic))
	}
}

// Who names nobody as the sender can be answered where the mail came from, and is trusted nothing.
func TestWithoutFromTheEnvelopeNamesTheSender(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"From: nobody":                          "alice@customer.example",
		"X: y":                                  "alice@customer.example",
		"From: =?utf-8?q?Al_=3Cal=40x.org=3E?=": "al@x.org",
	} {
		h := newHouse(t)
		seen := &staged{Desk: h.Gate.Desk}
		h.Gate.Desk = seen
		env := Envelope{
			Road: RoadSMTP, From: "alice@customer.example", FromKnown: true, To: []string{support},
		}
		if err := h.Accept(t.Context(), env, strings.NewReader(from+"\r\n\r\nHelp")); err != nil {
			t.Fatal(err)
		}
		if m := seen.mail; m.From.Address != want || !m.Untrusted {
			t.Errorf("%s: from %q, untrusted %v", from, m.From.Address, m.Untrusted)
		}
	}
}
