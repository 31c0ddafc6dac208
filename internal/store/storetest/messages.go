package storetest

import (
	"time"

	"helpgate/tickets"
)

// wholeMessage has every field set.
func wholeMessage(ticket int64) tickets.Message {
	return tickets.Message{
		Ticket: ticket, Kind: tickets.KindMessage,
		Author:   tickets.Person{Name: "王芳", Address: "fang@example.org"},
		AuthorID: 3, AuthorRole: tickets.RoleCustomer, Direction: tickets.DirectionIn, At: Now,
		Subject: "Re: printer", Text: "text", ReplyText: "reply", HTML: "<p>", ReplyHTML: "<b>",
		MessageID: "id@example.org", Rule: "reply-address", Auto: "ooo",
		Verified: tickets.VerifiedPass, Flags: []string{tickets.FlagHeld},
		Attachments: []tickets.Attachment{
			{
				Filename: "b.pdf", ContentType: "application/pdf",
				Blob: tickets.Blob{SHA256: "02", Size: 2},
			},
			{
				Filename: "a.png", ContentType: "image/png", ContentID: "x", Inline: true,
				Blob: tickets.Blob{SHA256: "01", Size: 1},
			},
		},
	}
}

func testMessage(b *bundle) {
	n := b.ticket()
	late, early := wholeMessage(n), tickets.Message{Ticket: n, At: Now.Add(-time.Minute)}
	early.Text, early.ReplyText = "新的\n> old", "新的"
	b.update(func(tx tickets.Tx) error {
		b.must(tx.AddMessage(b.ctx, &late))
		return tx.AddMessage(b.ctx, &early)
	})
	if late.ID == 0 || late.Attachments[0].ID == 0 || late.ID == early.ID {
		b.Fatalf("IDs are not set: %+v", late)
	}
	b.view(func(tx tickets.Tx) error {
		one, err := tx.Message(b.ctx, late.ID)
		b.must(err)
		b.equal(one, late)
		all, err := tx.Messages(b.ctx, n)
		b.must(err)
		b.equal(all, []tickets.Message{early, late})
		_, err = tx.Message(b.ctx, nowhere)
		b.missing(err)
		return nil
	})
}

func testSkim(b *bundle) {
	n := b.ticket()
	b.update(func(tx tickets.Tx) error {
		for i, text := range []string{"first", "第二封邮件", "third"} {
			m := wholeMessage(n)
			m.Text, m.At = text, Now.Add(time.Duration(i)*time.Second)
			b.must(tx.AddMessage(b.ctx, &m))
		}
		return nil
	})
	got := read(b, func(tx tickets.Tx) ([]tickets.Message, error) { return tx.Skim(b.ctx, n, 2, 3) })
	if len(got) != 2 || got[0].Text != "第二封" || got[1].Text != "thi" || got[1].HTML != "" ||
		len(got[1].Attachments) != 0 || got[1].MessageID == "" {
		b.Errorf("skimmed %+v", got)
	}
}

func testRewriteMessage(b *bundle) {
	m := wholeMessage(b.ticket())
	b.update(func(tx tickets.Tx) error { return tx.AddMessage(b.ctx, &m) })
	m.Subject, m.Text, m.ReplyText, m.HTML, m.ReplyHTML = "s", "all of it", "all", "<p>", "<b>"
	m.Auto, m.Flags = "ooo", []string{"other"}
	m.Attachments = []tickets.Attachment{{Filename: "new", Blob: tickets.Blob{SHA256: "x", Size: 1}}}
	b.update(func(tx tickets.Tx) error { return tx.RewriteMessage(b.ctx, &m) })
	b.view(func(tx tickets.Tx) error {
		got, err := tx.Message(b.ctx, m.ID)
		b.must(err)
		b.equal(got, m)
		return nil
	})
	b.missing(b.Update(b.ctx, func(tx tickets.Tx) error {
		return tx.RewriteMessage(b.ctx, &tickets.Message{ID: nowhere})
	}))
}

func testSaveMessage(b *bundle) {
	n, other := b.ticket(), b.ticket()
	m := wholeMessage(n)
	b.update(func(tx tickets.Tx) error {
		b.must(tx.AddMessage(b.ctx, &m))
		b.must(tx.AddKey(b.ctx, tickets.Key{Hash: "h", Ticket: n, Message: m.ID}))
		ref := tickets.Ref{MessageID: "r", Ticket: n, Message: m.ID, Own: true}
		return tx.AddRefs(b.ctx, []tickets.Ref{ref})
	})
	m.Ticket, m.Kind, m.Direction = other, tickets.KindNote, tickets.DirectionOut
	m.Flags, m.Verified = nil, tickets.VerifiedFail
	b.update(func(tx tickets.Tx) error { return tx.SaveMessage(b.ctx, m) })
	b.view(func(tx tickets.Tx) error {
		got, err := tx.Message(b.ctx, m.ID)
		b.must(err)
		b.equal(got, m)
		refs, err := tx.FindRefs(b.ctx, []string{"r"})
		b.must(err)
		b.equal(refs, []tickets.Ref{{MessageID: "r", Ticket: other, Message: m.ID, Own: true}})
		keys, err := tx.Keys(b.ctx, "h", "", Now)
		b.must(err)
		b.equal(keys[0].Ticket, other)
		return nil
	})
	b.missing(b.Update(b.ctx, func(tx tickets.Tx) error {
		return tx.SaveMessage(b.ctx, tickets.Message{ID: nowhere, Ticket: n})
	}))
}
