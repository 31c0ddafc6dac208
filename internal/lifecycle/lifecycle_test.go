package lifecycle

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// diary records what happened to services, in order. The services of a test write to it only
// one after the other.
type diary struct{ lines chan string }

func newDiary() diary { return diary{make(chan string, 100)} }

// service runs until it is stopped and then needs some time to end.
func (d diary) service(name string, needs time.Duration, err error) Service {
	return Service{Name: name, Run: func(ctx context.Context) error {
		<-ctx.Done()
		d.lines <- "stop " + name
		<-time.After(needs)
		d.lines <- "end " + name
		return err
	}}
}

func (d diary) read() []string {
	close(d.lines)
	var all []string
	for line := range d.lines {
		all = append(all, line)
	}
	return all
}

func run(ctx context.Context, services ...Service) error {
	return Run(ctx, slog.New(slog.DiscardHandler), services...)
}

func TestServicesStopOneAfterTheOtherInReverse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDiary()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		err := run(ctx, d.service("store", time.Second, nil), d.service("queue", time.Second, nil),
			d.service("smtp", time.Second, context.Canceled))
		if err != nil {
			t.Errorf("Run: %v, want nil after a wanted stop", err)
		}
		want := []string{"stop smtp", "end smtp", "stop queue", "end queue", "stop store", "end store"}
		if got := d.read(); !slices.Equal(got, want) {
			t.Errorf("order %q, want %q", got, want)
		}
	})
}

func TestFirstFailureStopsTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDiary()
		fault, late := errors.New("port in use"), errors.New("drain")
		err := run(t.Context(), d.service("store", 0, late),
			Service{"smtp", func(context.Context) error { return fault }})
		if !errors.Is(err, fault) || !errors.Is(err, late) ||
			!strings.Contains(err.Error(), "smtp: port in use") {
			t.Errorf("Run: %v, want both failures by name", err)
		}
		if got := d.read(); !slices.Equal(got, []string{"stop store", "end store"}) {
			t.Errorf("the other service: %q", got)
		}
	})
}

func TestPanicIsAFailureWithItsPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDiary()
		err := run(t.Context(), d.service("store", 0, nil),
			Service{"outbox", func(context.Context) error { panic("no row") }})
		var p *PanicError
		if !errors.As(err, &p) || p.Value != "no row" ||
			!strings.Contains(err.Error(), "lifecycle_test.go") {
			t.Errorf("Run: %v, want the panic and its stack", err)
		}
	})
}

func TestServiceThatHangsIsLeftBehindInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		release := make(chan struct{})
		defer close(release)
		d, began := newDiary(), time.Now()
		err := run(ctx, d.service("store", 0, nil),
			Service{"imap", func(context.Context) error { <-release; return nil }})
		if err == nil || !strings.Contains(err.Error(), "imap") {
			t.Errorf("Run: %v, want the name of the one that hangs", err)
		}
		if took := time.Since(began); took != Grace {
			t.Errorf("took %v, want %v", took, Grace)
		}
		synctest.Wait()
		if got := d.read(); len(got) != 2 {
			t.Errorf("the store was not told to stop: %q", got)
		}
	})
}

func TestServicesThatAreDoneEndTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		job := func(d time.Duration) Service {
			return Service{"job", func(context.Context) error { <-time.After(d); return nil }}
		}
		if err := run(t.Context(), job(time.Minute), job(time.Second)); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != time.Minute {
			t.Errorf("took %v, want as long as the slowest", took)
		}
	})
}

func TestFailureOfALaterServiceIsNotMissedWhileWaitingForAnEarlier(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, began := newDiary(), time.Now()
		late := Service{"late", func(context.Context) error {
			<-time.After(time.Second)
			return context.Canceled // of something else: nobody told it to stop
		}}
		if err := run(t.Context(), d.service("store", 0, nil), late); err == nil {
			t.Error("a service that gave up by itself passes for a wanted stop")
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestServicesTogetherShareTheTimeToStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, began := newDiary(), time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		both := Together("mail", d.service("queue", 4*time.Second, nil),
			d.service("smtp", 8*time.Second, context.Canceled))
		if err := run(ctx, d.service("store", 0, nil), both); err != nil {
			t.Error(err)
		}
		if took := time.Since(began) - time.Hour; took != 8*time.Second {
			t.Errorf("took %v to stop", took)
		}
		want := []string{"end queue", "end smtp", "stop store", "end store"}
		if got := d.read(); !slices.Equal(got[2:], want) {
			t.Errorf("order %q, want %q", got, want)
		}
	})
}

func TestFailureOfOneStopsThoseTogetherWithIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, fault := newDiary(), errors.New("port in use")
		both := Together("mail", d.service("queue", 0, nil),
			Service{"smtp", func(context.Context) error { return fault }})
		err := run(t.Context(), both)
		if !errors.Is(err, fault) || err.Error() != "mail: smtp: port in use" {
			t.Errorf("Run: %v", err)
		}
		if got := d.read(); !slices.Equal(got, []string{"stop queue", "end queue"}) {
			t.Errorf("the other service: %q", got)
		}
	})
}
