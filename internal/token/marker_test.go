package token

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func markerRing(t testing.TB) *Keyring {
	t.Helper()
	ring, err := NewKeyring(Key{ID: 'a', Secret: bytes.Repeat([]byte{7}, minSecret)})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestMarkersSurviveQuotingAndWrapping(t *testing.T) {
	t.Parallel()
	tok := markerRing(t).Sign(Claim{Purpose: PurposeMarker, Ticket: 12, Person: 3})
	half := len(tok) / 2
	for name, text := range map[string]string{
		"plain":    "words\n" + Marker(tok) + "\n",
		"quoted":   "> > #12 " + Marker(tok) + " > ",
		"wrapped":  "> [hg:" + tok[:half] + "\r\n> " + tok[half:] + "]",
		"capitals": strings.ToUpper(Marker(tok)),
		"markdown": `\[hg:` + tok + `\]`,
		"twice":    Marker(tok) + " [hg:] [[hg:x]] " + Marker(tok),
	} {
		if got := FindMarkers(text); !slices.Equal(got, []string{tok}) {
			t.Errorf("%s: got %v, want %s", name, got, tok)
		}
	}
	for _, text := range []string{"", "[hg:", "[hg:" + tok, "hg:" + tok + "]", "[hg:abc]"} {
		if got := FindMarkers(text); got != nil {
			t.Errorf("%q: got %v, want none", text, got)
		}
	}
}

func FuzzFindMarkers(f *testing.F) {
	tok := markerRing(f).Sign(Claim{Purpose: PurposeMarker, Ticket: 1})
	f.Add(Marker(tok))
	f.Add("[hg:[hg:" + tok + "\n>]")
	f.Fuzz(func(t *testing.T, text string) {
		for _, tok := range FindMarkers(text) {
			if got, ok := normalise(tok); !ok || got != tok {
				t.Errorf("found %q, which has no token's shape", tok)
			}
		}
	})
}
