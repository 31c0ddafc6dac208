package token

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func key(id byte, fill string) Key {
	return Key{ID: id, Secret: bytes.Repeat([]byte(fill), minSecret)}
}

func ring(t testing.TB, keys ...Key) *Keyring {
	t.Helper()
	k, err := NewKeyring(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func randomClaim(r *rand.Rand) Claim {
	number := func() int64 { return r.Int64() >> r.IntN(64) }
	return Claim{
		Purpose: Purpose(purposes[r.IntN(len(purposes))]),
		Ticket:  number(), Person: number(), Delivery: number(),
	}
}

func TestSignedClaimsComeBack(t *testing.T) {
	t.Parallel()
	k, r := ring(t, key('a', "s")), rand.New(rand.NewPCG(1, 2))
	claims := []Claim{
		{Purpose: PurposeCustomer},
		{Purpose: PurposeLoop, Ticket: math.MaxInt64, Person: math.MaxInt64, Delivery: math.MaxInt64},
		{Purpose: PurposeCommand, Ticket: math.MaxInt64, Person: math.MaxInt64, Delivery: math.MaxInt64},
	}
	for range 2000 {
		claims = append(claims, randomClaim(r))
	}
	for _, want := range claims {
		text := k.Sign(want)
		if text[0] != byte(want.Purpose) || strings.Trim(text, alphabet) != "" {
			t.Errorf("Sign(%+v) = %q: wrong first letter or alphabet", want, text)
		}
		if text != k.Sign(want) {
			t.Errorf("Sign(%+v) is not deterministic", want)
		}
		for _, form := range []string{text, strings.ToUpper(text)} {
			if got, ok := k.Verify(form); !ok || got != want {
				t.Errorf("Verify(%q) = %+v, %v, want %+v", form, got, ok, want)
			}
		}
	}
}

func TestAnyChangedCharacterIsRefused(t *testing.T) {
	t.Parallel()
	k, r := ring(t, key('a', "s"), key('b', "t")), rand.New(rand.NewPCG(3, 4))
	for range 10 {
		text := k.Sign(randomClaim(r))
		for at := range len(text) {
			for _, c := range []byte(alphabet + "018-+=@ \x00\n\xff") {
				forged := text[:at] + string([]byte{c}) + text[at+1:]
				if forged == text {
					continue
				}
				if got, ok := k.Verify(forged); ok {
					t.Errorf("Verify(%q) = %+v, but only %q was signed", forged, got, text)
				}
			}
			if _, ok := k.Verify(text[:at] + text[at+1:]); ok {
				t.Errorf("%q without character %d is accepted", text, at)
			}
		}
		if _, ok := k.Verify(text + "a"); ok {
			t.Errorf("%q with one more character is accepted", text)
		}
	}
}

func TestLettersThatFoldToASCIIAreRefused(t *testing.T) {
	t.Parallel()
	k := ring(t, key('a', "s"))
	text := k.Sign(Claim{Purpose: PurposeMarker, Ticket: 7})
	if _, ok := k.Verify("\u212a" + text[1:]); ok {
		t.Error("the Kelvin sign passes for a k")
	}
}

func TestPurposesDoNotShareAKey(t *testing.T) {
	t.Parallel()
	k := ring(t, key('a', "s"))
	for _, from := range []byte("rabmkl") { // the purposes whose prefix is their letter
		text := k.Sign(Claim{Purpose: Purpose(from), Ticket: 42, Person: 3})
		for _, to := range []byte("rabmkl") {
			_, ok := k.Verify(string(rune(to)) + text[1:])
			if ok != (from == to) {
				t.Errorf("a token of purpose %c relabelled as %c: accepted = %v", from, to, ok)
			}
		}
	}
}

func TestAddressTokensFitTheLocalPart(t *testing.T) {
	t.Parallel()
	k := ring(t, key('a', "s"))
	claims := []Claim{
		{Purpose: PurposeCustomer, Ticket: 1<<28 - 1},
		{Purpose: PurposeAgent, Ticket: 1<<28 - 1, Person: 1<<14 - 1},
		{Purpose: PurposeReturnPath, Ticket: 1<<28 - 1, Delivery: 1<<28 - 1},
		{Purpose: PurposeReturnPath, Delivery: 1<<49 - 1},
		{Purpose: PurposeCommand, Person: 1<<14 - 1},
	}
	for _, c := range claims {
		if text := k.Sign(c); len(text) > MaxAddressLen {
			t.Errorf("Sign(%+v) has %d octets, want at most %d", c, len(text), MaxAddressLen)
		}
	}
	longest := Claim{
		Purpose: PurposeCommand,
		Ticket:  math.MaxInt64, Person: math.MaxInt64, Delivery: math.MaxInt64,
	}
	if text := k.Sign(longest); len(text) != maxText {
		t.Errorf("the longest token has %d octets, want %d", len(text), maxText)
	}
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	old, recent := key('a', "s"), key('b', "t")
	c := Claim{Purpose: PurposeCustomer, Ticket: 9}
	before, after := ring(t, old).Sign(c), ring(t, recent, old).Sign(c)
	if before == after {
		t.Error("the new key does not sign")
	}
	if _, ok := ring(t, recent, old).Verify(before); !ok {
		t.Error("the old key's token is refused while its key is in the ring")
	}
	if _, ok := ring(t, recent).Verify(before); ok {
		t.Error("the token of a removed key is accepted")
	}
	if _, ok := ring(t, key('a', "z")).Verify(before); ok {
		t.Error("a stranger's key of the same id is accepted")
	}
}

func TestNegativeNumbersAreNeverAccepted(t *testing.T) {
	t.Parallel()
	k := ring(t, key('a', "s"))
	if got, ok := k.Verify(k.Sign(Claim{Purpose: PurposeCustomer, Ticket: -1})); ok {
		t.Errorf("a token for ticket -1 is read as %+v", got)
	}
}

func TestBadKeysMakeNoKeyring(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]Key{
		"none":       nil,
		"short":      {{ID: 'a', Secret: make([]byte, minSecret-1)}},
		"id":         {key('A', "s")},
		"id of 8":    {key('8', "s")},
		"same twice": {key('a', "s"), key('a', "t")},
	} {
		if _, err := NewKeyring(keys...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// FuzzVerify checks that whatever is accepted, in an address, a Message-ID or bare, is the very
// text that was signed.
func FuzzVerify(f *testing.F) {
	k := ring(f, key('a', "s"), key('7', "t"))
	r := rand.New(rand.NewPCG(5, 6))
	for range 8 {
		text := k.Sign(randomClaim(r))
		f.Add(text)
		f.Add(Address(RoadPlus, "support@example.org", "", text))
		f.Add("<" + k.MessageID(randomClaim(r), "mail.example.org") + ">")
	}
	f.Fuzz(func(t *testing.T, text string) {
		if c, ok := k.Verify(text); ok && strings.ToLower(text) != k.sign(c, idOf(text)) {
			t.Errorf("Verify(%q) = %+v, which signs differently", text, c)
		}
		if tok, base, ok := FromAddress(text); ok && !strings.EqualFold(text, joined(tok, base, text)) {
			t.Errorf("FromAddress(%q) = %q, %q: does not join again", text, tok, base)
		}
		if c, ok := k.FromMessageID(text); ok && c.Purpose != PurposeMessageID {
			t.Errorf("FromMessageID(%q) has purpose %c", text, c.Purpose)
		}
	})
}

// idOf gives the key id of a token's text.
func idOf(text string) byte {
	text = strings.ToLower(text)
	return text[len(Purpose(text[0]).prefix())]
}

// joined puts a token and the base it was found with together again.
func joined(tok, base, addr string) string {
	if base == "" {
		return tok + addr[strings.LastIndexByte(addr, '@'):]
	}
	return Address(RoadPlus, base, "", tok)
}
