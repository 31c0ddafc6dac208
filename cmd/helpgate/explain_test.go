package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// answering is a mail to the support address that answers plainMail.
func answering(from, id, more, text string) string {
	return "From: " + from + "\nTo: support@example.com\nSubject: Re: A question\n" +
		"Message-ID: <" + id + ">\nIn-Reply-To: <q1@customer.example>\n" +
		"Date: Tue, 24 Nov 2026 10:05:00 +0000\n" + more +
		"\n" + text + "\n"
}

// storied is a site with a question, its copy, an absence, a held answer and a bounce of nobody's.
func storied(t *testing.T) (config string) {
	t.Helper()
	config = site(t)
	call(t, "", "agent", "add", "-c", config, "--email", "ann@agents.example")
	for _, mail := range []string{
		plainMail, plainMail,
		answering("carla@customer.example", "o1@customer.example",
			"Auto-Submitted: auto-replied\n", "I am away."),
		answering("ann@agents.example", "a1@agents.example", "", "Like this."),
		"From: MAILER-DAEMON@mx.example\nTo: support@example.com\nSubject: Undelivered Mail\n" +
			"Message-ID: <b1@mx.example>\nAuto-Submitted: auto-replied\nContent-Type: " +
			"multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nNo.\n--b\n" +
			"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n" +
			"Final-Recipient: rfc822; x@y.example\nAction: failed\nStatus: 5.1.1\n\n--b--\n",
	} {
		if a := call(t, mail, "inject", "-c", config, "support@example.com"); a.code != exitDone {
			t.Fatal(a.err)
		}
	}
	return config
}

func explainedOf(t *testing.T, config, asked string) (v explainedJSON) {
	t.Helper()
	a := call(t, "", "explain", "-c", config, "--json", asked)
	if err := json.Unmarshal([]byte(a.out), &v); err != nil || a.code != exitDone {
		t.Fatalf("explain %s: %v: exit %d, %s%s", asked, err, a.code, a.out, a.err)
	}
	return v
}

// answerOf gives what a step or a rule answered; "-" for one that is not there.
func answerOf(steps []stepJSON, name string) string {
	for _, s := range steps {
		if s.Rule == name || s.Rule == "" && s.Step == name {
			return s.Answer
		}
	}
	return "-"
}

func TestExplainTellsOfATicketEachMailsWay(t *testing.T) {
	t.Parallel()
	v := explainedOf(t, storied(t), "#1")
	if len(v.Mails) != 4 || *v.Ticket != 1 {
		t.Fatalf("%d mails, want question, copy, absence and held answer", len(v.Mails))
	}
	question, again, away, held := v.Mails[0], v.Mails[1], v.Mails[2], v.Mails[3]
	if question.Verdict != "ticket" || answerOf(question.Steps, "new") != "yes" ||
		answerOf(question.Steps, "subject-tag") != "no" || len(question.NotSent) != 0 {
		t.Errorf("question: %+v", question)
	}
	var kinds []string
	for _, o := range question.Sent {
		kinds = append(kinds, o.Kind)
	}
	if slices.Sort(kinds); !slices.Equal(kinds, []string{"acknowledgement", "notification"}) {
		t.Errorf("because of the question went %q", kinds)
	}
	if !strings.HasPrefix(answerOf(again.Steps, "copy"), "yes: ") || len(again.Sent) != 0 ||
		len(again.NotSent) != 1 || answerOf(again.Steps, "new") != "-" {
		t.Errorf("copy: %+v", again)
	}
	got, want := answerOf(away.Steps, "automatic"), "yes: ooo; signs: Auto-Submitted: auto-replied"
	if !strings.HasPrefix(got, want) {
		t.Errorf("absence: %q", got)
	}
	if answerOf(away.Steps, "known-message-id") != "yes: #1" {
		t.Errorf("absence: %+v", away.Steps)
	}
	if len(held.Held) != 1 || held.Held[0].Reason != "unverified-agent" ||
		held.NotSent[0] != (notSentJSON{"answer", "held: unverified-agent (held)"}) {
		t.Errorf("held answer: %+v, %+v", held.Held, held.NotSent)
	}
	if len(v.Sent)+len(v.Events)+len(v.Held) != 0 {
		t.Errorf("told with no mail: %+v, %+v, %+v", v.Sent, v.Events, v.Held)
	}
}

func TestExplainFindsAMailByItsMessageID(t *testing.T) {
	t.Parallel()
	config := storied(t)
	for _, id := range []string{"q1@customer.example", "<q1@customer.example>"} {
		if v := explainedOf(t, config, id); len(v.Mails) != 2 || len(v.Mails[0].Sent) != 2 {
			t.Errorf("%s: %+v", id, v.Mails)
		}
	}
	v := explainedOf(t, config, "b1@mx.example")
	if len(v.Mails) != 1 || v.Mails[0].Verdict != "recorded" || v.Mails[0].Ticket != nil {
		t.Errorf("bounce: %+v", v.Mails)
	}
	ours := explainedOf(t, config, "1").Mails[0].Sent[0]
	if v = explainedOf(t, config, ours.MessageID); len(v.Sent) != 1 || v.Sent[0].ID != ours.ID {
		t.Errorf("a mail of ours: %+v", v)
	}
	a := call(t, "", "explain", "-c", config, "1")
	for _, want := range []string{
		"\"A question\" (q1@customer.example)\n", "  became            a new ticket, #1\n",
		"  sent              acknowledgement to carla@customer.example: waiting",
		"  not sent          a copy causes no mail",
		"  held              unverified-agent: held (Re: A question)\n",
	} {
		if !strings.Contains(a.out, want) {
			t.Errorf("no %q in\n%s", want, a.out)
		}
	}
}

// TestExplainFollowsAMailIntoTheTicketThatTookItIn: what was sent because of it went along.
func TestExplainFollowsAMailIntoTheTicketThatTookItIn(t *testing.T) {
	t.Parallel()
	config := site(t)
	call(t, "", "agent", "add", "-c", config, "--email", "ann@agents.example")
	for _, id := range []string{"q1@", "q2@"} {
		mail := strings.Replace(plainMail, "q1@", id, 1)
		call(t, mail, "inject", "-c", config, "support@example.com")
	}
	if a := call(t, "", "ticket", "merge", "-c", config, "1", "2"); a.code != exitDone {
		t.Fatal(a.err)
	}
	if v := explainedOf(t, config, "2"); len(v.Mails) != 2 || len(v.Mails[0].Sent) != 2 {
		t.Errorf("the ticket: %+v", v.Mails)
	}
	v := explainedOf(t, config, "q1@customer.example")
	if len(v.Mails) != 1 || len(v.Mails[0].Sent) != 2 || v.Mails[0].Verified != "none" {
		t.Errorf("the mail: %+v", v.Mails)
	}
}

// TestExplainLooksAFileUp: what it would become, and nothing of it stays.
func TestExplainLooksAFileUp(t *testing.T) {
	t.Parallel()
	config := storied(t)
	before := call(t, "", "ticket", "list", "-c", config, "--json").out
	for name, tt := range map[string]struct{ mail, copied, rule, says string }{
		"a copy": {plainMail, "duplicate", "", "a copy of a mail of #1"},
		"of the customer": {
			answering("carla@customer.example", "q2@customer.example", "", "And?"), "",
			"known-message-id", "a message or a note of #1",
		},
		"of an agent": {
			answering("ann@agents.example", "a2@agents.example", "", "So."), "",
			"known-message-id", "else held",
		},
		"of a stranger": {
			answering("zoe@x.example", "z@x.example", "", "Me too."), "", "new", "a new ticket",
		},
	} {
		path := put(t, filepath.Join(t.TempDir(), "mail.eml"), tt.mail)
		f := explainedOf(t, config, path).Foreseen
		if f.Copy != tt.copied || f.Rule != tt.rule ||
			!strings.Contains(answerOf(f.Steps, "would become"), tt.says) {
			t.Errorf("%s: %+v", name, f)
		}
		if a := call(t, tt.mail, "explain", "-c", config, "-"); !strings.Contains(a.out, tt.says) {
			t.Errorf("%s: %s%s", name, a.out, a.err)
		}
	}
	if after := call(t, "", "ticket", "list", "-c", config, "--json").out; after != before {
		t.Errorf("something stayed: %s", after)
	}
	mail, _ := largeFile(1<<20, "")
	blobs := filepath.Join(filepath.Dir(config), "data", "blobs")
	was, _ := os.ReadDir(blobs)
	if a := call(t, mail, "explain", "-c", config, "-"); a.code != exitDone {
		t.Error(a.err)
	}
	if is, _ := os.ReadDir(blobs); len(is) != len(was) {
		t.Errorf("%d files of blobs, were %d", len(is), len(was))
	}
}

func TestExplainAndTraceTellWhatTheyCannotFind(t *testing.T) {
	t.Parallel()
	config := site(t)
	for line, want := range map[string]struct {
		code int
		says string
	}{
		"explain":             {exitUsage, "usage: helpgate explain"},
		"explain 99":          {exitFailed, "no ticket 99"},
		"explain no@where":    {exitFailed, "helpgate trace"},
		"explain nothing.eml": {exitFailed, "no file"},
		"trace":               {exitUsage, "usage: helpgate trace"},
		"trace ann":           {exitUsage, "an address"},
	} {
		a := call(t, "", append(strings.Fields(line), "-c", config)...)
		if a.code != want.code || !strings.Contains(a.err, want.says) {
			t.Errorf("%s: exit %d, %q", line, a.code, a.err)
		}
	}
}

func TestTraceListsBothWaysNewestFirst(t *testing.T) {
	t.Parallel()
	config := storied(t)
	var all []tracedJSON
	a := call(t, "", "trace", "-c", config, "--json", "Carla@Customer.example")
	if err := json.Unmarshal([]byte(a.out), &all); err != nil || len(all) != 4 {
		t.Fatalf("%v: %d mails, %s", err, len(all), a.out)
	}
	var became []string
	for _, v := range all {
		became = append(became, v.Way+" "+v.Became)
	}
	slices.Sort(became[2:]) // of one moment
	want := []string{"in message", "in duplicate", "in ticket", "out waiting"}
	if !slices.Equal(became, want) {
		t.Errorf("%q, want %q", became, want)
	}
	a = call(t, "", "trace", "-c", config, "--limit", "1", "carla@customer.example")
	if strings.Count(a.out, "\n") != 1 || !strings.Contains(a.out, "a message of #1") {
		t.Errorf("%s%s", a.out, a.err)
	}
	a = call(t, "", "trace", "-c", config, "nobody@x.example")
	if a.code != exitDone || !strings.Contains(a.out, "no mail from nobody@x.example") {
		t.Errorf("exit %d, %q", a.code, a.out)
	}
}
