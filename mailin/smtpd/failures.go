package smtpd

import (
	"hash/maphash"
	"net/netip"
	"strings"
	"sync"
	"time"

	"helpgate/internal/clock"
)

// How many log-ins may fail in a span that begins with the first: from one address, which may be
// that of a whole office, and to one account from wherever. Behind that nobody is asked, nor a hash
// made, until the span is over.
const (
	failureSpan        = 15 * time.Minute
	maxAddressFailures = 20
	maxAccountFailures = 50
)

// failureSlots is the size of a table. A hash takes 25 ms, so that a span has not time for enough
// failures to fill it.
const failureSlots = 1 << 14

// failures counts log-ins that failed, in tables of fixed size: whoever guesses from many
// addresses or at many names does not make them grow, nor push others' counts out. Two of a table
// that fall on one slot share its count; the seed is random, so that nobody can arrange it. A name that there is
// not is counted like any other, lest the answers tell the two apart.
type failures struct {
	clock clock.Clock
	seed  maphash.Seed

	mu        sync.Mutex
	addresses [failureSlots]failureSlot
	accounts  [failureSlots]failureSlot
}

type failureSlot struct {
	end int64 // of the span, in microseconds since 1970
	n   int32
}

func newFailures(c clock.Clock) *failures {
	return &failures{clock: c, seed: maphash.MakeSeed()}
}

// begin counts a log-in as failed before it is tried, so that many at once are no more than many in
// a row; false when too many have failed, and this one is not to be tried.
func (f *failures) begin(from netip.Addr, name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.clock.Now()
	address, account := f.find(from, name)
	for _, s := range []*failureSlot{address, account} {
		if s.end <= now.UnixMicro() {
			*s = failureSlot{end: now.Add(failureSpan).UnixMicro()}
		}
	}
	if address.n >= maxAddressFailures || account.n >= maxAccountFailures {
		return false
	}
	address.n++
	account.n++
	return true
}

// undo takes back what begin counted of a log-in that did not fail.
func (f *failures) undo(from netip.Addr, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	address, account := f.find(from, name)
	address.n = max(0, address.n-1) // the span may be another one by now
	account.n = max(0, account.n-1)
}

func (f *failures) find(from netip.Addr, name string) (address, account *failureSlot) {
	return &f.addresses[f.slot(from.String())], &f.accounts[f.slot(strings.ToLower(name))]
}

func (f *failures) slot(key string) uint64 {
	return maphash.String(f.seed, key) % failureSlots
}
