package archive

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

const dateLine = "From a@b.example Mon Jan  2 15:04:05 2006\n"

// write makes a file of the test and gives its path.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// mbox opens an mbox of that text.
func mbox(t testing.TB, text string) *Mbox {
	t.Helper()
	b, err := OpenMbox(write(t, "mbox", text))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// texts reads all mails behind the place.
func texts(t testing.TB, a Archive, behind string) (all []string, places []string) {
	t.Helper()
	for m, err := range a.Mails(t.Context(), behind) {
		if err != nil {
			t.Fatal(err)
		}
		r, err := m.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if r.Close(); err != nil {
			t.Fatal(err)
		}
		all, places = append(all, string(text)), append(places, m.Place)
	}
	return all, places
}

func TestMboxIsCutWhereMailsBegin(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		mbox string
		want []string
	}{
		"nothing":  {"", nil},
		"one mail": {dateLine + "A: b\n\nHello\n", []string{"A: b\n\nHello\n"}},
		"two, the separating line is the mbox's": {
			dateLine + "A: b\n\nHello\n\n" + dateLine + "A: c\n\nYou\n\n",
			[]string{"A: b\n\nHello\n", "A: c\n\nYou\n"},
		},
		"an own empty line stays": {
			dateLine + "A: b\n\nHello\n\n\n" + dateLine + "A: c\n\n",
			[]string{"A: b\n\nHello\n\n", "A: c\n"},
		},
		"quoting of mboxrd": {
			dateLine + "A: b\n\n>From me\n>>From you\n> From x\n>Fromage\n",
			[]string{"A: b\n\nFrom me\n>From you\n> From x\n>Fromage\n"},
		},
		"CRLF": {
			"From a Mon Jan  2 15:04:05 2006\r\nA: b\r\n\r\n>From me\r\n\r\n" +
				"From a Mon Jan  2 15:04:06 2006\r\nA: c\r\n",
			[]string{"A: b\r\n\r\nFrom me\r\n", "A: c\r\n"},
		},
		"CR": {
			"From a Mon Jan  2 15:04:05 2006\rA: b\r\r>From me\r\r" +
				"From a Mon Jan  2 15:04:06 2006\rA: c\r",
			[]string{"A: b\n\nFrom me\n", "A: c\n"},
		},
		"a sentence is no mail": {
			dateLine + "A: b\n\n\nFrom what I know on 3 May 2020 at 10:15\nNote: it is so.\n",
			[]string{"A: b\n\n\nFrom what I know on 3 May 2020 at 10:15\nNote: it is so.\n"},
		},
		"no date, but a header behind": {
			"From - \nA: b\n\nHello\n\nFrom MAILER-DAEMON\nA: c\n\nHello\n\nFrom here\nwe go\n",
			[]string{"A: b\n\nHello\n", "A: c\n\nHello\n\nFrom here\nwe go\n"},
		},
		"no empty line between": {
			dateLine + "A: b\n\nHello\n" + dateLine + "A: c\n", []string{"A: b\n\nHello\n", "A: c\n"},
		},
		"empty lines first, no end of line last": {
			"\n\n" + dateLine + "A: b\n\nHello\n\n" + strings.TrimSuffix(dateLine, "\n"),
			[]string{"A: b\n\nHello\n", ""},
		},
		"a line longer than the buffer": {
			dateLine + "A: b\n\n" + strings.Repeat("x", lineBuffer) + "From y\n",
			[]string{"A: b\n\n" + strings.Repeat("x", lineBuffer) + "From y\n"},
		},
	} {
		got, _ := texts(t, mbox(t, tt.mbox), "")
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %.300q, want %.300q", name, got, tt.want)
		}
	}
}

func TestDateOfTheFromLine(t *testing.T) {
	t.Parallel()
	at := time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC)
	for _, line := range []string{
		"From a@b.example Mon Jan  2 15:04:05 2006",
		"From - Mon Jan 02 15:04:05 2006",
		"From 123@xxx Mon Jan 02 15:04:05 +0000 2006",
		"From a@b.example  Mon, 2 Jan 2006 15:04:05 +0000",
		"From Ann Mon Berg Mon Jan  2 15:04:05 2006",
	} {
		for m := range mbox(t, line+"\nA: b\n\n").Mails(t.Context(), "") {
			if !m.At.Equal(at) {
				t.Errorf("%s: %s", line, m.At)
			}
		}
	}
	for m := range mbox(t, "From -\nA: b\n\n").Mails(t.Context(), "") {
		if time.Since(m.At) > time.Hour {
			t.Errorf("without a date it has not the file's: %s", m.At)
		}
	}
}

func TestMboxGoesOnBehindAPlace(t *testing.T) {
	t.Parallel()
	text := strings.Repeat(dateLine+"A: b\n\nHello\n\n", 20)
	b := mbox(t, text)
	all, places := texts(t, b, "")
	for i, place := range places {
		rest, _ := texts(t, b, place)
		left, err := b.Left(t.Context(), place)
		if len(rest) != len(all)-i-1 || left != int64(len(text)*len(rest)/20) || err != nil {
			t.Errorf("behind mail %d: %d mails, %d bytes, %v", i, len(rest), left, err)
		}
	}
	grown := mbox(t, text+dateLine+"A: new\n\n")
	if rest, _ := texts(t, grown, places[19]); !reflect.DeepEqual(rest, []string{"A: new\n"}) {
		t.Errorf("what was appended: %q", rest)
	}
	other := mbox(t, dateLine+"A: other\n\n"+text)
	if rest, _ := texts(t, other, places[3]); len(rest) != 21 {
		t.Errorf("a place of another file is believed: %d mails", len(rest))
	}
	from := func(n int) string { return strings.Replace(dateLine, "a@b", fmt.Sprint(n), 1) }
	cut := mbox(t, strings.Repeat(dateLine+"A: b\n\nHello\n\n", 15)+from(1)+from(2))
	moved := mbox(t, strings.Repeat(dateLine+"A: b\n\nHello\n\n", 15)+from(3)+from(2))
	_, places = texts(t, cut, "")
	if rest, _ := texts(t, moved, places[15]); len(rest) != 17 {
		t.Errorf("a place of a mail that is gone is believed: %d mails", len(rest))
	}
	if rest, _ := texts(t, b, "junk"); len(rest) != 20 {
		t.Errorf("junk is believed: %d mails", len(rest))
	}
}

func TestWhatIsNoMboxIsToldSo(t *testing.T) {
	t.Parallel()
	if _, err := OpenMbox(write(t, "x", "Hello\n")); err == nil {
		t.Error("a text is an mbox")
	}
	if _, err := OpenMbox(t.TempDir()); err == nil {
		t.Error("a folder is an mbox")
	}
}

// FuzzMbox: whatever the bytes are, mails lie one behind the other, each can be read, and from each
// the rest is found again.
func FuzzMbox(f *testing.F) {
	f.Add([]byte(dateLine + "A: b\n\n>From x\n\n" + dateLine + "A: c\n"))
	f.Add([]byte("From -\r\nA: b\r\n\r\nx\r\n\r\nFrom -\r\nA: b\r\n"))
	f.Add([]byte("From a Mon Jan  2 15:04:05 2006\rA: b\r\r>From me\r"))
	f.Add([]byte("\n\nFrom \n\nFrom \nA:\n\n\nFrom a Mon Jan  2 15:04:05 2006"))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := OpenMbox(write(t, "mbox", string(text)))
		if err != nil {
			return
		}
		defer b.Close()
		var end int64
		s := newScanner(io.NewSectionReader(b.file, 0, b.size), 0, b.eol)
		for {
			p, err := s.next()
			if err != nil {
				break
			}
			if p.from < end || p.body < p.from || p.end < p.body || p.next < p.end {
				t.Fatalf("%+v behind %d", p, end)
			}
			end = p.next
		}
		all, places := texts(t, b, "")
		if len(all) > 0 && end != b.size {
			t.Fatalf("%d of %d bytes", end, b.size)
		}
		for i, place := range places {
			if rest, _ := texts(t, b, place); len(rest) != len(all)-i-1 {
				t.Fatalf("%d mails behind number %d of %d", len(rest), i, len(all))
			}
		}
	})
}
