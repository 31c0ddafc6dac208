package faults

import (
	"bytes"
	"errors"
	"maps"
	"time"

	"helpgate/internal/mailerr"
	"helpgate/tickets"
)

// maxSteps is more than any letter takes.
const maxSteps = 1000

// pause lies between two letters, so that no budget joins what is sent of them.
const pause = time.Hour

// ride sends letters of a kind, each struck at one step further on its way than the one before,
// until one arrives without: once for each strike.
func (h *house) ride(kind string, strikes ...strike) {
	h.t.Helper()
	h.must(first())
	h.must(h.write(kind))
	before := h.census()
	h.must(h.write(kind))
	whole := grown(before, h.census())
	for _, s := range strikes {
		for at := 1; ; at++ {
			l := h.write(kind)
			before := h.census()
			h.fault.arm(at, s)
			err := h.accept(l)
			struck := h.fault.mend()
			h.look(l, s, err, grown(before, h.census()), whole)
			h.must(l) // its sender comes again, or was told already
			h.keeps(l)
			if h.t.Failed() || !struck && err != nil {
				h.t.Fatalf("step %d of a %s, struck by %v: %v", at, kind, s, err)
			}
			if !struck {
				h.t.Logf("%d steps of a %s struck by %v", at-1, kind, s)
				break
			}
			if at == maxSteps {
				h.t.Fatalf("a %s never arrives", kind)
			}
		}
	}
}

// write gives the next letter of the kind.
func (h *house) write(kind string) letter {
	h.letters++
	h.clock.Advance(pause)
	return letters[kind](h, h.letters)
}

// must hands in a letter that has to be taken.
func (h *house) must(l letter) {
	h.t.Helper()
	if err := h.accept(l); err != nil {
		h.t.Fatalf("letter %s: %v", l.id, err)
	}
}

// look compares what a letter was answered with what has become of it.
func (h *house) look(l letter, s strike, err error, is, whole map[string]int) {
	h.t.Helper()
	if err == nil {
		if !maps.Equal(is, whole) {
			h.t.Errorf("letter %s was taken, and is %v, want %v", l.id, is, whole)
		}
		return
	}
	if len(is) > 0 && !(s.late && maps.Equal(is, whole)) {
		h.t.Errorf("letter %s was put off, and is %v, want nothing", l.id, is)
	}
	var told *mailerr.Error
	want := 451
	if s.full {
		want = 452
	}
	if !errors.As(err, &told) || !told.Temporary || told.Code != want {
		h.t.Errorf("letter %s got %v, want %d", l.id, err, want)
	}
}

// keeps asks that the letter is exactly one message, whose files can be read.
func (h *house) keeps(l letter) {
	h.t.Helper()
	var found []tickets.Message
	err := h.db.View(h.t.Context(), func(tx tickets.Tx) error {
		refs, err := tx.FindRefs(h.t.Context(), []string{l.id})
		for _, ref := range refs {
			all, err := tx.Messages(h.t.Context(), ref.Ticket)
			if err != nil {
				return err
			}
			for _, m := range all {
				if m.MessageID == l.id {
					found = append(found, m)
				}
			}
		}
		return err
	})
	if err != nil || len(found) != 1 || len(found[0].Attachments) != len(l.files) {
		h.t.Fatalf("letter %s: %d messages, %v", l.id, len(found), err)
	}
	for i, a := range found[0].Attachments {
		if data, err := h.file(a.Blob.SHA256); err != nil || !bytes.Equal(data, l.files[i]) {
			h.t.Errorf("file %d of letter %s: %d bytes, %v", i, l.id, len(data), err)
		}
	}
}

// grown gives by how many rows each table has grown that has.
func grown(before, after map[string]int) map[string]int {
	by := map[string]int{}
	for table, n := range after {
		if n != before[table] {
			by[table] = n - before[table]
		}
	}
	return by
}
