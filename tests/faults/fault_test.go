package faults

import "sync"

// fault lets a step fail that is on the way of a letter, or that step and all behind it.
type fault struct {
	mu     sync.Mutex
	strike strike
	at     int // which step fails; 0 for none
	steps  int // how many there were since
}

// strike is how a step fails.
type strike struct {
	err error
	// lasting tells that all steps behind it fail too, until the fault is mended.
	lasting bool
}

// arm lets the at-th step from now on fail.
func (f *fault) arm(at int, s strike) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.strike, f.at, f.steps = s, at, 0
}

// mend lets everything work again, and tells whether anything failed.
func (f *fault) mend() (struck bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	struck = f.at > 0 && f.steps >= f.at
	f.at = 0
	return struck
}

// step counts one, and gives its error.
func (f *fault) step() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.steps++
	if f.at > 0 && (f.steps == f.at || f.steps > f.at && f.strike.lasting) {
		return f.strike.err
	}
	return nil
}
