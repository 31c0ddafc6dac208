// Package classify tells a person's mail from a machine's: bounces, out-of-office notices, lists,
// loops and all that nobody typed (RULES 3). It follows RFC 3834 (Auto-Submitted, whom to answer),
// RFC 3464 (delivery reports), RFC 2919 and 2369 (lists).
//
// Of a delivery report it reads of which mail and recipients it tells, of bounces in the words of
// programs older than RFC 3464 too; of an out-of-office notice the day that it names.
//
// It is pure: the door hands it what parse has read, and desk acts on the verdict. It asks no DNS
// and proves no bounce (RULES 4 does). It owns no goroutine.
package classify

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"helpgate/internal/rfc"
	"helpgate/tickets"
)

// LoopHeader is the field that everything we send carries; its value is keyed, see Input.OwnLoop.
const LoopHeader = "X-Helpgate-Loop"

// MaxReceived is how many hosts a mail may have passed; more is a loop (RFC 5321 section 6.3, RULES
// 3). The door refuses it to a host that can bounce it; what came by another road is on record.
const MaxReceived = 50

// The kinds of automatic mail, in the order in which the first that holds is a mail's Kind. Person
// is a mail to which none applies.
const (
	Person    = ""
	Loop      = "loop"
	Bounce    = "bounce"
	DSNDelay  = "dsn-delay"
	OOO       = "ooo"
	List      = "list"
	AutoReply = "autoreply"
	Calendar  = "calendar"
)

var order = []string{Loop, Bounce, DSNDelay, OOO, List, AutoReply, Calendar}

// Input is what the door knows of a mail. Every function may be nil: it then holds for nothing.
type Input struct {
	// Header gives the fields, topmost first, by name and unfolded raw value.
	Header iter.Seq2[string, string]
	// From and To hold the keys (rfc.Key) of the addresses there.
	From, To []string
	// EnvelopeFrom is the address of MAIL FROM, "" the null sender. It counts only when
	// EnvelopeFromKnown: by IMAP there is none but Return-Path.
	EnvelopeFrom      string
	EnvelopeFromKnown bool
	// ContentType is the mail's media type without parameters, ReportType its report-type
	// parameter (RFC 6522 section 3).
	ContentType, ReportType string
	// Enclosed are the parts that tell of other mails, in order.
	Enclosed []Enclosed
	// CalendarMethod is the METHOD of a text/calendar part (RFC 5545 section 3.7.2).
	CalendarMethod string
	// Subject is the decoded subject, Text all of the plain text, NewText what is new in it.
	Subject, Text, NewText string
	// Date is when the mail was written: days without a year are near it. It may be zero.
	Date time.Time
	// Own tells whether a Message-ID, without brackets, is a signed one of ours.
	Own func(messageID string) bool
	// OwnLoop tells whether the value of a LoopHeader is validly ours.
	OwnLoop func(value string) bool
	// OwnList tells whether a List-Id, a list's address or a group's id is an address of ours.
	OwnList func(list string) bool
	// Group says that the mailbox is a group's (`group = true`): its own list marks are neutral.
	Group bool
}

// Verdict says what a mail is and why.
type Verdict struct {
	// Kind is the first kind that holds.
	Kind string
	// Signs are all that spoke for any kind, for the journal: mostly a field and its value.
	Signs []string
	// Automatic says that no person wrote it: it gets no automatic answer and changes no status.
	Automatic bool
	// NoAutoReply says that no automatic answer may be sent, though a person may have written it.
	NoAutoReply bool
	// Suppressed says that X-Auto-Response-Suppress has a value.
	Suppressed bool
	// Report is what a bounce or warning of delay tells; nil for any other kind.
	Report *tickets.Report
	// Away is until when the sender is away, of an out-of-office notice that names a day.
	Away tickets.Absence
}

// Classify judges a mail.
func Classify(in Input) Verdict {
	j := judge{
		in: in, found: gather(in.Header), subject: strings.ToLower(strings.TrimSpace(in.Subject)),
		kinds: make(map[string]bool),
	}
	j.loop()
	j.report()
	j.sender()
	j.headers()
	j.list()
	j.vacation()
	if in.CalendarMethod != "" {
		j.sign(Calendar, "METHOD: "+in.CalendarMethod)
	}
	v := Verdict{Signs: j.signs}
	for _, kind := range order {
		if j.kinds[kind] {
			v.Kind = kind
			break
		}
	}
	v.Automatic = j.automatic()
	v.NoAutoReply = v.Automatic || j.suppressed || j.kinds[List]
	v.Suppressed = j.suppressed
	switch v.Kind {
	case Bounce, DSNDelay:
		v.Report = j.told(v.Kind)
	case OOO:
		v.Away = Away(in)
	}
	return v
}

// judge gathers the signs of one mail.
type judge struct {
	in         Input
	found      fields
	subject    string // trimmed, in lower case
	kinds      map[string]bool
	signs      []string
	suppressed bool
	status     tickets.Report // of a delivery report
	// answers tells that what wrote the mail probably answered another; replied, that it says so.
	answers, replied bool
}

// maxSign bounds, in bytes, what a sign shows of a mail's words.
const maxSign = 80

func (j *judge) sign(kind, words string) {
	j.kinds[kind] = true
	words = rfc.DecodeHeader(words)
	if len(words) > maxSign {
		words = rfc.Cut(words, maxSign) + "…"
	}
	j.signs = append(j.signs, words)
}

// automatic tells whether any sign so far says that no person wrote the mail. A list passes on what
// people write, and a meeting is sent by one.
func (j *judge) automatic() bool {
	return j.kinds[Loop] || j.kinds[Bounce] || j.kinds[DSNDelay] || j.kinds[OOO] ||
		j.kinds[AutoReply]
}

// refers tells whether the mail names one that it answers.
func (j *judge) refers() bool {
	return j.found.has("In-Reply-To") || j.found.has("References")
}

// loop finds mail that we sent ourselves.
func (j *judge) loop() {
	for _, value := range j.found.all(LoopHeader) {
		if j.in.OwnLoop != nil && j.in.OwnLoop(strings.TrimSpace(value)) {
			j.sign(Loop, LoopHeader)
		}
	}
	for _, value := range j.found.all("Message-ID") {
		for _, id := range rfc.MessageIDs(value) {
			if j.in.Own != nil && j.in.Own(id) {
				j.sign(Loop, "Message-ID: <"+id+">")
			}
		}
	}
	if len(j.found.all("Received")) > MaxReceived {
		j.sign(Loop, "Received: more than "+strconv.Itoa(MaxReceived))
	}
}

// sender looks at who sent the mail: nobody, a daemon, or an address that takes no answers. A mail
// without any From is no robot's mark but a fragment; nobody could answer it anyway.
func (j *judge) sender() {
	if j.nullSender() {
		j.sign(AutoReply, "Return-Path: <>")
		j.answers = true
	}
	if len(j.in.From) == 0 && j.found.has("From") {
		j.sign(AutoReply, "From: empty")
	}
	for _, addr := range j.in.From {
		if local, _, _ := strings.Cut(addr, "@"); answersNobody(local) {
			j.sign(AutoReply, "From: "+addr)
		}
	}
}

// nullSender tells whether the mail has the null reverse-path (RFC 5321 section 4.5.5). Only the
// topmost Return-Path is the last hop's.
func (j *judge) nullSender() bool {
	if j.in.EnvelopeFromKnown {
		return j.in.EnvelopeFrom == "" || j.in.EnvelopeFrom == "<>"
	}
	paths := j.found.all("Return-Path")
	return len(paths) > 0 && strings.ReplaceAll(strings.TrimSpace(paths[0]), " ", "") == "<>"
}

// daemons are the local parts that no person reads, without the marks between their words.
var daemons = []string{
	"mailerdaemon", "postmaster", "noreply", "donotreply", "nepasrepondre", "noresponder",
	"nichtantworten", "keineantwort", "naorespondas", "maildaemon", "autoreply", "autoresponder",
	"bounce", "bounces", "bouncer", "noreturn", "nobody", "unmonitored",
}

// maxJoined is of how many words those of daemons are at most, as ne-pas-repondre is.
const maxJoined = 3

// answersNobody tells whether a local part is one of daemons, alone or with something before or
// behind it that a mark sets off (alerts-noreply, no-reply+42).
func answersNobody(local string) bool {
	words := strings.FieldsFunc(strings.ToLower(local), func(r rune) bool {
		return r == '-' || r == '_' || r == '.' || r == '+' || r == '='
	})
	for from := range words {
		joined := ""
		for _, word := range words[from:min(len(words), from+maxJoined)] {
			if joined += word; slices.Contains(daemons, joined) {
				return true
			}
		}
	}
	return false
}
