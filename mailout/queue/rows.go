package queue

import (
	"context"
	"time"

	"helpgate/tickets"
)

// Rows is what the queue needs of the store: leasing rows and writing down how they fared. Each
// method is one durable act.
type Rows interface {
	// Claim leases up to n rows that are due at now, by importance, then age, and gives them with
	// Attempts counted up. A row whose lease ran out is due again.
	Claim(ctx context.Context, now, leaseUntil time.Time, n int) ([]tickets.Outgoing, error)
	// SetContent ties the composed bytes to the row before they go out for the first time.
	SetContent(ctx context.Context, id int64, content tickets.Blob) error
	// Sent ends a row well.
	Sent(ctx context.Context, id int64, at time.Time, reply string) error
	// Retry gives a row back until next.
	Retry(ctx context.Context, id int64, next time.Time, reply string) error
	// NextDue gives the instant at which the earliest waiting or leased row falls due; the zero
	// time when there is none.
	NextDue(ctx context.Context) (time.Time, error)
	// List gives rows, newest first; of every status when status is "", all when limit is 0.
	List(ctx context.Context, status tickets.OutStatus, limit int) ([]tickets.Outgoing, error)
}
