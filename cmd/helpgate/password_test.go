package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"helpgate/internal/config"
	"helpgate/internal/password"
	"helpgate/tickets/desk"
)

func TestAgentPasswordIsSetMadeAndTakenAway(t *testing.T) {
	t.Parallel()
	path := site(t)
	verb := func(in string, want int, args ...string) answer {
		t.Helper()
		a := call(t, in, append([]string{"-c", path, "agent"}, args...)...)
		if a.code != want {
			t.Errorf("agent %q: code %d, want %d: %s", args, a.code, want, a.err)
		}
		return a
	}
	const ann = "ann@a.example"
	verb("", exitDone, "add", "--email", ann, "--name", "Ann")
	made := verb("", exitDone, "password", ann, "--generate")
	if !logsIn(t, path, ann, strings.TrimSuffix(made.out, "\n")) {
		t.Errorf("the generated password is not the one that holds: %q", made.out)
	}
	verb("correct horse\n", exitDone, "password", "Ann")
	if !logsIn(t, path, ann, "correct horse") {
		t.Error("the password that was read is not the one that holds")
	}
	verb("battery staple\r\n", exitDone, "password", ann)
	if !logsIn(t, path, ann, "battery staple") {
		t.Error("a Windows line end is part of the password")
	}
	for in, says := range map[string]string{
		"":                  "at least 8",
		"\n":                "at least 8",
		"short\n":           "at least 8",
		"two lines\nhere\n": "control",
		strings.Repeat("x", password.MaxLength+1): "at most 256",
	} {
		if a := verb(in, exitFailed, "password", ann); !strings.Contains(a.err, says) {
			t.Errorf("%.20q: %s", in, a.err)
		}
	}
	verb("correct horse", exitFailed, "password", "nobody@a.example")
	verb("", exitUsage, "password", ann, "--generate", "--remove")
	verb("", exitUsage, "password", ann, "--generate", "--json")
	if shown := verb("", exitDone, "show", ann, "--json"); strings.Contains(shown.out, "argon") ||
		strings.Contains(shown.out, "password") {
		t.Errorf("shown: %s", shown.out)
	}
	verb("", exitDone, "password", ann, "--remove")
	if logsIn(t, path, ann, "battery staple") {
		t.Error("logs in without a password")
	}
}

// logsIn asks the desk, as the submission listener does.
func logsIn(t *testing.T, path, address, plain string) bool {
	t.Helper()
	cfg, _, err := config.Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	w, err := openWorld(ctx, cfg, slog.New(slog.DiscardHandler), &node{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	_, err = w.desk.Login(ctx, address, plain)
	if err != nil && !errors.Is(err, desk.ErrLogin) {
		t.Fatal(err)
	}
	return err == nil
}
