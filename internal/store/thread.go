package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"helpgate/tickets"
)

// AddRefs implements tickets.ThreadTx.
func (t *tx) AddRefs(ctx context.Context, refs []tickets.Ref) error {
	for _, r := range refs {
		err := t.do(ctx, "add reference "+r.MessageID, `
			INSERT INTO ref (message_id, ticket, message, own) VALUES ($1, $2, $3, $4)
			ON CONFLICT (message_id, ticket, message, own) DO NOTHING`,
			r.MessageID, r.Ticket, r.Message, r.Own)
		if err != nil {
			return err
		}
	}
	return nil
}

// maxCiting is how many tickets that cite an id are looked at, the newest first: a newsletter's id
// is cited by thousands that have nothing to do with each other.
const maxCiting = 50

// FindRefs implements tickets.ThreadTx. However many messages of a ticket cite an id, the ticket
// comes once.
func (t *tx) FindRefs(ctx context.Context, ids []string) ([]tickets.Ref, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var args [][]any
	for _, id := range ids {
		args = append(args, []any{id})
	}
	// Nearly all ids of mails are new ones, and to learn that costs a tenth of the ordered query.
	known, err := listEach(ctx, t, "find references", scanString,
		`SELECT message_id FROM ref WHERE message_id = $1 LIMIT 1`, args...)
	if err != nil || len(known) == 0 {
		return nil, err
	}
	args = nil
	for _, id := range known {
		args = append(args, []any{id, true, maxCiting}, []any{id, false, maxCiting})
	}
	scan := func(s scanner) (r tickets.Ref, err error) {
		return r, s.Scan(&r.MessageID, &r.Ticket, &r.Message, &r.Own)
	}
	all, err := listEach(ctx, t, "find references", scan, `
		SELECT MIN(message_id), ticket, MIN(message), MIN(own) FROM ref
		WHERE message_id = $1 AND own = $2
		GROUP BY ticket ORDER BY ticket DESC LIMIT $3`, args...)
	slices.SortFunc(all, func(a, b tickets.Ref) int {
		return cmp.Or(cmp.Compare(a.MessageID, b.MessageID), cmp.Compare(a.Ticket, b.Ticket))
	})
	return all, err
}

// AddKey implements tickets.ThreadTx.
func (t *tx) AddKey(ctx context.Context, k tickets.Key) error {
	return t.do(ctx, "add key "+k.Hash, `
		INSERT INTO mail_key
			(hash, message_id, subject, lines, text_hash, ticket, message, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		k.Hash, k.MessageID, k.Subject, packLines(k.Lines), k.Text, k.Ticket, k.Message,
		k.ExpiresAt)
}

// Keys implements tickets.ThreadTx.
func (t *tx) Keys(
	ctx context.Context, hash, messageID string, now time.Time,
) ([]tickets.Key, error) {
	// What has a Message-ID has it in its hash too, so that one index is enough.
	where, arg := `message_id = $1`, messageID
	if messageID == "" {
		where, arg = `message_id = '' AND hash = $1`, hash
	}
	return list(ctx, t, "find keys", scanKey, `
		SELECT hash, message_id, subject, lines, text_hash, ticket, message, expires_at
		FROM mail_key
		WHERE `+where+` AND (expires_at = 0 OR expires_at > $2)
		ORDER BY id`, arg, now)
}

func scanKey(s scanner) (k tickets.Key, err error) {
	var lines []byte
	err = s.Scan(&k.Hash, &k.MessageID, &k.Subject, &lines, &k.Text, &k.Ticket, &k.Message,
		instant{&k.ExpiresAt})
	if len(lines)%8 != 0 {
		return k, errors.Join(err, errors.New("lines of key are cut"))
	}
	for some := range slices.Chunk(lines, 8) {
		k.Lines = append(k.Lines, binary.BigEndian.Uint64(some))
	}
	return k, err
}

// packLines keeps hashes as eight bytes each: a long mail has thousands of lines.
func packLines(lines []uint64) []byte {
	packed := make([]byte, 0, 8*len(lines))
	for _, l := range lines {
		packed = binary.BigEndian.AppendUint64(packed, l)
	}
	return packed
}
