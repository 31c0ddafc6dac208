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
	err  error
	full bool // err tells of a full disk
	// lasting tells that all steps behind it fail too, until the fault is mended.
	lasting bool
	// late tells that the step is done nevertheless.
	late bool
}

func (s strike) String() string {
	text := s.err.Error()
	if s.lasting {
		text += ", and all that follows"
	}
	if s.late {
		text += ", though it was done"
	}
	return text
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

// step counts one, and tells whether and how it fails.
func (f *fault) step() (s strike, struck bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.steps++
	struck = f.at > 0 && (f.steps == f.at || f.steps > f.at && f.strike.lasting)
	return f.strike, struck
}

// fail counts a step and gives its error.
func (f *fault) fail() error {
	if s, struck := f.step(); struck {
		return s.err
	}
	return nil
}
