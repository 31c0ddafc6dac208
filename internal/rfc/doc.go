// Package rfc reads and writes the words of mail headers: addresses and dates (RFC 5322), encoded
// words (RFC 2047), Message-IDs, subjects, charsets and file names.
//
// Its readers are tolerant and never fail: mail as it is sent, not as it is specified. What they
// return is always valid UTF-8 without NUL or controls, so that every string may go to a database,
// a log or another header. The strict checks (ValidAddress, ValidMessageID) guard what we send.
//
// It parses no MIME structure (mailin/parse does) and judges nothing. Every part of helpgate may
// call it. It is pure and owns no goroutine. All readers are linear in the size of their input.
package rfc
