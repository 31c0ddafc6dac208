package e2e

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
)

// A mail of a calendar program: an invitation, and nothing else.
const invitation = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Roof\r\n" +
	"DTSTART;TZID=China Standard Time:20261201T140000\r\nLOCATION:Room 5\r\n" +
	"ATTENDEE;RSVP=TRUE:mailto:support@desk.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// TestAnInvitationIsSaidToTheAgent: peers made an empty ticket of it. It is said in the mailbox's
// language, kept as a file, and answered by nobody but the agent.
func TestAnInvitationIsSaidToTheAgent(t *testing.T) {
	t.Parallel()
	for locale, words := range map[string][]string{
		"en": {"[Invitation]", "What: Roof", "1 December 2026 06:00 (UTC)", "An answer is asked for."},
		"zh": {"[会议邀请]", "主题：Roof", "2026年12月1日 周二 14:00（Asia/Shanghai", "地点：Room 5"},
	} {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			g := start(t, options{locale: locale})
			q := question("q1@customer")
			source := strings.Replace(q.String(), q.body(),
				"Content-Type: text/calendar; method=REQUEST; name=invite.ics\n\n"+invitation, 1)
			g.accept(alice, []string{support}, source)
			note := g.mailed(ann, words[0])
			for _, w := range words {
				if !strings.Contains(note.Text, w) {
					t.Errorf("the notification does not say %q:\n%s", w, note.Text)
				}
			}
			m := g.ticket(1).last(t)
			if len(m.Attachments) != 1 || m.Attachments[0].Filename != "invite.ics" ||
				m.Auto != "calendar" || !strings.Contains(m.ReplyText, words[0]) {
				t.Errorf("the message is %+v", m)
			}
			for _, o := range g.everything(alice) {
				if strings.Contains(o.Text, words[0]) || strings.Contains(o.Text, "PARTSTAT") {
					t.Errorf("she got an answer to the invitation:\n%s", o.Text)
				}
			}
		})
	}
}

// TestTheDoorsWordsNeverGoOut: what is said of an agent's own calendar part is said to nobody, and
// an agent's encrypted answer waits, because nobody could read it.
func TestTheDoorsWordsNeverGoOut(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	note := g.asks(question("q1@customer"), ann)
	m := note.reply(ann, "a1@agents", "Let us meet.")
	m.files = []file{{name: "invite.ics", contentType: "text/calendar", data: []byte(invitation)}}
	g.accept(ann, []string{note.replyTo()}, m.String())
	answer := g.mailed(alice, "Let us meet.")
	if strings.Contains(answer.Text, "Invitation") || strings.Contains(answer.HTML, "Invitation") {
		t.Errorf("the answer says:\n%s", answer.Text)
	}
	secret := note.reply(ann, "a2@agents", "").String()
	at := strings.Index(secret, "Content-Type:")
	g.accept(ann, []string{note.replyTo()}, secret[:at]+"Content-Type: multipart/encrypted; "+
		"protocol=\"application/pgp-encrypted\"; boundary=b\n\n--b\n"+
		"Content-Type: application/pgp-encrypted\n\nVersion: 1\n\n--b\n"+
		"Content-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n\n--b--\n")
	if list := g.held(); len(list) != 1 || list[0].Reason != "nothing-new" {
		t.Errorf("held are %+v", list)
	}
}

// TestWhatLiesInWinmailReachesTheAgent: the text and the file within a TNEF stream of Outlook's.
func TestWhatLiesInWinmailReachesTheAgent(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	q := question("q1@customer")
	source := strings.Replace(q.String(), q.body(),
		"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"+
			lines76(base64.StdEncoding.EncodeToString(winmail())), 1)
	g.accept(alice, []string{support}, source)
	g.mailed(ann, "The roof leaks.")
	m := g.ticket(1).last(t)
	if len(m.Attachments) != 2 || m.Attachments[1].Filename != "roof.txt" || m.Attachments[1].Size != 4 {
		t.Errorf("files are %+v", m.Attachments)
	}
}

// winmail is a TNEF stream (MS-OXTNEF) with a text and a file.
func winmail() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0x223E9F78)
	b = append(b, 0, 0)
	attribute := func(level byte, id uint32, data string) {
		b = binary.LittleEndian.AppendUint32(append(b, level), id)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
		var sum uint16
		for _, c := range []byte(data) {
			sum += uint16(c)
		}
		b = binary.LittleEndian.AppendUint16(append(b, data...), sum)
	}
	attribute(1, 0x2800C, "The roof leaks.\x00")
	attribute(2, 0x69002, strings.Repeat("\x00", 14))
	attribute(2, 0x18010, "roof.txt\x00")
	attribute(2, 0x6800F, "roof")
	return b
}
