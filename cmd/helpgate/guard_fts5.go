//go:build !sqlite_fts5 && !fts5

package main

// The search index needs SQLite's FTS5, which go-sqlite3 leaves out by default: helpgate would
// start and fail at its first migration. An unknown name stops the build and tells the remedy.
var _ = TYPE_make_build_OR_go_build_WITH_tags_sqlite_fts5
