package thread

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"helpgate/internal/rfc"
	"helpgate/tickets"
)

// NamelessKeyLife is how long a mail without Message-ID and Date is known again: its key holds
// nothing that makes it one of its kind, so that tomorrow's equal words are another mail.
const NamelessKeyLife = 24 * time.Hour

// OrphanKeyLife is how long the key of a mail that became part of no ticket lives, and how much
// longer than its ticket any other key does.
const OrphanKeyLife = 400 * 24 * time.Hour

// maxKeyLines bounds the lines that a key remembers: enough to tell two mails apart.
const maxKeyLines = 200

// KeyOf gives what the mail is known by.
func KeyOf(m *tickets.Mail) tickets.Key {
	k := tickets.Key{
		MessageID: m.MessageID,
		Subject:   bareSubject(m.Subject),
		Lines:     lineHashes(cmp.Or(m.NewText, m.ReplyText), maxKeyLines),
		Text:      hashOf(strings.FieldsSeq(m.Text)),
	}
	date := strconv.FormatInt(m.Date.Unix(), 10)
	if m.MessageID != "" {
		k.Hash = hash("id", m.MessageID, m.From.Address, date)
		return k
	}
	// The text's white space is the road's: SMTP ends every mail with a line end. The files count,
	// because a scanner's mails may differ in nothing else.
	k.Hash = hash("content", m.From.Address, addresses(m.To), addresses(m.Cc), m.Subject, date,
		k.Text, files(m.Attachments))
	if m.Date.IsZero() {
		k.ExpiresAt = m.ReceivedAt.Add(NamelessKeyLife)
	}
	return k
}

// Copy is what a mail is to those that are there already.
type Copy int

// The answers of Compare.
const (
	Fresh     Copy = iota // nothing like it is there
	Reused                // another mail came under its Message-ID: both count
	Duplicate             // a further copy
	Variant               // a further copy whose text was changed on the way
	Unsure                // another new text, all else the same: Grown tells Variant from Reused
)

// Compare tells what a mail with key k is to the stored keys that share its hash or Message-ID,
// and gives the stored key that it copies or shares the Message-ID with.
func Compare(k tickets.Key, stored []tickets.Key) (Copy, tickets.Key) {
	verdict, other := Fresh, tickets.Key{}
	for _, s := range stored {
		switch same := s.Hash == k.Hash && s.Subject == k.Subject; {
		case same && s.Text == k.Text:
			// The new text is not asked: what is cut as known depends on what has come since.
			return Duplicate, s
		case same && halfShared(k.Lines, s.Lines):
			verdict, other = Variant, s
		case same && verdict != Variant:
			verdict, other = Unsure, s
		case verdict == Fresh:
			verdict, other = Reused, s
		}
	}
	return verdict, other
}

// halfShared tells whether at least half of the shorter list's lines stand in the longer one.
func halfShared(a, b []uint64) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return 2*shared(a, b) >= len(a)
}

// shared counts the lines of a that stand in b.
func shared(a, b []uint64) int {
	in := make(map[uint64]bool, len(b))
	for _, h := range b {
		in[h] = true
	}
	n := 0
	for _, h := range a {
		if in[h] {
			n++
		}
	}
	return n
}

// maxGrownLines is how many lines of a text are looked through for those of another.
const maxGrownLines = 2000

// Grown tells whether one of two whole texts is the other with lines added. A banner above a mail
// that says nothing new, as a forward without a word of its own, is all that is new in its copy.
func Grown(a, b string) bool {
	as, bs := lineHashes(a, maxGrownLines), lineHashes(b, maxGrownLines)
	return within(as, bs) || within(bs, as)
}

// within tells whether the first of some lines all stand in others; of no lines, nothing is told.
func within(few, lines []uint64) bool {
	few = few[:min(len(few), maxKeyLines)]
	return len(few) > 0 && shared(few, lines) == len(few)
}

var bracketTags = regexp.MustCompile(`^(?:\s*(?:\[[^\]]{1,60}\]|【[^】]{1,60}】))+\s*`)

// maxSubject is how many bytes of a subject are compared: no person writes a longer one.
const maxSubject = 4 << 10

// maxTagRounds is how often tags behind prefixes behind tags are taken off: more were made up to
// keep us busy.
const maxTagRounds = 20

// bareSubject gives a subject without reply prefixes and bracketed tags: lists and gateways add
// theirs in front.
func bareSubject(subject string) string {
	if len(subject) > maxSubject {
		subject = strings.ToValidUTF8(subject[:maxSubject], "")
	}
	for range maxTagRounds {
		s := bracketTags.ReplaceAllString(rfc.BaseSubject(subject), "")
		if s == subject {
			break
		}
		subject = s
	}
	return strings.Join(strings.Fields(subject), " ")
}

// lineHashes gives those of the first non-empty lines, whatever their white space.
func lineHashes(text string, most int) []uint64 {
	var hs []uint64
	for line := range strings.Lines(text) {
		h, any := uint64(fnvOffset), false
		for word := range strings.FieldsSeq(line) {
			if any {
				h = fnv1a(h, " ")
			}
			h, any = fnv1a(h, word), true
		}
		if !any {
			continue
		}
		if hs = append(hs, h); len(hs) == most {
			break
		}
	}
	return hs
}

// The 64-bit FNV-1a hash of hash/fnv, which takes bytes only, and so a copy of each word.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func fnv1a(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}

func files(list []tickets.Attachment) string {
	var b strings.Builder
	for _, f := range list {
		b.WriteString(f.Blob.SHA256)
	}
	return b.String()
}

func addresses(people []tickets.Person) string {
	var b strings.Builder
	for _, p := range people {
		b.WriteString(p.Address)
		b.WriteByte(',')
	}
	return b.String()
}

// hash tells lists of parts apart, not only their joined text.
func hash(parts ...string) string { return hashOf(slices.Values(parts)) }

// hashBuffer is about how many bytes are hashed at once: most parts are short words.
const hashBuffer = 1 << 10

// hashOf is hash: each part's length goes before it.
func hashOf(parts iter.Seq[string]) string {
	h, buffer := sha256.New(), make([]byte, 0, 2*hashBuffer)
	for p := range parts {
		buffer = binary.BigEndian.AppendUint64(buffer, uint64(len(p)))
		if len(p) < hashBuffer {
			buffer = append(buffer, p...)
		}
		if len(buffer) >= hashBuffer || len(p) >= hashBuffer {
			h.Write(buffer)
			buffer = buffer[:0]
		}
		if len(p) >= hashBuffer {
			io.WriteString(h, p)
		}
	}
	h.Write(buffer)
	return hex.EncodeToString(h.Sum(nil))
}
