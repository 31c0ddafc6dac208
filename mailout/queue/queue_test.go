package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"helpgate/internal/mailerr"
	"helpgate/tickets"
)

// later and never are what relays answer.
var (
	later = &mailerr.Error{
		Temporary: true, Code: 451, Enhanced: "4.7.1", Op: "send RCPT",
		Err: errors.New("greylisted"),
	}
	never = &mailerr.Error{
		Code: 550, Enhanced: "5.1.1", Op: "send RCPT to relay",
		Err: errors.New("no such user"),
	}
)

// play runs a test in a bubble of its own, where time passes when everybody waits.
func play(t *testing.T, test func(t *testing.T, f *office)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(t, newOffice(t)) })
}

// pass lets time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (f *office) want(id int64, s tickets.OutStatus, reply string) {
	f.t.Helper()
	if o := f.row(id); o.Status != s || o.LastReply != reply {
		f.t.Errorf("row %d is %s, %q; want %s, %q", id, o.Status, o.LastReply, s, reply)
	}
}

func TestImportantMailsGoFirst(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		for _, kind := range []tickets.OutKind{
			tickets.OutNotification, tickets.OutAcknowledgement, tickets.OutAnswer, tickets.OutHeld,
			tickets.OutAnswer,
		} {
			f.queue(tickets.Outgoing{Kind: kind})
		}
		began := time.Now()
		f.start()
		synctest.Wait()
		want := []string{
			"to3@example.net", "to5@example.net", "to4@example.net",
			"to2@example.net", "to1@example.net",
		}
		if got := f.to(); !slices.Equal(got, want) {
			t.Errorf("order %q, want %q", got, want)
		}
		f.want(1, tickets.OutSent, "250 ok")
		if took := time.Since(began); took != 0 || f.count(sent) != 5 {
			t.Errorf("%d sent in %v, want 5 at once", f.count(sent), took)
		}
	})
}

func TestAnImportantMailOvertakesABacklog(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		f.deliver = func(context.Context, Mail) (string, error) {
			<-time.After(time.Second)
			return "250 ok", nil
		}
		for range 20 {
			f.queue(tickets.Outgoing{Kind: tickets.OutNotification})
		}
		f.start()
		pass(2500 * time.Millisecond) // the third is under way
		f.queue(tickets.Outgoing{Kind: tickets.OutAnswer})
		pass(time.Second)
		if got := f.to(); len(got) != 4 || got[3] != "to21@example.net" {
			t.Errorf("sent %q, want the answer as the fourth", got)
		}
	})
}

func TestAKickIsHeardAtOnceAndOtherProcessesWithinTheSecond(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		f.start()
		synctest.Wait()
		<-time.After(PollEvery / 4)
		kicked := f.queue(tickets.Outgoing{})
		began := time.Now()
		f.worker.Kick()
		f.worker.Kick()
		synctest.Wait()
		f.want(kicked, tickets.OutSent, "250 ok")
		if took := time.Since(began); took != 0 {
			t.Errorf("kicked row was sent after %v", took)
		}
		foreign := f.queue(tickets.Outgoing{})
		pass(PollEvery)
		f.want(foreign, tickets.OutSent, "250 ok")
	})
}

func TestARowIsSentAtTheInstantItFallsDue(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		due := time.Now().Add(10*time.Second + 300*time.Millisecond)
		f.queue(tickets.Outgoing{NextAttempt: due})
		f.start()
		pass(time.Minute)
		if len(f.tries) != 1 || !f.tries[0].at.Equal(due) {
			t.Errorf("tries %v, want one at %v", f.tries, due)
		}
	})
}

func TestARetryWaitsLongerEachTimeAndIsTheSameMail(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		composed := 0
		f.compose = func(tickets.Outgoing) ([]byte, error) {
			composed++
			return fmt.Appendf(nil, "composed %d", composed), nil
		}
		f.deliver = func(context.Context, Mail) (string, error) { return "", later }
		const rest = 24 * time.Hour // of its days
		id := f.queue(tickets.Outgoing{CreatedAt: time.Now().Add(rest - giveUpAfter)})
		f.start()
		synctest.Wait()
		f.want(id, tickets.OutWaiting, "451 4.7.1 greylisted")
		pass(rest / 2)
		f.stop()
		f.start() // another process goes on with the same bytes
		pass(rest)

		f.want(id, tickets.OutFailed, "451 4.7.1 greylisted")
		shortest := firstRetry
		for i := 1; i < len(f.tries); i++ {
			waited := f.tries[i].at.Sub(f.tries[i-1].at)
			if waited < shortest || waited > shortest*6/5+PollEvery {
				t.Errorf("pause %d was %v, want %v and up to a fifth more", i, waited, shortest)
			}
			shortest = min(2*shortest, maxRetry)
		}
		for _, try := range f.tries {
			if try.data != "composed 1" || try.from != "return@example.org" {
				t.Errorf("sent %q from %q", try.data, try.from)
			}
		}
		age := f.tries[len(f.tries)-1].at.Sub(f.row(id).CreatedAt)
		if age < giveUpAfter || age > giveUpAfter+maxRetry*6/5 {
			t.Errorf("given up at the age of %v", age)
		}
		if f.count(failed) != 1 || f.count(deferred) != len(f.tries)-1 {
			t.Errorf("counted %v of %d tries", f.results, len(f.tries))
		}
	})
}

func TestAMailQueuedLongAgoIsNotGivenUpAtOnce(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		f.deliver = func(context.Context, Mail) (string, error) {
			if len(f.to()) < minAttempts {
				return "", later
			}
			return "250 ok", nil
		}
		id := f.queue(tickets.Outgoing{CreatedAt: time.Now().Add(-2 * giveUpAfter)})
		f.start()
		pass(4 * time.Hour)
		f.want(id, tickets.OutSent, "250 ok")
	})
}

func TestARefusedMailFailsAtOnce(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		f.deliver = func(context.Context, Mail) (string, error) { return "", never }
		id := f.queue(tickets.Outgoing{})
		f.start()
		pass(time.Hour)
		f.want(id, tickets.OutFailed, "550 5.1.1 no such user")
		if len(f.tries) != 1 || f.count(failed) != 1 {
			t.Errorf("%d tries, counted %v", len(f.tries), f.results)
		}
	})
}

func TestALeakIsHeldAndNeverSent(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		f.guard = func(o tickets.Outgoing) tickets.HeldReason {
			if o.Override {
				return ""
			}
			return tickets.HeldLeakNote
		}
		id := f.queue(tickets.Outgoing{Kind: tickets.OutAnswer})
		f.start()
		pass(time.Hour)
		f.want(id, tickets.OutStopped, "leak-note")
		if len(f.tries) != 0 {
			t.Fatalf("sent %v", f.tries)
		}
		f.mu.Lock() // an agent releases it
		o := &f.rows[id-1]
		o.Status, o.Override, o.NextAttempt = tickets.OutWaiting, true, time.Now()
		f.mu.Unlock()
		pass(time.Second)
		f.want(id, tickets.OutSent, "250 ok")
	})
}

func TestARowThatCannotBeComposedIsGivenUp(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		f.compose = func(o tickets.Outgoing) ([]byte, error) {
			if o.ID == 1 {
				return nil, fmt.Errorf("read message 7: %w", tickets.ErrNotFound)
			}
			return nil, &mailerr.Error{Code: 553, Enhanced: "5.1.3", Public: "bad recipient"}
		}
		poison, bad := f.queue(tickets.Outgoing{}), f.queue(tickets.Outgoing{})
		f.start()
		synctest.Wait()
		f.want(poison, tickets.OutWaiting, "read message 7: not found")
		f.want(bad, tickets.OutFailed, "553 5.1.3 bad recipient")
		pass(12 * time.Hour)
		f.want(poison, tickets.OutFailed, "read message 7: not found")
		if o := f.row(poison); o.Attempts != MaxComposeAttempts {
			t.Errorf("%d attempts, want %d", o.Attempts, MaxComposeAttempts)
		}
	})
}

func TestAPanicCostsOneRowItsTurn(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		f.compose = func(o tickets.Outgoing) ([]byte, error) {
			if o.ID == 1 {
				panic("secret words")
			}
			return []byte("mail"), nil
		}
		poison, good := f.queue(tickets.Outgoing{}), f.queue(tickets.Outgoing{})
		f.start()
		synctest.Wait()
		f.want(poison, tickets.OutWaiting, errFault.Error())
		f.want(good, tickets.OutSent, "250 ok")
		if f.count("panic") != 1 || time.Until(f.row(poison).NextAttempt) < firstRetry {
			t.Errorf("counted %v, row %+v", f.results, f.row(poison))
		}
	})
}

func TestAMailboxWithoutRouteFailsInTheEnd(t *testing.T) {
	play(t, func(t *testing.T, f *office) {
		id := f.queue(tickets.Outgoing{
			Mailbox: "gone@example.org", CreatedAt: time.Now().Add(-giveUpAfter),
		})
		f.start()
		synctest.Wait()
		f.want(id, tickets.OutWaiting, errNoRoute.Error())
		pass(4 * time.Hour)
		f.want(id, tickets.OutFailed, errNoRoute.Error())
	})
}

func TestWordsOfAFailureStayShortAndWhole(t *testing.T) {
	t.Parallel()
	text := failureText(errors.New("a\r\nb" + strings.Repeat("信", maxReply)))
	if len(text) > maxReply || !strings.HasPrefix(text, "a b信") || !strings.HasSuffix(text, "信") {
		t.Errorf("%d bytes: %q", len(text), text)
	}
}
