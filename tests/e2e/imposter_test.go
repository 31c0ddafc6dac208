package e2e

import (
	"strings"
	"testing"
)

// agentMail is a mail in an agent's name that must not act: each case changes ann's honest answer
// to her notification.
type agentMail struct {
	change func(m *mail)
	to     string // envelope recipient; where the notification asks replies to when ""
	left   bool   // ann was disabled before her mail comes
	config string
	road   string // the only one on which this can be; every one when ""
	reason string // of what is held; "" when the text is a note and nothing waits
	owner  string
	robot  bool // plainly no person's: nobody is told, for it would be a robot's answer
}

var agentMails = map[string]agentMail{
	"spoofed From without token": {
		change: func(m *mail) {
			m.to, m.inReplyTo, m.references, m.text = support, "q1@customer", nil, words42
		},
		to: support, reason: "unverified-agent", owner: ann,
	},
	"another agent with her token": {
		change: func(m *mail) { m.from = ben }, reason: "unverified-agent", owner: ben,
	},
	"two in From": {
		change: func(m *mail) { m.from = ann + ", " + mallory }, road: "plus",
		reason: "unverified-agent", owner: ann,
	},
	"disabled agent": {left: true, reason: "inactive-agent", owner: ann},
	"command at the top": {
		change: func(m *mail) { m.text = "/close\n\n" + m.text }, reason: "command", owner: ann,
	},
	"mistyped command": {
		change: func(m *mail) { m.text = "/colse\n\n" + m.text }, reason: "command", owner: ann,
	},
	"command in Chinese": {
		change: func(m *mail) { m.text = "／关闭\n\n" + m.text }, reason: "command", owner: ann,
	},
	"colleague added": {
		change: func(m *mail) { m.cc = "Ben <" + ben + ">" }, reason: "colleague-added", owner: ann,
	},
	"token in Cc only": {
		change: func(m *mail) { m.to, m.cc = supplier, m.to },
	},
	"automatic by header": {
		change: func(m *mail) { m.headers = []string{"Auto-Submitted: auto-replied"} },
		reason: "agent-automatic", owner: ann, robot: true,
	},
	"automatic by an Exchange header": {
		change: func(m *mail) { m.headers = []string{"X-Auto-Response-Suppress: All"} },
		reason: "agent-automatic", owner: ann,
	},
	"automatic by its subject": {
		change: func(m *mail) { m.subject = "Automatic reply: A question" },
		reason: "agent-automatic", owner: ann, robot: true,
	},
	"automatic in Chinese": {
		change: func(m *mail) { m.subject = "自动回复: A question" },
		reason: "agent-automatic", owner: ann, robot: true,
	},
	"nothing but the quotation": {
		change: func(m *mail) { m.text = strings.TrimPrefix(m.text, words42) },
		reason: "nothing-new", owner: ann,
	},
	"nothing but a signature": {
		change: func(m *mail) { m.text = aSignature + strings.TrimPrefix(m.text, words42) },
		reason: "nothing-new", owner: ann,
	},
	"nothing at all": {
		change: func(m *mail) { m.text = "" }, reason: "nothing-new", owner: ann,
	},
	"strict": {
		config: "[verify]\nagent_auth = \"strict\"\n", reason: "strict", owner: ann,
	},
}

// words42 is what the mails of agentMails would tell the customer.
const words42 = "The answer is 42."

// TestWhoDoesNotActAsAgent is promise 6 and the part of 7 that robots and slips endanger: nothing
// of these mails reaches a customer or changes the ticket, and each waits for a person.
func TestWhoDoesNotActAsAgent(t *testing.T) {
	t.Parallel()
	for _, tokens := range roads {
		for name, c := range agentMails {
			if c.road != "" && c.road != tokens {
				continue
			}
			t.Run(tokens+"/"+name, func(t *testing.T) {
				t.Parallel()
				g := start(t, options{tokens: tokens, agents: []string{ann, ben}, config: c.config})
				refuse(t, g, c)
			})
		}
	}
}

func refuse(t *testing.T, g *gateway, c agentMail) {
	note := g.asks(question("q1@customer"), ann)
	if c.left {
		g.run("agent", "disable", ann)
	}
	m := note.reply(ann, "a1@agents", words42)
	if c.change != nil {
		c.change(&m)
	}
	g.accept(ann, []string{or(c.to, note.replyTo())}, m.String())
	for _, person := range []string{alice, mallory, ben, supplier} {
		for _, got := range g.everything(person) {
			if strings.Contains(got.Text, words42) && (person != ben || c.owner != ben) {
				t.Errorf("%s got:\n%s", person, got.Text)
			}
		}
	}
	tk := g.ticket(1)
	if tk.Status != "new" || tk.Assignee != nil || len(g.tickets()) != 1 {
		t.Errorf("ticket is %s of %v, %d tickets", tk.Status, tk.Assignee, len(g.tickets()))
	}
	if notes := tk.notes(); len(notes) != 1 {
		t.Errorf("%d notes, want 1: %+v", len(notes), tk.Messages)
	}
	list := g.held()
	if c.reason == "" {
		if len(list) > 0 {
			t.Errorf("held: %+v", list)
		}
		return
	}
	if len(list) != 1 || list[0].Reason != c.reason || list[0].Owner != c.owner {
		t.Fatalf("held: %+v, want one of %s for %s", list, c.owner, c.reason)
	}
	told := 0
	for _, r := range ask[[]row](g, "queue", "list") {
		if r.Kind == "held" && r.Recipient == c.owner {
			told++
		}
	}
	want := 1
	if c.left || c.robot {
		want = 0
	}
	if told != want {
		t.Errorf("the owner was told %d times, want %d", told, want)
	}
}

// TestAStrangerWithAnAgentsTokenIsHeld: the token proves the ticket, never who writes.
func TestAStrangerWithAnAgentsTokenIsHeld(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	note := g.asks(question("q1@customer"), ann)
	m := note.reply(mallory, "m1@evil", words42)
	g.accept(mallory, []string{note.replyTo()}, m.String())
	if n := len(g.everything(mallory)); n != 0 {
		t.Errorf("the stranger got %d mails", n)
	}
	if n := len(g.everything(alice)); n != 1 {
		t.Errorf("the customer got %d mails, want the acknowledgement", n)
	}
	list := g.held()
	if len(list) != 1 || list[0].Reason != "unverified-agent" || list[0].Owner != ann {
		t.Errorf("held: %+v", list)
	}
	if tk := g.ticket(1); tk.Status != "new" || len(tk.notes()) != 1 || tk.state(mallory) != "" {
		t.Errorf("ticket is %s, he is %q on it", tk.Status, tk.state(mallory))
	}
}

// TestReleaseSendsWhatWasHeld lets the operator read what was held and let it pass.
func TestReleaseSendsWhatWasHeld(t *testing.T) {
	t.Parallel()
	g := start(t, options{agents: []string{ann, ben}})
	note := g.asks(question("q1@customer"), ann)
	m := note.reply(ann, "a1@agents", words42)
	m.cc = ben
	g.accept(ann, []string{note.replyTo()}, m.String())
	g.run("held", "release", g.held()[0].ID)
	checkInside(t, g.mailed(alice, words42))
	if tk := g.ticket(1); tk.Status != "pending" || tk.Assignee == nil || len(g.held()) != 0 {
		t.Errorf("ticket is %s of %v, held %v", tk.Status, tk.Assignee, g.held())
	}
	for _, got := range g.everything(ben) {
		if strings.Contains(got.Text, words42) {
			t.Errorf("the colleague got:\n%s", got.Text)
		}
	}
}
