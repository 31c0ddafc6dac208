package archive

import (
	"testing"
	"time"
)

func TestHeadOfAMail(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2020, 5, d, 10, 0, 0, 0, time.UTC) }
	const date, got = "Date: Sat, 2 May 2020 10:00:00 +0000\n",
		"Received: from x by y;\n\tFri, 1 May 2020 12:00:00 +0200\nReceived: from z; 3 May 2020 10:00\n"
	for text, want := range map[string]Head{
		"":                        {At: day(9)},
		"no header":               {At: day(9)},
		"A: b\n\n" + date:         {At: day(9)},
		"A: b\r\n" + date:         {At: day(2)},
		date + got:                {At: day(1)},
		"Received: junk\n" + date: {At: day(2)},
		"Message-ID: <a@b>\n":     {At: day(9), ID: "a@b", Thread: "a@b"},
		"Message-ID: <a@b>\nIn-Reply-To:\n <c@d>\n":                        {At: day(9), ID: "a@b", Thread: "c@d"},
		"References: <e@f>\n <c@d>\nIn-Reply-To: <c@d>\nMessage-Id: <a@b>": {At: day(9), ID: "a@b", Thread: "e@f"},
	} {
		m := mailOf(t, text)
		m.At = day(9)
		h, err := m.Head()
		if err != nil || !h.At.Equal(want.At) || h.ID != want.ID || h.Thread != want.Thread {
			t.Errorf("%q: %v, %v", text, h, err)
		}
	}
}

// mailOf gives a mail of that text.
func mailOf(t *testing.T, text string) Mail {
	t.Helper()
	for m := range mbox(t, dateLine+text).Mails(t.Context(), "") {
		return m
	}
	t.Fatal("no mail")
	return Mail{}
}

// FuzzHead: whatever the bytes are, the head is read, and a date is one that can be stored.
func FuzzHead(f *testing.F) {
	f.Add([]byte("Received: from x by y;\n\tFri, 1 May 2020 12:00:00 +0200\nDate: x\n\nbody"))
	f.Add([]byte("References: <a@b>\r\n <c@d>\r\nIn-Reply-To:\r\nMessage-ID:<e@f"))
	f.Add([]byte("\n: \n \n\t\r\nDate\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if h := readHead(text); !h.At.IsZero() && (h.At.Year() < 1899 || h.At.Year() > 3000) {
			t.Errorf("%s", h.At)
		}
	})
}
