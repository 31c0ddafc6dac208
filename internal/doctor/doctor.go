// Package doctor looks for what keeps a helpdesk from working, and says what mends it: files and
// their modes, room on disks, ports, certificates, clocks, and DNS (MX of RFC 5321, SPF of RFC
// 7208, DKIM of RFC 6376, DMARC of RFC 7489, PTR).
//
// It asks and changes nothing: no file is made, no mail sent, no password used. What needs the
// store or a log-in is asked by its caller, cmd/helpgate, with the code that works with them
// otherwise. Examine owns the goroutines that run its checks.
package doctor

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// State is how something was found.
type State string

// The states, the worst last.
const (
	Skipped State = "skipped" // it could not be asked, or does not apply; Seen tells why
	OK      State = "ok"
	Warn    State = "warn" // it works, but not for long or not as well as it could
	Fail    State = "fail" // mail stays where it is, or is not trusted, until it is mended
)

// Finding is the answer to one question. Its texts are of one line and hold no secrets.
type Finding struct {
	Area  string `json:"area"`  // such as "dns"
	Name  string `json:"name"`  // what was looked at: a file, an address, a domain
	State State  `json:"state"` // ok, warn, fail or skipped
	Asked string `json:"asked"` // what was asked of it
	Seen  string `json:"seen"`  // what was found
	Mend  string `json:"mend"`  // what mends it, in one sentence; "" when nothing is to be done
}

// Check asks some questions about one thing.
type Check struct {
	Area, Name, Asked string
	// Run gives its findings, which need not repeat Area, Name and Asked. It honours ctx.
	Run func(ctx context.Context) []Finding
}

// The bounds of an examination.
const (
	atOnce = 8 // checks that run together: they wait for others more than they work
	// patience is how long one check may take: more than any timeout of DNS, less than a person's.
	patience = 20 * time.Second
)

// Examine runs the checks, several at once, and gives their findings in the order of the checks,
// those of an area together.
// One that does not end in time is a finding too: a server that says nothing hides no other.
func Examine(ctx context.Context, checks []Check) []Finding {
	found := make([][]Finding, len(checks))
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			found[i] = c.examine(ctx)
		})
	}
	all.Wait()
	list, areas := slices.Concat(found...), map[string]int{}
	for i, f := range list {
		if _, known := areas[f.Area]; !known {
			areas[f.Area] = i
		}
	}
	slices.SortStableFunc(list, func(a, b Finding) int { return areas[a.Area] - areas[b.Area] })
	return list
}

func (c Check) examine(ctx context.Context) []Finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	done := make(chan []Finding, 1) // who is too late may still put its answer there, and end
	go func() { done <- c.Run(ctx) }()
	var found []Finding
	select {
	case found = <-done:
	case <-ctx.Done():
		found = []Finding{{
			State: Fail, Seen: "no answer within " + patience.String(),
			Mend: "see whether it can be reached from this host, then ask again",
		}}
	}
	for i := range found {
		f := &found[i]
		f.Area = or(f.Area, c.Area)
		f.Name = or(f.Name, c.Name)
		f.Asked = or(f.Asked, c.Asked)
	}
	return found
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Short forms of findings, for one question each.

func good(format string, args ...any) Finding {
	return Finding{State: OK, Seen: fmt.Sprintf(format, args...)}
}

func skipped(format string, args ...any) Finding {
	return Finding{State: Skipped, Seen: fmt.Sprintf(format, args...)}
}

func bad(state State, mend, format string, args ...any) Finding {
	return Finding{State: state, Seen: fmt.Sprintf(format, args...), Mend: mend}
}
