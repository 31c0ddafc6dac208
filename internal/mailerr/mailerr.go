// Package mailerr holds the one error type that crosses mail boundaries: from a wire to the door,
// from the door to the SMTP reply, from a relay's answer to the outbox.
//
// It does not map errors to replies (mailin/smtpd does) nor decide on retries (mailout/queue does).
// It owns no goroutine.
package mailerr

import (
	"errors"
	"fmt"
)

// Error is a failure with the words of RFC 5321 section 4.2 and RFC 3463 attached.
type Error struct {
	// Temporary tells that the same act may succeed later (4xx); false is final (5xx).
	Temporary bool
	// Code is the basic reply code, 400 to 599; 0 when no reply was seen or is due.
	Code int
	// Enhanced is the enhanced status code without the text, such as "5.1.1"; "" when unknown.
	Enhanced string
	// Public is text that a stranger may read: fixed words, never an inner error's.
	Public string
	// Op is a bare verb phrase that names the act, such as "store mail".
	Op string
	// Err is the cause, for the log only; may be nil.
	Err error
}

// Error gives the text for the log.
func (e *Error) Error() string {
	text := e.Public
	if e.Err != nil {
		text = e.Err.Error()
	}
	if e.Code != 0 {
		text = fmt.Sprintf("%d %s %s", e.Code, e.Enhanced, text)
	}
	if e.Op == "" {
		return text
	}
	return e.Op + ": " + text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// IsTemporary tells whether err may go away by itself. An error that is no *Error counts as
// temporary: what is not understood must never turn into a lost mail.
func IsTemporary(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return e.Temporary
	}
	return err != nil
}
