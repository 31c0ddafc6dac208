// Package govern holds the budgets of what the helpdesk sends on its own (RULES section 3,
// acknowledgement and governor), as pure rules: whatever a mail was taken for, and whoever answers
// whom, the number of mails that follow stays bounded.
//
// It counts nothing itself: tickets/desk, its only caller, brings the counts from the store, so
// that they hold over restarts and nodes. It owns no goroutine.
package govern

import (
	"fmt"
	"slices"
	"time"

	"helpgate/tickets"
)

// Window allows at most Most mails in Every.
type Window struct {
	Every time.Duration
	Most  int
}

// PerRecipient bounds automatic mails of one ticket to one recipient.
func PerRecipient() []Window {
	return []Window{
		{10 * time.Minute, 10},
		{30 * time.Minute, 15},
		{60 * time.Minute, 25},
		{180 * time.Minute, 50},
		{600 * time.Minute, 100},
	}
}

// Instance bounds all automatic mails of the whole helpdesk.
func Instance(perHour int) []Window { return []Window{{time.Hour, perHour}} }

// AckKnown bounds acknowledgements to an address whose owner is known to read mail there.
func AckKnown() []Window { return []Window{{3 * time.Hour, 10}} }

// AckUnknown bounds acknowledgements to any other address, over all mailboxes: whoever forges it
// as a sender reaches its owner once a day, and with none of his own words.
func AckUnknown() []Window { return []Window{{24 * time.Hour, 1}} }

// HintPerDay bounds the mails that tell one agent how to confirm what came in his name.
func HintPerDay() []Window { return []Window{{24 * time.Hour, 3}} }

// AlertEvery bounds how often a lead is told of the same trouble.
func AlertEvery() []Window { return []Window{{time.Hour, 1}} }

// Within tells whether one more mail at now keeps all windows, given how many were counted since
// a time.
func Within(ws []Window, now time.Time, spent func(since time.Time) (int, error)) (bool, error) {
	for _, w := range ws {
		n, err := spent(now.Add(-w.Every))
		if err != nil {
			return false, fmt.Errorf("count the last %s: %w", w.Every, err)
		}
		if n >= w.Most {
			return false, nil
		}
	}
	return true, nil
}

// Since counts from the time on, the minute in which it falls whole: rather one mail too few than
// one too many.
func Since(counts []tickets.Count, since time.Time) (n int) {
	for _, c := range slices.Backward(counts) {
		if c.At.Before(since.Truncate(time.Minute)) {
			break
		}
		n += c.N
	}
	return n
}

// Next gives the first time, at least at, from which one more keeps all windows, given all that is
// counted, oldest first, what is planned for later included.
func Next(ws []Window, at time.Time, counts []tickets.Count) time.Time {
	for _, w := range ws {
		n := 0
		for _, c := range slices.Backward(counts) {
			if n += c.N; n < w.Most {
				continue
			}
			// The minute in which a window begins counts whole, so that one must be behind it.
			if free := c.At.Add(w.Every + time.Minute); free.After(at) {
				at = free
			}
			break
		}
	}
	return at
}
