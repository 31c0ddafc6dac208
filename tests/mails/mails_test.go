// Package mails reads helpgate's own collection of mails with the real binary and compares what
// `inspect` says with what a person wrote down beforehand. A fixture is three files in one of the
// groups zh, auto and cases:
//
//	NNN-name.eml        the mail, byte for byte
//	NNN-name.want.json  members of inspect's answer (DESIGN section 11) that must come out so
//	NNN-name.readme     what it is; begins with "before" or "after" (the reader was looked at), in
//	                    auto with the language behind it: "before [de]:"
//
// Only the members of want.json are compared, in objects inside it too. And of each mail every line
// of the text must be shown, folded or in the signature. unread.txt names fixtures that are known to
// fail; one that reads well must leave it. docs/development.md tells how to add a fixture.
package mails

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helpgate/internal/testkit"
)

var update = flag.Bool("update", false,
	"rewrite the members that stand in want.json of the tested fixtures, but those of unread.txt")

var (
	groups = []string{"zh", "auto", "cases"}
	// fileName takes a file's number, name and kind apart.
	fileName = regexp.MustCompile(`^(\d{3})-([a-z0-9]+(?:-[a-z0-9]+)*)\.(eml|want\.json|readme)$`)
	begun    = regexp.MustCompile(`^(before|after)\b`)
)

// contained are the members whose strings need only stand in another member of the answer.
var contained = map[string]string{
	"text_contains": "text", "html_contains": "html", "warnings_contain": "warnings",
}

func TestMails(t *testing.T) {
	t.Parallel()
	out, unread := inspectAll(t), readUnread(t)
	for _, group := range groups {
		t.Run(group, func(t *testing.T) {
			t.Parallel()
			names := fixtures(t, group)
			for _, name := range names {
				path := filepath.Join(group, name)
				reason, known := unread[path]
				t.Run(name, func(t *testing.T) {
					faults := compare(t, path, filepath.Join(out, path+".json"), known)
					switch {
					case known && len(faults) == 0:
						t.Errorf("it reads well: take it out of unread.txt (%s)", reason)
					case known:
						t.Skip("unread: " + reason)
					case len(faults) > 0:
						t.Error(strings.Join(faults, "\n"))
					}
				})
			}
			for path := range unread {
				if filepath.Dir(path) == group && !slices.Contains(names, filepath.Base(path)) {
					t.Errorf("unread.txt names %s, which does not exist", path)
				}
			}
		})
	}
}

// inspectAll reads the whole collection once and gives the folder of the answers.
func inspectAll(t *testing.T) string {
	t.Helper()
	out := t.TempDir()
	cmd := exec.Command(testkit.Binary(t), "inspect", "--json", "--out", out, ".")
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("inspect: %v\n%s", err, b)
	}
	return out
}

// readUnread gives the reason of each fixture that is known to fail, by "group/NNN-name".
func readUnread(t *testing.T) map[string]string {
	t.Helper()
	b, err := os.ReadFile("unread.txt")
	if err != nil {
		t.Fatal(err)
	}
	unread := map[string]string{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		path, reason, _ := strings.Cut(line, ":")
		if reason = strings.TrimSpace(reason); reason == "" ||
			!slices.Contains(groups, filepath.Dir(path)) {
			t.Errorf("unread.txt: %q is not \"group/NNN-name: why\"", line)
		}
		unread[path] = reason
	}
	return unread
}

// fixtures lists a group and faults what is no whole fixture.
func fixtures(t *testing.T, group string) []string {
	t.Helper()
	entries, err := os.ReadDir(group)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]int{}      // of each fixture
	numbers := map[string]string{} // the fixture that has the number
	for _, entry := range entries {
		m := fileName.FindStringSubmatch(entry.Name())
		if m == nil {
			t.Errorf("%s/%s: not NNN-name.eml, .want.json or .readme", group, entry.Name())
			continue
		}
		name := m[1] + "-" + m[2]
		files[name]++
		if first, taken := numbers[m[1]]; taken && first != name {
			t.Errorf("%s: %s and %s have one number", group, first, name)
		}
		numbers[m[1]] = name
	}
	for name, n := range files {
		if n != 3 {
			t.Errorf("%s/%s: wants .eml, .want.json and .readme", group, name)
			delete(files, name)
		}
	}
	return slices.Sorted(maps.Keys(files))
}

// compare tells what the answer has otherwise than the fixture wants.
func compare(t *testing.T, path, answer string, known bool) []string {
	t.Helper()
	readme, err := os.ReadFile(path + ".readme")
	if err != nil {
		t.Fatal(err)
	}
	if !begun.Match(readme) {
		t.Error(`.readme begins with neither "before" nor "after"`)
	}
	want, got := readObject(t, path+".want.json"), readObject(t, answer)
	if len(want) == 0 {
		t.Error(".want.json wants nothing")
	}
	faults := lostLines(got)
	for _, member := range slices.Sorted(maps.Keys(want)) {
		if of, ok := contained[member]; ok {
			faults = append(faults, lacks(member, want[member], got[of])...)
		} else {
			faults = append(faults, differs(member, want[member], got[member])...)
		}
	}
	if *update && !known && len(faults) > 0 {
		rewrite(t, path+".want.json", want, got)
	}
	return faults
}

// lostLines tells which lines of the text stand more or less often in what became of them.
func lostLines(got map[string]any) []string {
	count := map[string]int{}
	for member, n := range map[string]int{"text": 1, "reply_text": -1, "folded": -1, "signature": -1} {
		text, _ := got[member].(string)
		for line := range strings.Lines(text) {
			count[strings.TrimSpace(line)] += n
		}
	}
	delete(count, "")
	delete(count, "&nbsp;") // a plain text of QQ Mail that says nothing
	var faults []string
	for _, line := range slices.Sorted(maps.Keys(count)) {
		if n := count[line]; n != 0 {
			faults = append(faults, fmt.Sprintf("text has %q %d times more than its parts", line, n))
		}
	}
	return faults
}

func readObject(t *testing.T, path string) map[string]any {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(b, &object); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return object
}

// lacks tells which wanted strings stand nowhere in got, a text or a list of them.
func lacks(member string, want, got any) []string {
	list, ok := want.([]any)
	if !ok {
		return []string{member + ": not a list of strings"}
	}
	all, _ := got.(string)
	if lines, ok := got.([]any); ok {
		all = fmt.Sprintln(lines...)
	}
	var faults []string
	for _, v := range list {
		if s, ok := v.(string); !ok || !strings.Contains(all, s) {
			faults = append(faults, fmt.Sprintf("%s: %q is not in\n%s", member, v, indent(all)))
		}
	}
	return faults
}

// differs compares what want holds: of an object the members present, of a list all entries.
func differs(at string, want, got any) []string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		var faults []string
		for _, member := range slices.Sorted(maps.Keys(w)) {
			faults = append(faults, differs(at+"."+member, w[member], g[member])...)
		}
		return faults
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		var faults []string
		for i := range w {
			faults = append(faults, differs(fmt.Sprintf("%s[%d]", at, i), w[i], g[i])...)
		}
		return faults
	case string:
		g, ok := got.(string)
		if !ok {
			break
		}
		if at == "text" || at == "reply_text" || at == "signature" {
			w, g = trimmed(w), trimmed(g)
		}
		if w == g {
			return nil
		}
		if strings.Contains(w+g, "\n") {
			return []string{fmt.Sprintf("%s:\n%s\ninstead of\n%s", at, indent(g), indent(w))}
		}
		return []string{fmt.Sprintf("%s: %q instead of %q", at, g, w)}
	}
	if reflect.DeepEqual(want, got) {
		return nil
	}
	return []string{fmt.Sprintf("%s: %s instead of %s", at, encode(got), encode(want))}
}

// trimmed takes white space from the ends of lines, and empty lines from both ends.
func trimmed(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\r\u00a0")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// rewrite gives the members of want.json the values that were read, and adds none.
func rewrite(t *testing.T, path string, want, got map[string]any) {
	t.Helper()
	for member, v := range want {
		if _, ok := contained[member]; !ok {
			want[member] = renewed(v, got[member])
		}
	}
	if err := os.WriteFile(path, []byte(encode(want)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// renewed is got without what want leaves out of its objects.
func renewed(want, got any) any {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			for member, v := range w {
				w[member] = renewed(v, g[member])
			}
			return w
		}
	case []any:
		if g, ok := got.([]any); ok && len(g) == len(w) {
			for i, v := range w {
				w[i] = renewed(v, g[i])
			}
			return w
		}
	}
	return got
}

func encode(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	return b.String()
}

func indent(text string) string {
	return "    | " + strings.ReplaceAll(text, "\n", "\n    | ")
}
