package queue

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"helpgate/tickets"
)

func TestRatesHoldInAnySpanAndCountNoAttempt(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		r := &f.cfg.Routes[0]
		r.RatePerMinute, r.RatePerDay, r.Connections = 3, 7, 9
		for range 10 {
			f.queue(tickets.Outgoing{})
		}
		f.start()
		began := time.Now()
		pass(25 * time.Hour)
		want := []time.Duration{0, 0, 0, 1, 1, 1, 2, 24 * 60, 24 * 60, 24 * 60}
		for i, try := range f.tries {
			if at := try.at.Sub(began); i >= len(want) || at != want[i]*time.Minute {
				t.Errorf("mail %d went after %v", i+1, at)
			}
		}
		for id := int64(1); id <= 10; id++ {
			if o := f.row(id); o.Status != tickets.OutSent || o.Attempts != 1 {
				t.Errorf("row %d is %s after %d attempts", id, o.Status, o.Attempts)
			}
		}
	})
}

func TestARouteUsesAllItsConnectionsAndNoMore(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		f.cfg.Routes[0].Connections = 3
		var now, most atomic.Int64
		f.deliver = func(context.Context, Mail) (string, error) {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			<-time.After(time.Second)
			return "250 ok", nil
		}
		for range 9 {
			f.queue(tickets.Outgoing{})
		}
		f.start()
		pass(3 * time.Second)
		if most.Load() != 3 || f.count(sent) != 9 {
			t.Errorf("%d at once, %d sent in three rounds; want 3 and 9", most.Load(), f.count(sent))
		}
	})
}

func TestADeadRelayStopsNoOther(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		other := "sales@example.org"
		f.cfg.Routes = append(f.cfg.Routes, Route{
			Name: "other", Mailboxes: []string{other}, Deliverer: f, Connections: 1,
		})
		f.deliver = func(_ context.Context, m Mail) (string, error) {
			if m.To != "friend@example.net" {
				<-time.After(5 * time.Minute)
				return "", later
			}
			return "250 ok", nil
		}
		for range 200 {
			f.queue(tickets.Outgoing{Kind: tickets.OutAnswer})
		}
		id := f.queue(tickets.Outgoing{
			Mailbox: other, Recipient: tickets.Person{Address: "friend@example.net"},
		})
		f.start()
		synctest.Wait()
		f.want(id, tickets.OutSent, "250 ok")
	})
}

func TestALongDeliveryKeepsItsLease(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		f.deliver = func(context.Context, Mail) (string, error) {
			<-time.After(10 * time.Minute)
			return "250 ok", nil
		}
		id := f.queue(tickets.Outgoing{})
		f.start()
		for range 60 {
			pass(10 * time.Second)
			o := f.row(id)
			if o.Status == tickets.OutSending && time.Until(o.NextAttempt) < Lease-renewEvery-2*PollEvery {
				t.Fatalf("lease ends in %v", time.Until(o.NextAttempt))
			}
		}
		pass(PollEvery)
		f.want(id, tickets.OutSent, "250 ok")
		if len(f.tries) != 1 {
			t.Errorf("%d deliveries, want 1", len(f.tries))
		}
	})
}

func TestAStoreThatIsAwayForLongCostsNoSecondDelivery(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		f.deliver = func(context.Context, Mail) (string, error) {
			<-time.After(5 * time.Minute)
			return "250 ok", nil
		}
		id := f.queue(tickets.Outgoing{})
		f.cfg.Routes[0].Connections = 2
		f.start()
		pass(time.Second)
		f.setDown(errors.New("database is away"))
		pass(2 * Lease)
		f.setDown(nil)
		pass(5 * time.Minute)
		f.want(id, tickets.OutSent, "250 ok")
		if len(f.tries) != 1 {
			t.Errorf("%d deliveries, want 1", len(f.tries))
		}
	})
}

func TestASentMailIsMarkedWhenTheStoreComesBack(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		f.deliver = func(context.Context, Mail) (string, error) {
			f.setDown(errors.New("database is away"))
			return "250 ok", nil
		}
		id := f.queue(tickets.Outgoing{})
		f.start()
		pass(settleTimeout / 2)
		f.setDown(nil)
		pass(Lease)
		f.want(id, tickets.OutSent, "250 ok")
		if len(f.tries) != 1 {
			t.Errorf("%d deliveries, want 1", len(f.tries))
		}
	})
}

// brokenDesk cannot take a bad end.
type brokenDesk struct{}

func (brokenDesk) DeliveryFailed(context.Context, int64, string) error { panic("no message") }

func (brokenDesk) Leaked(context.Context, int64, tickets.HeldReason, string) error {
	return errors.New("no ticket")
}

func TestAMailThatTheDeskCannotEndWaitsItsTurn(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		f.cfg.Desk = brokenDesk{}
		f.deliver = func(context.Context, Mail) (string, error) { return "", never }
		id := f.queue(tickets.Outgoing{})
		f.start()
		pass(time.Hour)
		f.want(id, tickets.OutWaiting, "550 5.1.1 no such user")
		if n := len(f.tries); n < 4 || n > 6 {
			t.Errorf("%d tries in an hour, want about 5", n)
		}
	})
}

func TestStoppingLetsShortDeliveriesEndAndGivesTheOthersBack(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		f.cfg.Routes[0].Connections = 2
		f.deliver = func(ctx context.Context, m Mail) (string, error) {
			took := 2 * time.Second
			if m.To == "to2@example.net" {
				took = time.Hour
			}
			select {
			case <-time.After(took):
				return "250 ok", nil
			case <-ctx.Done():
				return "", context.Cause(ctx)
			}
		}
		short, long, unbegun := f.queue(tickets.Outgoing{}), f.queue(tickets.Outgoing{}),
			f.queue(tickets.Outgoing{})
		f.start()
		pass(time.Second)
		began := time.Now()
		f.stop()
		if took := time.Since(began); took != drainTime {
			t.Errorf("stopped after %v, want %v", took, drainTime)
		}
		f.want(short, tickets.OutSent, "250 ok")
		f.want(long, tickets.OutWaiting, "context canceled")
		f.want(unbegun, tickets.OutWaiting, "")
		if o := f.row(long); o.NextAttempt.After(time.Now()) {
			t.Errorf("given back until %v", o.NextAttempt)
		}
	})
}

// lateStop ends the worker while the claim of its route is on its way.
type lateStop struct {
	*memory
	stop context.CancelFunc
}

func (s lateStop) Claim(
	ctx context.Context, share Share, now, until time.Time, n int,
) ([]tickets.Outgoing, error) {
	if !share.Others {
		s.stop()
	}
	return s.memory.Claim(ctx, share, now, until, n)
}

func TestRowsClaimedWhileStoppingAreGivenBack(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		ctx, cancel := context.WithCancel(t.Context())
		f.cfg.Rows = lateStop{f.memory, cancel}
		id := f.queue(tickets.Outgoing{LastReply: "451 earlier"})
		if err := New(f.cfg).Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
		f.want(id, tickets.OutWaiting, "451 earlier")
		if len(f.tries) != 0 {
			t.Errorf("sent %v", f.tries)
		}
	})
}

// TestIntakeGoesFirst, for as long as it rests at times; otherwise all that waits goes out in turn
// with it after a while.
func TestIntakeGoesFirst(t *testing.T) {
	for name, c := range map[string]struct {
		rests time.Duration
		want  time.Duration
	}{
		"resting":       {0, 0},
		"soon at rest":  {time.Second, time.Second + restful},
		"never at rest": {time.Hour, patience},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, f *office) {
				began := time.Now()
				f.cfg.Intake = func() time.Time {
					if rests := began.Add(c.rests); time.Now().After(rests) {
						return rests
					}
					return time.Now().Add(-restful / 2)
				}
				if c.rests == 0 {
					f.cfg.Intake = func() time.Time { return time.Time{} }
				}
				for range 5 {
					f.queue(tickets.Outgoing{})
				}
				f.start()
				pass(10 * time.Second)
				for i, try := range f.tries {
					if d := try.at.Sub(began) - c.want; d < 0 || d > 2*restful {
						t.Errorf("mail %d went %v after it was due by the rule", i, d)
					}
				}
				if f.count(sent) != 5 {
					t.Errorf("%d sent", f.count(sent))
				}
			})
		})
	}
}
