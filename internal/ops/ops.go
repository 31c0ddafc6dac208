// Package ops shows an operator how the process fares: counters for Prometheus at /metrics,
// "does it live" at /healthz, "may it be sent work" at /readyz.
//
// It has its own registry and no global, decides nothing and alerts nobody. The parts know none
// of it: cmd/helpgate hands its methods to them as the small functions they ask for, and serves
// Handler on `[metrics] listen`. How polled mailboxes fare it reads of health's Board. It owns no
// goroutine but that of Serve's server.
package ops

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"helpgate/internal/clock"
	"helpgate/internal/health"
)

const namespace = "helpgate"

// checkTimeout bounds what a scrape or a readiness question may ask of the database: less than
// the usual timeout of those who ask, so that they see an answer and not a broken connection.
const checkTimeout = 2 * time.Second

// Levels are numbers that stand in the store and are read when somebody asks for /metrics.
type Levels struct {
	Outbox   map[string]int64 // rows of the outbox by status
	HeldOpen int64            // things held that wait for a person
}

// Registry holds the metrics of one process. Its methods are safe for use by several goroutines.
type Registry struct {
	registry   *prometheus.Registry
	accepted   *prometheus.CounterVec
	refused    *prometheus.CounterVec
	duplicates prometheus.Counter
	created    prometheus.Counter
	deliveries *prometheus.CounterVec
	panics     prometheus.Counter
	folders    polled
}

// New makes a Registry. levels is asked at every scrape, under a deadline of 2 s; its error makes
// the scrape fail, because a gauge that is silently old is worse than none. board holds the polled
// mailboxes.
func New(
	levels func(context.Context) (Levels, error), board *health.Board, c clock.Clock,
) *Registry {
	r := &Registry{
		registry:   prometheus.NewRegistry(),
		accepted:   counters("mails_accepted_total", "Mails accepted and stored.", "road"),
		refused:    counters("refused_total", "What a listener turned away.", "what"),
		duplicates: counter("duplicates_total", "Mails that were there already."),
		created:    counter("tickets_created_total", "Tickets opened."),
		deliveries: counters("deliveries_total", "Attempts to deliver a mail.", "result"),
		panics:     counter("panics_total", "Panics recovered: each is a fault to report."),
		folders:    polled{board, c},
	}
	r.registry.MustRegister(r.accepted, r.refused, r.duplicates, r.created, r.deliveries,
		r.panics, gauges{levels}, r.folders, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// MailAccepted counts a mail that is stored, by the road it came: smtp, lmtp, imap, inject.
func (r *Registry) MailAccepted(road string) { r.accepted.WithLabelValues(road).Inc() }

// Refused counts what a listener turned away: a connection, a recipient, a mail, a login.
func (r *Registry) Refused(what string) { r.refused.WithLabelValues(what).Inc() }

// Duplicate counts a mail that was known already (RULES 1).
func (r *Registry) Duplicate() { r.duplicates.Inc() }

// TicketCreated counts a new ticket.
func (r *Registry) TicketCreated() { r.created.Inc() }

// Delivered counts an attempt at a delivery by its result, such as sent, deferred, failed.
func (r *Registry) Delivered(result string) { r.deliveries.WithLabelValues(result).Inc() }

// Panicked counts a recovered panic.
func (r *Registry) Panicked() { r.panics.Inc() }

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{
		Namespace: namespace, Name: name, Help: help,
	})
}

func counters(name, help, label string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: namespace, Name: name, Help: help,
	}, []string{label})
}

// gauges reads Levels at the scrape: counted while running, they would be wrong after a restart
// and beside a second node.
type gauges struct {
	levels func(context.Context) (Levels, error)
}

var (
	outboxRows = prometheus.NewDesc(namespace+"_outbox_rows",
		"Mails in the outbox.", []string{"status"}, nil)
	heldOpen = prometheus.NewDesc(namespace+"_held_open",
		"Things held that wait for a person.", nil, nil)
)

// Describe implements prometheus.Collector.
func (g gauges) Describe(to chan<- *prometheus.Desc) {
	to <- outboxRows
	to <- heldOpen
}

// Collect implements prometheus.Collector.
func (g gauges) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
	defer cancel()
	levels, err := g.levels(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(heldOpen, err)
		return
	}
	for status, n := range levels.Outbox {
		to <- prometheus.MustNewConstMetric(outboxRows, prometheus.GaugeValue, float64(n), status)
	}
	to <- prometheus.MustNewConstMetric(heldOpen, prometheus.GaugeValue, float64(levels.HeldOpen))
}
