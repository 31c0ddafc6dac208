package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"helpgate/internal/config"
	"helpgate/internal/lifecycle"
	"helpgate/internal/testkit/sink"
	"helpgate/tickets"
)

// The world of the demo. Its domains are reserved for examples (RFC 2606).
const (
	demoSupport  = "support@helpgate.example"
	demoCustomer = "carla@customer.example"
	demoAgent    = "alex@agents.example"
	demoPassword = "demo"
)

// The ports that the demo takes when they are free, so that its guide reads the same each time.
const (
	demoSMTP    = "127.0.0.1:2525"
	demoIMAP    = "127.0.0.1:1143"
	demoMetrics = "127.0.0.1:9925"
)

func demoCommand(a *app) *cobra.Command {
	var once bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "A whole world on loopback, nothing to configure: it plays one round, then stays up",
		Args:  exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := os.MkdirTemp("", "helpgate-demo-")
			if err != nil {
				return fmt.Errorf("make demo folder: %w", err)
			}
			return errors.Join(a.demo(c.Context(), dir, once), os.RemoveAll(dir))
		},
	}
	c.Flags().BoolVar(&once, "once", false, "end after the round")
	return c
}

// demo builds the world, runs it, and plays the round in it.
func (a *app) demo(ctx context.Context, dir string, once bool) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	post, err := newPostOffice(ctx, demoIMAP)
	if err != nil {
		return err
	}
	relay, err := sink.Start(ctx, sink.Options{OnMail: post.deliver})
	if err != nil {
		return errors.Join(err, post.Close())
	}
	defer relay.Close()
	w, err := a.demoWorld(ctx, dir, relay.Addr())
	if err != nil {
		return errors.Join(err, post.Close())
	}
	g, err := w.assemble(ctx)
	if err != nil {
		return errors.Join(err, w.Close(), post.Close())
	}
	story := &story{
		app: a, world: w, gateway: g, post: post, config: filepath.Join(dir, defaultConfig),
	}
	services := append(g.services,
		lifecycle.Service{Name: "imap", Run: post.Run},
		lifecycle.Service{Name: "story", Run: func(ctx context.Context) error {
			defer func() {
				if once {
					stop()
				}
			}()
			if err := story.play(ctx); err != nil || once {
				return err
			}
			story.guide()
			return nil
		}})
	err = lifecycle.Run(ctx, w.logger, services...)
	return errors.Join(err, w.Close())
}

// demoWorld writes the demo's configuration, as `init` would, and opens it with one agent.
func (a *app) demoWorld(ctx context.Context, dir, relay string) (*world, error) {
	path := filepath.Join(dir, defaultConfig)
	text := fmt.Sprintf(`[site]
name = "helpgate demo"
hostname = "helpgate.example"
[[mailbox]]
address = %q
name = "Example Support"
[smtp]
listen = %q
[relay]
address = %q
tls = "none"
[metrics]
listen = %q
`, demoSupport, freeOr(demoSMTP), relay, freeOr(demoMetrics))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return nil, fmt.Errorf("write demo configuration: %w", err)
	}
	cfg, _, err := config.Load(path, nil)
	if err != nil {
		return nil, err
	}
	logger := slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	w, err := serveWorld(ctx, cfg, logger)
	if err != nil {
		return nil, err
	}
	_, err = w.desk.SaveAgent(ctx, tickets.Agent{
		Name: "Alex Agent", Addresses: []string{demoAgent},
	})
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// freeOr gives the address when it can be listened on, else one with a port of the system's
// choice.
func freeOr(address string) string {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return "127.0.0.1:0"
	}
	ln.Close()
	return address
}
