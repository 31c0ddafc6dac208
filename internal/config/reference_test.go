package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/configuration.md anew")

func TestReferenceIsUpToDate(t *testing.T) {
	t.Parallel()
	page := filepath.Join("..", "..", "docs", "configuration.md")
	if *update {
		if err := os.WriteFile(page, []byte(Reference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != Reference() {
		t.Error("docs/configuration.md differs from the table: " +
			"run go test ./internal/config -run Reference -update")
	}
}

func TestSampleIsValidAsItStands(t *testing.T) {
	t.Parallel()
	c := load(t, Sample())
	if c.Mailboxes[0].Address != "support@example.com" || c.SMTP.Listen != "127.0.0.1:2525" {
		t.Errorf("sample gives %s", c.Redacted())
	}
	if names := c.Unbuilt(); names != nil {
		t.Errorf("sample sets %q, which do nothing", names)
	}
}

// TestSampleIsValidUncommented takes the mark off every key and section and keeps the prose.
func TestSampleIsValidUncommented(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var lines []string
	for line := range strings.Lines(Sample()) {
		if code, marked := strings.CutPrefix(line, "# "); marked &&
			(strings.HasPrefix(code, "[") || strings.Contains(code, ` = "`) ||
				strings.Contains(code, " = [")) {
			line = code
		}
		lines = append(lines, line)
	}
	for _, name := range []string{"cert.pem", "key.pem", "relay-password", "dkim.pem"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := load(t, strings.ReplaceAll(strings.Join(lines, ""), "/etc/helpgate", dir))
	for _, shown := range sampleKeys {
		section, name := cutLast(shown.name)
		if key := join(section, strings.TrimSuffix(name, fileSuffix)); !c.set[key] && !c.set[shown.name] {
			t.Errorf("key %s is not set", shown.name)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(Sample()))
	for _, test := range faultTests {
		f.Add([]byte(test.toml))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		c, _, err := Load(write(t, "helpgate.toml", string(content)), nil)
		if (c == nil) == (err == nil) {
			t.Fatalf("config %v beside error %v", c, err)
		}
		if c != nil {
			_, _ = c.Redacted(), c.Unbuilt()
		}
	})
}
