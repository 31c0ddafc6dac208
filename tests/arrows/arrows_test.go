// Package arrows checks that helpgate's packages import each other only as DESIGN section 1
// allows. It reads the import lines of the source, so it works while packages do not compile. It
// says nothing about libraries, nor about the imports of tests.
package arrows

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "helpgate"

// Names that stand for several packages in the table below.
const (
	leaves     = "LEAVES"     // packages that import none of ours
	domain     = "DOMAIN"     // tickets and the pure rules beside the desk
	everything = "EVERYTHING" // for those who assemble
)

var groups = map[string][]string{
	leaves: {
		"internal/calendar", "internal/clock", "internal/lifecycle", "internal/mailerr",
		"internal/oauth", "internal/password", "internal/probe", "internal/rfc", "internal/safehtml",
		"internal/token",
	},
	domain: {
		"tickets", "tickets/desk", "tickets/thread", "tickets/govern", "tickets/sla",
		"tickets/command", "tickets/digest", "tickets/rules",
	},
}

// arrows says what each package may import of ours. A package that is not here is a fault: give
// it a line, and its reason a page in docs/decisions when DESIGN does not name it.
var arrows = map[string][]string{
	"cmd/helpgate": {everything},

	// The way in. The wires know the door; the door knows its eyes; the eyes know nobody.
	"mailin": {
		"mailin/parse", "mailin/source", "mailin/reply", "mailin/classify", "mailin/language",
		"mailin/verify", domain, leaves,
	},
	"mailin/smtpd":    {"mailin", leaves},
	"mailin/imapin":   {"mailin", leaves},
	"mailin/parse":    {"mailin/source", "mailin/tnef", domain, leaves},
	"mailin/tnef":     {leaves},
	"mailin/archive":  {leaves},
	"mailin/language": {leaves},
	"mailin/source":   {leaves},
	"mailin/reply":    {domain, leaves},
	"mailin/classify": {domain, leaves},
	"mailin/verify":   {domain, leaves},

	// The domain: types, then the pure rules, then the desk that alone uses them.
	"tickets":         {leaves},
	"tickets/thread":  {"tickets", leaves},
	"tickets/govern":  {"tickets", leaves},
	"tickets/sla":     {"tickets", leaves},
	"tickets/command": {"tickets", leaves},
	"tickets/digest":  {"tickets", leaves},
	"tickets/rules":   {"tickets", leaves},
	"tickets/desk":    {domain, leaves},

	// The way out. It never meets the way in: only outbox rows join them.
	"mailout":         {"tickets", leaves},
	"mailout/queue":   {"tickets", leaves},
	"mailout/compose": {"tickets", "templates", leaves},
	"mailout/dkim":    {"tickets", leaves},
	"mailout/relay":   {"tickets", leaves},

	"templates": {leaves},
	"portal":    {"tickets", "tickets/desk", "templates", leaves},

	// The plumbing. The store implements what the others ask for; only cmd and tests know it.
	"internal/store": {
		"tickets", "mailout/queue", "portal", "internal/schedule", "internal/store/blob", leaves,
	},
	"internal/store/blob":      {"tickets", leaves},
	"internal/store/storetest": {everything}, // a suite for tests
	"internal/schedule":        {"tickets", "tickets/desk", leaves},
	"internal/ops":             {"internal/health", leaves},
	"internal/health":          {leaves},
	"internal/doctor":          {leaves},
	"internal/config":          {leaves},
	"internal/provider":        {leaves},
	"internal/testkit":         {everything}, // for tests and the demo, with all below it
	"tests":                    {everything}, // with all below it

	"internal/calendar":  {},
	"internal/clock":     {},
	"internal/lifecycle": {},
	"internal/mailerr":   {},
	"internal/oauth":     {},
	"internal/password":  {},
	"internal/probe":     {},
	"internal/rfc":       {},
	"internal/safehtml":  {},
	"internal/token":     {},
}

// forTests may be imported by tests, by each other, and by those named beside them.
var forTests = map[string][]string{
	"internal/testkit":         {"cmd/helpgate"}, // the demo's mail servers
	"internal/store/storetest": {},
	"tests":                    {},
}

func TestImportsFollowTheArrows(t *testing.T) {
	t.Parallel()
	for _, fault := range faults(readImports(t, filepath.Join("..", ".."))) {
		t.Error(fault)
	}
}

func TestForbiddenArrowsAreFound(t *testing.T) {
	t.Parallel()
	for from, to := range map[string]string{
		"internal/token":       "internal/rfc",     // a leaf imports none of ours
		"tickets":              "tickets/desk",     // nothing points back
		"tickets/thread":       "tickets/govern",   // rules do not know each other
		"mailin/reply":         "mailin",           // an eye does not know the door
		"mailin/smtpd":         "mailin/parse",     // a wire knows only the door
		"mailout/relay":        "mailin",           // in and out never meet
		"mailout/queue":        "internal/store",   // only cmd and tests know the store
		"tickets/desk":         "internal/testkit", // not in the product
		"cmd/helpgate":         "tests/e2e",
		"internal/store/blob":  "internal/store/storetest",
		"a/package/of/its/own": "internal/token",
	} {
		if found := faults(map[string][]string{from: {to}}); len(found) != 1 {
			t.Errorf("%s imports %s: found %q, want one fault", from, to, found)
		}
	}
}

func TestLeavesAndTheirLinesAgree(t *testing.T) {
	t.Parallel()
	for _, leaf := range groups[leaves] {
		if allowed, ok := arrows[leaf]; !ok || len(allowed) != 0 {
			t.Errorf("leaf %s has the line %q in the table, want an empty one", leaf, allowed)
		}
	}
}

// faults lists what the table does not allow of a graph of imports.
func faults(graph map[string][]string) []string {
	var found []string
	for _, from := range slices.Sorted(maps.Keys(graph)) {
		allowed, listed := arrows[line(from)]
		if !listed {
			found = append(found, "package "+from+" has no line in the table of arrows")
			continue
		}
		for _, to := range graph[from] {
			if !allows(allowed, to) || !mayUse(line(from), line(to)) {
				found = append(found, from+" imports "+to+", which DESIGN section 1 forbids")
			}
		}
	}
	return found
}

// line gives the name under which a package stands in the tables.
func line(name string) string {
	for _, tree := range []string{"internal/testkit", "tests"} {
		if strings.HasPrefix(name, tree+"/") {
			return tree
		}
	}
	return name
}

// allows tells whether to is among those that a line of the table names.
func allows(allowed []string, to string) bool {
	return slices.ContainsFunc(allowed, func(name string) bool {
		return name == to || name == everything || slices.Contains(groups[name], to)
	})
}

// mayUse keeps what exists for tests out of the product.
func mayUse(from, to string) bool {
	users, only := forTests[to]
	_, test := forTests[from]
	return !only || test || slices.Contains(users, from)
}

// readImports maps each package below root to those of ours that it imports, outside its tests.
func readImports(t *testing.T, root string) map[string][]string {
	t.Helper()
	graph := map[string][]string{}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skip(root, file, entry.Name())
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		ours, err := importsOf(file)
		graph[name] = append(graph[name], ours...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, list := range graph {
		slices.Sort(list)
		graph[name] = slices.Compact(list)
	}
	return graph
}

// skip leaves out folders that the go command ignores, and modules of their own.
func skip(root, dir, name string) error {
	if dir == root {
		return nil
	}
	if name == "testdata" || name == "bin" || strings.HasPrefix(name, ".") ||
		strings.HasPrefix(name, "_") {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

// importsOf gives the packages of ours that one file imports, without the module's name.
func importsOf(file string) ([]string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var ours []string
	for _, spec := range parsed.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if rest, ok := strings.CutPrefix(name, module+"/"); ok {
			ours = append(ours, path.Clean(rest))
		}
	}
	return ours, nil
}
