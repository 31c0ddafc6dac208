package imapin

import (
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"helpgate/mailin"
)

// sentMailWaitsForWhatItAnswers lets those behind it go first, and is taken in the end, known or
// not. The folder stays as it was.
func (s *shared) sentMailWaitsForWhatItAnswers(t *testing.T) {
	t.Parallel()
	a, d := s.account(t), newDoor()
	a.must(a.hand.Create("Sent", nil).Wait())
	a.put("Sent", time.Time{}, "old")
	d.early = func(env mailin.Envelope, text string) bool {
		return env.Patient && strings.Contains(text, "Subject: early")
	}
	run(t, d.poller(t, a.server(), func(c *Config) {
		c.Folder, c.From, c.Sent = "Sent", "now", true
	}))
	d.round(t)
	a.put("Sent", time.Time{}, "early", "one", "two")
	if got := d.subjects(t, 3); got != "one two early" {
		t.Errorf("read %q", got)
	}
	for _, m := range d.mails {
		if !m.Sent || m.Late || m.Silent {
			t.Errorf("envelope: %+v", m.Envelope)
		}
	}
	if log := d.logged(); log == "" || strings.Contains(log, "level=WARN") {
		t.Errorf("log:\n%s", log)
	}
	d.round(t)
	if all, seen := a.holds("Sent", imap.FlagSeen); all != 4 || seen != 0 {
		t.Errorf("the folder holds %d mails, %d seen", all, seen)
	}
}
