package compose

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"helpgate/internal/token"
	"helpgate/tickets"
)

const noteText = "He is known to us: he never pays,\nso let him wait until he pays what he owes."

func note() tickets.Message {
	return tickets.Message{ID: 30, Ticket: 12, Kind: tickets.KindNote, ReplyText: noteText}
}

func sign(t testing.TB, p token.Purpose, person int64) string {
	t.Helper()
	return ring(t).Sign(token.Claim{Purpose: p, Ticket: 12, Person: person})
}

// attachedMail is a finished mail that carries the text as an attached mail.
func attachedMail(text string) string {
	inner := "Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString([]byte(text))
	return "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n" +
		"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n" +
		"Content-Disposition: attachment; filename=x.eml\r\n\r\n" +
		base64.StdEncoding.EncodeToString([]byte(inner)) + "\r\n--b--\r\n"
}

func TestGuard(t *testing.T) {
	t.Parallel()
	agentTok := sign(t, token.PurposeAgent, agentID)
	marker := token.Marker(sign(t, token.PurposeMarker, agentID))
	separator := "--- Reply above this line: the customer gets your answer ---"
	passage := strings.ReplaceAll(noteText[19:], "\n", " ")
	tests := []struct {
		name, mail string
		want       tickets.HeldReason
		hard       bool
	}{
		{"clean", "Subject: x\r\n\r\nPlease use water.", "", false},
		{"customer's token", "\r\n" + sign(t, token.PurposeCustomer, 0), "", false},
		{"agent's token", "\r\n> support+" + agentTok + "@x", tickets.HeldLeakToken, true},
		{"in capitals", "\r\n" + strings.ToUpper(agentTok), tickets.HeldLeakToken, true},
		{"command token", "\r\n" + sign(t, token.PurposeCommand, agentID), tickets.HeldLeakToken, true},
		{"in a header", "References: <" + ring(t).MessageID(token.Claim{
			Ticket: 12, Person: agentID, Delivery: 5,
		}, "x") + ">\r\n\r\n", tickets.HeldLeakToken, true},
		{"in a link", "Content-Type: text/html\r\n\r\n<a href=\"mailto:support%2b" + agentTok +
			"%40x\">x</a>", tickets.HeldLeakToken, true},
		{"behind entities", "Content-Type: text/html\r\n\r\n&#" + fmt.Sprint(agentTok[0]) + ";" +
			agentTok[1:], tickets.HeldLeakToken, true},
		{"marker", "\r\n" + marker, tickets.HeldLeakToken, true},
		{
			"wrapped marker", "\r\n> " + marker[:20] + "\r\n> " + marker[20:],
			tickets.HeldLeakToken, true,
		},
		{"in an attached mail", attachedMail("x " + agentTok), tickets.HeldLeakToken, true},
		{"block", "\r\n> " + separator, tickets.HeldLeakBlock, true},
		{
			"wrapped block", "\r\n> " + separator[:30] + "\r\n> " + separator[30:],
			tickets.HeldLeakBlock, true,
		},
		{"block in HTML", "Content-Type: text/html\r\n\r\n<p>--- Reply above <b>this line:</b> the " +
			"customer gets your answer ---</p>", tickets.HeldLeakBlock, true},
		{"Chinese block", "Content-Type: text/plain; charset=utf-8\r\n\r\n" +
			"--- 请在此行上方回复：您的回复将发给客户 ---", tickets.HeldLeakBlock, true},
		{"hint", "\r\nJust write: no command is needed. Your own address, your signature and all " +
			"below stay here.", tickets.HeldLeakBlock, true},
		{"command", "\r\nThanks\r\n /close \r\n", tickets.HeldLeakCommand, true},
		{"command at the top", "\r\n\r\n/close\r\nThanks\r\n", tickets.HeldLeakCommand, true},
		{"command in HTML", "Content-Type: text/html\r\n\r\n<p>Hello</p><p>/close</p>" +
			"<div>-- <br>Your Example team</div><div>#12</div>", tickets.HeldLeakCommand, true},
		{"command in the middle", "\r\nWrite\r\n/close\r\nto close.\r\n", "", false},
		{"escaped command", "\r\n／关闭\r\n", "", false},
		{"path", "\r\n/close/it\r\n", "", false},
		{"note", "\r\nYou know: " + passage, tickets.HeldLeakNote, false},
		{"wrapped note", "\r\n> " + passage[:25] + "\r\n> " + passage[25:], tickets.HeldLeakNote, false},
		{"40 of a note", "\r\nx" + passage[:40] + "y", tickets.HeldLeakNote, false},
		{"39 of a note", "\r\nx" + passage[:39] + "y", "", false},
		{
			"agent's address", "\r\nwrite to <" + strings.ToUpper(agentAddr) + ">.",
			tickets.HeldLeakAddress, false,
		},
		{"address in a sentence", "\r\n" + agentAddr + ".", tickets.HeldLeakAddress, false},
		{"address in a header", "Cc: Anna <" + agentAddr + ">\r\n\r\n", tickets.HeldLeakAddress, false},
		{"address in the thread's subject", "Subject: where is " + agentAddr + "\r\n\r\n", "", false},
		{"token in the subject", "Subject: " + agentTok + "\r\n\r\n", tickets.HeldLeakToken, true},
		{"longer address", "\r\njo" + agentAddr, "", false},
	}
	m := answer()
	m.Text = "／／关闭\n"
	b := setup(t, token.RoadPlus, m, note())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := row(t, tickets.OutAnswer, "en")
			data := []byte("From: x@y\r\n" + tt.mail)
			for _, override := range []bool{false, true} {
				o.Override = override
				leak, err := b.Guard(t.Context(), o, data)
				if err != nil {
					t.Fatal(err)
				}
				want := tt.want
				if override && !tt.hard {
					want = ""
				}
				if leak == nil && want != "" || leak != nil && leak.Reason != want {
					t.Errorf("override %v: got %v, want %q", override, leak, want)
				}
			}
			o.Kind = tickets.OutNotification
			if leak, err := b.Guard(t.Context(), o, data); leak != nil || err != nil {
				t.Errorf("mail to an agent was stopped: %v, %v", leak, err)
			}
		})
	}
}

// TestCommandAboveTheFrameIsSeen: a command at the words' end is not the last line of the mail,
// and one in their middle was stopped though no agent had commanded anything.
func TestCommandAboveTheFrameIsSeen(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]bool{
		"Done.\n\n/close":                   true,
		"/close\n\nDone.":                   true,
		"/close":                            true,
		"Done.\n\n/close\n\nends a ticket.": false,
		"／关闭\n\nDone.\n\n／关闭":               false, // escaped
	} {
		for _, road := range []token.Road{token.RoadPlus, token.RoadHeaders} {
			m := answer()
			m.ReplyText, m.Text = words, strings.ReplaceAll(words, "／", "／／")
			b := setup(t, road, m)
			o := row(t, tickets.OutAnswer, "en")
			got, _ := b.compose(t, o)
			leak, err := b.Guard(t.Context(), o, got.Data)
			if err != nil || (leak != nil) != want {
				t.Errorf("%s, %q: got %v, %v", road, words, leak, err)
			}
		}
	}
}

// TestGuardReadsTheNotesOfTheMergedTicket: a row keeps the number that its ticket had.
func TestGuardReadsTheNotesOfTheMergedTicket(t *testing.T) {
	t.Parallel()
	m, n := answer(), note()
	m.Ticket, n.Ticket = 7, 7
	b := setup(t, token.RoadPlus, m, n)
	leak, err := b.Guard(t.Context(), row(t, tickets.OutAnswer, "en"), []byte("\r\n"+noteText))
	if err != nil || leak == nil || leak.Reason != tickets.HeldLeakNote {
		t.Errorf("got %v, %v", leak, err)
	}
}

// TestAgentOnTheTicketIsNoLeak: an agent who asked himself, or whom a customer put in Cc, stands in
// the header of everybody's copy.
func TestAgentOnTheTicketIsNoLeak(t *testing.T) {
	t.Parallel()
	anna := []tickets.Person{{Name: "Anna", Address: agentAddr}}
	for name, facts := range map[string]tickets.Facts{"To": {To: anna}, "Cc": {Cc: anna}} {
		b := setup(t, token.RoadPlus, answer())
		o := row(t, tickets.OutAnswer, "en")
		o.Facts.To, o.Facts.Cc = facts.To, facts.Cc
		got, _ := b.compose(t, o)
		if !strings.Contains(string(got.Data), name+": \"Anna\" <"+agentAddr+">") {
			t.Errorf("%s does not show her:\n%s", name, got.Data)
		}
		if leak, err := b.Guard(t.Context(), o, got.Data); leak != nil || err != nil {
			t.Errorf("%s: got %v, %v", name, leak, err)
		}
	}
}

func TestGuardLetsTheAgentWhoIsTheCustomerHaveHisAddress(t *testing.T) {
	t.Parallel()
	b := setup(t, token.RoadPlus, answer())
	o := row(t, tickets.OutAnswer, "en")
	o.Recipient = tickets.Person{Address: agentAddr}
	got, _ := b.compose(t, o)
	if leak, err := b.Guard(t.Context(), o, got.Data); leak != nil || err != nil {
		t.Errorf("got %v, %v", leak, err)
	}
}

// TestGuardKnowsWhatIsNoNote: an agent writes again what was held of his own, and a bounce quotes
// what we sent; what was held of another agent is internal.
func TestGuardKnowsWhatIsNoNote(t *testing.T) {
	t.Parallel()
	held := note()
	held.AuthorRole, held.AuthorID = tickets.RoleAgent, agentID
	held.Flags = []string{tickets.FlagHeld}
	others, own, bounce := held, held, note()
	others.AuthorID++
	own.Flags = nil
	bounce.AuthorRole = tickets.RoleSystem
	for name, c := range map[string]struct {
		note  tickets.Message
		stops bool
	}{
		"own, held": {held, false}, "own note": {own, true}, "another's, held": {others, true},
		"bounce": {bounce, false},
	} {
		m := answer()
		m.AuthorRole, m.AuthorID = tickets.RoleAgent, agentID
		b := setup(t, token.RoadPlus, m, c.note)
		leak, err := b.Guard(t.Context(), row(t, tickets.OutAnswer, "en"), []byte("\r\n"+noteText))
		if err != nil || (leak != nil) != c.stops {
			t.Errorf("%s: %v, %v", name, leak, err)
		}
	}
}

func TestPassagesOfChineseNotes(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("客户一直没有付款请不要答应任何退款要求", 3)
	p := newPassages([]string{text})
	broken := []rune(text)[5:50]
	if !p.in(fold("你好，" + string(broken[:20]) + "\n  > " + string(broken[20:]))) {
		t.Error("a passage broken in two lines was not seen")
	}
	if p.in(fold(string(broken[:39]))) {
		t.Error("39 characters were taken for a passage")
	}
}

func TestLongNotesAreReadOnce(t *testing.T) {
	t.Parallel()
	same := strings.Repeat("a", 1<<20)
	if p := newPassages([]string{same}); !p.in(same) || len(p) != 1 {
		t.Error("a passage was not seen")
	}
}

func TestOldNotesAreForgottenBeforeNewOnes(t *testing.T) {
	t.Parallel()
	p := newPassages([]string{noteText, strings.Repeat("b", maxNotes-1)})
	if p.in(fold(noteText)) || !p.in(strings.Repeat("b", minPassage)) {
		t.Error("the newest note must be remembered, the one beyond the bound must not")
	}
}

func FuzzGuard(f *testing.F) {
	f.Add([]byte(attachedMail("x")))
	f.Add([]byte("Content-Type: text/html; charset=x\r\n\r\n<p>%zz%2b&#97;"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n"))
	b := setup(f, token.RoadPlus, answer(), note())
	f.Fuzz(func(t *testing.T, data []byte) {
		o := row(t, tickets.OutAnswer, "en")
		leak, err := b.Guard(t.Context(), o, data)
		if leak != nil && (err != nil || leak.Reason == "") {
			t.Errorf("got %v, %v", leak, err)
		}
	})
}
