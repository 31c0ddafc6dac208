package desk

import (
	"context"
	"testing"
	"time"

	"helpgate/tickets"
)

const root = "root@host.example"

func (o *office) alert(mailbox, reason, detail string) {
	o.t.Helper()
	if err := o.Alert(context.Background(), mailbox, reason, detail); err != nil {
		o.t.Fatal(err)
	}
}

func TestTroubleOfAMailboxIsToldToWhoeverAnswersForIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Config)
		want   []string
	}{
		"its lead": {
			func(c *Config) { c.Mailboxes[1].Lead = ben; c.Operator = root }, []string{ben},
		},
		"the operator":  {func(c *Config) { c.Operator = root }, []string{root}},
		"every agent":   {func(*Config) {}, []string{ann, ben}},
		"not customers": {func(c *Config) { c.Mailboxes[1].Lead = alice }, []string{ann, ben}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, c.change)
			o.receive(o.mail(alice, "How much?", to(sales)))
			o.alert(sales, "mailbox-silent", "INBOX: refused")
			rows := o.queued(tickets.OutAlert, "")
			if len(rows) != len(c.want) {
				t.Fatalf("alerts %v, want to %v", rows, c.want)
			}
			for i, row := range rows {
				if row.Recipient.Address != c.want[i] || row.Ticket != 0 || row.Mailbox != sales ||
					!row.Automatic || row.Facts.Reason != "mailbox-silent" ||
					row.Facts.Detail != "INBOX: refused" {
					t.Errorf("%+v, want to %s", row, c.want[i])
				}
			}
		})
	}
}

func TestTheSameTroubleIsToldOnceAnHour(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *Config) { c.Operator = root })
	for _, step := range []struct {
		mailbox, reason string
		after           time.Duration
		told            int
	}{
		{sales, "mailbox-silent", 0, 1},
		{sales, "mailbox-silent", 0, 1},
		{sales, "mailbox-well", 0, 2},
		{support, "mailbox-silent", 0, 3},
		{sales, "mailbox-silent", time.Hour + time.Minute, 4},
	} {
		o.clock.Advance(step.after)
		o.alert(step.mailbox, step.reason, "")
		if got := len(o.queued(tickets.OutAlert, root)); got != step.told {
			t.Errorf("%+v: told %d times", step, got)
		}
	}
}

func TestTroubleOfAMailboxThatIsGoneIsTheFirstOnes(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *Config) { c.Operator = root })
	o.alert("gone@desk.example", "mailbox-silent", "")
	if rows := o.queued(tickets.OutAlert, root); len(rows) != 1 || rows[0].Mailbox != support {
		t.Errorf("alerts %v", rows)
	}
}
