package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

const (
	// maxFile bounds the configuration file, in bytes.
	maxFile = 1 << 20
	// maxLine and maxBrackets bound how deep a file can nest. The parser recurses for each bracket
	// and koanf for each dot of a key: 200,000 "[" overflow the stack, which no recover catches.
	maxLine     = 8 << 10 // bytes
	maxBrackets = 10_000
	// maxSecretFile bounds a file that holds one secret, in bytes.
	maxSecretFile = 64 << 10
)

// Load reads the file at path and the HELPGATE_… variables of environ ("NAME=value") over it, and
// checks them whole. With path "" there is no file. The error is an *Error with every fault; the
// warnings are to be logged.
func Load(path string, environ []string) (*Config, []Warning, error) {
	l := &loader{source: path, config: &Config{set: map[string]bool{}}}
	if path == "" {
		l.source = environment
	}
	tree, err := l.readFile(path)
	if err != nil {
		return nil, nil, err
	}
	l.fillAll(l.overlay(tree, environ))
	if len(l.faults) == 0 {
		l.derive()
	}
	l.check()
	if len(l.faults) > 0 {
		return nil, l.warnings, &Error{Faults: l.faults}
	}
	return l.config, l.warnings, nil
}

// loader is one run of Load.
type loader struct {
	source   string // of what no variable gave: the file's path
	dir      string // where relative paths begin
	config   *Config
	faults   []*Fault
	warnings []Warning
}

// place is a table of the file: by the name of its section, and as people read it.
type place struct{ section, shown string }

func (p place) child(name string) place {
	return place{join(p.section, name), join(p.shown, name)}
}

// readFile parses the file. Its error ends Load: nothing else can be told of such a file.
func (l *loader) readFile(path string) (map[string]any, error) {
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("find the working folder: %w", err)
	}
	l.dir = dir
	if path == "" {
		return nil, nil
	}
	data, err := readLimited(path, maxFile)
	if err != nil {
		return nil, l.only(err.Error(), "name another file with -c, or make one with `helpgate init`")
	}
	if what := tooDeep(data); what != "" {
		return nil, l.only(what, "break it up, or set fewer keys")
	}
	k := koanf.New(".")
	if err := k.Load(rawbytes.Provider(data), toml.Parser()); err != nil {
		what := strings.TrimPrefix(err.Error(), "toml: ")
		if at, ok := errors.AsType[interface {
			error
			Position() (row, column int)
		}](err); ok {
			row, column := at.Position()
			what = fmt.Sprintf("line %d, column %d: %s", row, column, what)
		}
		return nil, l.only(what, "mend the TOML there")
	}
	return k.Raw(), nil
}

// tooDeep tells which limit of nesting a file exceeds, or "".
func tooDeep(data []byte) string {
	if bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) > maxBrackets {
		return fmt.Sprintf("opens more than %d brackets", maxBrackets)
	}
	number := 0
	for line := range bytes.Lines(data) {
		if number++; len(line) > maxLine {
			return fmt.Sprintf("line %d is longer than %d bytes", number, maxLine)
		}
	}
	return ""
}

func (l *loader) only(what, do string) error {
	return &Error{Faults: []*Fault{{Source: l.source, What: what, Do: do}}}
}

// readLimited reads a file of at most limit bytes.
func readLimited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.New("cannot be read: " + reason(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, errors.New("cannot be read: " + reason(err))
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("is larger than %d bytes", limit)
	}
	return data, nil
}

// reason is an error of the file system without the path, which stands in the line already.
func reason(err error) string {
	if pathErr, ok := errors.AsType[*os.PathError](err); ok {
		return pathErr.Err.Error()
	}
	return err.Error()
}

// overlay lays the variables over the file's values.
func (l *loader) overlay(tree map[string]any, environ []string) map[string]any {
	vars := readEnviron(environ)
	l.warnings = append(l.warnings, vars.warnings...)
	tree = merge(tree, vars.keys)
	mailboxes, isList := tree["mailbox"].([]any)
	if len(vars.mailboxes) == 0 || tree["mailbox"] != nil && !isList {
		return tree
	}
	for n := 1; n <= len(mailboxes)+len(vars.mailboxes); n++ {
		over, given := vars.mailboxes[n]
		switch {
		case !given:
		case n <= len(mailboxes):
			if table, ok := mailboxes[n-1].(map[string]any); ok {
				mailboxes[n-1] = merge(table, over)
			}
			delete(vars.mailboxes, n)
		case n == len(mailboxes)+1:
			mailboxes = append(mailboxes, merge(nil, over))
			delete(vars.mailboxes, n)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(vars.mailboxes)) {
		l.fault(environment, fmt.Sprintf("HELPGATE_MAILBOX_%d_…", n),
			fmt.Sprintf("there are only %d mailboxes before it", len(mailboxes)),
			"number the mailboxes from 1 without a gap")
	}
	tree["mailbox"] = mailboxes
	return tree
}

// merge lays flat dotted keys over a table.
func merge(table, over map[string]any) map[string]any {
	k := koanf.New(".")
	for _, layer := range []*confmap.Confmap{
		confmap.Provider(table, ""), confmap.Provider(over, "."),
	} {
		if err := k.Load(layer, nil); err != nil {
			panic(err) // a map in memory cannot fail to load
		}
	}
	return k.Raw()
}

func (l *loader) fault(source, key, what, do string) {
	l.faults = append(l.faults, &Fault{Source: source, Key: key, What: what, Do: do})
}

func (l *loader) warn(key, what, do string) {
	l.warnings = append(l.warnings, Warning{Fault{Source: l.source, Key: key, What: what, Do: do}})
}
