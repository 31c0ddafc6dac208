package token

import (
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
				Purpose: PurposeCustomer, Ticket: probeMailbox("help@example.org"), Person: now.Unix() / 60,
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
