package imapin

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// What begins is how the mails that lay in the folder before us are chosen and taken.
const (
	beginUnseen = "unseen" // those that nobody has read, without acknowledgement
	beginSince  = "since"  // those of the last days, without acknowledgement
	beginAll    = "all"    // as history
	beginAnew   = "anew"   // all, as history, because the server numbered them anew
)

// cursor is how far a folder is read: a value, kept as a mark of the store that is written with
// each mail.
type cursor struct {
	Validity uint32 `json:"validity"` // of the UIDs below (RFC 9051 section 2.3.1.1)
	// Last is the highest UID that was looked at: all up to it are stored, were not meant, or are
	// Aside.
	Last  uint32    `json:"last"`
	Until uint32    `json:"until,omitempty"` // what has a UID up to it lay there before us
	Begin string    `json:"begin,omitempty"` // how that is taken
	Since time.Time `json:"since,omitzero"`  // with beginSince
	Aside []aside   `json:"aside,omitempty"` // by UID
	Due   spans     `json:"due,omitempty"`   // stored mails that are still to be moved or flagged
}

// aside is a mail that could not be taken.
type aside struct {
	UID    uint32    `json:"uid"`
	Tries  int       `json:"tries"`
	Early  int       `json:"early,omitempty"` // how often it was put off, see postpone
	Next   time.Time `json:"next,omitzero"`   // when it is looked at again; zero: never
	Given  bool      `json:"given,omitempty"` // it is given up, and has its stand-in
	Reason string    `json:"reason,omitempty"`
	Size   int64     `json:"size,omitempty"` // bytes, where known
}

// maxAside bounds how many given up mails are remembered; they are for the count alone.
const maxAside = 1000

func readCursor(s string) (cursor, error) {
	var c cursor
	if s == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(s), &c); err != nil {
		return c, fmt.Errorf("read cursor: %w", err)
	}
	return c, nil
}

func (c cursor) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // numbers and strings of our own
	}
	return string(text)
}

// settled is the cursor behind a mail that needs no further look; due tells that it is to be moved.
func (c cursor) settled(uid uint32, due bool) cursor {
	c.Last = max(c.Last, uid)
	c.Aside = slices.DeleteFunc(slices.Clone(c.Aside), func(a aside) bool { return a.UID == uid })
	if due {
		c.Due = c.Due.with(uid)
	}
	return c
}

// aside gives what is known of a mail that was tried before.
func (c cursor) aside(uid uint32) aside {
	i := slices.IndexFunc(c.Aside, func(a aside) bool { return a.UID == uid })
	if i < 0 {
		return aside{UID: uid}
	}
	return c.Aside[i]
}

// with is the cursor with the mail set aside.
func (c cursor) with(a aside) cursor {
	c = c.settled(a.UID, false)
	c.Aside = append(c.Aside, a)
	slices.SortFunc(c.Aside, func(a, b aside) int { return int(int64(a.UID) - int64(b.UID)) })
	if i := slices.IndexFunc(c.Aside, aside.givenUp); len(c.Aside) > maxAside && i >= 0 {
		c.Aside = slices.Delete(c.Aside, i, i+1)
	}
	return c
}

func (a aside) givenUp() bool { return a.Given || a.Next.IsZero() }

// retries gives the mails that are to be looked at again.
func (c cursor) retries(now time.Time) []aside {
	var list []aside
	for _, a := range c.Aside {
		if !a.Next.IsZero() && !a.Next.After(now) {
			list = append(list, a)
		}
	}
	return list
}

// given gives the mails that were given up.
func (c cursor) given() []uint32 {
	var uids []uint32
	for _, a := range c.Aside {
		if a.givenUp() {
			uids = append(uids, a.UID)
		}
	}
	return uids
}

// before tells how a mail is taken: late and silent are those of mailin.Envelope.
func (c cursor) before(uid uint32) (late, silent bool) {
	if uid > c.Until {
		return false, false
	}
	silent = c.Begin == beginAll || c.Begin == beginAnew
	return !silent, silent
}

// spans are UIDs as stretches, first and last of each.
type spans [][2]uint32

// with adds a UID; it mostly is the highest.
func (s spans) with(uid uint32) spans {
	s = slices.Clone(s)
	for i := range s {
		if s[i][0] <= uid && uid <= s[i][1]+1 {
			s[i][1] = max(s[i][1], uid)
			return s
		}
	}
	return append(s, [2]uint32{uid, uid})
}

func (s spans) uids() []uint32 {
	var uids []uint32
	for _, span := range s {
		for uid := uint64(span[0]); uid <= uint64(span[1]); uid++ {
			uids = append(uids, uint32(uid))
		}
	}
	return uids
}
