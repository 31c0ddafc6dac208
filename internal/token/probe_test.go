package token

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestProbeTokensAreGoodForOneMailboxAndADay(t *testing.T) {
	t.Parallel()
	k := ring(t, key('a', "s"))
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	tok, err := k.SignProbe("Help@example.org", now)
	if err != nil {
		t.Fatal(err)
	}
	if len(tok) > MaxAddressLen {
		t.Errorf("a token of %d octets, at most %d fit into an address", len(tok), MaxAddressLen)
	}
	other := ring(t, key('a', "other"))
	for _, c := range []struct {
		name, text, mailbox string
		at                  time.Time
		ring                *Keyring
		want                bool
	}{
		{"at once", tok, "help@example.org", now, k, true},
		{"in capitals", strings.ToUpper(tok), "HELP@example.org", now.Add(time.Hour), k, true},
		{"a clock behind", tok, "help@example.org", now.Add(-5 * time.Minute), k, true},
		{"a day later", tok, "help@example.org", now.Add(ProbeLife + time.Minute), k, false},
		{"before it was sent", tok, "help@example.org", now.Add(-time.Hour), k, false},
		{"of another mailbox", tok, "sales@example.org", now, k, false},
		{"of another key", tok, "help@example.org", now, other, false},
		{
			"of another purpose", k.Sign(Claim{
				Purpose: PurposeCustomer, Ticket: probeMailbox("help@example.org"),
				Person: now.Unix() / 60,
			}), "help@example.org", now, k, false,
		},
		{"no token", "help", "help@example.org", now, k, false},
	} {
		if got := c.ring.VerifyProbe(c.text, c.mailbox, c.at); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if again, _ := k.SignProbe("Help@example.org", now); again == tok {
		t.Error("two probes of a minute have the same token")
	}
}

func TestTokensOfProbesAreFoundInAText(t *testing.T) {
	t.Parallel()
	k := ring(t, key('a', "s"))
	tok, err := k.SignProbe("help@example.org", time.Unix(1e9, 0))
	if err != nil {
		t.Fatal(err)
	}
	text := "To: <help+" + strings.ToUpper(tok) + "@example.org>, " +
		k.Sign(Claim{Purpose: PurposeCustomer, Ticket: 1}) + " provider [hg:" + tok + "]"
	if got := FindProbes(text); !slices.Equal(got, []string{tok, tok}) {
		t.Errorf("found %q, want %s twice", got, tok)
	}
	if got := FindProbes(strings.Repeat(tok+" ", 1000)); len(got) != maxProbes {
		t.Errorf("found %d, want %d", len(got), maxProbes)
	}
}

func FuzzFindProbes(f *testing.F) {
	f.Add("help+p" + strings.Repeat("a", minText) + "@example.org")
	f.Add("\u212a\u0130 p")
	f.Fuzz(func(t *testing.T, text string) {
		for _, tok := range FindProbes(text) {
			if got, ok := normalise(tok); !ok || got != tok {
				t.Errorf("found %q, which has no token's shape", tok)
			}
		}
	})
}
