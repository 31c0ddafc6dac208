package classify

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestDayOfReturn reads the list of testdata: what notices say in many languages.
func TestDayOfReturn(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	list, err := os.ReadFile("testdata/days.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(list)) {
		text, want, ok := strings.Cut(line, "|")
		if !ok {
			continue
		}
		got := Away(Input{NewText: text, Date: sent})
		day := got.Day()
		if got.Back {
			day += " back"
		}
		if want = strings.TrimSpace(want); day != want {
			t.Errorf("%q: %q, want %q", text, day, want)
		}
	}
}

// TestOrderOfDayAndMonth: a bare pair of numbers means what the language means by it, unless only
// the other order gives a day to come.
func TestOrderOfDayAndMonth(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ header, text, want string }{
		{"", "I will be out of the office until 12/01/2026.", "2026-12-01"},
		{"Content-Language: en-GB", "I will be out of the office until 05/12/2026.", "2026-12-05"},
		{"Content-Language: en-US", "I will be out of the office until 05/12/2027.", "2027-05-12"},
		{"", "I will be out of the office until 01/12/2026.", "2026-12-01"},
		{"", "Je suis en congé et absent jusqu'au 05/12/2026.", "2026-12-05"},
		{"", "我休假至 12/5。", "2026-12-05"},
		// In Shanghai it is the 25th already.
		{"Date: Wed, 25 Nov 2026 01:00:00 +0800", "我明天返回公司。", "2026-11-26"},
	} {
		in := mail(tc.header)
		in.NewText, in.Date = tc.text, time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)
		if got := Away(in).Day(); got != tc.want {
			t.Errorf("%q %q: %q, want %q", tc.header, tc.text, got, tc.want)
		}
	}
}

func FuzzAway(f *testing.F) {
	for _, seed := range []string{
		"back on 3 December 2026", "vom 1. bis 15.12.", "11月23日-27日", "下周一返回", "t.o.m. 4/12",
		"until\xff 31/12",
		"عد ٧ ديسمبر", "ה-4/12 עד", strings.Repeat("1/2 - ", 50), "İ until Monday",
		"Dec 24-Jan 2", "2026年12月4日まで",
	} {
		f.Add(seed, "Re: "+seed, int64(1795510800))
	}
	f.Fuzz(func(t *testing.T, text, subject string, sent int64) {
		date := time.Unix(sent%(1<<36), 0).UTC()
		got := Away(Input{Subject: subject, NewText: text, Date: date}).Until
		if got.IsZero() {
			return
		}
		if got.Before(date.AddDate(0, 0, -1)) || got.After(date.Add(maxAbsence+24*time.Hour)) {
			t.Fatalf("away until %v, written on %v", got, date)
		}
	})
}
