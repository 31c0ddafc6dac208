package templates

import (
	"fmt"
	"regexp"
	"strings"
)

// words are the strings of one language by key. "KEY.one" is what KEY says of exactly one, where
// the language tells one from many.
type words map[string]string

// verb is a place in a string where an argument goes.
var verb = regexp.MustCompile(`%(?:\[\d\])?[ds]`)

func (w words) text(key string, args ...any) string {
	format, ok := w[key]
	if !ok {
		return key
	}
	if len(args) > 0 && fmt.Sprint(args[0]) == "1" {
		if one, ok := w[key+".one"]; ok {
			format = one
		}
	}
	if n := len(verb.FindAllString(format, -1)); n < len(args) {
		args = args[:n] // a text need not use all that it is offered
	}
	return fmt.Sprintf(format, args...)
}

// reason gives the text of "KIND.KEY", or of "KIND.other" when that key has none.
func (w words) reason(kind, key string, args ...any) string {
	if _, ok := w[kind+"."+key]; !ok {
		key = "other"
	}
	return w.text(kind+"."+key, args...)
}

// label gives the text of the key as a label in front of the value.
func (w words) label(key, value string) string { return w.text("label", w.text(key), value) }

// status gives a ticket's number and how it stands.
func (w words) status(number int64, status string) string {
	if status == "" {
		return fmt.Sprintf("#%d", number)
	}
	return fmt.Sprintf("#%d · %s", number, w.text("status."+status))
}

// size gives a number of bytes as people read it.
func (w words) size(bytes int64) string {
	const kib, mib = 1 << 10, 1 << 20
	switch {
	case bytes < kib:
		return w.text("size.bytes", bytes)
	case bytes < mib:
		return w.text("size.kib", (bytes+kib/2)/kib)
	}
	return w.text("size.mib", (bytes+mib/2)/mib)
}

// check tells what an overriding set of words has wrong against the embedded one.
func (w words) check(embedded words) error {
	for key, text := range w {
		was, ok := embedded[key]
		if !ok {
			return fmt.Errorf("there is no text %q", key)
		}
		if strings.TrimSpace(text) == "" {
			return fmt.Errorf("text %q is empty", key)
		}
		if verbs(text) != verbs(was) {
			return fmt.Errorf("text %q wants the places %q", key, verbs(was))
		}
	}
	return nil
}

func verbs(s string) string {
	s = strings.ReplaceAll(s, "%%", "")
	found := verb.FindAllString(s, -1)
	if strings.Count(s, "%") != len(found) {
		return s // a stray "%" would show as a fault of formatting
	}
	return strings.Join(found, " ")
}
