package main

import (
	"errors"
	"log/slog"

	"github.com/spf13/cobra"

	"helpgate/internal/lifecycle"
)

func serveCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the helpdesk: listeners, outbox, metrics",
		Args:  exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			cfg, err := a.load()
			if err != nil {
				return err
			}
			logger := slog.New(slog.NewTextHandler(a.err, nil))
			for _, name := range cfg.Unbuilt() {
				logger.Warn("configured, but this version does nothing with it", "key", name)
			}
			w, err := serveWorld(ctx, cfg, logger)
			if err != nil {
				return err
			}
			g, err := w.assemble(ctx)
			if err != nil {
				return errors.Join(err, w.Close())
			}
			logger.Info("helpgate serves", "smtp", g.smtpAddr, "lmtp", g.lmtpAddr,
				"submission", g.submissionAddr, "metrics", g.metricsAddr,
				"mailboxes", len(w.mailboxes))
			return errors.Join(lifecycle.Run(ctx, logger, g.services...), w.Close())
		},
	}
}
