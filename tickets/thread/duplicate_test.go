package thread

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"helpgate/tickets"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// anOrder gives a mail with everything that a key is made from.
func anOrder() tickets.Mail {
	return tickets.Mail{
		From: tickets.Person{Address: "ann@a.example"}, MessageID: "1@a.example", Date: noon,
		To: []tickets.Person{{Address: "help@h.example"}}, Subject: "Order 7", ReceivedAt: noon,
		Text: "one\ntwo\nthree\nfour\n", ReplyText: "one\ntwo\nthree\nfour\n",
	}
}

// copyCases holds the rules of RULES section 1; nil changes nothing.
var copyCases = []struct {
	rule   string
	first  func(*tickets.Mail)
	second func(*tickets.Mail)
	want   Copy
}{
	{"the same by another road and mailbox", nil, func(m *tickets.Mail) {
		m.Road, m.EnvelopeFrom, m.Recipients = "imap", "list@l.example", []string{"x@h.example"}
		m.To, m.ReceivedAt = nil, noon.Add(time.Hour)
	}, Duplicate},
	{"spaces in the text differ", nil, func(m *tickets.Mail) {
		m.Text = "one  two\r\nthree\n\n\nfour"
	}, Duplicate},
	{
		"the new text is cut otherwise, for its own first copy has come", nil,
		func(m *tickets.Mail) { m.ReplyText = "something else" }, Duplicate,
	},
	{"a list adds its tag and foot", nil, func(m *tickets.Mail) {
		m.Subject = "Re: [help] 【外部邮件】 Fwd: Order 7"
		m.Text += "--\nlist foot\n"
		m.ReplyText = m.Text
	}, Variant},
	{"a gateway changes half of the lines", nil, func(m *tickets.Mail) {
		m.Text = "one\ntwo\n3\n4\n"
		m.ReplyText = m.Text
	}, Variant},
	{"a gateway empties the text", nil, func(m *tickets.Mail) {
		m.Text, m.ReplyText = "", ""
	}, Variant},
	{"less than half of the shorter copy's lines", nil, func(m *tickets.Mail) {
		m.Text = "one\n2\n3\n4\n"
		m.ReplyText = m.Text
	}, Reused},
	{"the shorter copy is the one that counts", nil, func(m *tickets.Mail) {
		m.Text = "one\ntwo\n"
		m.ReplyText = m.Text
	}, Variant},
	{"a gateway's banner is all that is new above a forward", nil, func(m *tickets.Mail) {
		m.Text, m.ReplyText = "Be careful.\n"+m.Text, "Be careful."
	}, Variant},
	{"the copy with the banner came first", func(m *tickets.Mail) {
		m.Text, m.ReplyText = "Be careful.\n"+m.Text, "Be careful."
	}, nil, Variant},
	{"another new text above the same quotation", func(m *tickets.Mail) {
		m.Text, m.ReplyText = "Yes.\n"+m.Text, "Yes."
	}, func(m *tickets.Mail) {
		m.Text, m.ReplyText = "No.\n"+m.Text, "No."
	}, Reused},
	{"another Date", nil, func(m *tickets.Mail) { m.Date = noon.Add(time.Second) }, Reused},
	{"the same Date in another zone", nil, func(m *tickets.Mail) {
		m.Date = noon.In(time.FixedZone("", 3600))
	}, Duplicate},
	{"another From", nil, func(m *tickets.Mail) { m.From.Address = "bob@a.example" }, Reused},
	{"another subject", nil, func(m *tickets.Mail) { m.Subject = "Order 8" }, Reused},
	{"another Message-ID", nil, func(m *tickets.Mail) { m.MessageID = "2@a.example" }, Fresh},
	{"no Message-ID, all else the same", noID, noID, Duplicate},
	{"no Message-ID, spaces in the text differ", noID, func(m *tickets.Mail) {
		noID(m)
		m.Text = "one two\nthree\nfour"
	}, Duplicate},
	{"no Message-ID and another Cc", noID, func(m *tickets.Mail) {
		noID(m)
		m.Cc = []tickets.Person{{Address: "bob@a.example"}}
	}, Fresh},
	{"no Message-ID, one moved from To to Cc", noID, func(m *tickets.Mail) {
		noID(m)
		m.To, m.Cc = nil, m.To
	}, Fresh},
	{"no Message-ID and another text", noID, func(m *tickets.Mail) {
		noID(m)
		m.Text = "five"
	}, Fresh},
	{"no Message-ID and no Date", undated, undated, Duplicate},
	{"no Message-ID after one that had it", nil, noID, Fresh},
}

func TestCompareTellsFurtherCopiesFromOtherMails(t *testing.T) {
	t.Parallel()
	for _, c := range copyCases {
		first, second := anOrder(), anOrder()
		if c.first != nil {
			c.first(&first)
		}
		if c.second != nil {
			c.second(&second)
		}
		if got := compare(&second, &first); got != c.want {
			t.Errorf("%s: %v, want %v", c.rule, got, c.want)
		}
	}
}

func noID(m *tickets.Mail) { m.MessageID = "" }

func undated(m *tickets.Mail) { m.MessageID, m.Date = "", time.Time{} }

// compare asks Compare as the desk does: of stored keys it sees those that share hash or id.
func compare(m *tickets.Mail, stored ...*tickets.Mail) Copy {
	k := KeyOf(m)
	var found []tickets.Key
	for i, s := range stored {
		sk := KeyOf(s)
		sk.Message = int64(i)
		if sk.Hash == k.Hash || k.MessageID != "" && sk.MessageID == k.MessageID {
			found = append(found, sk)
		}
	}
	kind, of := Compare(k, found)
	if kind != Unsure {
		return kind
	}
	if Grown(m.Text, stored[of.Message].Text) {
		return Variant
	}
	return Reused
}

func TestOfATextWithoutLinesNothingGrew(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"", "Fetch it."}, {"Fetch it.", " \n"}, {"", ""}} {
		if Grown(pair[0], pair[1]) {
			t.Errorf("%q", pair)
		}
	}
}

func TestOnlyAKeyWithoutMessageIDAndDateExpires(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*tickets.Mail)
		want   time.Time
	}{
		"both":     {func(*tickets.Mail) {}, time.Time{}},
		"no id":    {noID, time.Time{}},
		"no date":  {func(m *tickets.Mail) { m.Date = time.Time{} }, time.Time{}},
		"no both":  {undated, noon.Add(24 * time.Hour)},
		"untitled": {func(m *tickets.Mail) { m.Subject = "" }, time.Time{}},
	} {
		m := anOrder()
		c.change(&m)
		if got := KeyOf(&m).ExpiresAt; !got.Equal(c.want) {
			t.Errorf("%s: expires at %v, want %v", name, got, c.want)
		}
	}
}

func TestACopyIsFoundAmongMailsThatShareItsMessageID(t *testing.T) {
	t.Parallel()
	reused, variant, same := anOrder(), anOrder(), anOrder()
	reused.Text, reused.ReplyText = "a\nb\nc", "a\nb\nc"
	variant.Text += "foot"
	for _, stored := range [][]*tickets.Mail{
		{&reused, &variant, &same}, {&same, &variant, &reused}, {&variant, &same, &reused},
	} {
		m := anOrder()
		if got := compare(&m, stored...); got != Duplicate {
			t.Errorf("%v, want a duplicate", got)
		}
		if got := compare(&m, &reused, &variant); got != Variant {
			t.Errorf("%v, want a variant", got)
		}
	}
}

func TestCompareGivesTheKeyThatItCopies(t *testing.T) {
	t.Parallel()
	a, b := anOrder(), anOrder()
	b.Text, b.ReplyText = "other\nwords", "other\nwords"
	ka, kb := KeyOf(&a), KeyOf(&b)
	ka.Ticket, kb.Ticket = 1, 2
	for n, k := range map[int64]tickets.Key{1: ka, 2: kb} {
		if kind, got := Compare(k, []tickets.Key{ka, kb}); kind != Duplicate || got.Ticket != n {
			t.Errorf("copy of %d: %v of %d", n, kind, got.Ticket)
		}
	}
}

func TestPartsOfAKeyDoNotRunTogether(t *testing.T) {
	t.Parallel()
	if hash("a\x00b", "c") == hash("a", "b\x00c") || hash("ab") == hash("a", "b") {
		t.Error("other parts, same hash")
	}
}

func TestALongTextHasABoundedKey(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 10 * maxKeyLines {
		fmt.Fprintln(&b, i)
	}
	if n := len(lineHashes(b.String(), maxKeyLines)); n != maxKeyLines {
		t.Errorf("%d lines, want %d", n, maxKeyLines)
	}
}

func TestSubjectsAreComparedWithoutPrefixesAndTags(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Order": "Order", " Re: Fwd: Order ": "Order", "[list] Order": "Order",
		"Re: [list] AW: [ext] Order": "Order", "[#12] Order": "Order", "回复：【外部】订单": "订单",
		"Order [7]": "Order [7]", "[list]": "",
		"[unclosed Order": "[unclosed Order", "[] x": "[] x",
		"Re[2]: a  b": "a b",
	} {
		if got := bareSubject(in); got != want {
			t.Errorf("bareSubject(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAMebibyteOfTagsAndPrefixesTakesNoTime(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"[a]", "Re: [a] ", "[#1]", "re:", "主题"} {
		if got := bareSubject(strings.Repeat(s, 1<<20/len(s))); len(got) > maxSubject {
			t.Errorf("%q repeated leaves %d bytes", s, len(got))
		}
	}
}

func FuzzBareSubject(f *testing.F) {
	for _, s := range []string{
		"Re: [list] Fwd: Order", "[#1] [#2]", "【a】【b】", "Re: \xff", "[\n] x", "回复：答复: [x]", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, subject string) {
		bare := bareSubject(subject)
		colons := strings.Count(subject, ":") + strings.Count(subject, "：")
		if len(subject) > maxSubject/2 || colons >= maxTagRounds {
			return // cut short
		}
		if again := bareSubject(bare); again != bare {
			t.Errorf("bareSubject(%q) = %q, then %q", subject, bare, again)
		}
		if len(bare) > len(subject) {
			t.Errorf("bareSubject(%q) = %q grew", subject, bare)
		}
		if tagged := bareSubject("Re: [list] " + bare); tagged != bare {
			t.Errorf("a list's copy of %q is %q", bare, tagged)
		}
	})
}

// TestScansWithoutMessageIDAreTwo: a scanner's mails of one second differ in their files only.
func TestScansWithoutMessageIDAreTwo(t *testing.T) {
	t.Parallel()
	scan := func(sha string) *tickets.Mail {
		return &tickets.Mail{
			From: tickets.Person{Address: "scanner@a.example"}, Subject: "Scan", Text: "Scan.",
			Attachments: []tickets.Attachment{{Blob: tickets.Blob{SHA256: sha}}},
		}
	}
	one, again, other := KeyOf(scan("aa")), KeyOf(scan("aa")), KeyOf(scan("bb"))
	if one.Hash == other.Hash {
		t.Error("two scans have one key: the second would be lost")
	}
	if one.Hash != again.Hash {
		t.Error("one scan has two keys: it would be doubled")
	}
}
