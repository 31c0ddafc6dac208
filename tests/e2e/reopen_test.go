package e2e

import (
	"slices"
	"strings"
	"testing"
)

// TestACustomersWordReopens lets a customer write to a ticket that is done.
func TestACustomersWordReopens(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status, text string
		headers      []string
		want         string
	}{
		"solved":        {"solved", "It does not work after all.", nil, "open"},
		"closed":        {"closed", "It does not work after all.", nil, "open"},
		"thanks":        {"solved", "Thank you very much!", nil, "solved"},
		"thanks in zh":  {"solved", "非常感谢！", nil, "solved"},
		"thanks, but":   {"solved", "Thanks, but where is the key?", nil, "open"},
		"out of office": {"solved", "I am away.", []string{"Auto-Submitted: auto-replied"}, "solved"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t, options{})
			note := g.asks(question("q1@customer"), ann)
			answer := g.answers(note, ann, alice, "Under settings.")
			g.run("ticket", "status", "1", c.status)
			reply := answer.reply(alice, "q2@customer", c.text)
			reply.headers = c.headers
			g.accept(alice, []string{answer.replyTo()}, reply.String())
			if c.headers == nil {
				g.mailed(ann, c.text) // thanks are told of too
			}
			tk := g.ticket(1)
			if tk.Status != c.want || len(tk.Messages) != 3 || len(g.tickets()) != 1 {
				t.Errorf("ticket is %s with %d messages, want %s with 3", tk.Status,
					len(tk.Messages), c.want)
			}
			m := tk.last(t)
			if slices.Contains(m.Flags, "thanks") != (c.want == "solved" && m.Auto == "") {
				t.Errorf("flags of the last message: %q", m.Flags)
			}
		})
	}
}

// TestALateWordOpensAFollowUp lets a customer write to a ticket that may not be reopened any more.
func TestALateWordOpensAFollowUp(t *testing.T) {
	t.Parallel()
	onEachRoad(t, func(t *testing.T, tokens string) {
		g := start(t, options{tokens: tokens, config: "[policy]\nreopen_days = 0\n"})
		note := g.asks(question("q1@customer"), ann)
		answer := g.answers(note, ann, alice, "Under settings.")
		g.run("ticket", "status", "1", "closed")
		g.writes(answer, alice, ann, "It does not work after all.")
		told := g.mailed(alice, "#2")
		if !strings.Contains(told.Text, "#1") || told.Get("Auto-Submitted") != "auto-replied" {
			t.Errorf("the customer is told:\n%s", told.Text)
		}
		old, tk := g.ticket(1), g.ticket(2)
		if old.Status != "closed" || old.MessageCount != 2 {
			t.Errorf("the old ticket is %s with %d messages", old.Status, old.MessageCount)
		}
		if len(tk.Links) != 1 || tk.Links[0].Number != 1 || tk.Links[0].Kind != "follow-up" {
			t.Errorf("the new ticket has the links %v", tk.Links)
		}
		g.writes(told, alice, ann, "Are you there?")
		if n := g.ticket(2).MessageCount; n != 2 || len(g.tickets()) != 2 {
			t.Errorf("%d tickets, the follow-up has %d messages", len(g.tickets()), n)
		}
	})
}
