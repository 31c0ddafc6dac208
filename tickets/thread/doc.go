// Package thread holds the rules of RULES sections 1 and 2 as pure functions: whether a mail is a
// further copy of one that is there, and which ticket a mail belongs to.
//
// It reads and writes no store: tickets/desk, its only caller, brings what the rules ask for and
// carries out what they say. It owns no goroutine.
package thread
