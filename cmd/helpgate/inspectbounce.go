package main

import (
	"strings"

	"helpgate/tickets"
)

// bounceJSON is what a bounce or a warning of delay tells.
type bounceJSON struct {
	Recipients []bouncedJSON `json:"recipients"`
	MessageID  string        `json:"message_id"`
	EnvelopeID string        `json:"envelope_id"`
}

// bouncedJSON is what became of the mail for one recipient.
type bouncedJSON struct {
	Address    string `json:"address"`
	Action     string `json:"action"`
	Status     string `json:"status"`
	Diagnostic string `json:"diagnostic"`
}

// bounceView shows a report; nil for none.
func bounceView(r *tickets.Report) *bounceJSON {
	if r == nil {
		return nil
	}
	return &bounceJSON{
		Recipients: mapAll(r.Recipients, func(one tickets.ReportedRecipient) bouncedJSON {
			return bouncedJSON{one.Address, one.Action, one.Status, one.Diagnostic}
		}),
		MessageID: r.MessageID, EnvelopeID: r.EnvelopeID,
	}
}

// awayView shows the day that an out-of-office notice names; nil without one.
func awayView(a tickets.Absence) *string {
	if day := a.Day(); day != "" {
		return &day
	}
	return nil
}

// lines are a bounce's for a person: a line a recipient.
func (b *bounceJSON) lines() []string {
	if b == nil {
		return nil
	}
	lines := mapAll(b.Recipients, func(r bouncedJSON) string {
		words := []string{r.Address, r.Action, r.Status, r.Diagnostic}
		return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
	})
	if b.MessageID != "" {
		lines = append(lines, "of message "+b.MessageID)
	}
	return lines
}
