package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"helpgate/internal/password"
)

func agentPassword(a *app) *cobra.Command {
	var generate, remove bool
	c := &cobra.Command{
		Use:   "password ADDRESS",
		Short: "Set the password with which an agent hands mail in",
		Long: "Set the password with which an agent logs in to hand mail in ([submission] listen).\n" +
			"It is read from standard input, or asked for at a terminal, and kept as a hash.",
		Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case generate && remove:
				return usageError{errors.New("--generate and --remove exclude each other")}
			case generate && a.json:
				return usageError{errors.New("--generate prints the password alone, never as JSON")}
			}
			plain, err := a.newPassword(c.Context(), generate, remove)
			if err != nil {
				return err
			}
			if err := a.with(c.Context(), func(w *world) error {
				return w.setPassword(c.Context(), args[0], plain, remove)
			}); err != nil {
				return err
			}
			if generate {
				fmt.Fprintln(a.out, plain)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&generate, "generate", false, "make a new password and print it")
	c.Flags().BoolVar(&remove, "remove", false, "take the password away: the agent logs in no more")
	return c
}

// setPassword changes the password of who is named by an address or by name.
func (w *world) setPassword(ctx context.Context, who, plain string, remove bool) error {
	ag, err := w.agent(ctx, who)
	switch {
	case err != nil:
		return err
	case remove:
		return w.desk.RemovePassword(ctx, ag.ID)
	}
	return w.desk.SetPassword(ctx, ag.ID, plain)
}

// newPassword makes a password, asks for one, or reads it whole from standard input.
func (a *app) newPassword(ctx context.Context, generate, remove bool) (string, error) {
	if remove {
		return "", nil
	}
	if generate {
		return password.Generate(), nil
	}
	if ask := newAsker(a); ask.terminal >= 0 {
		return ask.twice(ctx)
	}
	// One line end may follow it; more than that is a fault, which the rest shows.
	text, err := io.ReadAll(io.LimitReader(a.in, password.MaxLength+int64(len("\r\n"))+1))
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"), nil
}

// twice asks for a new password at the terminal.
func (k *asker) twice(ctx context.Context) (string, error) {
	var typed [2]string
	for i, prompt := range []string{"Password: ", "Once more: "} {
		var err error
		if typed[i], err = k.secret(ctx, prompt); err != nil {
			return "", err
		}
	}
	if typed[0] != typed[1] {
		return "", errors.New("the two passwords differ: nothing is changed")
	}
	return typed[0], nil
}
