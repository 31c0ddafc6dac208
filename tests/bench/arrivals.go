package main

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// arrivals notes when what follows from each mail reached the relay, by the mail's number.
type arrivals struct {
	mu    sync.Mutex
	acks  map[int64]time.Time
	notes map[int64]time.Time
	all   []time.Time
}

func newArrivals() *arrivals {
	return &arrivals{acks: map[int64]time.Time{}, notes: map[int64]time.Time{}}
}

// look is the sink's: an acknowledgement goes to the sender, whose address holds the number; a
// notification has the mail's subject.
func (a *arrivals) look(to string, at time.Time, head []byte) {
	var n int64
	var err error
	kind := a.notes
	if digits, found := strings.CutPrefix(to, "u"); found {
		kind = a.acks
		n, err = strconv.ParseInt(digits[:min(len(digits), len(serial))], 10, 64)
	} else if _, rest, found := bytes.Cut(head, []byte("Order ")); found {
		n, err = strconv.ParseInt(string(rest[:min(len(rest), len(serial))]), 10, 64)
	}
	if err != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = append(a.all, at)
	if _, twice := kind[n]; !twice {
		kind[n] = at
	}
}

// after gives how long after their 250 mails of that kind arrived, sorted, and how many of them
// never did.
func (a *arrivals) after(done []stamp, kind map[int64]time.Time) (took []time.Duration, lost int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range done {
		at, arrived := kind[s.n]
		if !arrived {
			lost++
			continue
		}
		took = append(took, at.Sub(s.at))
	}
	slices.Sort(took)
	return took, lost
}

// pause gives the longest time between the two moments in which nothing arrived.
func (a *arrivals) pause(from, to time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	slices.SortFunc(a.all, time.Time.Compare)
	var longest time.Duration
	for _, at := range a.all {
		if at.After(to) {
			break
		}
		longest, from = max(longest, at.Sub(from)), at
	}
	return max(longest, to.Sub(from))
}
