package e2e

import (
	"slices"
	"strings"
	"testing"
)

// words are what the people of a loop say, in one language.
type words struct{ subject, question, answer, thanks string }

var spoken = map[string]words{
	"en": {
		"Printer on fire", "The printer is on fire. What shall I do?\n",
		"Please use the water, not the foam.", "It is out, but now the paper is wet.",
	},
	"zh": {
		"打印机着火了", "打印机着火了，我该怎么办？\n", "请用水，不要用泡沫。", "火灭了，但是纸湿了。",
	},
}

// TestLoop is the main job: a customer's mail becomes a ticket and is acknowledged, the agent is
// told, his answer reaches the customer as the helpdesk's, and the customer's answer comes back,
// all on one ticket; on both roads of tokens and in both languages, with files both ways.
func TestLoop(t *testing.T) {
	t.Parallel()
	for _, tokens := range []string{"plus", "subdomain", "headers"} {
		for locale, say := range spoken {
			t.Run(tokens+"/"+locale, func(t *testing.T) {
				t.Parallel()
				loop(t, start(t, options{tokens: tokens, locale: locale}), say)
			})
		}
	}
}

func loop(t *testing.T, g *gateway, say words) {
	picture := file{"Bild 火.png", "image/png", "pic@customer", []byte("\x89PNG\r\n\x1a\nnot really")}
	g.accept(alice, []string{support}, mail{
		from: "Alice Ärger <" + alice + ">", to: support, subject: say.subject, id: "q1@customer",
		text: say.question, html: "<p>" + say.question + `</p><img src="cid:pic@customer">`,
		files: []file{picture, {"log.txt", "text/plain", "", []byte("line 1\n")}},
	}.String())

	ack := g.sent(alice, 1)[0]
	if !strings.Contains(ack.Text, "#1") || strings.Contains(ack.Text+ack.Subject, say.subject) {
		t.Errorf("acknowledgement must hold #1 and nothing of the sender's: %s\n%s", ack.Subject, ack.Text)
	}
	if ack.Get("Auto-Submitted") != "auto-replied" {
		t.Errorf("acknowledgement has Auto-Submitted %q", ack.Get("Auto-Submitted"))
	}
	note := g.sent(ann, 1)[0]
	if !strings.Contains(note.Text, strings.TrimSpace(say.question)) || len(note.Attachments) != 2 {
		t.Errorf("notification lacks the words or the %d files:\n%s", len(note.Attachments), note.Text)
	}
	if note.Get("X-Helpgate-Ticket") != "1" || !strings.Contains(note.Subject, say.subject) {
		t.Errorf("notification: ticket %q, subject %q", note.Get("X-Helpgate-Ticket"), note.Subject)
	}

	reply := note.reply("Ann <"+ann+">", "a1@agents", say.answer+"\n\n-- \nAnn, extension 42")
	reply.files = []file{{"how-to.pdf", "application/pdf", "", []byte("%PDF-1.4")}}
	g.accept(ann, []string{note.replyTo()}, reply.String())
	answer := g.sent(alice, 2)[1]
	checkAnswer(t, answer, say.answer)
	if len(answer.Attachments) != 1 || answer.Attachments[0].Filename != "how-to.pdf" {
		t.Errorf("answer has the files %v", answer.Attachments)
	}

	g.accept(alice, []string{answer.replyTo()}, answer.reply(alice, "q2@customer", say.thanks).String())
	second := g.sent(ann, 2)[1]
	if !strings.Contains(second.Text, say.thanks) || !slices.Contains(second.References, note.MessageID) {
		t.Errorf("the second notification is not in the first one's thread: %v", second.References)
	}
	all := g.tickets()
	if len(all) != 1 {
		t.Fatalf("%d tickets, want 1", len(all))
	}
	checkTicket(t, g.ticket(1), say)
}

// checkAnswer asks of an answer what a customer may see of it.
func checkAnswer(t *testing.T, answer out, text string) {
	t.Helper()
	if got := strings.TrimSpace(answer.Text); !strings.HasPrefix(got, text) {
		t.Errorf("answer reads %q, want %q first", got, text)
	}
	for _, secret := range []string{ann, "agents.example", "extension 42", "wrote:", "hg-separator"} {
		if strings.Contains(string(answer.raw), secret) || strings.Contains(answer.Text, secret) {
			t.Errorf("the customer sees %q:\n%s", secret, answer.raw)
		}
	}
	if answer.From[0].Addr != support || answer.Get("Auto-Submitted") != "" {
		t.Errorf("answer: From %v, Auto-Submitted %q", answer.From, answer.Get("Auto-Submitted"))
	}
	if answer.InReplyTo[0] != "q1@customer" {
		t.Errorf("answer stands in the thread of %v", answer.InReplyTo)
	}
}

func checkTicket(t *testing.T, tk ticket, say words) {
	t.Helper()
	if tk.Status != "open" || tk.Subject != say.subject || tk.Assignee == nil ||
		tk.Assignee.Address != ann || tk.AcceptedAt == nil || tk.FirstAnswer == nil {
		t.Errorf("ticket: %+v", tk)
	}
	if len(tk.Messages) != 3 {
		t.Fatalf("%d messages, want 3", len(tk.Messages))
	}
	roles := []string{"customer", "agent", "customer"}
	for i, m := range tk.Messages {
		if m.Kind != "message" || m.AuthorRole != roles[i] {
			t.Errorf("message %d is a %s of a %s", i, m.Kind, m.AuthorRole)
		}
	}
	if got := strings.TrimSpace(tk.Messages[2].ReplyText); got != say.thanks {
		t.Errorf("new text of the last message is %q", got)
	}
	if tk.Messages[0].Rule != "new" || tk.Messages[2].Rule == "new" {
		t.Errorf("rules %q, %q", tk.Messages[0].Rule, tk.Messages[2].Rule)
	}
}
