package token

import (
	"strings"
	"testing"
)

func TestSealedTextsOpenUnderTheirName(t *testing.T) {
	t.Parallel()
	k := ring(t, key('a', "s"))
	sealed := k.Seal("oauth-1", []byte("c4nary"))
	if got, err := k.Open("oauth-1", sealed); err != nil || string(got) != "c4nary" {
		t.Errorf("Open = %q, %v", got, err)
	}
	if sealed == k.Seal("oauth-1", []byte("c4nary")) {
		t.Error("the same text is sealed twice with the same nonce")
	}
	if strings.Contains(sealed, "c4nary") {
		t.Error("the text stands in its sealed form")
	}
	for name, text := range map[string]string{
		"oauth-2": sealed, // of another name
		"oauth-1": sealed[:len(sealed)-2] + "AA",
		"empty":   "", "of no key": "z" + sealed[1:], "no base64": "a!", "short": "aAAAA",
	} {
		if got, err := k.Open(name, text); err == nil {
			t.Errorf("%s: opened as %q", name, got)
		}
	}
}

func TestSealedTextsOutliveTheRotationOfKeys(t *testing.T) {
	t.Parallel()
	before := ring(t, key('a', "s"))
	after := ring(t, key('b', "t"), key('a', "s"))
	if got, err := after.Open("n", before.Seal("n", []byte("x"))); err != nil || string(got) != "x" {
		t.Errorf("Open after the rotation = %q, %v", got, err)
	}
	if sealed := after.Seal("n", nil); sealed[0] != 'b' {
		t.Errorf("sealed by %q, want the newest key", sealed[0])
	}
	if _, err := ring(t, key('a', "u")).Open("n", before.Seal("n", []byte("x"))); err == nil {
		t.Error("a key of the same id and another secret opens the text")
	}
}
