package tickets

import (
	"time"

	"helpgate/internal/token"
)

// Report is what a mail system tells of a mail that did not arrive, or not yet (RFC 3464). It
// proves nothing by itself: whoever writes a mail can write such a report (RULES section 4).
type Report struct {
	Recipients []ReportedRecipient
	MessageID  string // of the mail that is told of, without brackets; "" when it is not told
	EnvelopeID string // the ENVID under which it was sent (RFC 3461), decoded; "" without one
	// Ours is the delivery of ours that came back, by its loop header; zero without one.
	Ours token.Claim
}

// ReportedRecipient is what became of the mail for one recipient.
type ReportedRecipient struct {
	// Address is to whom the mail was sent where that is told, else to whom it was to go in the
	// end: in key form, or as it stands there when it is no mail address.
	Address string
	// Final is to whom the mail was to go in the end (RFC 3464 section 2.3.2), in key form; "" when
	// it is the same.
	Final string
	// Action is failed, delayed, delivered, relayed or expanded (RFC 3464 section 2.3.3).
	Action string
	// Status is the enhanced status code (RFC 3463), "" when none is told or meant.
	Status string
	// Diagnostic holds the words of the server that refused it, one line; "" when there are none.
	Diagnostic string
	RemoteMTA  string // the host that refused it, without its type; "" when it is not told
}

// Absence is until when somebody says that they are away.
type Absence struct {
	// Until is midnight UTC of the day that they name; zero when they name none.
	Until time.Time
	// Back tells that it is the day on which they return, not the last one on which they are away.
	Back bool
}

// Ends gives the instant at which the absence is over in that zone; zero when no day is named.
func (a Absence) Ends(zone *time.Location) time.Time {
	if a.Until.IsZero() {
		return time.Time{}
	}
	year, month, day := a.Until.Date()
	if !a.Back {
		day++
	}
	return time.Date(year, month, day, 0, 0, 0, 0, zone)
}

// Day gives the day that is named as YYYY-MM-DD; "" when there is none.
func (a Absence) Day() string {
	if a.Until.IsZero() {
		return ""
	}
	return a.Until.Format(time.DateOnly)
}
