// Package config reads helpgate's settings: a TOML file, HELPGATE_… variables over it, defaults
// under both, all checked before anything starts.
//
// One table (table.go) declares every key. Loading, the complaint about an unknown key, the
// variables, docs/configuration.md and the sample file of `helpgate init` are made from it. To add
// a key, add one line to the table and one field to the struct of its section; a test tells when
// the two disagree, another when docs/configuration.md is out of date.
//
// The package opens no database, no connection and no listener, and looks nothing up in DNS. Only
// cmd/helpgate calls it and hands the parts on; no other package knows that a file exists. It owns
// no goroutine.
package config
