package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func rehearsed(t *testing.T, a answer) (v rehearsalJSON) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.out), &v); err != nil || a.code != exitDone {
		t.Fatalf("%v: exit %d, %s", err, a.code, a.err)
	}
	return v
}

// TestRehearsalKeepsNothing, and tells of threads, rules, what is automatic and what would go out:
// one acknowledgement an address and day, as of when the mails came.
func TestRehearsalKeepsNothing(t *testing.T) {
	t.Parallel()
	config, dir := site(t), t.TempDir()
	call(t, "", "agent", "add", "-c", config, "--email", "ann@agents.example")
	number := 0
	add := func(day int, fields string) {
		number++
		put(t, filepath.Join(dir, fmt.Sprintf("%d.eml", number)), fmt.Sprintf(
			"Message-ID: <m%d@x.example>\nTo: support@example.com\nSubject: S%d\n"+
				"Date: %d May 2020 10:00:00 +0000\n%s\n\nWord %[1]d\n", number, number, day, fields))
	}
	add(1, "From: a@x.example")                               // acknowledged
	add(1, "From: a@x.example\nReferences: <m1@x.example>")   // joins
	add(1, "From: a@x.example")                               // another, within the day
	add(3, "From: a@x.example")                               // another, days later: acknowledged
	add(1, "From: b@x.example\nAuto-Submitted: auto-replied") // gets no answer
	add(1, "From: ann@agents.example\nReferences: <m1@x.example>")
	put(t, filepath.Join(dir, "again.eml"), string(must(os.ReadFile(filepath.Join(dir, "1.eml")))))
	v := rehearsed(t, call(t, "", "rehearse", dir, "-c", config, "--json"))
	if v.Taken != 6 || v.Duplicates != 1 || v.Tickets != 4 || v.Held != 1 ||
		v.Acknowledgements != 2 || v.AcknowledgementsDropped != 1 {
		t.Errorf("%+v", v)
	}
	if want := map[string]int{"new": 4, "known-message-id": 2}; !reflect.DeepEqual(v.Rules, want) {
		t.Errorf("rules: %v", v.Rules)
	}
	if want := map[string]int{"autoreply": 1}; !reflect.DeepEqual(v.Kinds, want) {
		t.Errorf("kinds: %v", v.Kinds)
	}
	if v.Sizes[0].Tickets != 3 || v.Sizes[2].Tickets != 1 || v.Largest[0].Subject != "S1" {
		t.Errorf("sizes: %+v %+v", v.Sizes, v.Largest)
	}
	if list := listed(t, config); len(list) != 0 {
		t.Errorf("kept: %+v", list)
	}
	a := call(t, "", "rehearse", dir, "-c", config)
	for _, want := range []string{"tickets                        4\n", "  acknowledgement              2\n"} {
		if !strings.Contains(a.out, want) {
			t.Errorf("no %q in\n%s", want, a.out)
		}
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// TestRehearsalNeedsNoDatabase and makes none.
func TestRehearsalNeedsNoDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config := put(t, filepath.Join(dir, "helpgate.toml"),
		"data_dir = \"data\"\n[[mailbox]]\naddress = \"support@example.com\"\n")
	box := put(t, filepath.Join(dir, "box"), history(6))
	v := rehearsed(t, call(t, "", "rehearse", box, "-c", config, "--json"))
	if v.Taken != 6 || v.Tickets != 2 {
		t.Errorf("%+v", v)
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); err == nil {
		t.Error("a data folder was made")
	}
}
