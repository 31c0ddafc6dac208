package store

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestArgumentsOfUnknownTypesAreRefused(t *testing.T) {
	t.Parallel()
	for _, arg := range []any{1.5, []string{"a"}, struct{}{}, uint64(1)} {
		if args, err := encode([]any{arg}); err == nil {
			t.Errorf("%T became %v", arg, args)
		}
	}
}

// FuzzTexts: whatever a text holds, it leaves without NUL and bad UTF-8, by itself and in JSON.
func FuzzTexts(f *testing.F) {
	for _, seed := range []string{
		"", "plain", "\x00", "a\x00b\xff", `\u0000`, `\\u0000`, "\\\x00", "\x00\\u0000\x00",
		"中\xe4文",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		args, err := encode([]any{text, asJSON{[]string{text}}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		if err := json.Unmarshal([]byte(args[1].(string)), &got); err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
		for _, text := range []string{args[0].(string), got[0]} {
			if text != clean(text) {
				t.Errorf("%q is not clean", text)
			}
			mended := strings.ReplaceAll(text, "\uFFFD", "")
			if mended != strings.ReplaceAll(want, "\uFFFD", "") {
				t.Errorf("got %q of %q", text, want)
			}
		}
	})
}
