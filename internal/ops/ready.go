package ops

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync/atomic"
)

// Check is one condition of readiness. Run tells what is wrong; it honours its context, which
// ends after 2 s.
type Check struct {
	Name string
	Run  func(context.Context) error
}

// Switch is a condition that whoever runs a part turns on when it is up, and off when it ends.
// The zero Switch is off.
type Switch struct{ on atomic.Bool }

// Set turns the switch on or off.
func (s *Switch) Set(up bool) { s.on.Store(up) }

// Check gives the switch as a condition of that name.
func (s *Switch) Check(name string) Check {
	return Check{Name: name, Run: func(context.Context) error {
		if !s.on.Load() {
			return errors.New("not up")
		}
		return nil
	}}
}

// readiness is the answer of /readyz.
type readiness struct {
	Ready  bool        `json:"ready"`
	Checks []condition `json:"checks"`
	// Mailboxes are told beside the checks: a provider that is away is no reason to send no mail here.
	Mailboxes []mailbox `json:"mailboxes"`
}

type condition struct {
	Name  string `json:"name"`
	Ready bool   `json:"ready"`
	Error string `json:"error,omitempty"`
}

// readyz answers 200 when every check passes, else 503; either way it names each, and tells how
// the polled mailboxes fare.
func readyz(checks []Check, folders polled) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx, cancel := context.WithTimeout(req.Context(), checkTimeout)
		defer cancel()
		answer := readiness{Ready: true, Checks: []condition{}, Mailboxes: folders.view()}
		for _, c := range checks {
			state := condition{Name: c.Name, Ready: true}
			if err := c.Run(ctx); err != nil {
				state.Ready, state.Error = false, err.Error()
				answer.Ready = false
			}
			answer.Checks = append(answer.Checks, state)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if !answer.Ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		// A peer that left is not worth a log line; nothing else can fail here.
		_ = json.NewEncoder(w).Encode(answer)
	})
}
