package templates

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func load(t *testing.T, files map[string]string) (*Set, error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Load(dir)
}

func embeddedSet(t *testing.T) *Set {
	t.Helper()
	s, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBothLanguagesHaveTheSameKeysAndPlaces(t *testing.T) {
	t.Parallel()
	var all [2]words
	for i, locale := range Locales() {
		source, err := fs.ReadFile(embedded, "locales/"+locale+".json")
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(source, &all[i]); err != nil {
			t.Fatal(err)
		}
	}
	for i := range all {
		for key, text := range all[i] {
			if strings.HasSuffix(key, ".one") {
				continue // Chinese does not tell one from many
			}
			other, ok := all[1-i][key]
			if !ok || strings.TrimSpace(text) == "" {
				t.Errorf("%s: text %q is missing in a language", Locales()[1-i], key)
			}
			if verbs(other) != verbs(text) {
				t.Errorf("text %q has places %q and %q", key, verbs(text), verbs(other))
			}
		}
	}
}

// A key that a template names and no language has would be shown as the key.
func TestEveryKindIsWholeInEveryLanguage(t *testing.T) {
	t.Parallel()
	s := embeddedSet(t)
	for _, kind := range append(Kinds(), "follow-up") {
		for _, locale := range Locales() {
			got, err := s.Render(kind, locale, Example())
			if err != nil {
				t.Fatal(err)
			}
			for _, body := range []string{got.Text, got.HTML} {
				for key := range s.locales["en"].words {
					if strings.Contains(key, ".") && strings.Contains(body, key) {
						t.Errorf("%s in %s shows the key %q", kind, locale, key)
					}
				}
				if strings.Contains(body, "%!") || strings.Contains(body, "<no value>") {
					t.Errorf("%s in %s has a hole:\n%s", kind, locale, body)
				}
			}
			if strings.Contains(got.Text, "\n\n\n") {
				t.Errorf("%s in %s has a gap:\n%s", kind, locale, got.Text)
			}
			for _, bad := range []string{"<img", "<script", "<link", "url(", "class="} {
				if strings.Contains(got.HTML, bad) {
					t.Errorf("%s in %s holds %s", kind, locale, bad)
				}
			}
		}
	}
}

func TestAcknowledgementForStrangersSaysOnlyTheNumber(t *testing.T) {
	t.Parallel()
	got, err := embeddedSet(t).Render("acknowledgement", "zh-CN", Mail{Number: 12})
	if err != nil {
		t.Fatal(err)
	}
	want := "我们已收到您的请求，编号为 #12。\n\n如需补充，直接回复本邮件即可。\n"
	if got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
}

func TestWhatPeopleWroteIsEscapedAndNeverATemplate(t *testing.T) {
	t.Parallel()
	evil := `{{.Marker}}<script>alert(1)</script>" onload="x`
	data := Mail{
		Number: 1, Subject: evil, Author: evil, Words: evil, WordsHTML: toHTML(evil),
		Rest: evil, Marker: "SECRET", Flags: []string{evil}, Files: []File{{Name: evil}},
	}
	got, err := embeddedSet(t).Render("notification", "en", data)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(got.HTML, "<script") || !strings.Contains(got.HTML, "{{.Marker}}") {
		t.Errorf("HTML is not escaped, or a template was run:\n%s", got.HTML)
	}
	if strings.Count(got.Text, "SECRET") != 1 {
		t.Errorf("a template in a person's words was run:\n%s", got.Text)
	}
}

func TestTextsCountAndFallBack(t *testing.T) {
	t.Parallel()
	s := embeddedSet(t)
	tests := []struct {
		locale, key string
		args        []any
		want        string
	}{
		{"en", "list.subject", []any{1}, "1 new message"},
		{"en_GB", "list.subject", []any{int64(2)}, "2 new messages"},
		{"zh-TW", "list.subject", []any{1}, "1 条新消息"},
		{"fr", "subject.none", nil, "(no subject)"},
		{"en", "no.such.key", []any{1}, "no.such.key"},
		{"en", "subject.none", []any{"unused"}, "(no subject)"},
	}
	for _, tt := range tests {
		if got := s.Text(tt.locale, tt.key, tt.args...); got != tt.want {
			t.Errorf("Text(%s, %s) = %q, want %q", tt.locale, tt.key, got, tt.want)
		}
	}
}

func TestFolderOverrides(t *testing.T) {
	t.Parallel()
	s, err := load(t, map[string]string{
		"locales/en.json":             `{"separator": "~~ answer above ~~"}`,
		"mail/alert.txt":              "ALERT {{.Number}}",
		"mail/acknowledgement.zh.txt": "好 {{.Number}}",
	})
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]string{
		"alert": "ALERT 12\n", "acknowledgement": "We have received",
	} {
		got, err := s.Render(kind, "en", Example())
		if err != nil || !strings.HasPrefix(got.Text, want) {
			t.Errorf("%s: got %q, %v, want %q", kind, got.Text, err, want)
		}
	}
	if got, err := s.Render("follow-up", "zh", Example()); err != nil || got.Text != "好 12\n" {
		t.Errorf("got %q, %v", got.Text, err)
	}
	for _, line := range []string{"~~ answer above ~~", embeddedSet(t).Text("en", "separator")} {
		if !slices.Contains(s.Separators(), line) {
			t.Errorf("separators lack %q", line)
		}
	}
}

func TestFaultyOverrideStopsTheStart(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, content, want string }{
		{"syntax", "mail/alert.html", "{{if}}", "parse mail/alert.html"},
		{"field", "mail/alert.txt", "{{.Nothing}}", "Nothing"},
		{"name", "mail/allert.txt", "x", "mail/allert.txt overrides nothing"},
		{"language", "mail/alert.fr.txt", "x", "mail/alert.fr.txt overrides nothing"},
		{"json", "locales/zh.json", "{", "parse locales/zh.json"},
		{"key", "locales/zh.json", `{"seperator": "x"}`, `there is no text "seperator"`},
		{"place", "locales/en.json", `{"list.omitted": "and more"}`, `"list.omitted" wants`},
		{"stray", "locales/en.json", `{"subject.none": "100 %"}`, `"subject.none" wants`},
		{"empty", "locales/en.json", `{"separator": " "}`, `"separator" is empty`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, map[string]string{tt.file: tt.content})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a missing folder was taken for an empty one")
	}
}

// Mail programs wrap quoted lines: a separator that is wrapped is not found again.
func TestSeparatorsFitAQuotedLine(t *testing.T) {
	t.Parallel()
	separators := embeddedSet(t).Separators()
	if len(separators) != 4 {
		t.Errorf("got %d separators, want 4", len(separators))
	}
	for _, s := range separators {
		if len([]rune(s)) > 70 {
			t.Errorf("separator %q is too long", s)
		}
	}
}
