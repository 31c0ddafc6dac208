package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"unicode"

	"helpgate/internal/clock"
	"helpgate/internal/config"
	"helpgate/internal/oauth"
	"helpgate/internal/store"
	"helpgate/internal/token"
	"helpgate/tickets"
	"helpgate/tickets/desk"
)

// defaultConfig is read when neither -c nor HELPGATE_CONFIG names a file and it is there.
const defaultConfig = "helpgate.toml"

// app is one call of the program: its streams and the flags that every verb has.
type app struct {
	streams
	configPath string
	json       bool
}

// world is an open store with the desk that acts on it.
type world struct {
	config    *config.Config
	db        *store.DB
	node      *node // the claim of a process that serves
	keyring   *token.Keyring
	mailboxes tickets.Mailboxes
	clock     clock.Clock
	logger    *slog.Logger
	desk      *desk.Desk
	tokens    *oauth.Keeper // of log-ins at providers
}

// load reads and checks the configuration; warnings go to the log.
func (a *app) load() (*config.Config, error) {
	cfg, warnings, err := config.Load(a.path(), a.environ)
	for _, w := range warnings {
		fmt.Fprintf(a.err, "warning: %s\n", w)
	}
	return cfg, err
}

// path gives the configuration file; "" when there is none.
func (a *app) path() string {
	if path := cmp.Or(a.configPath, getenv(a.environ, "HELPGATE_CONFIG")); path != "" {
		return path
	}
	if _, err := os.Stat(defaultConfig); err == nil {
		return defaultConfig
	}
	return ""
}

// open gives a world by the configuration. The caller closes it.
func (a *app) open(ctx context.Context) (*world, error) {
	cfg, err := a.load()
	if err != nil {
		return nil, err
	}
	logger := slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return openWorld(ctx, cfg, logger, &node{})
}

// with opens a world for one verb.
func (a *app) with(ctx context.Context, do func(*world) error) error {
	w, err := a.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(do(w), w.Close())
}

// serveWorld opens a world for the one process that serves from its data folder.
func serveWorld(ctx context.Context, cfg *config.Config, logger *slog.Logger) (*world, error) {
	n, err := takeNode(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	w, err := openWorld(ctx, cfg, logger, n)
	if err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return w, nil
}

// openWorld opens the store and the secret file. Both are made together, or not at all: a database
// whose secret is lost holds tokens that nobody can check any more, so that a new secret beside it
// would only hide the loss.
func openWorld(
	ctx context.Context, cfg *config.Config, logger *slog.Logger, n *node,
) (*world, error) {
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	keyring, made, err := openKeyring(ctx, cfg)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Options{
		URL: cfg.Database.URL.Reveal(), Blobs: cfg.Blobs.URL.Reveal(), Clock: clock.System{},
		Node: n.name, Logger: logger,
	})
	if err != nil {
		return nil, err
	}
	if db.Created && !made {
		logger.Warn("the database is new, but its secret was here before: was it lost? "+
			"Then stop now and put its backup back", "secret_file", cfg.Site.SecretFile)
	}
	w := &world{
		config: cfg, db: db, node: n, keyring: keyring, mailboxes: mailboxes(cfg), clock: clock.System{},
		logger: logger,
	}
	w.tokens = oauth.NewKeeper(marks{db}, keyring, w.clock.Now, nil)
	w.desk = desk.New(desk.Config{
		Store: db, Mailboxes: w.mailboxes, Keyring: keyring, Hostname: cfg.Site.Hostname,
		Operator: cfg.Site.Operator, Clock: w.clock, Logger: logger,
		Policy: desk.Policy{
			ReopenDays:             cfg.Policy.ReopenDays,
			AutoPerHour:            cfg.Policy.AutoPerHour,
			NotificationsPerMinute: cfg.Policy.NotificationsPerMinute,
			AgentAuth:              desk.Auth(cfg.Verify.AgentAuth),
			Locale:                 cfg.Site.Locale,
		},
	})
	return w, nil
}

// openKeyring gives the keys, and tells whether it made them.
func openKeyring(
	ctx context.Context, cfg *config.Config,
) (keyring *token.Keyring, made bool, err error) {
	path := cfg.Site.SecretFile
	keyring, err = token.LoadFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return keyring, false, err
	}
	there, err := store.Exists(ctx, cfg.Database.URL.Reveal())
	if err != nil {
		return nil, false, fmt.Errorf("look for database: %w", err)
	}
	if there {
		return nil, false, fmt.Errorf("secret file %s is missing, but its database is there: "+
			"put the file back from your backup", path)
	}
	if err := token.CreateFile(path, rand.Reader); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, false, fmt.Errorf("make secret file: %w", err)
	}
	keyring, err = token.LoadFile(path)
	return keyring, true, err
}

// Close closes the store and gives the data folder free.
func (w *world) Close() error { return errors.Join(w.db.Close(), w.node.Close()) }

// print writes the answer: as JSON when asked for, else as text does.
func (a *app) print(v any, text func()) error {
	if !a.json {
		out := a.out
		a.out = steady{out}
		defer func() { a.out = out }()
		text()
		return nil
	}
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// steady passes text on without the characters that steer a terminal: servers wrote some of it.
type steady struct{ to io.Writer }

// Write implements io.Writer.
func (s steady) Write(text []byte) (int, error) {
	_, err := s.to.Write(bytes.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return ' '
		}
		return r
	}, text))
	return len(text), err
}

func getenv(environ []string, name string) string {
	for _, e := range environ {
		if value, ok := strings.CutPrefix(e, name+"="); ok {
			return value
		}
	}
	return ""
}

// mailboxes makes of the configuration's mailboxes what the desk knows of them.
func mailboxes(cfg *config.Config) tickets.Mailboxes {
	var ms tickets.Mailboxes
	for _, m := range cfg.Mailboxes {
		ms = append(ms, tickets.Mailbox{
			Address: key(m.Address), Aliases: keys(m.Aliases), Name: m.Name, Locale: m.Locale,
			Timezone: m.Timezone.String(), Team: m.Team, Lead: key(m.Lead), Signature: m.Signature,
			Tokens: token.Road(m.Tokens), ReplyDomain: m.ReplyDomain,
			SubjectTag: m.SubjectTag == "prefix", OwnReturn: m.ReturnPath == "own",
			Group: m.Group, Forms: keys(m.Forms), StormMinutes: m.StormMinutes,
		})
	}
	return ms
}
