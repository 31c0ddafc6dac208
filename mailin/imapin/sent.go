package imapin

import "context"

// maxEarly is how many mails may wait at once: the cursor, which names each, is written with every
// mail.
const maxEarly = 100

// patient tells that a mail of a folder of sent mail may still be put off: the mail that it answers
// may wait in a folder that is read more slowly, as when all are read again behind an outage.
// History is taken at once.
func (r *round) patient(uid uint32) bool {
	_, silent := r.at.before(uid)
	room := len(r.at.Aside) < maxEarly
	return r.Sent && !silent && room && r.at.aside(uid).Early < len(r.Limits.Gaps)
}

// postpone sets a mail aside that was read too early; those behind it do not wait.
func (r *round) postpone(ctx context.Context, uid uint32) error {
	a := r.at.aside(uid)
	a.Next = r.Clock.Now().Add(r.Limits.Gaps[a.Early])
	a.Early++
	r.at = r.at.with(a)
	return r.save(ctx)
}
