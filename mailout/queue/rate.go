package queue

import "time"

// rate bounds how many attempts begin in any span of time. It remembers each, at most limit of
// them, so that the bound holds at every instant and not only by the calendar's minutes: relays
// count so too.
type rate struct {
	limit int
	span  time.Duration
	begun []time.Time // oldest first
}

// room gives how many may begin now; when none, the instant at which the next may.
func (r *rate) room(now time.Time) (n int, opens time.Time) {
	old := 0
	for old < len(r.begun) && !r.begun[old].Add(r.span).After(now) {
		old++
	}
	r.begun = append(r.begun[:0], r.begun[old:]...)
	if n = r.limit - len(r.begun); n > 0 {
		return n, now
	}
	return 0, r.begun[0].Add(r.span)
}

// take counts n attempts that begin now.
func (r *rate) take(now time.Time, n int) {
	for range n {
		r.begun = append(r.begun, now)
	}
}
