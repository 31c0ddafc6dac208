// Package health keeps how the polled folders of mailboxes fare, and tells who answers for a
// mailbox when it falls silent.
//
// A Board is the meter of the pollers: metrics, /readyz and the Watch read it. The Watch writes it
// into marks of the store, where the command line and other nodes find it, and sends the mails of
// trouble through a function that it is given. It asks no server by itself: `helpgate doctor` does.
//
// cmd/helpgate assembles it. It owns no goroutine; Watch.Run is a service of its caller's.
package health

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"helpgate/internal/clock"
)

// Folder is how one polled folder fares. Times are UTC, zero when it never happened.
type Folder struct {
	Mailbox     string    `json:"mailbox"`
	Folder      string    `json:"folder"`
	LastSuccess time.Time `json:"last_success,omitzero"` // when it was last read well
	Backlog     int       `json:"backlog,omitempty"`     // mails that wait to be read
	SetAside    int       `json:"set_aside,omitempty"`   // mails that were given up
	Error       string    `json:"error,omitempty"`       // why it cannot be read now; "" when it can
	Mend        string    `json:"mend,omitempty"`        // what an operator can do about it
}

// Lag is how long ago the folder was last read well, 0 when it never was. A healthy one is read
// every minute.
func (f Folder) Lag(now time.Time) time.Duration {
	if f.LastSuccess.IsZero() {
		return 0
	}
	return max(now.Sub(f.LastSuccess), 0)
}

// Marks keeps values in the store; what was never set is "".
type Marks interface {
	Mark(ctx context.Context, key string) (string, error)
	SetMark(ctx context.Context, key, value string) error
}

// Read gives how a running server last found the folder, at most a minute ago.
func Read(ctx context.Context, marks Marks, mailbox, folder string) (Folder, error) {
	f := Folder{Mailbox: mailbox, Folder: folder}
	value, err := marks.Mark(ctx, f.key())
	if err == nil && value != "" {
		err = json.Unmarshal([]byte(value), &f)
	}
	if err != nil {
		return Folder{}, fmt.Errorf("read health of %s: %w", f.key(), err)
	}
	return f, nil
}

func (f Folder) key() string { return "health:" + strings.ToLower(f.Mailbox) + ":" + f.Folder }

// Board is how all folders of this process fare. Its methods are safe for use by several
// goroutines.
type Board struct {
	clock  clock.Clock
	turned chan struct{} // a folder began or ceased to be in trouble

	mu      sync.Mutex
	folders []entry // as the configuration has them
}

type entry struct {
	Folder
	news bool // this process has learnt something that no mark holds
}

// NewBoard makes a board of folders of which only the names are known.
func NewBoard(c clock.Clock, folders ...Folder) *Board {
	b := &Board{clock: c, turned: make(chan struct{}, 1)}
	for _, f := range folders {
		b.folders = append(b.folders, entry{Folder: f})
	}
	return b
}

// Folders gives all of them as they are now.
func (b *Board) Folders() []Folder {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]Folder, len(b.folders))
	for i, e := range b.folders {
		all[i] = e.Folder
	}
	return all
}

// Polled tells that the folder was read well at the time, which ends its trouble.
func (b *Board) Polled(mailbox, folder string, at time.Time) {
	b.change(mailbox, folder, func(f *Folder) { f.LastSuccess, f.Error, f.Mend = at, "", "" })
}

// Backlog is how many mails of the folder were seen and wait. When they become fewer the folder is
// being read: the first round through a large one takes hours.
func (b *Board) Backlog(mailbox, folder string, n int) {
	b.change(mailbox, folder, func(f *Folder) {
		if n < f.Backlog {
			f.LastSuccess = b.clock.Now()
		}
		f.Backlog = n
	})
}

// SetAside is how many mails of the folder were given up.
func (b *Board) SetAside(mailbox, folder string, n int) {
	b.change(mailbox, folder, func(f *Folder) { f.SetAside = n })
}

// Trouble tells why the folder cannot be read now, and what mends it.
func (b *Board) Trouble(mailbox, folder string, err error, mend string) {
	b.change(mailbox, folder, func(f *Folder) { f.Error, f.Mend = err.Error(), mend })
}

func (b *Board) change(mailbox, folder string, f func(*Folder)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.folders {
		if e := &b.folders[i]; e.Mailbox == mailbox && e.Folder.Folder == folder {
			was := e.Folder
			f(&e.Folder)
			e.news = true
			if (was.Error == "") != (e.Error == "") || was.LastSuccess.IsZero() != e.LastSuccess.IsZero() {
				b.turn()
			}
		}
	}
}

// turn lets the Watch look at once.
func (b *Board) turn() {
	select {
	case b.turned <- struct{}{}:
	default:
	}
}

// share writes what this process learnt into the marks, and takes from them what another did.
func (b *Board) share(ctx context.Context, marks Marks) error {
	for i := range b.Folders() {
		b.mu.Lock()
		is := b.folders[i]
		b.folders[i].news = false
		b.mu.Unlock()
		if err := b.shareOne(ctx, marks, i, is); err != nil {
			return err
		}
	}
	return nil
}

func (b *Board) shareOne(ctx context.Context, marks Marks, i int, is entry) error {
	kept, err := Read(ctx, marks, is.Mailbox, is.Folder.Folder)
	if err == nil && is.news && kept != is.Folder {
		if is.LastSuccess.Before(kept.LastSuccess) {
			is.LastSuccess = kept.LastSuccess // before this process began, or on another node
		}
		kept = is.Folder
		var text []byte
		if text, err = json.Marshal(kept); err == nil {
			err = marks.SetMark(ctx, is.key(), string(text))
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := &b.folders[i]; {
	case err != nil:
		e.news = e.news || is.news
		return fmt.Errorf("share health of %s: %w", is.key(), err)
	case !e.news:
		e.Folder = kept
	case e.LastSuccess.Before(kept.LastSuccess):
		e.LastSuccess = kept.LastSuccess
	}
	return nil
}
