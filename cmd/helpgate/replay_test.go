package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"helpgate/tickets"
)

func replayed(t *testing.T, a answer) (v replayedJSON) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.out), &v); err != nil || a.code != exitDone {
		t.Fatalf("%v: exit %d, %s%s", err, a.code, a.out, a.err)
	}
	return v
}

// spoil makes message 1 what it would be if nobody had been able to read it.
func spoil(t *testing.T, config string) {
	t.Helper()
	a := &app{configPath: config}
	a.err = t.Output()
	err := a.with(t.Context(), func(w *world) error {
		return w.db.Update(t.Context(), func(tx tickets.Tx) error {
			m, err := tx.Message(t.Context(), 1)
			if err != nil {
				return err
			}
			m.Text, m.ReplyText, m.Flags = "raw", "raw", []string{tickets.FlagUnparsed}
			m.Attachments = nil
			return tx.RewriteMessage(t.Context(), &m)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestReplayMendsWhatCouldNotBeRead, files and all, and leaves anything else as it is.
func TestReplayMendsWhatCouldNotBeRead(t *testing.T) {
	t.Parallel()
	config := site(t)
	mail, _ := largeFile(1<<20, "")
	if a := call(t, mail, "inject", "-c", config, "support@example.com"); a.code != exitDone {
		t.Fatal(a.err)
	}
	v := replayed(t, call(t, "", "replay", "1", "-c", config, "--json"))
	if !v.Same || v.Mended || v.Error != "" {
		t.Errorf("a good mail: %+v", v)
	}
	spoil(t, config)
	a := call(t, "", "replay", "--failed", "-c", config)
	if a.code != exitDone || a.out != "message 1 of ticket 1: mended\n" {
		t.Errorf("exit %d, %q, %s", a.code, a.out, a.err)
	}
	shown := call(t, "", "ticket", "show", "1", "-c", config, "--json").out
	for _, want := range []string{"Here is the log", "log.zip", `"reread"`} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in %s", want, shown)
		}
	}
	v = replayed(t, call(t, "", "replay", "1", "-c", config, "--json"))
	if !v.Same || v.Mended {
		t.Errorf("after it was mended: %+v", v)
	}
	if a := call(t, "", "replay", "--failed", "-c", config, "--json"); a.out != "[]\n" {
		t.Errorf("failed: %q", a.out)
	}
}

// TestReplayFindsTheSourceOfAMergedTicket, and a mail whose source is lost stops no other one.
func TestReplayFindsTheSourceOfAMergedTicket(t *testing.T) {
	t.Parallel()
	config := site(t)
	bad := "\x80\xff\xfe\x01"
	for _, mail := range []string{bad, plainMail, bad + "\x02"} {
		if a := call(t, mail, "inject", "-c", config, "support@example.com"); a.code != exitDone {
			t.Fatal(a.err)
		}
	}
	a := &app{configPath: config}
	a.err = t.Output()
	err := a.with(t.Context(), func(w *world) error {
		if err := w.desk.Merge(t.Context(), 1, 2, ""); err != nil {
			return err
		}
		return w.db.Update(t.Context(), func(tx tickets.Tx) error {
			return tx.AddJournal(t.Context(), &tickets.JournalEntry{
				Ticket: 3, Message: 3, Source: strings.Repeat("0", 64),
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	got := call(t, "", "replay", "--failed", "-c", config, "--json")
	var all []replayedJSON
	if err := json.Unmarshal([]byte(got.out), &all); err != nil || got.code != exitDone {
		t.Fatalf("%v: exit %d, %s%s", err, got.code, got.out, got.err)
	}
	read := map[int64]bool{}
	for _, v := range all {
		read[v.Ticket] = v.Now != nil
	}
	if len(all) != 2 || !read[2] || read[3] {
		t.Errorf("%+v", all)
	}
}

func TestReplayTellsWhyNot(t *testing.T) {
	t.Parallel()
	config := site(t)
	for line, want := range map[string]int{
		"replay": exitUsage, "replay 1 --failed": exitUsage, "replay x": exitUsage,
		"replay 99": exitFailed,
	} {
		a := call(t, "", append(strings.Fields(line), "-c", config)...)
		if a.code != want || a.err == "" {
			t.Errorf("%s: exit %d, %q", line, a.code, a.err)
		}
	}
	dir := t.TempDir()
	bad := "\x80\xff\xfe\x01" // no mail: it is unreadable then and now
	box := put(t, filepath.Join(dir, "box"), "From a Sat May  2 10:00:00 2020\n"+bad+"\n")
	call(t, "", "import", "mbox", box, "-c", config)
	a := call(t, "", "replay", "--failed", "-c", config)
	if a.code != exitDone || !strings.Contains(a.out, "this is no mail") {
		t.Errorf("exit %d, %q, %s", a.code, a.out, a.err)
	}
}
