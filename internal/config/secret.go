package config

import (
	"fmt"
	"strings"
)

// hidden stands in every dump, log line and JSON text where a secret would.
const hidden = "[hidden]"

// Secret is a password or key. Every way of printing it gives "[hidden]"; Reveal alone gives it.
type Secret string

// Reveal returns the secret itself, for the one call that logs in with it.
func (s Secret) Reveal() string { return string(s) }

// Format prints the stand-in for every verb, %#v and %x too.
func (s Secret) Format(state fmt.State, _ rune) { fmt.Fprint(state, s.shown()) }

// MarshalText keeps the secret out of JSON and of slog's handlers.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.shown()), nil }

func (s Secret) shown() string {
	if s == "" {
		return ""
	}
	return hidden
}

// StoreURL names a database or a blob store: "sqlite:/path", "postgres://…", "file:/path".
// Printed, it hides all behind "://", where names and passwords stand.
type StoreURL string

// Reveal returns the whole URL, for the one call that opens it.
func (u StoreURL) Reveal() string { return string(u) }

// Format prints the scheme and, of local stores only, the path.
func (u StoreURL) Format(state fmt.State, _ rune) { fmt.Fprint(state, u.shown()) }

// MarshalText keeps the password out of JSON and of slog's handlers.
func (u StoreURL) MarshalText() ([]byte, error) { return []byte(u.shown()), nil }

func (u StoreURL) shown() string {
	if scheme, _, remote := strings.Cut(string(u), "://"); remote {
		return scheme + "://" + hidden
	}
	return string(u)
}
