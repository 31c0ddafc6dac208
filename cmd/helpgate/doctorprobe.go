package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"helpgate/internal/config"
	"helpgate/internal/doctor"
	"helpgate/internal/probe"
)

// probed asks what the last probe mails of a mailbox found; only one with a loop has any.
func (e *exam) probed(mb config.Mailbox) doctor.Check {
	return doctor.Check{
		Area: "mailboxes", Name: mb.Address, Asked: "what did the last probe mails find?",
		Run: func(ctx context.Context) []doctor.Finding {
			return []doctor.Finding{e.stored(ctx, func(ctx context.Context) (doctor.Finding, error) {
				r, err := e.world.lastProbe(ctx, mb.Address)
				return afterProbe(mb, r), err
			})}
		},
	}
}

// afterProbe compares what the provider does with what the configuration asks of it.
func afterProbe(mb config.Mailbox, r *probe.Result) doctor.Finding {
	if r == nil {
		return doctor.Finding{
			State: doctor.Skipped, Seen: "no probe mail was sent: see helpgate mailbox probe",
		}
	}
	f, at := r.Findings, r.At.UTC().Format(time.DateOnly)
	refusal := ""
	if f.Refusal != "" {
		refusal = ": " + strings.Join(strings.Fields(f.Refusal), " ")
	}
	bad := func(state doctor.State, mend, what string, o probe.Outcome) doctor.Finding {
		return doctor.Finding{
			State: state, Mend: mend, Seen: fmt.Sprintf("on %s %s was %s%s", at, what, o, refusal),
		}
	}
	unknown := func(o probe.Outcome) bool { return o == "" || o == probe.Arrived }
	switch {
	case !unknown(f.Delivery):
		return bad(doctor.Fail, "run `helpgate mailbox probe "+mb.Address+"`, and mend what it tells",
			"mail to itself", f.Delivery)
	case mb.Tokens == "plus" && !unknown(f.PlusRecipient):
		return bad(doctor.Fail, `set tokens = "headers" for this mailbox`,
			"mail to a plus-address", f.PlusRecipient)
	case mb.ReturnPath == "own" && !unknown(f.PlusSender):
		return bad(doctor.Fail, `set return_path = "mailbox" for this mailbox`,
			"mail from a plus-address", f.PlusSender)
	}
	return doctor.Finding{State: doctor.OK, Seen: "on " + at + " they came through as they have to"}
}
