package schedule

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robfig/cron/v3"

	"helpgate/internal/clock"
	"helpgate/internal/store"
	"helpgate/tickets"
)

// office is a store with what is needed to run jobs on it.
type office struct {
	store tickets.Store
	clock *clock.Fake
	log   bytes.Buffer
	panic int
}

func (o *office) Panicked() { o.panic++ }

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{clock: clock.NewFake(noon)}
	db, err := store.Open(t.Context(), store.Options{
		URL: "sqlite:" + filepath.Join(t.TempDir(), "jobs.db"), Blobs: "file:" + t.TempDir(),
		Clock: o.clock, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	o.store = db
	return o
}

// node is a scheduler of its own on the office's store.
func (o *office) node(jobs ...Job) *Scheduler {
	return New(Config{
		Jobs: jobs, Store: o.store, Clock: o.clock, Meter: o,
		Logger: slog.New(slog.NewTextHandler(&o.log, nil)),
	})
}

func at(t *testing.T, line string) cron.Schedule {
	t.Helper()
	s, err := cron.ParseStandard(line)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// diary is a job that notes for which times it ran.
type diary struct {
	mu    sync.Mutex
	times []string
}

func (d *diary) job(s cron.Schedule) Job {
	return Job{Name: "diary", At: s, Run: func(_ context.Context, at time.Time) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.times = append(d.times, at.Format("02 15:04"))
		return nil
	}}
}

// TestJobRunsOnceForEachOfItsTimes: a new one from its next time on; of those missed, the last.
func TestJobRunsOnceForEachOfItsTimes(t *testing.T) {
	t.Parallel()
	o, d := newOffice(t), &diary{}
	j := d.job(at(t, "0 * * * *"))
	for _, step := range []struct {
		after time.Duration
		next  string
		ran   []string
	}{
		{0, "24 13:00", nil},
		{59 * time.Minute, "24 13:00", nil},
		{time.Minute, "24 14:00", []string{"24 13:00"}},
		{0, "24 14:00", []string{"24 13:00"}},
		{30*time.Hour + 5*time.Minute, "25 20:00", []string{"24 13:00", "25 19:00"}},
	} {
		o.clock.Advance(step.after)
		next, err := o.node().Step(t.Context(), j) // a new process each time
		if err != nil || next.Format("02 15:04") != step.next || !slices.Equal(d.times, step.ran) {
			t.Errorf("after %v: next %v, ran %q, %v; want %s, %q", step.after, next, d.times, err,
				step.next, step.ran)
		}
	}
}

// TestOfAllNodesOneRunsAJob: whoever claims the time.
func TestOfAllNodesOneRunsAJob(t *testing.T) {
	t.Parallel()
	o, d := newOffice(t), &diary{}
	j := d.job(at(t, "0 * * * *"))
	if _, err := o.node().Step(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	o.clock.Advance(time.Hour)
	var nodes sync.WaitGroup
	for range 10 {
		nodes.Go(func() {
			if _, err := o.node().Step(t.Context(), j); err != nil {
				t.Error(err)
			}
		})
	}
	nodes.Wait()
	if !slices.Equal(d.times, []string{"24 13:00"}) {
		t.Errorf("ran for %q", d.times)
	}
}

// TestFaultOfAJobIsItsOwn: it is logged and counted, and the job runs again at its next time.
func TestFaultOfAJobIsItsOwn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ran := 0
	j := Job{Name: "faulty", At: at(t, "0 * * * *"), Run: func(context.Context, time.Time) error {
		if ran++; ran == 1 {
			panic("a fault")
		}
		return errors.New("no luck")
	}}
	for i, want := range []string{"", "a fault", "no luck"} {
		_, err := o.node().Step(t.Context(), j)
		if got := fmt.Sprint(err); !strings.Contains(got, want) || (err == nil) != (want == "") {
			t.Errorf("step %d: %v, want %q", i, err, want)
		}
		o.clock.Advance(time.Hour)
	}
	if o.panic != 1 {
		t.Errorf("%d panics counted", o.panic)
	}
}

// memory is a store that has marks alone, so that it lives in a synctest bubble.
type memory struct {
	mu    sync.Mutex
	marks map[string]string
	tickets.Tx
}

func (m *memory) Mark(_ context.Context, key string) (string, error) { return m.marks[key], nil }

func (m *memory) SetMark(_ context.Context, key, value string) error {
	m.marks[key] = value
	return nil
}

func (m *memory) Update(_ context.Context, fn func(tickets.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fn(m)
}

func (m *memory) View(ctx context.Context, fn func(tickets.Tx) error) error {
	return m.Update(ctx, fn)
}

// TestRunFollowsTheClock: each job by itself, a slow one does not hold up another.
func TestRunFollowsTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		quick, slow := &diary{}, &diary{}
		lazy := slow.job(at(t, "*/2 * * * *"))
		lazy.Name = "slow"
		write := lazy.Run
		lazy.Run = func(ctx context.Context, at time.Time) error {
			_ = write(ctx, at)
			<-ctx.Done()
			return ctx.Err()
		}
		s := New(Config{
			Jobs:  []Job{quick.job(at(t, "*/2 * * * *")), lazy},
			Store: &memory{marks: map[string]string{}}, Clock: clock.System{},
			Logger: slog.New(slog.DiscardHandler),
		})
		ctx, cancel := context.WithTimeout(t.Context(), 7*time.Minute)
		defer cancel()
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
		if len(quick.times) != 3 || len(slow.times) != 1 {
			t.Errorf("ran for %q and %q", quick.times, slow.times)
		}
	})
}
