package config

import "strings"

// Fault is one thing that is wrong, and what to do about it.
type Fault struct {
	Source string // the file, or "environment"
	Key    string // as in the file with mailboxes counted from 1, or the variable; "" for the whole
	What   string // what is wrong; never holds a secret
	Do     string // what mends it
}

// Error gives "source: key: what is wrong; what to do".
func (f *Fault) Error() string {
	line := f.Source + ": "
	if f.Key != "" {
		line += f.Key + ": "
	}
	return line + f.What + "; " + f.Do
}

// Warning is something that may be meant, and hinders nothing.
type Warning struct{ Fault }

// String gives the line of a Fault.
func (w Warning) String() string { return w.Error() }

// Error lists every fault of a configuration, so that one reading mends them all.
type Error struct {
	Faults []*Fault
}

// Error gives one line a fault.
func (e *Error) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// bad is a value's fault; the loader adds where it was found.
func bad(what, do string) error { return &Fault{What: what, Do: do} }
