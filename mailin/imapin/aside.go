package imapin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"time"

	"helpgate/internal/mailerr"
	"helpgate/mailin"
)

// Why a mail was given up, as Words names it.
const (
	tooBig     = "too-big"    // larger than the largest mail that is taken
	turnedAway = "refused"    // the door will never take it
	unreadable = "unreadable" // the server does not give it out whole
)

// Words says in a language that a mail could not be taken.
type Words interface {
	// Unread tells it to the agents, with where the mail lies; reason is one of "too-big", "refused"
	// and "unreadable", size is in bytes and 0 when it is not known.
	Unread(locale, reason, mailbox, folder string, uid uint32, size int64) string
}

func refusedBy(err error) string {
	var no *mailerr.Error
	if errors.As(err, &no) && no.Enhanced == "5.3.4" {
		return tooBig
	}
	return turnedAway
}

// fail counts a try of a mail that failed, and tells whether it was the last.
func (r *round) fail(ctx context.Context, p piece, cause error) (last bool, err error) {
	a := r.at.aside(p.uid)
	a.Tries++
	if a.Reason == "" {
		a.Reason = unreadable
	}
	a.Size = max(a.Size, p.size, 0)
	a.Next = r.Clock.Now()
	if last = a.Tries > len(r.Limits.Gaps); !last {
		a.Next = a.Next.Add(r.Limits.Gaps[a.Tries-1])
	}
	r.at = r.at.with(a)
	r.Logger.WarnContext(ctx, "mail not read; those behind it do not wait", "uid", p.uid,
		"try", a.Tries, "last", last, "err", cause)
	return last, r.save(ctx)
}

// failAlone is fail where the connection goes on, so that behind the last try the mail can be given
// up at once.
func (r *round) failAlone(ctx context.Context, p piece, cause error) error {
	last, err := r.fail(ctx, p, cause)
	if err != nil || !last {
		return err
	}
	return r.giveUp(ctx, r.at.aside(p.uid), cause)
}

// doom marks a mail as one that no further try can bring; the connection is lost, so that it is
// given up by the next one.
func (r *round) doom(ctx context.Context, a aside) error {
	a.Tries, a.Next = len(r.Limits.Gaps)+1, r.Clock.Now()
	r.at = r.at.with(a)
	return r.save(ctx)
}

// retry looks at the mails again whose time has come.
func (r *round) retry(ctx context.Context) error {
	for _, a := range r.at.retries(r.Clock.Now()) {
		var err error
		if a.Given {
			err = r.again(ctx, a)
		} else if a.Tries > len(r.Limits.Gaps) {
			err = r.giveUp(ctx, a, errTried)
		} else {
			err = r.single(ctx, a.UID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// again asks for a mail that the server did not give out, once a day: a server that is well again
// may. The next time is kept first, because the answer may end the connection.
func (r *round) again(ctx context.Context, a aside) error {
	a.Next = r.Clock.Now().Add(r.Limits.Again)
	r.at = r.at.with(a)
	if err := r.save(ctx); err != nil {
		return err
	}
	pieces, err := r.ask(ctx, want{uids: []uint32{a.UID}, part: whole}, r.spool)
	if err != nil {
		if refused(err) && !hasNoRoom(err) {
			return nil
		}
		return err
	}
	for _, p := range pieces {
		if p.whole && p.uid == a.UID {
			return r.take(ctx, p)
		}
	}
	return nil
}

var errTried = errors.New("it was tried often enough")

// giveUp puts a mail of ours into the ticket's place, which says what could be read: nobody would
// look for it otherwise. The mail itself stays where it is.
func (r *round) giveUp(ctx context.Context, a aside, cause error) error {
	head, err := r.head(ctx, &a)
	if err != nil {
		return err
	}
	given := a
	given.Given, given.Next = true, time.Time{}
	if a.Reason == unreadable {
		given.Next = r.Clock.Now().Add(r.Limits.Again)
	}
	next := r.at.with(given)
	text := r.Words.Unread(r.Locale, a.Reason, r.Mailbox, r.Folder, a.UID, a.Size)
	env := mailin.Envelope{
		Road: mailin.RoadIMAP, To: []string{r.Mailbox}, ReceivedAt: r.Clock.Now(), Late: true,
		Sent: r.Sent,
	}
	_, env.Silent = r.at.before(a.UID)
	env.Mark = r.mark(next)
	mail := r.standIn(a.UID, head, text)
	err = r.Gate.Accept(context.WithoutCancel(ctx), env, bytes.NewReader(mail))
	if err != nil && mailerr.IsTemporary(err) {
		return fmt.Errorf("stand-in for mail %d is not taken now: %w", a.UID, err)
	}
	r.Logger.ErrorContext(ctx, "mail set aside: it stays in its folder, and a ticket tells of it",
		"uid", a.UID, "size", a.Size, "reason", a.Reason, "err", cause, "ticket_err", err)
	r.at = next
	r.Meter.SetAside(r.Mailbox, r.Folder, len(r.at.given()))
	if err == nil {
		r.kept = env.Mark.Value
	}
	if env.Silent || err != nil { // otherwise its ticket is told of, as any
		r.alert(ctx, "set-aside", fmt.Sprintf("%s, UID %d", r.Folder, a.UID))
	}
	return r.save(ctx)
}

// alert tells whoever answers for the mailbox. Reading does not depend on it.
func (r *round) alert(ctx context.Context, reason, detail string) {
	if err := r.Alerts.Alert(ctx, r.Mailbox, reason, detail); err != nil {
		r.Logger.ErrorContext(ctx, "nobody told", "reason", reason, "detail", detail, "err", err)
	}
}

// head asks once for some of the mail's header fields. That it was asked is kept first: an answer
// may end the connection, and then there is no second question.
func (r *round) head(ctx context.Context, a *aside) (string, error) {
	asked := len(r.Limits.Gaps) + 2
	if a.Tries >= asked {
		return "", nil
	}
	a.Tries, a.Next = asked, r.Clock.Now()
	r.at = r.at.with(*a)
	if err := r.save(ctx); err != nil {
		return "", err
	}
	spool, err := newSpool(r.Spool) // the round's holds mails that are still to be taken
	if err != nil {
		return "", err
	}
	defer spool.close()
	pieces, err := r.session.fetch(ctx, want{uids: []uint32{a.UID}, part: fields}, spool)
	if err != nil && !refused(err) {
		return "", err
	}
	for _, p := range pieces {
		if p.uid == a.UID && p.whole {
			head, err := io.ReadAll(io.LimitReader(spool.read(p), maxHead))
			return string(head), err
		}
	}
	return "", nil
}

// maxHead bounds what of a header a stand-in shows, in bytes.
const maxHead = 64 << 10

// standIn makes the mail that stands for another one: with its fields, so that it is on the ticket
// where that belongs, and marked as automatic. Its id is always the same, so that it is one mail
// however often it is made.
func (r *round) standIn(uid uint32, head, text string) []byte {
	head = strings.ReplaceAll(strings.ReplaceAll(head, "\r\n", "\n"), "\r", "\n")
	head, _, _ = strings.Cut(strings.TrimLeft(head, "\n"), "\n\n")
	head = strings.TrimRight(head, "\n")
	if !hasField(head, "from") {
		head = strings.TrimLeft(head+"\nFrom: <"+r.Mailbox+">", "\n")
	}
	mail := fmt.Sprintf("%s\nMessage-ID: <uid.%d.%d.%x.%s>\nAuto-Submitted: auto-generated\n"+
		"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"+
		"Content-Transfer-Encoding: 8bit\n\n%s\n", head, r.at.Validity, uid,
		crc32.ChecksumIEEE([]byte(r.Folder)), r.Mailbox, text)
	return []byte(strings.ReplaceAll(mail, "\n", "\r\n"))
}

func hasField(head, name string) bool {
	for line := range strings.Lines(head) {
		field, _, ok := strings.Cut(line, ":")
		if ok && strings.EqualFold(strings.TrimSpace(field), name) {
			return true
		}
	}
	return false
}

// review forgets the given up mails that somebody took out of the folder.
func (r *round) review(ctx context.Context) error {
	given := r.at.given()
	if len(given) == 0 {
		return nil
	}
	there, err := r.session.search(ctx, query{listed: given})
	if err != nil {
		return err
	}
	left := map[uint32]bool{}
	for _, uid := range there {
		left[uid] = true
	}
	for _, uid := range given {
		if !left[uid] {
			r.at = r.at.settled(uid, false)
		}
	}
	return nil
}
