package main

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helpgate/tickets"
	"helpgate/tickets/desk"
)

// answer is what one call of the program did.
type answer struct {
	code     int
	out, err string
}

// call runs one command line in the process, with a standard input.
func call(t *testing.T, in string, args ...string) answer {
	t.Helper()
	return callIn(t, nil, in, args...)
}

func callIn(t *testing.T, environ []string, in string, args ...string) answer {
	t.Helper()
	var out, errs bytes.Buffer
	s := streams{in: strings.NewReader(in), out: &out, err: &errs, environ: environ}
	code := run(t.Context(), s, args)
	return answer{code, out.String(), errs.String()}
}

// site makes a configuration with its database and gives its path.
func site(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if a := call(t, "", "init", dir); a.code != exitDone {
		t.Fatalf("init: %s", a.err)
	}
	return filepath.Join(dir, defaultConfig)
}

func TestExitCodeTellsWrongUseFromFailure(t *testing.T) {
	t.Parallel()
	config := site(t)
	for line, want := range map[string]struct {
		code int
		says string // on standard error
	}{
		"frob":                       {exitUsage, `no verb "frob"`},
		"tikcet list":                {exitUsage, `did you mean "ticket"?`},
		"ticket lits":                {exitUsage, `did you mean "list"?`},
		"help frob":                  {exitUsage, `no verb "frob"`},
		"help ticket frob":           {exitUsage, `no verb "frob"`},
		"ticket":                     {exitUsage, "ticket needs a verb"},
		"ticket list --frob":         {exitUsage, "unknown flag: --frob"},
		"ticket list surplus":        {exitUsage, "too many arguments"},
		"ticket list --limit x":      {exitUsage, "no number"},
		"ticket list --limit -1":     {exitUsage, "no number"},
		"ticket list --after x":      {exitUsage, "no number"},
		"ticket list --since monday": {exitUsage, "YYYY-MM-DD"},
		"ticket list --status done":  {exitUsage, "new, open, pending, solved, closed"},
		"ticket list -c":             {exitUsage, "flag needs an argument"},
		"ticket show":                {exitUsage, "usage: helpgate ticket show NUMBER"},
		"ticket show one":            {exitUsage, `"one" is no number`},
		"ticket show 0":              {exitUsage, `"0" is no number`},
		"ticket status 1 done":       {exitUsage, "new, open, pending, solved, closed"},
		"ticket reply 1":             {exitUsage, "--agent"},
		"ticket merge 1 x":           {exitUsage, `"x" is no number`},
		"ticket split 1":             {exitUsage, "MESSAGE"},
		"queue list --status lost":   {exitUsage, "waiting, sending, sent, failed"},
		"queue retry x":              {exitUsage, "no number"},
		"held release":               {exitUsage, "usage: helpgate held release ID"},
		"agent add":                  {exitUsage, "--email"},
		"agent add --email a@b.example --timezone Mars": {exitUsage, "Europe/Berlin"},
		"init one two": {exitUsage, "too many arguments"},
		"inspect":      {exitUsage, "usage: helpgate inspect"},

		"ticket show 7":                         {exitFailed, "no ticket 7: see 'helpgate ticket list'"},
		"ticket status 7 open":                  {exitFailed, "no ticket 7"},
		"ticket merge 7 8":                      {exitFailed, "no ticket 7 or no ticket 8"},
		"ticket list --assignee zoe":            {exitFailed, "see 'helpgate agent list'"},
		"queue drop 7":                          {exitFailed, "see 'helpgate queue list'"},
		"held drop 7":                           {exitFailed, "see 'helpgate held list'"},
		"agent show zoe":                        {exitFailed, "see 'helpgate agent list'"},
		"agent add --email nobody":              {exitFailed, `"nobody"`},
		"inspect /nowhere.eml":                  {exitFailed, "no such file"},
		"ticket list -c /nowhere.toml":          {exitFailed, "helpgate init"},
		"agent add --email support@example.com": {exitFailed, "support@example.com"},
	} {
		args := append([]string{"-c", config}, strings.Fields(line)...)
		a := call(t, "", args...)
		if a.code != want.code || a.out != "" || !strings.Contains(a.err, want.says) {
			t.Errorf("%s: exit %d, out %q, err %q; want %d, %q", line, a.code, a.out, a.err,
				want.code, want.says)
		}
	}
}

func TestHelpKnowsTheVerbsThatThereAre(t *testing.T) {
	t.Parallel()
	a := call(t, "", "help")
	if a.code != exitDone || a.err != "" {
		t.Fatalf("exit %d, err %q", a.code, a.err)
	}
	var verbs []string
	for line := range strings.Lines(a.out) {
		if verb, ok := strings.CutPrefix(line, "  "); ok && verb[0] != ' ' && verb[0] != '-' {
			verbs = append(verbs, strings.Fields(verb)[0])
		}
	}
	want := "helpgate helpgate demo init migrate serve agent doctor held mailbox queue ticket " +
		"explain import inject inspect rehearse replay trace completion help"
	if got := strings.Join(verbs, " "); got != want {
		t.Errorf("help names %q, want %q", got, want)
	}
	for _, line := range [][]string{{}, {"--help"}, {"-h"}} {
		if b := call(t, "", line...); b != a {
			t.Errorf("%q: exit %d, %q", line, b.code, b.out+b.err)
		}
	}
}

func TestInitMakesAllOnceAndKeepsItToItsOwner(t *testing.T) {
	t.Parallel()
	config := site(t)
	dir := filepath.Dir(config)
	before := map[string]string{}
	for name, mode := range map[string]os.FileMode{
		defaultConfig: 0o600, "data": os.ModeDir | 0o700, "data/secret": 0o600,
		"data/helpgate.db": 0o600,
	} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v, want %v", name, info.Mode(), err, mode)
		}
	}
	for _, name := range []string{defaultConfig, "data/secret"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		before[name] = string(b)
	}
	if a := call(t, "", "agent", "add", "-c", config, "--email", "ann@agents.example"); a.code != 0 {
		t.Fatal(a.err)
	}
	if a := call(t, "", "init", dir); a.code != exitDone {
		t.Fatalf("init again: %s", a.err)
	}
	for name, want := range before {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != want {
			t.Errorf("init again changed %s: %v", name, err)
		}
	}
	if a := call(t, "", "agent", "show", "ann@agents.example", "-c", config); a.code != exitDone {
		t.Errorf("init again lost the agent: %s", a.err)
	}
}

func TestDatabaseWithoutItsSecretIsRefused(t *testing.T) {
	t.Parallel()
	config := site(t)
	secret := filepath.Join(filepath.Dir(config), "data", "secret")
	if err := os.Remove(secret); err != nil {
		t.Fatal(err)
	}
	for _, line := range [][]string{{"ticket", "list"}, {"serve"}, {"migrate"}} {
		a := call(t, "", append(line, "-c", config)...)
		if a.code != exitFailed || !strings.Contains(a.err, secret) ||
			!strings.Contains(a.err, "backup") {
			t.Errorf("%q: exit %d, %q", line, a.code, a.err)
		}
	}
	if _, err := os.Stat(secret); err == nil {
		t.Error("a new secret hides the loss of the old one")
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	config := site(t)
	db, err := sql.Open("sqlite3", filepath.Join(filepath.Dir(config), "data", "helpgate.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const newer = `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`
	if _, err := db.Exec(newer); err != nil {
		t.Fatal(err)
	}
	a := call(t, "", "ticket", "list", "-c", config)
	if a.code != exitFailed || !strings.Contains(a.err, "newer version") {
		t.Errorf("exit %d, %q", a.code, a.err)
	}
}

func TestConfigurationFaultsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), defaultConfig)
	text := "[smtp]\nlisten = \"127.0.0.1:0\"\nmax_conections = 5\n[mailbx]\n[site]\nlocale = \"xx\"\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	a := call(t, "", "serve", "-c", path)
	for _, want := range []string{"max_connections", "mailbox", "locale"} {
		if a.code != exitFailed || !strings.Contains(a.err, want) {
			t.Errorf("exit %d, %q lacks %q", a.code, a.err, want)
		}
	}
}

func TestUnknownVariableIsAWarning(t *testing.T) {
	t.Parallel()
	environ := []string{"HELPGATE_CONFIG=" + site(t), "HELPGATE_SMTP_LISTN=127.0.0.1:0"}
	a := callIn(t, environ, "", "ticket", "list", "--json")
	if a.code != exitDone || a.out != "[]\n" || !strings.Contains(a.err, "HELPGATE_SMTP_LISTEN") {
		t.Errorf("exit %d, out %q, err %q", a.code, a.out, a.err)
	}
}

func TestAgentAddAgainChangesWhatTheFlagsName(t *testing.T) {
	t.Parallel()
	config := site(t)
	show := func() string { return call(t, "", "agent", "list", "-c", config).out }
	for _, line := range []string{
		"agent add --email ann@a.example --email ann@home.example --name Ann --team first --lead",
		"agent disable ann@home.example",
		"agent add --email Ann@a.example --team second",
	} {
		if a := call(t, "", append(strings.Fields(line), "-c", config)...); a.code != exitDone {
			t.Fatalf("%s: %s", line, a.err)
		}
	}
	want := "1 Ann ann@a.example ann@home.example second true true"
	if got := show(); !strings.Contains(strings.Join(strings.Fields(got), " "), want) {
		t.Errorf("got\n%swant %q", got, want)
	}
	a := call(t, "", "agent", "add", "-c", config, "--email", "ben@a.example",
		"--email", "ann@home.example")
	if a.code != exitFailed || !strings.Contains(a.err, "ann@home.example") {
		t.Errorf("two agents have one address: exit %d, %q", a.code, a.err)
	}
}

func TestTicketWithoutTimesIsShown(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	a := app{streams: streams{out: &out}}
	a.showTicket(desk.Shown{
		Messages: []tickets.Message{{}}, Events: []tickets.Event{{}},
		Participants: []tickets.Participant{{}},
	})
	if !strings.Contains(out.String(), "nobody") {
		t.Errorf("shown as %q", out.String())
	}
	if v := shownView(desk.Shown{}); v.CreatedAt != nil || v.Requester != nil || v.Tags == nil ||
		v.Messages == nil || v.Events == nil || v.Links == nil || v.Participants == nil {
		t.Errorf("JSON of an empty ticket: %+v", v)
	}
	berlin := time.FixedZone("CET", 3600)
	if got := instant(time.Date(2026, 11, 24, 10, 0, 0, 5, berlin)); *got != "2026-11-24T09:00:00Z" {
		t.Errorf("a time is %s", *got)
	}
}
