package command

import (
	"strings"
	"testing"
)

func TestDetect(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, want string }{
		{"/close", "/close"},
		{"\n\n  /solve \nThe cable is on its way.", "/solve"},
		{"The cable is on its way.\n\n/solve\n/assign none\n", "/assign none"},
		{"/Close", "/Close"},
		{"／关闭", "／关闭"},
		{"／ｃｌｏｓｅ", "／ｃｌｏｓｅ"},
		{"您好，已寄出。\n/分配 张三", "/分配 张三"},
		{"/分配张三", "/分配张三"},
		{"/clsoe\nDone.", "/clsoe"},
		{"\u200b/close\u00a0", "/close"},
		{"/ close", "/ close"},
		{"/assign: Bob", "/assign: Bob"},
		{"first\n/close\nlast", ""},
		{"//close", ""},
		{"／／close", ""},
		{"/var/log/mail.log says no", ""},
		{"/etc/hosts", ""},
		{"/ the other half", ""},
		{"1/2 of it", ""},
		{"/2024 report", ""},
		{"see https://example.org/close", ""},
		{"> /close", ""},
		{"/", ""},
		{"", ""},
		{"/" + strings.Repeat("x", 100), ""},
	} {
		if got, found := Detect(tc.text); got != tc.want || found != (tc.want != "") {
			t.Errorf("Detect(%q) = %q, %v; want %q", tc.text, got, found, tc.want)
		}
	}
}

func TestUnescape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"//close":                       "/close",
		"Type this:\n  //close\nThanks": "Type this:\n  /close\nThanks",
		"／／关闭":                          "／关闭",
		"//sloppy\ntext":                "/sloppy\ntext",
		"a\n//sloppy code\nb":           "a\n//sloppy code\nb",
		"a\n// close the file\nb":       "a\n// close the file\nb",
		"///close":                      "///close",
		"no slash":                      "no slash",
		"https://example.org//close":    "https://example.org//close",
	} {
		if got := Unescape(text); got != want {
			t.Errorf("Unescape(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestEveryVerbHasAnEnglishAndAChineseName(t *testing.T) {
	t.Parallel()
	english, chinese := map[Verb]bool{}, map[Verb]bool{}
	for name, verb := range verbs {
		if name == string(verb) {
			english[verb] = true
		} else {
			chinese[verb] = true
		}
		if _, found := Detect("/" + name); !found {
			t.Errorf("/%s is not seen", name)
		}
	}
	for _, verb := range verbs {
		if !english[verb] || !chinese[verb] {
			t.Errorf("%s lacks a name", verb)
		}
	}
}

func FuzzDetect(f *testing.F) {
	for _, seed := range []string{"/close\ntext", "／关闭", "//close\n", "\xff/close", "/\n/\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line, found := Detect(text)
		if found != (line != "") || !strings.Contains(text, line) {
			t.Fatalf("Detect(%q) = %q, %v", text, line, found)
		}
		if len(Unescape(text)) > len(text) {
			t.Fatalf("Unescape(%q) grew", text)
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	text := strings.Repeat("A line of a reply that is as long as lines usually are.\n", 36)
	b.ReportAllocs()
	for b.Loop() {
		Detect(text)
	}
}
