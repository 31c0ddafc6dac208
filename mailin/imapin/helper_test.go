package imapin

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/mailerr"
	"helpgate/mailin"
)

const (
	support  = "support@desk.example"
	patience = 20 * time.Second
)

// door stands for all behind a poller: it takes mails, keeps marks with them, and counts.
type door struct {
	mu      sync.Mutex
	changed chan struct{} // closed at every change
	mails   []taken
	mark    map[string]string
	rounds  int
	aside   int
	alerts  []string
	panics  int
	log     strings.Builder
	refuse  func(n int, text string) error // before the n-th mail is taken, from 1
	early   func(env mailin.Envelope, text string) bool
}

type taken struct {
	mailin.Envelope
	text string
}

func newDoor() *door { return &door{changed: make(chan struct{}), mark: map[string]string{}} }

func (d *door) change(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
	close(d.changed)
	d.changed = make(chan struct{})
}

func (d *door) Accept(_ context.Context, env mailin.Envelope, r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if d.early != nil && d.early(env, string(raw)) {
		return mailin.ErrEarly
	}
	d.mu.Lock()
	refuse, n := d.refuse, len(d.mails)+1
	d.mu.Unlock()
	if refuse != nil {
		if err := refuse(n, string(raw)); err != nil {
			return err
		}
	}
	d.change(func() {
		if err = d.write(env.Mark); err == nil {
			d.mails = append(d.mails, taken{env, string(raw)})
		}
	})
	if err != nil {
		return &mailerr.Error{Temporary: true, Code: 451, Err: err}
	}
	return nil
}

func (d *door) Mark(_ context.Context, key string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mark[key], nil
}

func (d *door) WriteMark(_ context.Context, m mailin.Mark) (err error) {
	d.change(func() { err = d.write(m) })
	return err
}

// write is as the store's, with the door locked.
func (d *door) write(m mailin.Mark) error {
	if m.While.Key != "" && d.mark[m.While.Key] != m.While.Value {
		return mailin.ErrReplaced
	}
	d.mark[m.Key] = m.Value
	return nil
}

func (*door) Unread(locale, reason, mailbox, folder string, uid uint32, size int64) string {
	return fmt.Sprint("stand-in ", locale, " ", reason, " ", mailbox, " ", folder, " ", uid, " ", size)
}

func (d *door) Polled(string, string, time.Time)    { d.change(func() { d.rounds++ }) }
func (*door) Backlog(string, string, int)           {}
func (d *door) SetAside(_, _ string, n int)         { d.change(func() { d.aside = n }) }
func (*door) Trouble(string, string, error, string) {}
func (d *door) Alert(_ context.Context, mailbox, reason, detail string) error {
	d.change(func() { d.alerts = append(d.alerts, mailbox+" "+reason+" "+detail) })
	return nil
}
func (d *door) Panicked() { d.change(func() { d.panics++ }) }
func (d *door) Write(line []byte) (n int, _ error) {
	d.change(func() { n, _ = d.log.Write(line) })
	return n, nil
}

// wait returns when the condition holds; it is called with the door locked.
func (d *door) wait(t testing.TB, what string, holds func() bool) {
	t.Helper()
	end := time.After(patience)
	for {
		d.mu.Lock()
		ok, changed := holds(), d.changed
		d.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-end:
			t.Fatalf("waiting for %s: %d mails\n%s", what, len(d.mails), d.log.String())
		}
	}
}

// subjects waits for n mails and gives their subjects, in order.
func (d *door) subjects(t testing.TB, n int) string {
	t.Helper()
	d.wait(t, fmt.Sprint(n, " mails"), func() bool { return len(d.mails) >= n })
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []string
	for _, m := range d.mails {
		all = append(all, m.subject())
	}
	return strings.Join(all, " ")
}

// round waits until a round began and ended from now on.
func (d *door) round(t testing.TB) {
	t.Helper()
	d.mu.Lock()
	rounds := d.rounds
	d.mu.Unlock()
	d.wait(t, "a round", func() bool { return d.rounds >= rounds+2 })
}

// says waits for a line of the log with the words.
func (d *door) says(t testing.TB, words string) {
	t.Helper()
	d.wait(t, words, func() bool { return strings.Contains(d.log.String(), words) })
}

func (m taken) subject() string {
	for line := range strings.Lines(m.text) {
		if s, ok := strings.CutPrefix(line, "Subject: "); ok {
			return strings.TrimSpace(s)
		}
	}
	return "?"
}

// quick are limits for tests.
func quick() Limits {
	l := DefaultLimits()
	l.Poll, l.PollBlind, l.Retry = 20*time.Millisecond, 20*time.Millisecond, time.Millisecond
	l.Refused, l.RetryMax = time.Millisecond, 20*time.Millisecond
	l.Dial, l.Silence, l.Command, l.Fetch = patience, patience, patience, patience
	l.Gaps = []time.Duration{time.Millisecond, 2 * time.Millisecond}
	l.MaxSize = 1 << 20
	return l
}

// poller makes one for the door.
func (d *door) poller(t testing.TB, s Server, change func(*Config)) *Poller {
	cfg := Config{
		Mailbox: support, Server: s, Folder: "INBOX", From: "all", Locale: "en", Spool: t.TempDir(),
		Gate: d, Marks: d, Words: d, Alerts: d, Meter: d, Limits: quick(), Clock: clock.System{},
		Logger: slog.New(slog.NewTextHandler(d, nil)),
	}
	if change != nil {
		change(&cfg)
	}
	return New(cfg)
}

// run lets a poller read until the test ends or stop is called.
func run(t testing.TB, p *Poller) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// logged is what the poller wrote into its log so far.
func (d *door) logged() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.String()
}
