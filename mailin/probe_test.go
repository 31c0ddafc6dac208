package mailin

import (
	"context"
	"strings"
	"testing"
	"time"

	"helpgate/internal/probe"
	"helpgate/internal/token"
	"helpgate/tickets"
)

// probeMail is one of a run that begins now.
func (h house) probeMail(t *testing.T, kind probe.Kind) probe.Mail {
	t.Helper()
	mails, err := probe.Compose(probe.Letter{
		Mailbox: support, Host: "mx.desk.example", Subject: "helpgate probe", Text: "A probe.",
		At: h.Clock.Now(), Marker: token.Marker,
		Token: func() (string, error) { return h.Keyring.SignProbe(support, h.Clock.Now()) },
	}, kind)
	if err != nil {
		t.Fatal(err)
	}
	return mails[0]
}

// journaled gives the last mail's entry, and how much there is beside it.
func (h house) journaled(t *testing.T) (last tickets.JournalEntry, all, held, outgoing int) {
	t.Helper()
	err := h.store.View(t.Context(), func(tx tickets.Tx) error {
		list, err := tx.Tickets(t.Context(), tickets.TicketFilter{})
		if err != nil {
			return err
		}
		waiting, err := tx.HeldList(t.Context(), 0)
		if err != nil {
			return err
		}
		all, held = len(list), len(waiting)
		last, err = tx.JournalEntry(t.Context(), 1)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := h.store.Rows().List(t.Context(), "", 10)
	if err != nil {
		t.Fatal(err)
	}
	return last, all, held, len(rows)
}

// TestProbesAreRecordedAndNothingElse: whatever one of the places of its token survived.
func TestProbesAreRecordedAndNothingElse(t *testing.T) {
	t.Parallel()
	id := func(s string) string {
		return strings.Replace(s, "Message-ID: <", "Message-ID: <new", 1)
	}
	without := func(names ...string) func(string) string {
		return func(s string) string {
			for _, name := range names {
				s = strings.Replace(s, name+":", "X-Gone:", 1)
			}
			return id(s)
		}
	}
	person := func(s string) string {
		s = without(probe.Field, "Auto-Submitted", "X-Auto-Response-Suppress")(s)
		return strings.Replace(s, "From: <support@desk", "From: <alice@customer", 1)
	}
	for _, c := range []struct {
		name   string
		kind   probe.Kind
		change func(string) string
		want   bool
	}{
		{"as it went", probe.Plain, func(s string) string { return s }, true},
		{"a new Message-ID", probe.Plain, without(), true},
		{"without its field", probe.Plain, without(probe.Field), true},
		{"to a plus-address", probe.PlusRecipient, without(probe.Field, "Auto-Submitted"), true},
		{"from a plus-address", probe.PlusFrom, without(probe.Field, "Auto-Submitted"), true},
		{"automatic by another", probe.Plain, func(s string) string {
			return strings.Replace(without(probe.Field)(s), "From: <support@", "From: <gateway@", 1)
		}, true},
		{"forwarded by a person", probe.Plain, person, false},
		{"forwarded by a person to a list", probe.Plain, func(s string) string {
			return "List-Id: <team.customer.example>\r\n" + person(s)
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			m := h.probeMail(t, c.kind)
			data := c.change(string(m.Data))
			if !c.want {
				data = strings.ReplaceAll(data, "In-Reply-To:", "X-Gone:")
			}
			err := h.Accept(t.Context(), Envelope{
				Road: RoadIMAP, To: []string{support}, ReceivedAt: h.Clock.Now(),
			}, strings.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			entry, all, held, outgoing := h.journaled(t)
			recorded := entry.Rule == "probe" && entry.Verdict == tickets.VerdictRecorded
			if recorded != c.want || c.want && all+held+outgoing > 0 {
				t.Errorf("journal %s by %q; %d tickets, %d held, %d to go out",
					entry.Verdict, entry.Rule, all, held, outgoing)
			}
		})
	}
}

// TestProbesInTheSentFolderWaitForNothing, though they cite what never comes.
func TestProbesInTheSentFolderWaitForNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.probeMail(t, probe.Plain)
	err := h.Accept(t.Context(), Envelope{
		Road: RoadIMAP, To: []string{support}, ReceivedAt: h.Clock.Now(), Sent: true, Patient: true,
	}, strings.NewReader(string(m.Data)))
	if err != nil {
		t.Fatal(err)
	}
	if entry, all, _, _ := h.journaled(t); entry.Rule != "probe" || all != 0 {
		t.Errorf("%s by %q, %d tickets", entry.Verdict, entry.Rule, all)
	}
}

// TestForgedAndOldProbesAreMails: a token of another key, or one of the day before yesterday.
func TestForgedAndOldProbesAreMails(t *testing.T) {
	t.Parallel()
	for _, late := range []time.Duration{0, 25 * time.Hour} {
		h := newHouse(t)
		m := h.probeMail(t, probe.Plain)
		data := string(m.Data)
		if late == 0 {
			data = strings.ReplaceAll(data, m.Token, m.Token[:len(m.Token)-4]+"aaaa")
		}
		err := h.Accept(context.Background(), Envelope{
			Road: RoadIMAP, To: []string{support}, ReceivedAt: h.Clock.Now().Add(late),
		}, strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if entry, all, _, _ := h.journaled(t); all != 1 || entry.Verdict != tickets.VerdictTicket {
			t.Errorf("%v late: %s by %q, %d tickets", late, entry.Verdict, entry.Rule, all)
		}
	}
}

// TestBouncesOfProbesAreNoTickets: those too that are no report by their form.
func TestBouncesOfProbesAreNoTickets(t *testing.T) {
	t.Parallel()
	for name, bounce := range map[string]string{
		"a report": "From: MAILER-DAEMON@desk.example\r\nSubject: Undelivered\r\n" +
			"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
			"--b\r\n\r\nIt did not go.\r\n--b\r\n" +
			"Content-Type: message/delivery-status\r\n\r\n" +
			"Reporting-MTA: dns; a.example\r\n\r\n" +
			"Final-Recipient: rfc822; x@y\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMAIL--b--\r\n",
		"words": "From: postmaster@desk.example\r\nSubject: Nobody there\r\n\r\n" +
			"We could not.\r\n\r\nMAIL",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			m := h.probeMail(t, probe.PlusRecipient)
			err := h.Accept(t.Context(), Envelope{
				Road: RoadSMTP, FromKnown: true, To: []string{m.To}, ReceivedAt: h.Clock.Now(),
			}, strings.NewReader(strings.Replace(bounce, "MAIL", string(m.Data), 1)))
			if err != nil {
				t.Fatal(err)
			}
			entry, all, held, outgoing := h.journaled(t)
			if entry.Rule != "probe" || all+held+outgoing > 0 {
				t.Errorf("%s by %q; %d tickets, %d held, %d to go out", entry.Verdict, entry.Rule,
					all, held, outgoing)
			}
		})
	}
}

// TestProbeAddressesComeIn: as recipients by SMTP, for a day.
func TestProbeAddressesComeIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.probeMail(t, probe.PlusRecipient)
	if err := h.Recipient(t.Context(), strings.ToUpper(m.To)); err != nil {
		t.Errorf("%s: %v", m.To, err)
	}
	old, err := h.Keyring.SignProbe(support, h.Clock.Now().Add(-25*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Recipient(t.Context(), "support+"+old+"@desk.example"); err == nil {
		t.Error("a probe of the day before yesterday comes in")
	}
}
