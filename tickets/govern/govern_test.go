package govern

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"helpgate/tickets"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestTheWindowsOfTheRules(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ got, want []Window }{
		"a ticket and recipient": {PerRecipient(), []Window{
			{10 * time.Minute, 10},
			{30 * time.Minute, 15},
			{time.Hour, 25},
			{3 * time.Hour, 50},
			{10 * time.Hour, 100},
		}},
		"instance":              {Instance(5000), []Window{{time.Hour, 5000}}},
		"acknowledged, known":   {AckKnown(), []Window{{3 * time.Hour, 10}}},
		"acknowledged, unknown": {AckUnknown(), []Window{{24 * time.Hour, 1}}},
		"hints a day":           {HintPerDay(), []Window{{24 * time.Hour, 3}}},
		"alerts":                {AlertEvery(), []Window{{time.Hour, 1}}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}

// ledger counts as the store does: from since on, itself included.
type ledger []time.Time

func (l ledger) spent(since time.Time) (int, error) {
	n := 0
	for _, at := range l {
		if !at.Before(since) {
			n++
		}
	}
	return n, nil
}

func TestAStormNeverPassesAnyWindow(t *testing.T) {
	t.Parallel()
	for name, ws := range map[string][]Window{
		"recipient": PerRecipient(), "known": AckKnown(), "unknown": AckUnknown(),
		"instance": Instance(7), "never": Instance(0),
	} {
		var sent ledger
		for minute := range 24 * 60 {
			now := noon.Add(time.Duration(minute) * time.Minute)
			for range 3 {
				ok, err := Within(ws, now, sent.spent)
				if err != nil {
					t.Fatal(err)
				}
				if ok {
					sent = append(sent, now)
				}
			}
			for _, w := range ws {
				if n, _ := sent.spent(now.Add(-w.Every)); n > w.Most {
					t.Fatalf("%s, minute %d: %d in %s, allowed are %d",
						name, minute, n, w.Every, w.Most)
				}
			}
		}
		if len(sent) == 0 && ws[0].Most > 0 {
			t.Errorf("%s: nothing passed", name)
		}
	}
}

func TestABudgetComesBackByItself(t *testing.T) {
	t.Parallel()
	sent := ledger{noon}
	for after, want := range map[time.Duration]bool{
		time.Second: false, 24 * time.Hour: false, 24*time.Hour + time.Second: true,
	} {
		ok, err := Within(AckUnknown(), noon.Add(after), sent.spent)
		if err != nil || ok != want {
			t.Errorf("%s later: %v, %v, want %v", after, ok, err, want)
		}
	}
}

func TestWhatCannotBeCountedIsNotSent(t *testing.T) {
	t.Parallel()
	away := errors.New("database away")
	ok, err := Within(AckKnown(), noon, func(time.Time) (int, error) { return 0, away })
	if ok || !errors.Is(err, away) {
		t.Errorf("Within = %v, %v", ok, err)
	}
}

func TestNextIsTheFirstMinuteThatKeepsAllWindows(t *testing.T) {
	t.Parallel()
	ws := []Window{{10 * time.Minute, 2}, {time.Hour, 3}}
	counts := func(minutes ...int) (cs []tickets.Count) {
		for _, m := range minutes {
			cs = append(cs, tickets.Count{At: noon.Add(time.Duration(m) * time.Minute), N: 1})
		}
		return cs
	}
	for _, c := range []struct {
		name   string
		counts []tickets.Count
		want   time.Duration
	}{
		{"nothing counted", nil, 0},
		{"room for one", counts(-5), 0},
		{"the short window is full", counts(-5, -1), 6 * time.Minute},
		{"it was, long ago", counts(-15, -14), 0},
		{"the long window is full", counts(-50, -40, -1), 11 * time.Minute},
		{"two in one minute", []tickets.Count{{At: noon, N: 2}}, 11 * time.Minute},
		{"one is planned", counts(-5, 3), 6 * time.Minute},
	} {
		if got := Next(ws, noon, c.counts).Sub(noon); got != c.want {
			t.Errorf("%s: in %s, want %s", c.name, got, c.want)
		}
	}
}
