package rfc

import "testing"

func TestCutPrefixFoldTakesAnyCase(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"RE: a": " a", "re:": "", "Ré: a": "Ré: a", "r": "r"} {
		if rest, found := CutPrefixFold(s, "re:"); rest != want || found != (rest != s) {
			t.Errorf("%q: %q, %v", s, rest, found)
		}
	}
}

func TestASCIIDigitKnowsThreeScripts(t *testing.T) {
	t.Parallel()
	for _, digits := range []string{"0459", "０４５９", "٠٤٥٩", "۰۴۵۹"} {
		var got []rune
		for _, r := range digits + "x" {
			got = append(got, ASCIIDigit(r))
		}
		if string(got) != "0459x" {
			t.Errorf("%s: %q", digits, string(got))
		}
	}
}

func TestLettersLeavesOutHowATextIsSet(t *testing.T) {
	t.Parallel()
	if got := Letters(" - Ab, 3\n> 密码!"); got != "Ab3密码" {
		t.Errorf("got %q", got)
	}
}
