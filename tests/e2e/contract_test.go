package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helpgate/internal/testkit"
)

// TestJSONKeepsTheContract checks every member of the answers that scripts rely on, on a ticket
// that has one of everything.
func TestJSONKeepsTheContract(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	for _, verb := range []string{"ticket", "queue", "held"} {
		if got := g.run(verb, "list", "--json"); got != "[]\n" {
			t.Errorf("%s list of nothing is %q", verb, got)
		}
	}
	question := mail{
		from: "Alice <" + alice + ">", to: support, cc: "Bob <" + bob + ">", subject: "Fire",
		id: "q1@customer", text: "It burns.\n", files: []file{{"log.txt", "text/plain", "", []byte("x")}},
	}
	g.accept(alice, []string{support}, question.String())
	note := g.sent(ann, 1)[0]
	g.accept(ann, []string{note.replyTo()}, note.reply(ann, "a1@agents", "Use water.").String())
	answer := g.sent(alice, 2)[1]
	g.accept(alice, []string{answer.replyTo()}, answer.reply(alice, "q2@customer", "Done.").String())
	g.run("ticket", "note", "1", "--text", "She is a good customer.")
	g.accept(mallory, []string{support}, mail{
		from: mallory, to: support, subject: "Re: Fire", id: "m1@evil", inReplyTo: "q1@customer",
		text: "What fire?\n",
	}.String())
	g.settled()

	ticketShape.checkList(t, "ticket list", decode(t, g.run("ticket", "list", "--json")))
	queueShape.checkList(t, "queue list", decode(t, g.run("queue", "list", "--json")))
	for _, number := range []string{"1", "2"} {
		shownShape.check(t, "ticket "+number, decode(t, g.run("ticket", "show", number, "--json")))
	}
	path := filepath.Join(t.TempDir(), "answer.eml")
	if err := os.WriteFile(path, answer.raw, 0o600); err != nil {
		t.Fatal(err)
	}
	inspectShape.check(t, "inspect", decode(t, g.run("inspect", path, "--json")))
	checkOrder(t, g)
}

// checkOrder asks for the orders of the contract, and that the lists above were not empty.
func checkOrder(t *testing.T, g *gateway) {
	t.Helper()
	if all := g.tickets(); len(all) != 2 || all[0].Number != 2 {
		t.Errorf("tickets do not stand newest first: %+v", all)
	}
	type shown struct {
		Messages []struct {
			ID, At, Kind, Text string
			MessageID          string `json:"message_id"`
			Attachments        []any
		}
		Events       []struct{ At, Verb string }
		Participants []person
	}
	one := ask[shown](g, "ticket", "show", "1")
	var kinds []string
	for i, m := range one.Messages {
		kinds = append(kinds, m.Kind)
		if i > 0 && m.At < one.Messages[i-1].At || strings.ContainsAny(m.MessageID, "<>") {
			t.Errorf("message %d: %s, %q", i, m.At, m.MessageID)
		}
	}
	if !slices.Equal(kinds, []string{"message", "message", "message", "note"}) {
		t.Errorf("messages do not stand oldest first: %q", kinds)
	}
	if len(one.Messages[0].Attachments) != 1 || len(one.Participants) == 0 {
		t.Errorf("nothing was checked of %+v", one)
	}
	if !slices.IsSortedFunc(one.Events, func(a, b struct{ At, Verb string }) int {
		return strings.Compare(a.At, b.At)
	}) || len(one.Events) == 0 || one.Events[0].Verb != "created" {
		t.Errorf("events do not stand oldest first: %+v", one.Events)
	}
	if two := g.ticket(2); len(two.Links) != 1 || two.Links[0].Number != 1 {
		t.Errorf("links of the stranger's ticket: %+v", two.Links)
	}
}

func TestTicketListSelects(t *testing.T) {
	t.Parallel()
	const sales = "sales@desk.example"
	g := start(t, options{config: "[[mailbox]]\naddress = \"" + sales + "\"\n"})
	for i, m := range []struct{ from, to string }{
		{alice, support}, {bob, support}, {alice, support}, {mallory, sales},
	} {
		g.accept(m.from, []string{m.to}, mail{
			from: m.from, to: m.to, subject: fmt.Sprintf("Subject %d", i), id: fmt.Sprintf("s%d@x", i),
			text: fmt.Sprintf("Text %d.\n", i),
		}.String())
	}
	g.run("ticket", "assign", "2", ann)
	g.run("ticket", "merge", "1", "3")
	g.run("ticket", "status", "3", "solved")
	for line, want := range map[string]string{
		"":                                   "4 3 2",
		"--merged":                           "4 3 2 1",
		"--status solved":                    "3",
		"--status new":                       "4",
		"--assignee " + ann:                  "2",
		"--assignee Ann":                     "2",
		"--requester " + alice:               "3",
		"--requester Alice@Customer.Example": "3",
		"--requester nobody@x.example":       "",
		"--mailbox " + sales:                 "4",
		"--since 2020-02-03":                 "4 3 2",
		"--since 2020-02-03T04:05:06+01:00":  "4 3 2",
		"--since 2999-01-01":                 "",
		"--limit 2":                          "4 3",
		"--limit 1 --after 4":                "3",
		"--after 2":                          "",
		"--after 2 --merged":                 "1",
		"--status solved --requester " + bob: "",
	} {
		var numbers []string
		args := append([]string{"ticket", "list"}, strings.Fields(line)...)
		for _, tk := range ask[[]ticket](g, args...) {
			numbers = append(numbers, fmt.Sprint(tk.Number))
		}
		if got := strings.Join(numbers, " "); got != want {
			t.Errorf("ticket list %s: %q, want %q", line, got, want)
		}
	}
}

// TestConfigurationIsFound runs the program in a folder of its own, with an environment of its own.
func TestConfigurationIsFound(t *testing.T) {
	t.Parallel()
	binary := testkit.Binary(t)
	site := func(agent string) string {
		dir := t.TempDir()
		path := filepath.Join(dir, "helpgate.toml")
		for _, args := range [][]string{{"init", dir}, {"agent", "add", "-c", path, "--email", agent}} {
			if out, err := exec.Command(binary, args...).CombinedOutput(); err != nil {
				t.Fatalf("%q: %v\n%s", args, err, out)
			}
		}
		return path
	}
	one, two := site("one@agents.example"), site("two@agents.example")
	for name, tt := range map[string]struct {
		dir, env string
		args     []string
		want     string
	}{
		"-c first":       {"/", "", []string{"-c", one, "agent", "list"}, "one@"},
		"-c between":     {"/", "", []string{"agent", "-c", one, "list"}, "one@"},
		"-c last":        {"/", "", []string{"agent", "list", "-c", one}, "one@"},
		"--config=":      {"/", "", []string{"agent", "list", "--config=" + one}, "one@"},
		"the variable":   {"/", two, []string{"agent", "list"}, "two@"},
		"the folder":     {filepath.Dir(one), "", []string{"agent", "list"}, "one@"},
		"variable first": {filepath.Dir(one), two, []string{"agent", "list"}, "two@"},
		"-c before both": {filepath.Dir(one), one, []string{"agent", "list", "-c", two}, "two@"},
	} {
		cmd := exec.Command(binary, append(tt.args, "--json")...)
		cmd.Dir = tt.dir
		cmd.Env = append(os.Environ(), "HELPGATE_CONFIG="+tt.env, "HELPGATE_FROB=1")
		out, err := cmd.Output() // standard output alone: the warning must not stand in the answer
		var agents []struct{ Addresses []string }
		if err != nil || json.Unmarshal(out, &agents) != nil || len(agents) != 1 ||
			!strings.HasPrefix(agents[0].Addresses[0], tt.want) {
			t.Errorf("%s: %v, %s", name, err, out)
		}
	}
}

// TestServerSeesChangesOfTheCommandLine changes things beside the running server, which acts on
// them with the next mail.
func TestServerSeesChangesOfTheCommandLine(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	g.accept(alice, []string{support}, question("q1@customer").String())
	g.sent(ann, 1)
	g.run("ticket", "reply", "1", "--agent", ann, "--text", "Use water.")
	answer := g.sent(alice, 2)[1]
	if !strings.Contains(answer.Text, "Use water.") {
		t.Errorf("the answer reads %q", answer.Text)
	}
	g.run("agent", "add", "--email", ben, "--name", "Ben")
	g.run("agent", "disable", ann)
	g.run("ticket", "assign", "1", ben)
	g.run("ticket", "status", "1", "solved")
	if tk := g.ticket(1); tk.Status != "solved" || tk.Assignee.Address != ben {
		t.Errorf("ticket is %s of %+v", tk.Status, tk.Assignee)
	}
	g.accept(alice, []string{answer.replyTo()},
		answer.reply(alice, "q2@customer", "It burns again, and the paper is wet too.").String())
	if note := g.sent(ben, 1)[0]; !strings.Contains(note.Text, "burns again") {
		t.Errorf("the new agent reads\n%s", note.Text)
	}
	g.settled()
	if tk := g.ticket(1); tk.Status != "open" {
		t.Errorf("the customer's mail left the ticket %s", tk.Status)
	}
	if n := len(g.sent(ann, 1)); n != 1 {
		t.Errorf("the disabled agent got %d mails, want the first alone", n)
	}
}

// TestStoppedMailHasFailed: the contract knows four statuses. What the leak guard stopped shows as
// failed, with the reason where the peer's reply stands, and a person's release sends it.
func TestStoppedMailHasFailed(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	g.accept(alice, []string{support}, question("q1@customer").String())
	note := g.sent(ann, 1)[0]
	g.accept(ann, []string{note.replyTo()},
		note.reply(ann, "a1@agents", "Write to me at "+ann+", please.").String())
	g.sent(ann, 2) // her text comes back
	failed := ask[[]row](g, "queue", "list", "--status", "failed")
	if len(failed) != 1 || failed[0].Kind != "answer" || failed[0].Status != "failed" ||
		failed[0].LastReply != "leak-address" {
		t.Fatalf("failed mails: %+v", failed)
	}
	list := g.held()
	if len(list) != 1 || list[0].Reason != "leak-address" || list[0].Owner != ann {
		t.Fatalf("held: %+v", list)
	}
	g.run("held", "release", list[0].ID)
	if answer := g.sent(alice, 2)[1]; answer.MessageID != failed[0].MessageID {
		t.Errorf("released as %s, was %s", answer.MessageID, failed[0].MessageID)
	}
}
