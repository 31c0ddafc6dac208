package rfc

import (
	"strings"
	"unicode"
)

// HasPrefixFold is strings.HasPrefix for a prefix in whatever case, of the same length in bytes.
func HasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// CutPrefixFold is strings.CutPrefix for such a prefix.
func CutPrefixFold(s, prefix string) (rest string, found bool) {
	if !HasPrefixFold(s, prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// Letters gives nothing but the letters and digits of a text: what two forms of it have in common,
// however each is set.
func Letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// ASCIIDigit gives the digit that a full-width, Arabic or Persian one stands for, and any other
// character as it is.
func ASCIIDigit(r rune) rune {
	for _, zero := range [...]rune{'０', '٠', '۰'} {
		if zero <= r && r <= zero+9 {
			return r - zero + '0'
		}
	}
	return r
}
