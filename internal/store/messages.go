package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"helpgate/tickets"
)

const messageColumns = `id, ticket, kind, author_name, author_address, author_id, author_role,
	direction, at, subject, text, reply_text, html, reply_html, message_id, rule, auto, verified,
	flags, reply_end`

func scanMessage(s scanner) (m tickets.Message, err error) {
	var end int
	err = s.Scan(&m.ID, &m.Ticket, &m.Kind, &m.Author.Name, &m.Author.Address, &m.AuthorID,
		&m.AuthorRole, &m.Direction, instant{&m.At}, &m.Subject, &m.Text, &m.ReplyText, &m.HTML,
		&m.ReplyHTML, &m.MessageID, &m.Rule, &m.Auto, &m.Verified, asJSON{&m.Flags}, &end)
	if end > 0 && end <= len(m.Text) {
		m.ReplyText = m.Text[:end]
	}
	return m, err
}

// replyText gives what the columns reply_text and reply_end hold.
func replyText(m tickets.Message) (text string, end int) {
	whole, text := clean(m.Text), clean(m.ReplyText)
	if strings.HasPrefix(whole, text) {
		return "", len(text)
	}
	return text, 0
}

// AddMessage implements tickets.MessageTx.
func (t *tx) AddMessage(ctx context.Context, m *tickets.Message) (err error) {
	op := fmt.Sprintf("add message to ticket %d", m.Ticket)
	reply, end := replyText(*m)
	m.ID, err = t.insert(ctx, op, `
		INSERT INTO message (ticket, kind, author_name, author_address, author_id, author_role,
			direction, at, subject, text, reply_text, html, reply_html, message_id, rule, auto,
			verified, flags, reply_end)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
			$19)
		RETURNING id`,
		m.Ticket, m.Kind, m.Author.Name, m.Author.Address, m.AuthorID, m.AuthorRole, m.Direction,
		m.At, m.Subject, m.Text, reply, m.HTML, m.ReplyHTML, m.MessageID, m.Rule, m.Auto,
		m.Verified, asJSON{m.Flags}, end)
	if err != nil {
		return err
	}
	return t.addFiles(ctx, op, m)
}

// addFiles stores a message's attachments and sets their IDs.
func (t *tx) addFiles(ctx context.Context, op string, m *tickets.Message) (err error) {
	for i := 0; i < len(m.Attachments) && err == nil; i++ {
		a := &m.Attachments[i]
		a.ID, err = t.insert(ctx, op, `
			INSERT INTO attachment
				(message, filename, content_type, content_id, inline, sha256, size)
			VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
			m.ID, a.Filename, a.ContentType, a.ContentID, a.Inline, a.Blob.SHA256, a.Blob.Size)
	}
	return err
}

// SaveMessage implements tickets.MessageTx. What goes with the message to another ticket is found
// on the one where it was.
func (t *tx) SaveMessage(ctx context.Context, m tickets.Message) error {
	op := fmt.Sprintf("save message %d", m.ID)
	for _, table := range []string{"ref", "mail_key", "held"} {
		err := t.do(ctx, op, `UPDATE `+table+` SET ticket = $1
			WHERE ticket = (SELECT ticket FROM message WHERE id = $2) AND message = $2
				AND ticket <> $1`, m.Ticket, m.ID)
		if err != nil {
			return err
		}
	}
	reply, end := replyText(m)
	return t.change(ctx, op, `
		UPDATE message SET ticket = $1, kind = $2, direction = $3, flags = $4, verified = $5,
			author_name = $6, author_address = $7, author_id = $8, author_role = $9,
			reply_text = $10, reply_html = $11, reply_end = $12
		WHERE id = $13`, m.Ticket, m.Kind, m.Direction, asJSON{m.Flags}, m.Verified,
		m.Author.Name, m.Author.Address, m.AuthorID, m.AuthorRole, reply, m.ReplyHTML, end, m.ID)
}

// RewriteMessage implements tickets.MessageTx.
func (t *tx) RewriteMessage(ctx context.Context, m *tickets.Message) error {
	op := fmt.Sprintf("rewrite message %d", m.ID)
	reply, end := replyText(*m)
	err := t.change(ctx, op, `
		UPDATE message SET subject = $1, text = $2, reply_text = $3, html = $4, reply_html = $5,
			auto = $6, flags = $7, reply_end = $8
		WHERE id = $9`,
		m.Subject, m.Text, reply, m.HTML, m.ReplyHTML, m.Auto, asJSON{m.Flags}, end, m.ID)
	if err != nil {
		return err
	}
	if err := t.do(ctx, op, `DELETE FROM attachment WHERE message = $1`, m.ID); err != nil {
		return err
	}
	return t.addFiles(ctx, op, m)
}

// Message implements tickets.MessageTx.
func (t *tx) Message(ctx context.Context, id int64) (tickets.Message, error) {
	op := fmt.Sprintf("read message %d", id)
	m, err := one(ctx, t, op, scanMessage,
		`SELECT `+messageColumns+` FROM message WHERE id = $1`, id)
	if err != nil {
		return m, err
	}
	files, err := list(ctx, t, op, scanFile, `
		SELECT message, id, filename, content_type, content_id, inline, sha256, size
		FROM attachment WHERE message = $1 ORDER BY id`, id)
	for _, f := range files {
		m.Attachments = append(m.Attachments, f.Attachment)
	}
	return m, err
}

// Messages implements tickets.MessageTx.
func (t *tx) Messages(ctx context.Context, ticket int64) ([]tickets.Message, error) {
	op := fmt.Sprintf("list messages of ticket %d", ticket)
	all, err := list(ctx, t, op, scanMessage,
		`SELECT `+messageColumns+` FROM message WHERE ticket = $1 ORDER BY at, id`, ticket)
	if err != nil {
		return nil, err
	}
	files, err := list(ctx, t, op, scanFile, `
		SELECT a.message, a.id, a.filename, a.content_type, a.content_id, a.inline, a.sha256, a.size
		FROM attachment a JOIN message m ON m.id = a.message
		WHERE m.ticket = $1 ORDER BY a.id`, ticket)
	if err != nil {
		return nil, err
	}
	index := make(map[int64]*tickets.Message, len(all))
	for i := range all {
		index[all[i].ID] = &all[i]
	}
	for _, f := range files {
		m := index[f.message]
		m.Attachments = append(m.Attachments, f.Attachment)
	}
	return all, nil
}

// Skim implements tickets.MessageTx.
func (t *tx) Skim(ctx context.Context, ticket int64, n, runes int) ([]tickets.Message, error) {
	all, err := list(ctx, t, fmt.Sprintf("skim messages of ticket %d", ticket), scanMessage, `
		SELECT id, ticket, kind, author_name, author_address, author_id, author_role, direction, at,
			'', substr(text, 1, $3), '', '', '', message_id, rule, auto, verified, flags, 0
		FROM message WHERE ticket = $1 ORDER BY at DESC, id DESC LIMIT $2`, ticket, n, runes)
	slices.Reverse(all)
	return all, err
}

// file is an attachment and the message that has it.
type file struct {
	message int64
	tickets.Attachment
}

func scanFile(s scanner) (f file, err error) {
	return f, s.Scan(&f.message, &f.ID, &f.Filename, &f.ContentType, &f.ContentID, &f.Inline,
		&f.Blob.SHA256, &f.Blob.Size)
}
