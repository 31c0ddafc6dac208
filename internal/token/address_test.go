package token

import (
	"math"
	"strings"
	"testing"
)

func TestAddressesCarryTheTokenThereAndBack(t *testing.T) {
	t.Parallel()
	k := ring(t, key('a', "s"))
	tok := k.Sign(Claim{Purpose: PurposeCustomer, Ticket: 1234})
	for _, c := range []struct {
		name          string
		road          Road
		mailbox, want string
		base          string // of the address that comes back; "-" when it holds no token
	}{
		{"plus", RoadPlus, "help@example.org", "help+" + tok + "@example.org", "help@example.org"},
		{"two plus", RoadPlus, "a+b@example.org", "a+b+" + tok + "@example.org", "a+b@example.org"},
		{"quoted", RoadPlus, `"a@b"@a.example`, `"a@b"+` + tok + "@a.example", `"a@b"@a.example`},
		{"subdomain", RoadSubdomain, "help@example.org", tok + "@reply.example.org", ""},
		{"headers", RoadHeaders, "help@example.org", "help@example.org", "-"},
		{"no address", RoadPlus, "help", "help", "-"},
	} {
		got := Address(c.road, c.mailbox, "reply.example.org", tok)
		if got != c.want {
			t.Errorf("%s: Address = %q, want %q", c.name, got, c.want)
		}
		found, base, ok := FromAddress(strings.ToUpper(got))
		if !ok {
			base = "-"
		}
		if ok && found != tok || !strings.EqualFold(base, c.base) {
			t.Errorf("%s: FromAddress = %q, %q, %v", c.name, found, base, ok)
		}
	}
}

func TestOrdinaryAddressesHoldNoToken(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{
		"", "@", "+@", "help", "help@example.org", "help+sales@example.org",
		"help+" + strings.Repeat("r", maxText+1) + "@example.org",
		"help+z" + strings.Repeat("a", minText) + "@example.org",
		"help+r" + strings.Repeat("a", minText) + "-@example.org",
	} {
		if tok, base, ok := FromAddress(addr); ok || tok != "" || base != "" {
			t.Errorf("FromAddress(%q) = %q, %q, %v", addr, tok, base, ok)
		}
	}
}

func TestMessageIDsComeBackInEveryDress(t *testing.T) {
	t.Parallel()
	k := ring(t, key('a', "s"))
	want := Claim{
		Purpose: PurposeMessageID, Ticket: 1 << 40, Person: 77, Delivery: math.MaxInt64,
	}
	id := k.MessageID(Claim{Ticket: 1 << 40, Person: 77, Delivery: math.MaxInt64}, "a.example")
	for _, form := range []string{id, "<" + id + ">", " <" + strings.ToUpper(id) + ">\t"} {
		if got, ok := k.FromMessageID(form); !ok || got != want {
			t.Errorf("FromMessageID(%q) = %+v, %v", form, got, ok)
		}
	}
	customer := k.Sign(Claim{Purpose: PurposeCustomer, Ticket: 1})
	bare := strings.TrimSuffix(id, "@a.example")
	for _, form := range []string{"", "<>", "@", "a@b", bare, customer + "@x"} {
		if got, ok := k.FromMessageID(form); ok {
			t.Errorf("FromMessageID(%q) = %+v, want it refused", form, got)
		}
	}
}
