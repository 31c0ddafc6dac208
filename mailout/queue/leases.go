package queue

import (
	"context"
	"time"

	"helpgate/tickets"
)

// Leases is what a Worker needs of the store: leasing rows and writing down how they fared. Each
// method is one durable act.
type Leases interface {
	// Claim leases up to n rows of the share that are due at now, by importance, then age, and
	// gives them with Attempts counted up. A row whose lease ran out is due again.
	Claim(
		ctx context.Context, share Share, now, leaseUntil time.Time, n int,
	) ([]tickets.Outgoing, error)
	// Extend lengthens the leases of rows; one that is no longer leased is left as it is.
	Extend(ctx context.Context, ids []int64, leaseUntil time.Time) error
	// SetContent ties the composed bytes to the row before they go out for the first time.
	// ErrNotFound when another worker has tied others.
	SetContent(ctx context.Context, id int64, content tickets.Blob) error
	// Sent ends a row well.
	Sent(ctx context.Context, id int64, at time.Time, reply string) error
	// Retry gives a row back until next.
	Retry(ctx context.Context, id int64, next time.Time, reply string) error
	// NextDue gives the instant at which the earliest waiting or leased row of the share falls
	// due; the zero time when there is none.
	NextDue(ctx context.Context, share Share) (time.Time, error)
}

// Share is the part of the outbox that one route works on, so that each claims no more than it can
// send at once: a full, slow or rated route holds back nobody else's mail.
type Share struct {
	Mailboxes []string // addresses, as rows name them
	Others    bool     // the rows of every mailbox but these
}
