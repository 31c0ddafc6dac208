package queue

import (
	"crypto/rand"
	"errors"
	"math/big"
	"time"

	"helpgate/internal/mailerr"
	"helpgate/tickets"
)

const (
	// firstRetry is the pause after the first attempt: greylisting asks for a minute or more.
	firstRetry = time.Minute
	// maxRetry is the longest pause; the pause doubles until then.
	maxRetry = 4 * time.Hour
	// giveUpAfter is the age at which a mail is given up (RFC 5321 section 4.5.4.1: 4 to 5 days).
	giveUpAfter = 5 * 24 * time.Hour
	// minAttempts come before giving up, some two hours: a mail that was held for a week, or queued
	// before a long outage, still gets past greylisting.
	minAttempts = 8
	// MaxComposeAttempts is how often a row is tried of which no mail could be made, some eight
	// hours. While the store is away nothing can be claimed, so that does not count.
	MaxComposeAttempts = 10
)

// pause gives how long a row waits after so many attempts, with up to a fifth more, so that mails
// that failed together do not come back together.
func pause(attempts int) time.Duration {
	d := firstRetry
	for i := 1; i < attempts && d < maxRetry; i++ {
		d *= 2
	}
	d = min(d, maxRetry)
	more, err := rand.Int(rand.Reader, big.NewInt(int64(d/5)))
	if err != nil {
		return d // never: Go's crypto/rand does not fail
	}
	return d + time.Duration(more.Int64())
}

// refused tells that the other side, or the composer, will never take the mail.
func refused(err error) bool {
	var e *mailerr.Error
	return errors.As(err, &e) && !e.Temporary
}

// exhausted tells that a row that failed for now was tried enough.
func exhausted(o tickets.Outgoing, now time.Time) bool {
	if o.Content == "" {
		return o.Attempts >= MaxComposeAttempts
	}
	return o.Attempts >= minAttempts && now.Sub(o.CreatedAt) >= giveUpAfter
}
