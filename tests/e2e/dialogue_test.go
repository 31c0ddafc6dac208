package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// script is one file of tests/dialogues: what peers say to a gateway and must hear of it, and how
// the gateway stands afterwards. docs/development.md shows the format; peerVerbs, playVerb and
// checkVerbs hold all its words.
type script struct {
	name    string
	threats []string // of THREATS.md and PAINS.md, such as S20 and K4, by the file's first line
	config  string   // what the gateway's [smtp] says beside the plain one's
	steps   []step
	checks  []step
}

// step is one line.
type step struct {
	at    string   // file and line, for who mends it
	peers []string // the connections that do it, one after the other
	times int
	verb  string
	arg   string
}

// scripts reads all dialogues.
func scripts(t *testing.T) (all []script) {
	t.Helper()
	files, err := filepath.Glob("../dialogues/*.smtp")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dialogues: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := parseScript(filepath.Base(file), string(text))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

var threatName = regexp.MustCompile(`\b(S2\d|K\d+)\b`)

// parseScript reads a dialogue. Lines of peers that are told apart by number, such as "crowd*50: <
// 220", become a step of crowd1 to crowd50.
func parseScript(file, text string) (script, error) {
	s := script{name: strings.TrimSuffix(file, ".smtp")}
	lines := strings.Split(text, "\n")
	s.threats = threatName.FindAllString(lines[0], -1)
	for i, line := range lines {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := fmt.Sprintf("%s:%d", file, i+1)
		st, err := parseStep(line)
		if err != nil {
			return s, fmt.Errorf("%s: %q: %w", at, line, err)
		}
		st.at = at
		switch {
		case st.verb == "with":
			s.config += st.arg + "\n"
		case checkVerbs[st.verb] != nil:
			s.checks = append(s.checks, st)
		default:
			s.steps = append(s.steps, st)
		}
	}
	return s, nil
}

// stepLine is "peer*number: times-x verb argument", all but the verb optional.
var stepLine = regexp.MustCompile(`^(?:([a-z]+)(?:\*(\d+))?: )?(?:(\d+)x )?(\S+)(?: (.*))?$`)

func parseStep(line string) (step, error) {
	m := stepLine.FindStringSubmatch(line)
	if m == nil {
		return step{}, errors.New("not a step")
	}
	st := step{peers: []string{m[1]}, times: 1, verb: m[4], arg: m[5]}
	if m[3] != "" {
		st.times, _ = strconv.Atoi(m[3]) // digits
	}
	if m[2] != "" {
		n, _ := strconv.Atoi(m[2])
		st.peers = nil
		for i := range n {
			st.peers = append(st.peers, fmt.Sprint(m[1], i+1))
		}
	}
	known := peerVerbs[st.verb] != nil || playVerb(st.verb) != nil || checkVerbs[st.verb] != nil
	if !known && st.verb != "with" {
		return st, errors.New("unknown verb")
	}
	return st, nil
}
