package main

import (
	"io"
	"strings"
	"testing"
	"time"

	"helpgate/internal/config"
	"helpgate/internal/doctor"
	"helpgate/internal/health"
	"helpgate/internal/probe"
	"helpgate/mailin/imapin"
	"helpgate/tickets"
)

// TestNoServerSteersTheTerminal on which doctor shows what it said.
func TestNoServerSteersTheTerminal(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	a := &app{streams: streams{out: &out}}
	err := a.printFindings([]doctor.Finding{{Seen: "v=spf1 \x1b[2J\u009b31m\x7f 你好"}})
	if err != nil || strings.ContainsAny(out.String(), "\x1b\u009b\x7f") ||
		!strings.Contains(out.String(), "31m") || !strings.Contains(out.String(), "你好") {
		t.Errorf("%q, %v", out.String(), err)
	}
}

func TestDoctorTellsHowAFolderFares(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, c := range []struct {
		f       health.Folder
		serving bool
		want    string
	}{
		{health.Folder{}, true, "x skipped never read"},
		{health.Folder{LastSuccess: now}, true, "x ok 0 mails wait"},
		{health.Folder{LastSuccess: now}, false, "x skipped does not serve"},
		{health.Folder{LastSuccess: now.Add(-time.Hour)}, true, "x fail read 1h0m0s ago"},
		{health.Folder{LastSuccess: now, Error: "no", Mend: "mend it"}, true, "x fail mend it"},
		{health.Folder{LastSuccess: now, SetAside: 3}, true, "x warn 3 mails could not be taken"},
	} {
		f := fares(c.f, c.serving, now)
		f.Area = "x"
		if !find([]doctor.Finding{f}, c.want) {
			t.Errorf("%+v, want %s", f, c.want)
		}
	}
	for q, want := range map[imapin.Quota]string{
		{}:                              "x skipped does not tell",
		{Used: 1 << 19, Limit: 1 << 20}: "x ok 50 %",
		{Used: 95, Limit: 100}:          "x warn make room",
	} {
		f := quota(q)
		f.Area = "x"
		if !find([]doctor.Finding{f}, want) {
			t.Errorf("%+v, want %s", f, want)
		}
	}
}

func TestDoctorComparesProbesWithTheConfiguration(t *testing.T) {
	t.Parallel()
	found := func(f probe.Findings) *probe.Result { return &probe.Result{At: time.Now(), Findings: f} }
	all := probe.Findings{
		Delivery: probe.Arrived, PlusRecipient: probe.Arrived, PlusSender: probe.Arrived,
	}
	lost, plus, sender := all, all, all
	lost.Delivery, lost.Refusal = probe.Refused, "550 5.7.1 not today"
	plus.PlusRecipient, sender.PlusSender = probe.Bounced, probe.Refused
	for _, c := range []struct {
		tokens, returnPath string
		result             *probe.Result
		want               string
	}{
		{"plus", "own", nil, "x skipped no probe"},
		{"plus", "own", found(all), "x ok came through"},
		{"plus", "own", found(lost), "x fail refused: 550 5.7.1 not today; run"},
		{"plus", "own", found(plus), `x fail bounced; set tokens = "headers"`},
		{"headers", "mailbox", found(plus), "x ok came through"},
		{"headers", "own", found(sender), `x fail set return_path = "mailbox"`},
		{"headers", "mailbox", found(sender), "x ok came through"},
	} {
		mb := config.Mailbox{Address: deskBox, Tokens: c.tokens, ReturnPath: c.returnPath}
		f := afterProbe(mb, c.result)
		f.Area = "x"
		if !find([]doctor.Finding{f}, c.want) {
			t.Errorf("%+v, want %s", f, c.want)
		}
	}
}

func TestDoctorAsksForWhatWaits(t *testing.T) {
	t.Parallel()
	k := newClinic(t, nowhere)
	a := &app{streams: streams{err: io.Discard}, configPath: k.config}
	err := a.with(t.Context(), func(w *world) error {
		return w.db.Update(t.Context(), func(tx tickets.Tx) error {
			old := time.Now().UTC().Add(-3 * time.Hour).Truncate(time.Microsecond)
			for _, status := range []tickets.OutStatus{tickets.OutWaiting, tickets.OutFailed} {
				o := &tickets.Outgoing{
					Kind: tickets.OutAlert, Mailbox: deskBox, Status: status, CreatedAt: old,
					NextAttempt: old, Recipient: tickets.Person{Address: "a@desk.example"},
					MessageID: string(status) + "@desk.example",
				}
				if err := tx.Enqueue(t.Context(), o); err != nil {
					return err
				}
			}
			return tx.Hold(t.Context(), &tickets.Held{
				Reason: tickets.HeldCommand, State: tickets.HeldWaiting, At: old, Detail: "/close",
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	found := k.doctor(t)
	for _, want := range []string{
		"work warn 1 mails wait, the oldest for 3h0m0s", "work warn 1 mails were given up",
		"work warn 1 things are held",
	} {
		if !find(found, want) {
			t.Errorf("there is no finding %q in %+v", want, found)
		}
	}
}
