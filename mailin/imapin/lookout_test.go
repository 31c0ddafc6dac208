package imapin

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
)

// aLookoutSeesWhatIsNew: in folders that are read by others at the same time, and in one that comes
// to be later.
func (s *shared) aLookoutSeesWhatIsNew(t *testing.T) {
	t.Parallel()
	a := s.account(t)
	a.put("INBOX", time.Now(), "old")
	var offered []string
	o, err := NewLookout(t.Context(), a.server(), quick(), t.TempDir(), func(r Report) []string {
		offered = r.Folders
		return []string{"INBOX", "Processed"}
	})
	a.must(err)
	defer o.Close()
	if !slices.Contains(offered, "INBOX") || !slices.Contains(o.Report.Capabilities, "IDLE") {
		t.Errorf("offered %q, %q", offered, o.Report.Capabilities)
	}
	look := func(want ...string) {
		t.Helper()
		seen, err := o.Look(t.Context(), 1000)
		a.must(err)
		var got []string
		for _, m := range seen {
			_, rest, _ := strings.Cut(string(m.Data), "Subject: ")
			subject, _, _ := strings.Cut(rest, "\r\n")
			got = append(got, m.Folder+" "+subject)
			if m.Size != int64(len(m.Data)) {
				t.Errorf("%s: %d bytes, size %d", subject, len(m.Data), m.Size)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("saw %q, want %q", got, want)
		}
	}
	look()
	a.put("INBOX", time.Now(), "one", "two", strings.Repeat("long", 300))
	look("INBOX one", "INBOX two")
	look()
	a.put("INBOX", time.Now(), "three")
	a.must(a.hand.Create("Processed", nil).Wait())
	_, err = a.hand.Select("INBOX", nil).Wait()
	a.must(err)
	_, err = a.hand.Move(imap.SeqSetNum(5), "Processed").Wait()
	a.must(err)
	look("Processed three")
	if _, seen := a.holds("INBOX", imap.FlagSeen); seen != 0 {
		t.Errorf("%d mails are marked as read", seen)
	}
}

// TestLookoutTellsThatItCannotLook: a mail that it does not see is no lost one then.
func TestLookoutTellsThatItCannotLook(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*talk){
		"a lost connection": func(c *talk) { _ = c.Close() },
		"a server that has enough": func(c *talk) {
			c.say("%s NO Request is throttled. Suggested Backoff Time: 1 milliseconds", c.tag)
		},
	} {
		s := &script{on: func(c *talk, command string) bool {
			if !strings.HasPrefix(command, "EXAMINE") {
				return false
			}
			answer(c)
			return true
		}}
		o, err := NewLookout(t.Context(), s.serve(t), quick(), t.TempDir(), func(Report) []string {
			return []string{"INBOX"}
		})
		if err == nil {
			o.Close()
			t.Errorf("%s is no error", name)
		}
	}
}
