package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
)

const box = "support@desk.example"

// compose gives the mails of a run with tokens that are none: nobody here verifies them.
func compose(t testing.TB) []Mail {
	t.Helper()
	n := 0
	mails, err := Compose(Letter{
		Mailbox: box, Host: "mx.desk.example", Subject: "helpgate 探测",
		Text: "helpgate looks what happens to mail on its way.\n无需任何操作。",
		At:   time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC),
		Token: func() (string, error) {
			n++
			return fmt.Sprintf("pa%038d", n), nil
		},
		Marker: func(tok string) string { return "[hg:" + tok + "]" },
	}, Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	return mails
}

// loop is a provider: what it is given lies in its folder after a while.
type loop struct {
	refuse func(Mail) error
	change func(m Mail, data string) string // "" loses the mail
	folder Found                            // how it lies there
	delay  time.Duration
	stray  Kind // lies in a folder of its own

	mails []Mail
	due   []time.Time
}

func (l *loop) Offers(context.Context) (Relay, error) {
	return Relay{SizeLimit: 1 << 20, Extensions: "DSN SIZE"}, nil
}

func (l *loop) Send(_ context.Context, m Mail) error {
	if l.refuse != nil {
		if err := l.refuse(m); err != nil {
			return err
		}
	}
	l.mails, l.due = append(l.mails, m), append(l.due, time.Now().Add(l.delay))
	return nil
}

func (l *loop) Server(context.Context) (Server, error) { return Server{Idle: true}, nil }

func (l *loop) Look(context.Context) ([]Found, error) {
	var found []Found
	for len(l.mails) > 0 && !time.Now().Before(l.due[0]) {
		m := l.mails[0]
		l.mails, l.due = l.mails[1:], l.due[1:]
		data := "Return-Path: <" + m.From + ">\r\nReceived: from here\r\n" + string(m.Data)
		if l.change != nil {
			data = l.change(m, data)
		}
		if data == "" {
			continue
		}
		f := l.folder
		f.Astray = m.Kind == l.stray
		f.Data = []byte(data)
		f.Size += int64(len(data))
		found = append(found, f)
	}
	return append(found, Found{Data: []byte("Subject: another's\r\n\r\nwords")}), nil
}

func (l *loop) run(t *testing.T) (result Result) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var err error
		result, err = Run(t.Context(), Config{
			Mails: compose(t), Sender: l, Reader: l, Now: time.Now,
		})
		if err != nil {
			t.Error(err)
		}
	})
	return result
}

// plain is a provider that changes nothing.
var plain = Findings{
	Delivery: Arrived, PlusRecipient: Arrived, PlusSender: Arrived, PlusFrom: Arrived,
	MessageID: Kept, References: Kept, From: Kept, PlusFromKept: Kept, ReplyTo: Kept, Subject: Kept,
	Body: Kept, Fields: Kept, ReturnPath: Kept, PlusReturnPath: Kept, Size: Kept,
	Server: Server{Idle: true}, Relay: Relay{SizeLimit: 1 << 20, Extensions: "DSN SIZE"},
}

// reply is a server's answer.
type reply struct {
	text string
	temp bool
}

func (r reply) Error() string   { return r.text }
func (r reply) Refused() string { return r.text }
func (r reply) Temporary() bool { return r.temp }

func instead(pairs ...string) func(Mail, string) string {
	return func(_ Mail, data string) string { return strings.NewReplacer(pairs...).Replace(data) }
}

// TestRoundTripIsMeasured, and a run ends with the last arrival.
func TestRoundTripIsMeasured(t *testing.T) {
	t.Parallel()
	l := loop{delay: 5 * time.Second}
	if r := l.run(t); r.RoundTrip != 7000 || r.Findings != plain {
		t.Errorf("%d ms: %+v", r.RoundTrip, r.Findings)
	}
}

// TestARelayThatIsBusyIsAskedAgain, but not for ever.
func TestARelayThatIsBusyIsAskedAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		busy, asked int
		want        Outcome
	}{{3, 7, Arrived}, {100, 7, Failed}} {
		asked := 0
		l := loop{refuse: func(Mail) error {
			if asked++; asked <= c.busy {
				return reply{"432 4.3.2 Concurrent connections limit exceeded", true}
			}
			return nil
		}}
		f := l.run(t).Findings
		if f.PlusFrom != c.want || f.Delivery != c.want || asked != c.asked {
			t.Errorf("asked %d times: %+v", asked, f)
		}
	}
}

// TestOthersAreNotWaitedForLong once one has come round.
func TestOthersAreNotWaitedForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := loop{change: func(m Mail, data string) string {
			if m.Kind == PlusFrom {
				return ""
			}
			return data
		}}
		began := time.Now()
		r, err := Run(t.Context(), Config{Mails: compose(t), Sender: &l, Reader: &l, Now: time.Now})
		took := time.Since(began)
		if err != nil || r.Findings.PlusFrom != Missing || took != grace {
			t.Errorf("after %v: %+v, %v", took, r.Findings, err)
		}
	})
}

// TestRunEndsWithoutArrivals: with the time, or with the caller.
func TestRunEndsWithoutArrivals(t *testing.T) {
	t.Parallel()
	l := loop{delay: time.Hour}
	r := l.run(t)
	if f := r.Findings; f.Delivery != Missing || r.RoundTrip != 0 || f.MessageID != "" {
		t.Errorf("%+v", r)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		l := loop{delay: time.Hour}
		_, err := Run(ctx, Config{Mails: compose(t), Sender: &l, Reader: &l, Now: time.Now})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

// TestTokensAreFoundInEncodedParts: a gateway may encode a text anew.
func TestTokensAreFoundInEncodedParts(t *testing.T) {
	t.Parallel()
	const tok = "paaa"
	for _, mail := range []string{
		"Content-Transfer-Encoding: base64\r\n\r\nW2hnOnBh\r\nYWFd",
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n[hg:pa=\r\naa]",
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" +
			"Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nPAAA",
		"To: <x+PAAA@desk.example>\r\n\r\n",
	} {
		if !readPage([]byte(mail)).holds(tok) {
			t.Errorf("not found in %q", mail)
		}
	}
}

func TestChangesTellWhatIsKnownOfBothRuns(t *testing.T) {
	t.Parallel()
	is := plain
	is.PlusRecipient, is.AuthFields, is.AuthVerdicts = Refused, 1, "spf=pass"
	is.Refusal = "550 no [host 2026-11-24T10:00:00Z 08DE2A]"
	is.Relay = Relay{}
	lost := Findings{Delivery: Missing, Server: plain.Server, Relay: plain.Relay}
	for name, c := range map[string]struct {
		was, is Findings
		want    string
	}{
		"nothing":       {plain, plain, ""},
		"three":         {plain, is, "plus_recipient auth_fields auth_verdicts"},
		"lost mail":     {is, lost, "delivery"},
		"was not known": {lost, plain, "delivery"},
	} {
		var names []string
		for _, change := range Changes(c.was, c.is) {
			names = append(names, change.Name)
			if change.Was == change.Value || change.Text == "" {
				t.Errorf("%s: %+v", name, change)
			}
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestEveryFindingHasItsSentence: for each value that there is.
func TestEveryFindingHasItsSentence(t *testing.T) {
	t.Parallel()
	values := map[string][]string{
		"probe.Outcome": {"arrived", "refused", "failed", "bounced", "missing"},
		"probe.Fate":    {"kept", "rewritten", "dropped"},
		"bool":          {"true"}, "string": {"x"}, "int": {"1"}, "int64": {"1"},
	}
	for _, v := range plain.values() {
		for _, value := range values[v.kind] {
			if v.name == "plus_recipient" && sentence(v.name, string(Astray)) == "" {
				t.Error("nothing tells of what went astray")
			}
			if v.name == "size" && value == string(Dropped) {
				continue // it is not known then
			}
			if text := sentence(v.name, value); text == "" || strings.Contains(text, "%") {
				t.Errorf("%s=%s: %q", v.name, value, text)
			}
		}
		if values[v.kind] == nil {
			t.Errorf("%s is a %s", v.name, v.kind)
		}
	}
	if lines := plain.Lines(); len(lines) < 20 || lines[0].Name != "delivery" {
		t.Errorf("%+v", lines)
	}
	for _, l := range (Findings{Delivery: Refused, Refusal: "550 no"}).Lines() {
		switch l.Name {
		case "delivery", "refusal", "idle", "move", "uidplus", "special_use":
		default:
			t.Errorf("told though nothing arrived: %+v", l)
		}
	}
}

// TestSubjectIsOneLine: it is a text that people may write anew.
func TestSubjectIsOneLine(t *testing.T) {
	t.Parallel()
	mails, err := Compose(Letter{
		Mailbox: box, Subject: "a\r\nBcc: b@c", Token: func() (string, error) { return "p", nil },
		Marker: strings.ToLower,
	}, Plain)
	if err != nil || readPage(mails[0].Data).get("Subject") != "a Bcc: b@c" {
		t.Errorf("%q, %v", mails, err)
	}
}

// TestWhatIsNotProbedStaysKnown: a run of fewer mails tells less.
func TestWhatIsNotProbedStaysKnown(t *testing.T) {
	t.Parallel()
	is := plain
	is.PlusFrom, is.PlusFromKept, is.Delivery = "", "", Missing
	want := plain
	want.Delivery = Missing
	if got := is.Over(plain); got != want {
		t.Errorf("got %+v", got)
	}
}

// TestARunWithoutArrivalsForgetsNothing: else the next one tells the lead of changes that are none.
func TestARunWithoutArrivalsForgetsNothing(t *testing.T) {
	t.Parallel()
	before := plain
	before.Group, before.Junk = true, true
	before.AuthFields, before.AuthID, before.AuthPosition = 1, "in.example", 1
	lost := Findings{Delivery: Missing, Server: plain.Server, Refusal: "no"}
	kept := lost.Over(before)
	want := before
	want.Delivery, want.Refusal = Missing, "no"
	if kept != want {
		t.Errorf("kept %+v", kept)
	}
	if changes := Changes(kept, before); len(changes) != 1 || changes[0].Name != "delivery" {
		t.Errorf("told %+v", changes)
	}
}

// TestWhatIsGoneIsToldInWords, for the mail to the lead has nothing else of a change.
func TestWhatIsGoneIsToldInWords(t *testing.T) {
	t.Parallel()
	was := plain
	was.Junk, was.Group, was.RateLimited, was.Sent, was.JunkFolder = true, true, true, "Sent", "Junk"
	was.AuthFields, was.AuthID, was.AuthPosition, was.AuthVerdicts = 1, "in.example", 1, "spf=pass"
	was.Move, was.UIDPlus, was.SpecialUse, was.Limits = true, true, true, "MAILMAX=5"
	is := plain
	is.Idle, is.SizeLimit = false, 0
	changes := Changes(was, is)
	if len(changes) != 15 {
		t.Errorf("%d changes: %+v", len(changes), changes)
	}
	for _, c := range changes {
		if c.Text == "" {
			t.Errorf("nothing is said of %s: %q, before %q", c.Name, c.Value, c.Was)
		}
	}
}

// TestWordsOfAServerSteerNoTerminal, wherever they are told.
func TestWordsOfAServerSteerNoTerminal(t *testing.T) {
	t.Parallel()
	const evil = "a\x1b]0;b\x07\u009bc\u202ed\xff"
	l := loop{refuse: func(Mail) error { return reply{evil, false} }}
	f := l.run(t).Findings
	f.AuthFields, f.AuthID, f.AuthPosition, f.MessageID = 1, evil, 1, Kept
	f.Sent, f.JunkFolder, f.Limits = evil, evil, evil
	for _, line := range f.Lines() {
		if strings.ContainsFunc(line.Text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%s: %q", line.Name, line.Text)
		}
	}
}

func TestWhatCannotBeWrittenIsRefused(t *testing.T) {
	t.Parallel()
	fine := func() (string, error) { return "p", nil }
	for name, l := range map[string]Letter{
		"no address": {Mailbox: "support", Token: fine},
		"not ASCII":  {Mailbox: "帮助@desk.example", Token: fine},
		"no token":   {Mailbox: box, Token: func() (string, error) { return "", errors.New("no") }},
		"no signature": {
			Mailbox: box, Token: fine, Marker: strings.ToLower,
			Sign: func([]byte) ([]byte, error) { return nil, errors.New("no") },
		},
	} {
		if mails, err := Compose(l, Plain); err == nil {
			t.Errorf("%s: %d mails", name, len(mails))
		}
	}
}

func FuzzReadPage(f *testing.F) {
	for _, m := range compose(f) {
		f.Add(m.Data)
	}
	f.Add([]byte("Authentication-Results: (;=;/=\nContent-Type: multipart/mixed; boundary=b\n\n" +
		"--b\n--b\n\n--b--\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := readPage(bytes.Clone(data))
		if len(p.texts) > maxParts || len(p.fields) > maxFields {
			t.Errorf("%d texts, %d fields", len(p.texts), len(p.fields))
		}
		mail := Mail{Kind: Plain, Token: "p", Data: []byte("Subject: a\r\n\r\nb")}
		came := []Arrival{{Kind: Plain, Found: Found{Data: data}}}
		Learn([]Sent{{Mail: mail}}, came, Server{}, Relay{})
	})
}
