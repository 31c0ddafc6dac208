package main

import (
	"context"
	"fmt"
	"time"

	"helpgate/internal/config"
	"helpgate/internal/ops"
	"helpgate/mailout/compose"
	"helpgate/mailout/queue"
	"helpgate/mailout/relay"
	"helpgate/templates"
	"helpgate/tickets"
)

// sender makes the outbox worker, with a route for each relay of the configuration.
func (w *world) sender(texts *templates.Set, meter queue.Meter) (*queue.Worker, error) {
	composer, err := w.composer(texts)
	if err != nil {
		return nil, err
	}
	routes, err := w.routes()
	if err != nil {
		return nil, err
	}
	return queue.New(queue.Config{
		Rows: w.db.Rows(), Blobs: w.db.Blobs(), Composer: writer{composer}, Desk: w.desk,
		Routes: routes, Intake: w.db.LastUpdate, Clock: w.clock, Logger: w.logger, Meter: meter,
	}), nil
}

// routes gives the ways out: mailboxes with the same relay share one, those without go directly to
// the recipients' hosts.
func (w *world) routes() ([]queue.Route, error) {
	var routes []queue.Route
	at := map[*config.Relay]int{}
	for _, mb := range w.config.Mailboxes {
		i, known := at[mb.Relay]
		if !known {
			i = len(routes)
			at[mb.Relay] = i
			route, err := w.route(mb.Relay)
			if err != nil {
				return nil, err
			}
			routes = append(routes, route)
		}
		routes[i].Mailboxes = append(routes[i].Mailboxes, key(mb.Address))
	}
	return routes, nil
}

// mxConnections is how many mails go directly to recipients' hosts at once.
const mxConnections = 10

// composedAhead is how many mails are worked at for each connection to a relay, which itself lets
// no more through than it has connections: while one mail is on its way, the next is composed.
const composedAhead = 2

func (w *world) route(r *config.Relay) (queue.Route, error) {
	if r == nil {
		mx := relay.NewMX(relay.MXConfig{
			Resolver: resolver(w.config), HELO: w.config.Site.Hostname,
		})
		return queue.Route{Name: "mx", Deliverer: direct{mx}, Connections: mxConnections}, nil
	}
	cfg, err := w.relayConfig(r)
	if err != nil {
		return queue.Route{}, err
	}
	host := relay.NewSmarthost(cfg)
	return queue.Route{
		Name: r.Address, Deliverer: smarthost{host}, Connections: composedAhead * r.Connections,
		RatePerMinute: r.RatePerMinute, RatePerDay: r.RatePerDay,
	}, nil
}

// relayConfig is the relay as mailout has it.
func (w *world) relayConfig(r *config.Relay) (relay.Config, error) {
	tokens, err := w.login(r.OAuth2, r.Username)
	return relay.Config{
		Address: r.Address, TLS: r.TLS, Username: r.Username, Password: r.Password.Reveal(),
		OAuth: tokens, HELO: w.config.Site.Hostname, Connections: r.Connections,
	}, err
}

// kickEvery is how often the outbox worker is hinted at most: to wake it for each of a thousand
// mails a second would cost as much as a part of their work.
const kickEvery = 5 * time.Millisecond

// kick hints to the outbox worker, until ctx is done, that something was committed.
func (w *world) kick(ctx context.Context, sender *queue.Worker) error {
	for {
		select {
		case <-w.db.Committed():
			sender.Kick()
			select {
			case <-time.After(kickEvery):
			case <-ctx.Done():
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// levels reads what /metrics shows of the store.
func (w *world) levels(ctx context.Context) (ops.Levels, error) {
	outbox, held, err := w.db.Levels(ctx)
	if err != nil {
		return ops.Levels{}, fmt.Errorf("read levels: %w", err)
	}
	return ops.Levels{Outbox: outbox, HeldOpen: held}, nil
}

// The queue knows neither composer nor relay by their types: nothing of mailout imports a sibling.
// These three make one speak to the other.

type writer struct{ *compose.Composer }

func (c writer) Compose(ctx context.Context, o tickets.Outgoing) (string, []byte, error) {
	m, err := c.Composer.Compose(ctx, o)
	return m.From, m.Data, err
}

func (c writer) Guard(
	ctx context.Context, o tickets.Outgoing, data []byte,
) (tickets.HeldReason, string, error) {
	leak, err := c.Composer.Guard(ctx, o, data)
	if err != nil || leak == nil {
		return "", "", err
	}
	return leak.Reason, leak.Detail, nil
}

type smarthost struct{ *relay.Smarthost }

func (s smarthost) Deliver(ctx context.Context, m queue.Mail) (string, error) {
	receipt, err := s.Smarthost.Deliver(ctx, relayMail(m))
	return receipt.Reply, err
}

type direct struct{ *relay.MX }

func (d direct) Deliver(ctx context.Context, m queue.Mail) (string, error) {
	receipt, err := d.MX.Deliver(ctx, relayMail(m))
	return receipt.Reply, err
}

func relayMail(m queue.Mail) relay.Mail {
	return relay.Mail{From: m.From, To: m.To, Body: m.Data, SMTPUTF8: m.UTF8, EnvID: m.EnvID}
}
