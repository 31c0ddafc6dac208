package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helpgate/mailin/archive"
)

// history gives an mbox of n mails, three a conversation, one second apart, from the day of the
// first on.
func history(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "From c Sat May  2 10:%02d:%02d 2020\n", i/60%60, i%60)
		fmt.Fprintf(&b, "From: c%d@customer.example\nTo: support@example.com\nSubject: Q%d\n", i/3, i/3)
		fmt.Fprintf(&b, "Message-ID: <m%d@customer.example>\n", i)
		if i%3 > 0 {
			fmt.Fprintf(&b, "References: <m%d@customer.example>\n", i/3*3)
		}
		fmt.Fprintf(&b, "Date: Sat, 2 May 2020 10:%02d:%02d +0000\n\nWord %d\n\n", i/60%60, i%60, i)
	}
	return b.String()
}

func imported(t *testing.T, a answer) (v importJSON) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.out), &v); err != nil {
		t.Fatalf("%v: exit %d, %q, %s", err, a.code, a.out, a.err)
	}
	return v
}

func listed(t *testing.T, config string) (list []ticketJSON) {
	t.Helper()
	a := call(t, "", "ticket", "list", "-c", config, "--json")
	if err := json.Unmarshal([]byte(a.out), &list); err != nil {
		t.Fatal(err, a.err)
	}
	return list
}

func put(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMailsOfAConversationGoOneBehindTheOther, where each names only the one that it answers.
func TestMailsOfAConversationGoOneBehindTheOther(t *testing.T) {
	t.Parallel()
	w, used := way{lanes: importLanes}, map[int]bool{}
	for i := range 4 * wayMemory {
		id := fmt.Sprintf("m%d@c", i)
		begun := w.of(id, archive.Head{ID: id, Thread: id})
		answer := w.of("", archive.Head{ID: "a" + id, Thread: id})
		more := w.of("", archive.Head{ID: "b" + id, Thread: "a" + id})
		if answer != begun || more != begun {
			t.Fatalf("lanes %d, %d, %d", begun, answer, more)
		}
		used[begun] = true
	}
	if len(used) != importLanes || len(w.last)+len(w.before) > 2*wayMemory {
		t.Errorf("%d lanes, %d ids", len(used), len(w.last)+len(w.before))
	}
}

// TestImportIsSilentHistory: conversations are tickets of their day, nothing goes out, a second run
// goes on behind the first, and what was appended comes then.
func TestImportIsSilentHistory(t *testing.T) {
	t.Parallel()
	config := site(t)
	call(t, "", "agent", "add", "-c", config, "--email", "ann@agents.example")
	path := put(t, filepath.Join(t.TempDir(), "old.mbox"), history(60))
	a := call(t, "", "import", "mbox", path, "-c", config, "--json")
	if v := imported(t, a); v.Taken != 60 || v.Tickets != 20 || a.code != exitDone || a.err != "" {
		t.Errorf("exit %d, %+v, %s", a.code, v, a.err)
	}
	for _, tk := range listed(t, config) {
		if tk.MessageCount != 3 || !strings.HasPrefix(*tk.CreatedAt, "2020-05-02T10:00:") {
			t.Errorf("%d: %d messages of %s", tk.Number, tk.MessageCount, *tk.CreatedAt)
		}
	}
	if a := call(t, "", "queue", "list", "-c", config, "--json"); strings.TrimSpace(a.out) != "[]" {
		t.Errorf("went out: %s", a.out)
	}
	put(t, path, history(63))
	v := imported(t, call(t, "", "import", "mbox", path, "-c", config, "--json"))
	if v.Taken != 3 || v.Duplicates != 0 || len(listed(t, config)) != 21 {
		t.Errorf("second run: %+v, %d tickets", v, len(listed(t, config)))
	}
}

// TestImportOfAMaildirLooksAtAllAgain: a mail may have come into any of its folders; copies fall.
func TestImportOfAMaildirLooksAtAllAgain(t *testing.T) {
	t.Parallel()
	config, root := site(t), t.TempDir()
	later := strings.ReplaceAll(plainMail, "q1@", "q2@")
	put(t, filepath.Join(root, "cur", "1588413600.a:2,S"), plainMail)
	put(t, filepath.Join(root, ".Sent", "new", "1588413601.b"), plainMail)
	v := imported(t, call(t, "", "import", "maildir", root, "-c", config, "--json"))
	if v.Taken != 1 || v.Duplicates != 1 {
		t.Errorf("%+v", v)
	}
	put(t, filepath.Join(root, "new", "1.c"), later)
	v = imported(t, call(t, "", "import", "maildir", root, "-c", config, "--json"))
	if v.Taken != 1 || v.Duplicates != 2 {
		t.Errorf("second run: %+v", v)
	}
}

// TestImportTellsWhatItDidNotTake, takes all else, and begins with it the next time.
func TestImportTellsWhatItDidNotTake(t *testing.T) {
	t.Parallel()
	config := site(t)
	const line = "From a Sat May  2 10:00:00 2020\n"
	path := put(t, filepath.Join(t.TempDir(), "old.mbox"), line+plainMail+"\n"+
		line+strings.Replace(plainMail, "q1@", "q2@", 1)+strings.Repeat("x\n", 40_000)+"\n"+
		line+"\x80\xff\xfe\x01\n\n"+line+strings.Replace(plainMail, "q1@", "q3@", 1)+"\n")
	small := []string{"HELPGATE_SMTP_MAX_MESSAGE_SIZE=65536"}
	a := callIn(t, small, "", "import", "mbox", path, "-c", config, "--json")
	v := imported(t, a)
	if v.Taken != 3 || v.Unreadable != 1 || v.Refused != 1 || a.code != exitFailed {
		t.Errorf("exit %d, %+v", a.code, v)
	}
	want := fmt.Sprintf("%s at byte %d", path, len(line+plainMail+"\n"))
	for _, f := range v.Faults {
		if f.Taken == (f.Place == want) || !f.Taken && f.Reason != "mail is too big" {
			t.Errorf("%+v, want the one at %s refused", f, want)
		}
	}
	a = call(t, "", "import", "mbox", path, "-c", config)
	if a.code != exitDone || a.out != "taken        1, of which 1 opened a ticket\n"+
		"known        2 (there before, or twice in the archive)\n" {
		t.Errorf("second run: exit %d, %s", a.code, a.out)
	}
}

func TestImportChoosesTheMailbox(t *testing.T) {
	t.Parallel()
	config := site(t)
	more := "\n[[mailbox]]\naddress = \"sales@example.com\"\nname = \"Sales\"\n"
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	put(t, config, string(text)+more)
	blind := strings.Replace(plainMail, "To: support@example.com\n", "", 1)
	path := put(t, filepath.Join(t.TempDir(), "old.mbox"), "From a Sat May  2 10:00:00 2020\n"+blind)
	a := call(t, "", "import", "mbox", path, "-c", config, "--mailbox", "sales@example.com")
	if list := listed(t, config); a.code != exitDone || list[0].Mailbox != "sales@example.com" {
		t.Errorf("exit %d, %s: %+v", a.code, a.err, list)
	}
	a = call(t, "", "import", "mbox", path, "-c", config, "--mailbox", "none@example.com")
	if a.code != exitUsage || !strings.Contains(a.err, "no mailbox none@example.com") {
		t.Errorf("exit %d, %s", a.code, a.err)
	}
}

// TestFrontierIsBeforeTheFirstThatIsNotDone, and the next run begins before the first left out.
func TestFrontierIsBeforeTheFirstThatIsNotDone(t *testing.T) {
	t.Parallel()
	f := frontier{reached: reached{Behind: "start"}}
	var mails []*arrival
	for _, place := range []string{"a", "b", "c"} {
		m := &arrival{}
		m.Place = place
		mails = append(mails, m)
		f.begin(m)
	}
	want := func(i int, mark string) {
		t.Helper()
		if got := f.with(mails[i]).String(); got != mark {
			t.Errorf("with mail %d: %s, want %s", i, got, mark)
		}
	}
	want(0, `{"behind":"a"}`)
	want(1, `{"behind":"start"}`)
	f.end(mails[1], true)
	want(0, `{"behind":"b","gap":"a"}`)
	want(2, `{"behind":"start"}`)
	f.end(mails[0], false)
	want(2, `{"behind":"c","gap":"a"}`)
	f.end(mails[2], true)
	if f.Behind != "c" || len(f.open) != 0 {
		t.Errorf("%s, %+v", f.Behind, f.open)
	}
	if got := f.next().String(); got != `{"behind":"a"}` {
		t.Errorf("the next run begins at %s", got)
	}
}
