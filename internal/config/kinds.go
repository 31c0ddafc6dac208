package config

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	_ "time/tzdata" // a host without zone files still knows every zone
)

const (
	second = time.Second
	minute = time.Minute
	hour   = time.Hour
	day    = 24 * time.Hour
)

// A kind is a type of value: how the documentation calls it, and how it becomes a field's value.
type kind struct {
	name   string
	shape  shape
	secret bool // never shown; may be given by a file named in KEY_file
	// read checks a value in the form of its shape. Relative paths in it begin at dir.
	read func(v any, dir string) (any, error)
}

// ofText makes a kind whose values are written as text.
func ofText[T any](name string, read func(string) (T, error)) kind {
	return kind{name: name, read: func(v any, _ string) (any, error) { return read(v.(string)) }}
}

// ofList makes a kind whose values are lists of what read takes.
func ofList[T any](name string, read func(string) (T, error)) kind {
	return kind{name: name, shape: listed, read: func(v any, _ string) (any, error) {
		var list []T
		for _, item := range v.([]string) {
			value, err := read(item)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	}}
}

var (
	text   = ofText("text", readText)
	texts  = ofList("list of texts", readText)
	block  = ofText("text of lines", readBlock)
	secret = kind{name: "secret", secret: true, read: readSecret}
	// secretText may have several lines, as key files do.
	secretText = kind{name: "secret", secret: true, read: readSecretText}
	boolean    = kind{name: "boolean", shape: logical, read: func(v any, _ string) (any, error) {
		return v, nil
	}}
	zone         = ofText("zone", readZone)
	businessTime = ofText("duration", readBusinessTime)
	path         = kind{name: "path", read: readPath}
	file         = kind{name: "file", read: readFile}
)

func readText(s string) (string, error) {
	if i := strings.IndexFunc(s, unicode.IsControl); i >= 0 || !utf8.ValidString(s) {
		return "", bad(quote(s)+" is not one line of text", "remove line breaks and control characters")
	}
	return s, nil
}

func readBlock(s string) (string, error) {
	unwanted := func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if strings.ContainsFunc(s, unwanted) || !utf8.ValidString(s) {
		return "", bad("is not plain text", "remove control characters")
	}
	return s, nil
}

func readSecret(v any, _ string) (any, error) {
	s, err := readText(v.(string))
	if err != nil { // not err itself: it quotes the value
		return nil, bad("is not one line of text", "remove line breaks and control characters")
	}
	return Secret(s), nil
}

func readSecretText(v any, _ string) (any, error) {
	s, err := readBlock(v.(string))
	if err != nil {
		return nil, err
	}
	return Secret(s), nil
}

func readZone(s string) (*time.Location, error) {
	zone, err := time.LoadLocation(s)
	if err != nil || s == "" || s == "Local" {
		return nil, bad(quote(s)+" is not an IANA zone", `write one such as "Europe/Berlin" or "UTC"`)
	}
	return zone, nil
}

func readPath(v any, dir string) (any, error) {
	s, err := readText(v.(string))
	if err != nil || s == "" {
		return nil, bad(quote(s)+" is not a path", "name a file or folder")
	}
	if !filepath.IsAbs(s) {
		s = filepath.Join(dir, s)
	}
	return filepath.Clean(s), nil
}

// oneOf makes the kind of keys that choose between fixed words.
func oneOf(words ...string) kind {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = strconv.Quote(word)
	}
	return ofText(strings.Join(quoted, ", "), func(s string) (string, error) {
		if !slices.Contains(words, s) {
			return "", bad(quote(s)+" is not a choice", "write one of "+strings.Join(quoted, ", "))
		}
		return s, nil
	})
}

// number makes the kind of whole numbers from least to most.
func number(least, most int64) kind {
	return kind{name: "integer", shape: numeric, read: func(v any, _ string) (any, error) {
		n := v.(int64)
		if n < least || n > most {
			do := fmt.Sprintf("write a number from %d to %d", least, most)
			return nil, bad(fmt.Sprint(n, " is out of range"), do)
		}
		return int(n), nil
	}}
}

// duration makes the kind of times from least to most.
func duration(least, most time.Duration) kind {
	return ofText("duration", func(s string) (time.Duration, error) {
		d, ok := parseDuration(s)
		if !ok {
			return 0, bad(quote(s)+" is not a duration", `write it as "90s", "4h" or "30d"`)
		}
		if d < least || d > most {
			do := fmt.Sprintf("write one from %v to %v", least, most)
			return 0, bad(quote(s)+" is out of range", do)
		}
		return d, nil
	})
}

// parseDuration adds whole days ("30d") to what time.ParseDuration takes.
func parseDuration(s string) (time.Duration, bool) {
	if days, found := strings.CutSuffix(s, "d"); found {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * day, err == nil
	}
	d, err := time.ParseDuration(s)
	return d, err == nil
}

// readBusinessTime refuses days: a day of business hours has as many as the mailbox says.
func readBusinessTime(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < minute || d > 10_000*hour {
		return 0, bad(quote(s)+" is not a business time", `write it as "8h" or "90m"`)
	}
	return d, nil
}

var sizeForm = regexp.MustCompile(`^([0-9]{1,15}) ?(B|KiB|MiB|GiB)?$`)

// size makes the kind of byte counts from least to most.
func size(least, most int64) kind {
	units := map[string]int64{"": 1, "B": 1, "KiB": kibi, "MiB": mebi, "GiB": gibi}
	return kind{name: "size", shape: quantity, read: func(v any, _ string) (any, error) {
		match := sizeForm.FindStringSubmatch(v.(string))
		if match == nil {
			return nil, bad(quote(v.(string))+" is not a size", `write it as "50MiB" or in bytes`)
		}
		n, err := strconv.ParseInt(match[1], 10, 64)
		unit := units[match[2]]
		if err != nil || n > math.MaxInt64/unit || n*unit < least || n*unit > most {
			do := fmt.Sprintf("write one from %d to %d bytes", least, most)
			return nil, bad(quote(v.(string))+" is out of range", do)
		}
		return n * unit, nil
	}}
}

// maxQuoted bounds what a fault repeats of a value, in bytes.
const maxQuoted = 80

// quote shows a value in a fault, on one line.
func quote(s string) string {
	if len(s) > maxQuoted {
		s = s[:maxQuoted] + "…"
	}
	return strconv.Quote(s)
}
