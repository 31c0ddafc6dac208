package queue

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/tickets"
)

const box = "help@example.org"

// office is a Worker with everything around it in memory. It is for use inside synctest.
type office struct {
	t *testing.T
	*memory
	cfg     Config
	worker  *Worker
	compose func(o tickets.Outgoing) ([]byte, error)
	guard   func(o tickets.Outgoing) tickets.HeldReason
	deliver func(ctx context.Context, m Mail) (string, error)
	stop    func() // ends the worker and waits for it
}

// newOffice makes an office with one route of one connection that takes everything.
func newOffice(t *testing.T) *office {
	f := &office{
		t:      t,
		memory: &memory{blobs: map[string][]byte{}, results: map[string]int{}},
		compose: func(o tickets.Outgoing) ([]byte, error) {
			return fmt.Appendf(nil, "mail %d", o.ID), nil
		},
		guard:   func(tickets.Outgoing) tickets.HeldReason { return "" },
		deliver: func(context.Context, Mail) (string, error) { return "250 ok", nil },
	}
	f.cfg = Config{
		Rows: f, Blobs: f, Composer: f, Desk: f, Meter: f, Clock: clock.System{},
		Logger: slog.New(slog.DiscardHandler), Intake: func() time.Time { return time.Time{} },
		Routes: []Route{{Name: "relay", Mailboxes: []string{box}, Deliverer: f, Connections: 1}},
	}
	return f
}

// start runs the worker; the test ends it when the test has not.
func (f *office) start() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	f.worker = New(f.cfg)
	go func() { done <- f.worker.Run(ctx) }()
	f.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			f.t.Errorf("Run: %v", err)
		}
	})
	f.t.Cleanup(f.stop)
}

func (f *office) Compose(_ context.Context, o tickets.Outgoing) (string, []byte, error) {
	data, err := f.compose(o)
	return "return@example.org", data, err
}

func (f *office) Guard(
	_ context.Context, o tickets.Outgoing, _ []byte,
) (tickets.HeldReason, string, error) {
	return f.guard(o), "body", nil
}

func (f *office) Deliver(ctx context.Context, m Mail) (string, error) {
	f.mu.Lock()
	f.tries = append(f.tries, try{m.To, string(m.Data), m.From, time.Now()})
	f.mu.Unlock()
	return f.deliver(ctx, m)
}

// try is one delivery that was begun.
type try struct {
	to, data, from string
	at             time.Time
}

// memory keeps rows as the store does (internal/store/storetest has the contract).
type memory struct {
	mu      sync.Mutex
	rows    []tickets.Outgoing
	blobs   map[string][]byte
	tries   []try
	results map[string]int
	down    error // what every act of the store fails with
}

// queue adds a row, due now unless it says otherwise, and gives its ID.
func (m *memory) queue(o tickets.Outgoing) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := clock.System{}.Now()
	o.ID, o.Status = int64(len(m.rows)+1), tickets.OutWaiting
	o.Mailbox = cmp.Or(o.Mailbox, box)
	o.Recipient.Address = cmp.Or(o.Recipient.Address, fmt.Sprintf("to%d@example.net", o.ID))
	if o.NextAttempt.IsZero() {
		o.NextAttempt = now
	}
	if o.CreatedAt.IsZero() {
		o.CreatedAt = now
	}
	m.rows = append(m.rows, o)
	return o.ID
}

func (m *memory) row(id int64) tickets.Outgoing {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rows[id-1]
}

// to gives the recipients of all tries, in order.
func (m *memory) to() (all []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.tries {
		all = append(all, t.to)
	}
	return all
}

func (m *memory) count(result string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.results[result]
}

func (m *memory) setDown(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = err
}

func (s Share) has(mailbox string) bool { return slices.Contains(s.Mailboxes, mailbox) != s.Others }

func open(o tickets.Outgoing) bool {
	return o.Status == tickets.OutWaiting || o.Status == tickets.OutSending
}

func (m *memory) Claim(
	_ context.Context, share Share, now, until time.Time, n int,
) (claimed []tickets.Outgoing, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	due := make([]*tickets.Outgoing, 0, len(m.rows))
	for i := range m.rows {
		if o := &m.rows[i]; open(*o) && !o.NextAttempt.After(now) && share.has(o.Mailbox) {
			due = append(due, o)
		}
	}
	slices.SortStableFunc(due, func(a, b *tickets.Outgoing) int {
		return cmp.Compare(a.Kind.Rank(), b.Kind.Rank())
	})
	if m.down != nil {
		return nil, m.down
	}
	for _, o := range due[:min(n, len(due))] {
		o.Status, o.NextAttempt = tickets.OutSending, until
		o.Attempts++
		claimed = append(claimed, *o)
	}
	return claimed, nil
}

func (m *memory) NextDue(_ context.Context, share Share) (next time.Time, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range m.rows {
		if open(o) && share.has(o.Mailbox) && (next.IsZero() || o.NextAttempt.Before(next)) {
			next = o.NextAttempt
		}
	}
	return next, m.down
}

// change alters a row that is leased, as the store does.
func (m *memory) change(id int64, alter func(o *tickets.Outgoing)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down != nil {
		return m.down
	}
	if m.rows[id-1].Status != tickets.OutSending {
		return tickets.ErrNotFound
	}
	alter(&m.rows[id-1])
	return nil
}

func (m *memory) Extend(_ context.Context, ids []int64, until time.Time) error {
	for _, id := range ids {
		_ = m.change(id, func(o *tickets.Outgoing) { o.NextAttempt = until })
	}
	return m.down
}

func (m *memory) SetContent(_ context.Context, id int64, b tickets.Blob) error {
	return m.change(id, func(o *tickets.Outgoing) { o.Content = b.SHA256 })
}

func (m *memory) Sent(_ context.Context, id int64, at time.Time, reply string) error {
	return m.change(id, func(o *tickets.Outgoing) {
		o.Status, o.SentAt, o.LastReply = tickets.OutSent, at, reply
	})
}

func (m *memory) Retry(_ context.Context, id int64, next time.Time, reply string) error {
	return m.change(id, func(o *tickets.Outgoing) {
		o.Status, o.NextAttempt, o.LastReply = tickets.OutWaiting, next, reply
	})
}

func (m *memory) DeliveryFailed(_ context.Context, id int64, reply string) error {
	return m.change(id, func(o *tickets.Outgoing) {
		o.Status, o.LastReply = tickets.OutFailed, reply
	})
}

func (m *memory) Leaked(_ context.Context, id int64, r tickets.HeldReason, _ string) error {
	return m.change(id, func(o *tickets.Outgoing) {
		o.Status, o.LastReply = tickets.OutStopped, string(r)
	})
}

func (m *memory) Create(context.Context) (tickets.BlobWriter, error) {
	return &memoryBlob{memory: m}, nil
}

// memoryBlob is a blob that is being written.
type memoryBlob struct {
	bytes.Buffer
	memory *memory
}

func (b *memoryBlob) Written() io.Reader { return bytes.NewReader(b.Bytes()) }
func (b *memoryBlob) Abort()             {}

func (b *memoryBlob) Done() (tickets.Blob, error) {
	b.memory.mu.Lock()
	defer b.memory.mu.Unlock()
	hash := fmt.Sprintf("blob-%d", len(b.memory.blobs))
	b.memory.blobs[hash] = slices.Clone(b.Bytes())
	return tickets.Blob{SHA256: hash}, nil
}

func (m *memory) Open(_ context.Context, hash string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.blobs[hash]
	if !ok {
		return nil, tickets.ErrNotFound
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (m *memory) Delivered(result string) { m.add(result) }

func (m *memory) Panicked() { m.add("panic") }

func (m *memory) add(result string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.results[result]++
}
