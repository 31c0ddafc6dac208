//go:build !cgo

package main

// Without cgo go-sqlite3 is a stub that fails when the database is opened. An unknown name stops
// the build and tells the remedy.
var _ = INSTALL_gcc_AND_BUILD_WITH_CGO_ENABLED_1
