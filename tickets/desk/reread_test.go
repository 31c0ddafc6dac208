package desk

import (
	"slices"
	"testing"

	"helpgate/tickets"
)

// TestWhatWasUnreadableIsReadAnew: the message that held the source says what the mail says; any
// other stays as it is.
func TestWhatWasUnreadableIsReadAnew(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	bad := o.receive(o.mail(alice, "raw source", func(m *tickets.Mail) { m.Unparsed = "too deep" }))
	good := o.receive(o.mail(bob, "Hello."))
	now := o.mail(alice, "It is broken.")
	still := o.mail(alice, "raw source", func(m *tickets.Mail) { m.Unparsed = "too deep" })
	for _, tt := range []struct {
		message int64
		mail    *tickets.Mail
		mended  bool
	}{{bad.Message, still, false}, {bad.Message, now, true}, {bad.Message, now, false}, {good.Message, now, false}} {
		mended, err := o.Reread(t.Context(), tt.message, tt.mail)
		if err != nil || mended != tt.mended {
			t.Errorf("%+v: %v, %v", tt, mended, err)
		}
	}
	shown := o.show(bad.Ticket)
	if m := shown.Messages[0]; m.ReplyText != now.ReplyText || m.Has(tickets.FlagUnparsed) {
		t.Errorf("%+v", m)
	}
	if !slices.ContainsFunc(shown.Events, func(e tickets.Event) bool {
		return e.Verb == tickets.EventReread && e.Message == bad.Message
	}) {
		t.Errorf("no event: %+v", shown.Events)
	}
	if m := o.show(good.Ticket).Messages[0]; m.ReplyText != "Hello." {
		t.Errorf("a good message was changed: %+v", m)
	}
	if _, err := o.Reread(t.Context(), 999, now); err == nil {
		t.Error("a message that is not there was read anew")
	}
}
