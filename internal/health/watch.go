package health

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"helpgate/internal/clock"
)

const (
	// silence is how long a folder may be without a success before its lead hears of it: longer
	// than a provider's usual restart, shorter than a customer's patience.
	silence = 15 * time.Minute
	// again is how often one hears of the same silence.
	again = 24 * time.Hour
	// apart is the least time between two mails of one kind about a mailbox that comes and goes: a
	// little more than the hour in which the desk drops the second (govern.AlertEvery).
	apart = 65 * time.Minute
	// lookEvery is how often the Watch looks, and how old the marks are at most.
	lookEvery = time.Minute
	// maxError bounds, in bytes, what of an error a mail says, so that the mend behind it is seen.
	maxError = 200
)

// The reasons of the Watch's mails, keys of texts.
const (
	reasonSilent = "mailbox-silent"
	reasonWell   = "mailbox-well"
)

// Config is all that a Watch needs.
type Config struct {
	Board *Board
	Marks Marks
	// Alert sends one mail to whoever answers for the mailbox.
	Alert  func(ctx context.Context, mailbox, reason, detail string) error
	Clock  clock.Clock
	Logger *slog.Logger
}

// Watch looks after the board's folders. Several nodes may each have one: what was told stands in
// a mark that they share, and Alert drops what two of them say at the same moment.
type Watch struct {
	Config
	started time.Time // a silence begins here at the earliest: a planned stop is none
}

// NewWatch makes a Watch.
func NewWatch(cfg Config) *Watch { return &Watch{cfg, cfg.Clock.Now()} }

// Run looks every minute, and when a folder comes into trouble or out of it, until ctx is done.
// Trouble of the store does not end it.
func (w *Watch) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := w.Look(ctx); err != nil && ctx.Err() == nil {
			w.Logger.WarnContext(ctx, "health of mailboxes not kept: it is tried again", "err", err)
		}
		select {
		case <-tick.C:
		case <-w.Board.turned:
		case <-ctx.Done():
			return nil
		}
	}
}

// Look shares the board with the store once, and tells what there is to tell.
func (w *Watch) Look(ctx context.Context) error {
	if err := w.Board.share(ctx, w.Marks); err != nil {
		return err
	}
	all := w.Board.Folders()
	for i, f := range all {
		same := func(o Folder) bool { return o.Mailbox == f.Mailbox }
		if slices.IndexFunc(all, same) < i {
			continue // told with the mailbox's first folder
		}
		others := slices.DeleteFunc(slices.Clone(all), func(o Folder) bool { return !same(o) })
		if err := w.tell(ctx, f.Mailbox, others); err != nil {
			return fmt.Errorf("tell of %s: %w", f.Mailbox, err)
		}
	}
	return nil
}

// told is when which mail about a mailbox last went out. The mailbox is told silent while Silent is
// after Well.
type told struct {
	Silent time.Time `json:"silent,omitzero"`
	Well   time.Time `json:"well,omitzero"`
}

func (w *Watch) tell(ctx context.Context, mailbox string, folders []Folder) error {
	key := "silent:" + strings.ToLower(mailbox)
	var was told
	value, err := w.Marks.Mark(ctx, key)
	if err == nil && value != "" {
		err = json.Unmarshal([]byte(value), &was)
	}
	if err != nil {
		return fmt.Errorf("read mark: %w", err)
	}
	reason := w.reason(was, folders)
	if reason == "" {
		return nil
	}
	if err := w.Alert(ctx, mailbox, reason, w.detail(reason, folders)); err != nil {
		return err
	}
	// The mail before the mark: between them the process may end, and twice is better than never.
	if reason == reasonSilent {
		was.Silent = w.Clock.Now()
	} else {
		was.Well = w.Clock.Now()
	}
	text, err := json.Marshal(was)
	if err != nil {
		return fmt.Errorf("write mark: %w", err)
	}
	return w.Marks.SetMark(ctx, key, string(text))
}

// reason is what there is to tell of a mailbox, "" for nothing.
func (w *Watch) reason(was told, folders []Folder) string {
	now, down := w.Clock.Now(), was.Silent.After(was.Well)
	pause := apart
	if down {
		pause = again
	}
	switch {
	case slices.ContainsFunc(folders, w.silent):
		if now.Sub(was.Silent) >= pause {
			return reasonSilent
		}
	case down && now.Sub(was.Well) >= apart:
		// After a restart nothing is silent for a while, and nothing need be well.
		unread := func(f Folder) bool { return f.Error != "" || !f.LastSuccess.After(was.Silent) }
		if !slices.ContainsFunc(folders, unread) {
			return reasonWell
		}
	}
	return ""
}

func (w *Watch) silent(f Folder) bool {
	since := f.LastSuccess
	if since.Before(w.started) {
		since = w.started
	}
	return w.Clock.Now().Sub(since) >= silence
}

// detail names the folders that the mail is about, each with its error and what mends it.
func (w *Watch) detail(reason string, folders []Folder) string {
	var parts []string
	for _, f := range folders {
		if reason == reasonSilent && !w.silent(f) {
			continue
		}
		part := f.Folder
		for _, more := range []string{clip(f.Error), f.Mend} {
			if more != "" {
				part += ": " + more
			}
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

func clip(s string) string {
	if len(s) <= maxError {
		return s
	}
	return strings.ToValidUTF8(s[:maxError], "") + "…"
}
