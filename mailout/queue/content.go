package queue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"helpgate/tickets"
)

// maxEnvID is the length limit of ENVID (RFC 3461 section 4.4).
const maxEnvID = 100

// What is kept begins with the envelope sender as the field of RFC 5321 section 4.4 that names it,
// because a retry needs both. The field does not go out.
var senderBegins, senderEnds = []byte("Return-Path: <"), []byte(">\r\n")

// errLost tells that another worker has the row now, and has tied other bytes to it.
var errLost = errors.New("the row is another worker's")

// content gives a row's mail: the kept one, or a new one, which is kept first.
func (l *lane) content(ctx context.Context, o *tickets.Outgoing) (Mail, error) {
	if o.Content != "" {
		return l.kept(ctx, *o)
	}
	from, data, err := l.Composer.Compose(ctx, *o)
	if err != nil {
		return Mail{}, err
	}
	blob, err := l.keep(ctx, from, data)
	if err != nil {
		return Mail{}, fmt.Errorf("keep mail %d: %w", o.ID, err)
	}
	err = l.Rows.SetContent(ctx, o.ID, blob)
	if errors.Is(err, tickets.ErrNotFound) {
		return Mail{}, fmt.Errorf("keep mail %d: %w", o.ID, errLost)
	}
	if err != nil {
		return Mail{}, fmt.Errorf("keep mail %d: %w", o.ID, err)
	}
	o.Content = blob.SHA256
	return finished(*o, from, data), nil
}

// keep stages a composed mail, without a copy of what may be many megabytes.
func (l *lane) keep(ctx context.Context, from string, data []byte) (tickets.Blob, error) {
	w, err := l.Blobs.Create(ctx)
	if err != nil {
		return tickets.Blob{}, err
	}
	defer w.Abort()
	for _, piece := range [][]byte{senderBegins, []byte(from), senderEnds, data} {
		if _, err := w.Write(piece); err != nil {
			return tickets.Blob{}, err
		}
	}
	return w.Done()
}

// kept reads the mail of an earlier attempt.
func (l *lane) kept(ctx context.Context, o tickets.Outgoing) (Mail, error) {
	r, err := l.Blobs.Open(ctx, o.Content)
	if err != nil {
		return Mail{}, fmt.Errorf("open mail %d: %w", o.ID, err)
	}
	defer r.Close()
	all, err := io.ReadAll(r)
	if err != nil {
		return Mail{}, fmt.Errorf("read mail %d: %w", o.ID, err)
	}
	rest, ok := bytes.CutPrefix(all, senderBegins)
	from, data, found := bytes.Cut(rest, senderEnds)
	if !ok || !found {
		return Mail{}, fmt.Errorf("read mail %d: no sender in blob %s", o.ID, o.Content)
	}
	return finished(o, string(from), data), nil
}

func finished(o tickets.Outgoing, from string, data []byte) Mail {
	m := Mail{From: from, To: o.Recipient.Address, Data: data}
	if len(o.MessageID) <= maxEnvID {
		m.EnvID = o.MessageID
	}
	header, _, _ := bytes.Cut(data, []byte("\r\n\r\n"))
	m.UTF8 = bytes.ContainsFunc(header, func(r rune) bool { return r >= utf8.RuneSelf })
	return m
}
