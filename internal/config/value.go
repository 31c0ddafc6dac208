package config

import (
	"bytes"
	"errors"
	"path/filepath"
	"slices"
	"strings"
)

// fileSuffix makes, of a secret's name, the name of the key that holds the path of a file with it.
const fileSuffix = "_file"

// value is what was said for a key, and where.
type value struct {
	raw    any
	isText bool   // of a variable or a default: raw is a string, whatever the key's shape
	source string // for faults, as is key
	key    string
}

// reject records what is wrong with a value.
func (l *loader) reject(v value, err error) {
	if f, ok := errors.AsType[*Fault](err); ok {
		l.fault(v.source, v.key, f.What, f.Do)
		return
	}
	l.fault(v.source, v.key, err.Error(), "mend it")
}

// lookup finds a key's value; that of a secret also in the file that KEY_file names. A variable in
// either form stands over both forms of the file.
func (l *loader) lookup(at place, k key, table map[string]any) (value, bool) {
	direct, given := l.lookupName(at, k.name, table)
	if !k.kind.secret {
		return direct, given
	}
	named, inFile := l.lookupName(at, k.name+fileSuffix, table)
	switch {
	case given && inFile && direct.source == named.source:
		l.fault(named.source, named.key, "is set beside "+k.name, "remove one of the two")
		return value{}, false
	case inFile && (!given || named.source == environment):
		return l.fromFile(named)
	}
	if text, _ := direct.raw.(string); given && direct.source != environment && k.kind.hides(text) {
		l.secretIn(l.source)
	}
	return direct, given
}

// hides tells whether a value of the kind holds a secret: of URLs only those with a password do.
func (k kind) hides(text string) bool {
	if k.name == "URL" {
		return strings.Contains(text, "@")
	}
	return text != ""
}

func (l *loader) secretIn(path string) {
	if !slices.Contains(l.config.secretFiles, path) {
		l.config.secretFiles = append(l.config.secretFiles, path)
	}
}

func (l *loader) lookupName(at place, name string, table map[string]any) (value, bool) {
	raw, given := table[name]
	if v, ok := raw.(variable); ok {
		return value{raw: v.Text, isText: true, source: environment, key: v.Name}, true
	}
	return value{raw: raw, source: l.source, key: join(at.shown, name)}, given
}

// fromFile reads the secret that a KEY_file names, without the line's end that editors add.
func (l *loader) fromFile(named value) (value, bool) {
	path, ok := named.raw.(string)
	if !ok || path == "" {
		l.fault(named.source, named.key, "names no file", textual.demand())
		return value{}, false
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(l.dir, path)
	}
	l.secretIn(path)
	data, err := readLimited(path, maxSecretFile)
	if err == nil && len(bytes.TrimSpace(data)) == 0 {
		err = errors.New("is empty")
	}
	if err != nil {
		l.fault(named.source, named.key, quote(path)+" "+err.Error(), "put the secret into it")
		return value{}, false
	}
	named.raw, named.isText = string(bytes.TrimRight(data, "\r\n")), true
	return named, true
}
