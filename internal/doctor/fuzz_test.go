package doctor

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzRecords reads what strangers publish and servers say.
func FuzzRecords(f *testing.F) {
	for _, seed := range []string{
		"v=spf1 a mx:example.com/24 include:x.example redirect=y.example ?all", "v=DKIM1; p=QU JD",
		"p=;p=x", "220 mx ESMTP Tue, 24 Nov 2026 10:00:00 +0000", "ip4:192.0.2.0/33", "\x00=;:/",
	} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, record string) {
		if n := lookups(record); n < 0 || n > len(strings.Fields(record)) {
			t.Errorf("%d lookups", n)
		}
		if key, is := tag(record, "p"); strings.ContainsAny(key, " \t\n;") || key != "" && !is {
			t.Errorf("key %q", key)
		}
		within("192.0.2.1", record)
		if f := skew(record, now); f.State == "" || !utf8.ValidString(f.Seen) {
			t.Errorf("%+v", f)
		}
	})
}
