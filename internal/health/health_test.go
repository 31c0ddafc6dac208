package health

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"helpgate/internal/clock"
)

const box = "s@desk.example"

// store is the marks of a store that several nodes share.
type store struct {
	mu    sync.Mutex
	marks map[string]string
	fault error
}

func (s *store) Mark(_ context.Context, key string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.marks[key], s.fault
}

func (s *store) SetMark(_ context.Context, key, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marks[key] = value
	return s.fault
}

// node is one process with two folders of a mailbox, and the mails that it sent.
type node struct {
	*Watch
	t     *testing.T
	clock *clock.Fake
	sent  []string
}

func newNode(t *testing.T, s *store, c *clock.Fake) *node {
	n := &node{t: t, clock: c}
	n.Watch = NewWatch(Config{
		Board: NewBoard(c, Folder{Mailbox: box, Folder: "INBOX"}, Folder{Mailbox: box, Folder: "Junk"}),
		Marks: s, Clock: c, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Alert: func(_ context.Context, mailbox, reason, detail string) error {
			if mailbox != box {
				t.Errorf("a mail about %s", mailbox)
			}
			n.sent = append(n.sent, reason+" "+detail)
			return nil
		},
	})
	return n
}

func setup(t *testing.T) (*node, *store, *clock.Fake) {
	s := &store{marks: map[string]string{}}
	c := clock.NewFake(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))
	return newNode(t, s, c), s, c
}

// read tells that folders were read well.
func (n *node) read(folders ...string) {
	for _, f := range folders {
		n.Board.Polled(box, f, n.clock.Now())
	}
}

// after looks each minute until d is over, calling f before each look, and gives what was sent.
func (n *node) after(d time.Duration, f func()) string {
	n.t.Helper()
	n.sent = nil
	for ; d > 0; d -= time.Minute {
		n.clock.Advance(time.Minute)
		f()
		if err := n.Look(n.t.Context()); err != nil {
			n.t.Fatal(err)
		}
	}
	return strings.Join(n.sent, "\n")
}

func TestSilenceIsToldOnceADayAndItsEnd(t *testing.T) {
	t.Parallel()
	n, _, _ := setup(t)
	well := func() { n.read("INBOX", "Junk") }
	broken := func() {
		n.read("Junk")
		n.Board.Trouble(box, "INBOX", errors.New("refused "+strings.Repeat("x", 999)), "mend it")
	}
	const silent = "mailbox-silent INBOX: refused "
	for i, step := range []struct {
		during time.Duration
		f      func()
		want   string // beginnings of the mails
	}{
		{time.Hour, well, ""},
		{14 * time.Minute, broken, ""},
		{time.Minute, broken, silent},
		{24*time.Hour - time.Minute, broken, ""},
		{time.Minute, broken, silent},
		{time.Minute, well, "mailbox-well INBOX; Junk"},
		{time.Hour, well, ""},
		{time.Hour, broken, silent}, // a new silence is told at once
	} {
		got := n.after(step.during, step.f)
		if strings.Count(got, "\n") > 0 || !strings.HasPrefix(got, step.want) ||
			(got == "") != (step.want == "") {
			t.Errorf("step %d: sent %q, want %q", i, got, step.want)
		}
		if step.want == silent && (!strings.HasSuffix(got, "…: mend it") || len(got) > 300) {
			t.Errorf("step %d: the mend is not seen: %s", i, got)
		}
	}
}

func TestAMailboxThatComesAndGoesIsNotToldEachTime(t *testing.T) {
	t.Parallel()
	n, _, _ := setup(t)
	minute := 0
	got := n.after(5*time.Hour, func() {
		if minute++; minute%20 == 0 { // silent for 20 minutes, well for one
			n.read("INBOX", "Junk")
		}
	})
	silent, well := strings.Count(got, reasonSilent), strings.Count(got, reasonWell)
	if silent < 3 || silent > 5 || well > silent || silent > well+1 {
		t.Errorf("sent\n%s", got)
	}
}

func TestAPlannedStopIsNoSilence(t *testing.T) {
	t.Parallel()
	n, s, c := setup(t)
	n.after(time.Minute, func() { n.read("INBOX", "Junk") })
	c.Advance(8 * time.Hour)
	next := newNode(t, s, c)
	if got := next.after(14*time.Minute, func() {}); got != "" {
		t.Errorf("sent %q", got)
	}
	if got := next.after(time.Minute, func() {}); got != "mailbox-silent INBOX; Junk" {
		t.Errorf("sent %q", got)
	}
	third := newNode(t, s, c)
	if got := third.after(time.Hour, func() {}); got != "" {
		t.Errorf("a restart made it well or new: sent %q", got)
	}
}

func TestOfSeveralNodesNoneIsSilentWhileOneReads(t *testing.T) {
	t.Parallel()
	a, s, c := setup(t)
	b := newNode(t, s, c)
	reads := a
	both := func(d time.Duration) string {
		a.sent, b.sent = nil, nil
		for ; d > 0; d -= time.Minute {
			c.Advance(time.Minute)
			if reads != nil {
				reads.read("INBOX", "Junk")
			}
			for _, n := range []*node{a, b} {
				if err := n.Look(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		return strings.Join(append(a.sent, b.sent...), "\n")
	}
	if got := both(time.Hour); got != "" {
		t.Errorf("sent %q", got)
	}
	if got := b.Board.Folders()[0]; got.LastSuccess.IsZero() {
		t.Errorf("the other node does not know it: %+v", got)
	}
	reads = b // takes over
	if got := both(time.Hour); got != "" {
		t.Errorf("sent %q", got)
	}
	reads = nil
	if got := both(time.Hour); got != "mailbox-silent INBOX; Junk" {
		t.Errorf("sent %q", got)
	}
}

func TestALargeFolderThatIsBeingReadIsNotSilent(t *testing.T) {
	t.Parallel()
	n, _, _ := setup(t)
	left := 1000
	if got := n.after(2*time.Hour, func() {
		left--
		n.read("Junk")
		n.Board.Backlog(box, "INBOX", left)
	}); got != "" {
		t.Errorf("sent %q", got)
	}
	still := func() {
		n.read("Junk")
		n.Board.Backlog(box, "INBOX", left)
	}
	if got := n.after(time.Hour, still); got == "" {
		t.Error("nothing becomes fewer, and nobody hears of it")
	}
}

func TestTheCommandLineReadsWhatAServerFound(t *testing.T) {
	t.Parallel()
	n, s, c := setup(t)
	n.Board.Backlog(box, "INBOX", 7)
	n.Board.SetAside(box, "INBOX", 2)
	n.Board.Trouble(box, "INBOX", errors.New("refused"), "mend it")
	n.after(time.Minute, func() {})
	got, err := Read(t.Context(), s, box, "INBOX")
	want := Folder{
		Mailbox: box, Folder: "INBOX", Backlog: 7, SetAside: 2, Error: "refused", Mend: "mend it",
	}
	if err != nil || got != want || got.Lag(c.Now()) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	at := c.Now()
	n.after(3*time.Minute, func() { n.Board.Polled(box, "INBOX", at) })
	if got, err = Read(t.Context(), s, box, "INBOX"); err != nil || got.Error != "" ||
		got.Lag(c.Now()) != 3*time.Minute {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestATurnIsWrittenAtOnce(t *testing.T) {
	t.Parallel()
	n, s, _ := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() { n.read("INBOX") }, ""},
		{func() { n.Board.Trouble(box, "INBOX", errors.New("refused"), "") }, "refused"},
		{func() { n.read("INBOX") }, ""},
	} {
		step.do()
		for end := time.Now().Add(10 * time.Second); ; {
			f, err := Read(t.Context(), s, box, "INBOX")
			if err != nil || time.Now().After(end) {
				t.Fatalf("%+v, %v", f, err)
			}
			if !f.LastSuccess.IsZero() && f.Error == step.want {
				break
			}
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestNothingIsForgottenWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	n, s, _ := setup(t)
	n.read("INBOX", "Junk")
	s.fault = errors.New("locked")
	if err := n.Look(t.Context()); !errors.Is(err, s.fault) {
		t.Errorf("error %v", err)
	}
	s.fault = nil
	n.after(time.Minute, func() {})
	if got, err := Read(t.Context(), s, box, "INBOX"); err != nil || got.LastSuccess.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}
