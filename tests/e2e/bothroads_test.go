package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"helpgate/internal/testkit"
)

// How many mails come by two roads; of ten six are questions, three customers' replies and one an
// agent's answer.
const (
	bothRoads     = 100
	bothRoadsSoak = 1000
)

// TestTheSameMailByTwoRoadsAtOnce is promise 2: every mail comes by IMAP and by SMTP at the same
// time, and a tenth of them changed on one road as gateways and groups change mails. Each is one
// message, is acknowledged and told of once, and an agent's answer goes out once.
func TestTheSameMailByTwoRoadsAtOnce(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]options{
		"sqlite":   {tokens: "plus"},
		"postgres": {tokens: "headers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "postgres" {
				o.database = testkit.Postgres(t)
			}
			n := bothRoads
			if soaking() {
				n = bothRoadsSoak
			}
			byTwoRoads(t, o, n)
		})
	}
}

func byTwoRoads(t *testing.T, o options, n int) {
	provider := testkit.StartDovecot(t, support)
	o.more, o.config = imap(provider), noBudgets
	seed := uint64(time.Now().UnixNano())
	t.Logf("%d mails, seed %d", n, seed)
	r := &twoRoads{
		gateway: start(t, o), provider: provider, random: rand.New(rand.NewPCG(seed, 0)),
		got: &accepted{ids: map[string]bool{}},
	}
	r.logs("first contact with the folder")
	questions := r.questions(n * 6 / 10)
	r.bring(questions)
	r.checkSent(questions, len(questions), 0)
	r.bring(r.replies(questions, n*3/10, n/10))
	r.checkSent(questions, len(questions)+n*3/10, n/10)
	checkKept(t, messageIDs(t, r.gateway, o), r.got)
	if all := len(r.tickets()); all != len(questions) {
		t.Errorf("%d tickets, want %d", all, len(questions))
	}
	again := strings.Count(r.logged(), "verdict=duplicate")
	changed := strings.Count(r.logged(), "verdict=variant")
	t.Logf("%d copies, %d of them with another text", again+changed, changed)
	if again+changed != n || changed == 0 || changed > n/10 {
		t.Errorf("%d mails fell as duplicates and %d as variants", again, changed)
	}
}

// twoRoads is a gateway to which the provider of its mailbox, and another road, bring the same mails.
type twoRoads struct {
	*gateway
	provider mailServer
	random   *rand.Rand
	got      *accepted
}

// questions gives first mails, each of another customer.
func (r *twoRoads) questions(n int) []mail {
	var all []mail
	for i := range n {
		m := writings[r.random.IntN(len(writings))]
		m.from, m.to = fmt.Sprintf("c%d@customer.example", i), support
		m.id = fmt.Sprintf("q%d@customer.example", i)
		all = append(all, m)
	}
	return all
}

// replies gives customers' replies to what they got, and an agent's answers to others of them.
func (r *twoRoads) replies(to []mail, customers, agents int) []mail {
	var all []mail
	for i, q := range to[:customers] {
		m := only(r.relay.Mails(), q.from)[0].reply(q.from, fmt.Sprintf("r%d@customer.example", i),
			"It still does not work.\nWhat now?")
		all = append(all, m)
	}
	notes := only(r.relay.Mails(), ann)
	for i, q := range to[customers:][:agents] {
		j := slices.IndexFunc(notes, func(o out) bool { return strings.Contains(o.Text, q.from) })
		all = append(all, notes[j].reply(ann, fmt.Sprintf("a%d@agents.example", i), "Under settings."))
	}
	return all
}

// bring brings mails by both roads, each at the same time by both.
func (r *twoRoads) bring(mails []mail) {
	r.t.Helper()
	type copies struct{ bySMTP, byIMAP mail }
	var all []copies
	for i, m := range mails {
		m.date = time.Now()
		c := copies{m, m}
		if i%10 == 0 {
			change := changes[r.random.IntN(len(changes))]
			if r.random.IntN(2) == 0 {
				c.bySMTP = change(m)
			} else {
				c.byIMAP = change(m)
			}
		}
		all = append(all, c)
		r.got.add(m.id)
	}
	inParallel(all, func(c copies) {
		var both sync.WaitGroup
		both.Go(func() { r.provide(r.provider, c.byIMAP.from, c.byIMAP.String()) })
		both.Go(func() { r.accept(c.bySMTP.from, []string{c.bySMTP.to}, c.bySMTP.String()) })
		both.Wait()
	})
	r.logsTimes("road=imap", len(r.got.ids))
}

// checkSent asks that each question was acknowledged once, the agent told so often, and so many
// answers sent, each once.
func (r *twoRoads) checkSent(questions []mail, told, answers int) {
	r.t.Helper()
	r.settled()
	sent := map[string]int{}
	for _, row := range ask[[]row](r.gateway, "queue", "list") {
		sent[row.Kind+" to "+row.Recipient]++
		sent[row.Kind]++
	}
	for _, q := range questions {
		if n := sent["acknowledgement to "+q.from]; n != 1 {
			r.t.Errorf("%s got %d acknowledgements", q.from, n)
		}
		if n := sent["answer to "+q.from]; n > 1 {
			r.t.Errorf("%s got an answer %d times", q.from, n)
		}
	}
	if sent["notification"] != told || sent["answer"] != answers {
		r.t.Errorf("%d notifications and %d answers, want %d and %d", sent["notification"],
			sent["answer"], told, answers)
	}
	if n := sent["acknowledgement"] + told + answers; len(r.relay.Mails()) != n {
		r.t.Errorf("%d mails went out, want %d", len(r.relay.Mails()), n)
	}
}

// writings are what customers write: in one line and in many, in both forms, with files, signatures
// and nothing at all.
var writings = []mail{
	{subject: "A question", text: "How do I change my password?\nI have looked everywhere.\n"},
	{subject: "Thanks", text: "Thanks, that worked!\n"},
	{subject: "Re: order 17", text: "Dear team,\n\nwhere is it?\n\nBest regards\n-- \nAlice Example\n" +
		"Example Ltd\nPhone +44 20 7946 0000\n"},
	{
		subject: "In both forms", text: "Hello,\n\nplease look at this.\n",
		html: "<html><body><p>Hello,</p><p>please <b>look</b> at this.</p></body></html>",
	},
	{subject: "Styled", html: "<html><body><div>Hello</div><div>please look.</div></body></html>"},
	{subject: "A screenshot", files: []file{{"shot.png", "image/png", "", []byte("\x89PNG\r\n\x1a\n")}}},
	{subject: "订单没有收到", text: "你好，\n订单还没有收到，请帮忙查一下。\n谢谢\n"},
	{
		subject: "Quoted", text: "See below.\n\nOn Mon, 2 Nov 2026 at 10:00, Bob <bob@customer.example> " +
			"wrote:\n> Ask them.\n> They know.\n",
	},
}

// changes are what a mail meets on one road: banners of Exchange and of Chinese hosts, footers of
// Google Groups and Mailman, a lawyer's disclaimer.
var changes = []func(mail) mail{
	func(m mail) mail {
		m.subject = "[EXTERNAL] " + m.subject
		return framed(m, "CAUTION: This email originated from outside of the organization. Do not "+
			"click links or open attachments unless you recognize the sender.\n\n", "")
	},
	func(m mail) mail {
		m.subject = "【外部邮件】" + m.subject
		return framed(m, "警惕：本邮件来自外部，请勿轻易点击链接或打开附件。\n\n", "")
	},
	func(m mail) mail {
		return framed(m, "", "\n-- \nYou received this message because you are subscribed to the Google "+
			"Groups \"support\" group.\nTo unsubscribe from this group and stop receiving emails from it, "+
			"send an email to support+unsubscribe@desk.example.\n")
	},
	func(m mail) mail {
		m.subject = "[support] " + m.subject
		m.headers = []string{"List-Id: <support.desk.example>"}
		return framed(m, "", "_______________________________________________\nsupport mailing list\n"+
			"support@desk.example\nhttps://lists.desk.example/listinfo/support\n")
	},
	func(m mail) mail {
		return framed(m, "[You don't often get email from "+m.from+". Learn why this is important at "+
			"https://aka.example/LearnAboutSenderIdentification ]\n\n", "\n________________________________\n"+
			"This e-mail and its attachments are confidential and may be privileged.\nIf you are not the "+
			"intended recipient, please delete it and tell the sender.\n")
	},
}

// framed puts a text above and one below what was written, in each form that there is.
func framed(m mail, above, below string) mail {
	if m.text != "" || m.html == "" {
		m.text = above + m.text + below
	}
	if m.html != "" {
		block := func(s string) string {
			if s == "" {
				return ""
			}
			return "<div>" + strings.ReplaceAll(strings.TrimSpace(s), "\n", "<br>") + "</div>"
		}
		m.html = strings.Replace(m.html, "<body>", "<body>"+block(above), 1)
		m.html = strings.Replace(m.html, "</body>", block(below)+"</body>", 1)
	}
	return m
}
