package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"helpgate/internal/lifecycle"
	"helpgate/internal/mailerr"
	"helpgate/mailin"
	"helpgate/templates"
)

// The codes of sysexits.h that a mail server's pipe understands.
const (
	exUsage    = 64
	exDataErr  = 65
	exNoUser   = 67
	exTempFail = 75
)

func injectCommand(a *app) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "inject [RECIPIENT...]",
		Short: "Take one mail from standard input, for a mail server's pipe (sysexits codes)",
		RunE: func(c *cobra.Command, args []string) error {
			env := mailin.Envelope{
				Road: mailin.RoadInject, From: from, FromKnown: c.Flags().Changed("from"), To: args,
			}
			return sysexit(lifecycle.Protect(func() error { return a.inject(c.Context(), env) }))
		},
	}
	c.Flags().StringVarP(&from, "from", "f", "", "envelope sender, empty for bounces")
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return exitError{exUsage, err} })
	return c
}

func (a *app) inject(ctx context.Context, env mailin.Envelope) error {
	return a.with(ctx, func(w *world) error {
		texts, err := templates.Load(w.config.Site.Templates)
		if err != nil {
			return err
		}
		gate, err := w.gate(texts, noMeter{})
		if err != nil {
			return err
		}
		for _, to := range env.To {
			if err := gate.Recipient(ctx, to); err != nil {
				return err
			}
		}
		env.ReceivedAt = w.clock.Now()
		return gate.Accept(ctx, env, a.in)
	})
}

// sysexit gives the code that tells a mail server what to do with the mail: keep it and come
// again, unless it is sure that another time would not help. A fault in the configuration is no
// EX_CONFIG: Postfix would send the mail back, though a person mends the file in a minute.
func sysexit(err error) error {
	if err == nil {
		return nil
	}
	var refused *mailerr.Error
	if !errors.As(err, &refused) || refused.Temporary {
		return exitError{exTempFail, err}
	}
	switch refused.Enhanced {
	case "5.1.1", "5.7.1":
		return exitError{exNoUser, err}
	}
	return exitError{exDataErr, fmt.Errorf("mail refused: %w", err)}
}

// noMeter counts nothing: a short-lived process has nobody to tell.
type noMeter struct{}

func (noMeter) MailAccepted(string) {}
func (noMeter) Duplicate()          {}
func (noMeter) TicketCreated()      {}
