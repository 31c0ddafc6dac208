package queue

import (
	"context"

	"helpgate/tickets"
)

// Rows is the outbox as the store gives it: to a Worker, and to whoever lists it.
type Rows interface {
	Leases
	// List gives rows, newest first; of every status when status is "", all when limit is 0.
	List(ctx context.Context, status tickets.OutStatus, limit int) ([]tickets.Outgoing, error)
}
