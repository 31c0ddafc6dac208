package classify

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// mail makes an Input of a person's mail with some header lines.
func mail(header ...string) Input {
	return Input{
		Header: func(yield func(name, value string) bool) {
			for _, line := range header {
				name, value, _ := strings.Cut(line, ":")
				if !yield(name, value) {
					return
				}
			}
		},
		From:    []string{"ann@example.net"},
		Own:     func(id string) bool { return id == "signed@gate.example" },
		OwnLoop: func(v string) bool { return v == "ours" },
		OwnList: func(l string) bool { return strings.HasPrefix(l, "support") },
	}
}

func with(in Input, set func(*Input)) Input {
	set(&in)
	return in
}

// status is the machine's part of a report with those actions.
func status(actions ...string) []Enclosed {
	text := "Reporting-MTA: dns; mx.example"
	for _, a := range actions {
		text += "\r\n\r\nFinal-Recipient: rfc822; a@example.net\r\nAction: " + a
	}
	return []Enclosed{{ContentType: "message/delivery-status", Head: []byte(text)}}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	report := func(in *Input) {
		in.ContentType, in.ReportType = "multipart/report", "delivery-status"
	}
	for name, tc := range map[string]struct {
		in                   Input
		kind                 string
		automatic, noAnswers bool
	}{
		"a person":          {mail("Subject: hello"), Person, false, false},
		"Auto-Submitted no": {mail("Auto-Submitted: no"), Person, false, false},
		"Auto-Submitted No (comment)": {
			mail("Auto-Submitted: No (comment)"),
			Person, false, false,
		},
		"Auto-Submitted No; parameter": {mail("Auto-Submitted: NO; x=y"), Person, false, false},
		"Auto-Submitted Auto-Generated": {
			mail("Auto-Submitted: Auto-Generated"),
			AutoReply, true, true,
		},
		"Auto-Submitted (comment) first": {
			mail("Auto-Submitted: (x) auto-replied"), AutoReply, true, true,
		},
		"Precedence in capitals": {mail("Precedence: BULK"), AutoReply, true, true},
		"X-Precedence": {
			mail("X-Precedence: auto_reply"),
			AutoReply, true, true,
		},
		"Precedence first-class": {mail("Precedence: first-class"), Person, false, false},
		"suppress alone": {
			mail("X-Auto-Response-Suppress: OOF"),
			Person, false, true,
		},
		"X-Loop yes":      {mail("X-Loop: Yes"), AutoReply, true, true},
		"X-Loop address":  {mail("X-Loop: ann@example.net"), Person, false, false},
		"X-Autoreply yes": {mail("X-Autoreply: yes"), AutoReply, true, true},
		"X-Autoreply no":  {mail("X-Autoreply: no"), Person, false, false},
		"autoresponder": {
			mail("Delivered-To: autoresponder"),
			AutoReply, true, true,
		},
		"list": {
			mail("List-Id: News <news.example.net>"),
			List, false, true,
		},
		"list and bulk": {
			mail("List-Id: <n.example.net>", "Precedence: bulk"),
			List, true, true,
		},
		"own list": {
			mail("List-Id: <support.example.org>", "Precedence: list", "List-Unsubscribe: <x:y>"),
			Person, false, false,
		},
		"own list by address": {
			mail("List-Post: <mailto:support@example.org>"),
			Person, false, false,
		},
		"group mailbox": {
			with(mail("List-Id: <x.example>"), func(in *Input) { in.Group = true }),
			Person, false, false,
		},
		"empty From": {
			with(mail("From: <>"), func(in *Input) { in.From = nil }),
			AutoReply, true, true,
		},
		"null sender": {
			with(mail(), func(in *Input) { in.EnvelopeFromKnown = true }), AutoReply, true, true,
		},
		"envelope beats Return-Path": {
			with(mail("Return-Path: <>"), func(in *Input) {
				in.EnvelopeFrom, in.EnvelopeFromKnown = "ann@example.net", true
			}), Person, false, false,
		},
		"Return-Path null": {mail("Return-Path: <>"), AutoReply, true, true},
		"bounce":           {with(mail("Return-Path: <>"), report), Bounce, true, true},
		"bounce and delay": {
			with(mail(), func(in *Input) {
				report(in)
				in.Enclosed = status("delayed", "Failed")
			}), Bounce, true, true,
		},
		"delay": {
			with(mail(), func(in *Input) {
				report(in)
				in.Enclosed = status("delayed")
			}), DSNDelay, true, true,
		},
		"success report": {
			with(mail(), func(in *Input) {
				report(in)
				in.Enclosed = status("relayed")
			}), AutoReply, true, true,
		},
		"read receipt": {
			with(mail(), func(in *Input) {
				report(in)
				in.ReportType = "disposition-notification"
			}), AutoReply, true, true,
		},
		"qmail": {
			with(mail("Return-Path: <>"), func(in *Input) {
				in.Subject = "failure notice"
			}), Bounce, true, true,
		},
		"Chinese bounce": {
			with(mail(), func(in *Input) {
				in.From = []string{"postmaster@qq.com"}
				in.Subject = "系统退信/Systems bounce"
			}), Bounce, true, true,
		},
		"a person's notice": {
			with(mail(), func(in *Input) {
				in.Subject = "failure notice"
			}), Person, false, false,
		},
		"loop header": {
			mail("X-Helpgate-Loop: ours", "Auto-Submitted: auto-replied"),
			Loop, true, true,
		},
		"forged loop header": {
			mail("X-Helpgate-Loop: theirs"), Person, false, false,
		},
		"own Message-ID": {mail("Message-ID: <signed@gate.example>"), Loop, true, true},
		"calendar": {
			with(mail(), func(in *Input) {
				in.CalendarMethod = "REQUEST"
			}), Calendar, false, false,
		},
		"automatic calendar": {
			with(mail("Precedence: bulk"), func(in *Input) { in.CalendarMethod = "REPLY" }),
			AutoReply, true, true,
		},
		"Exchange's out of office": {
			mail("X-MS-Exchange-Inbox-Rules-Loop: ann@example.net"),
			OOO, true, true,
		},
		// A rule of a colleague's mailbox redirects what customers write to it.
		"redirected by a rule of Exchange": {
			mail("X-MS-Exchange-Inbox-Rules-Loop: old-desk@example.org"),
			Person, false, false,
		},
		"forwarded by a rule of Exchange": {
			with(mail("X-MS-Exchange-Inbox-Rules-Loop: ann@example.net"), func(in *Input) {
				in.Subject = "WG: Printer"
			}), Person, false, false,
		},
		"Sieve's vacation": {
			with(mail("Auto-Submitted: auto-replied (vacation)"), func(in *Input) {
				in.Subject = "Auto: Your ticket"
			}), OOO, true, true,
		},
		"old list": {mail("Mailing-List: contact news-help@example.net"), List, false, true},
		"owner-email": {
			mail(`Auto-Submitted: auto-replied; owner-email="ann@example.net"`),
			OOO, true, true,
		},
		"50 hops": {
			mail(slices.Repeat([]string{"Received: by x"}, 50)...),
			Person, false, false,
		},
		"51 hops": {
			mail(slices.Repeat([]string{"Received: by x"}, 51)...),
			Loop, true, true,
		},
	} {
		got := Classify(tc.in)
		if got.Kind != tc.kind || got.Automatic != tc.automatic || got.NoAutoReply != tc.noAnswers {
			t.Errorf("%s: %+v", name, got)
		}
		if tc.kind != Person && len(got.Signs) == 0 {
			t.Errorf("%s: no sign is given", name)
		}
	}
}

func TestOutOfOfficeBySubject(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		subject string
		header  []string
		kind    string
	}{
		{"Automatic reply: Your ticket", []string{"In-Reply-To: <a@b>"}, OOO},
		{"自动回复：您的请求", []string{"In-Reply-To: <a@b>"}, OOO},
		{"自动答复: 您的请求", []string{"References: <a@b>"}, OOO},
		{"Abwesenheitsnotiz: Anfrage", []string{"In-Reply-To: <a@b>"}, OOO},
		// No person's client puts words before the prefix of an answer.
		{"Out of Office: Re: your ticket", nil, OOO},
		{"自动回复：回复：您的请求", nil, OOO},
		{"[x] Out of office: back on Monday", []string{"In-Reply-To: <a@b>"}, OOO},
		// A person asks about it; taken for a robot's, the mail would open no ticket.
		{"Out of office: how do I set it up?", nil, Person},
		{"OOO: calendar broken", nil, Person},
		{"自动回复：怎么设置？", nil, Person},
		{"Out of Office AutoReply: how do I turn it off?", nil, Person},
		{"Re: [issue] Out of Office AutoReply: back next week", nil, OOO},
		{"Re: Out of Office AutoReply: Fire", []string{"In-Reply-To: <a@b>"}, Person},
		{"Automatic reply: [#12] Printer", []string{"In-Reply-To: <a@b>"}, OOO},
		{"Out of office", nil, Person},
		{"Out of office", []string{"In-Reply-To: <a@b>"}, OOO},
		{"Re: Automatic reply: Your ticket", []string{"In-Reply-To: <a@b>"}, Person},
		{"自动回复怎么设置？", nil, Person},
		{"I am on vacation", nil, Person},
		{"I am on vacation", []string{"Auto-Submitted: auto-replied"}, OOO},
		{"本人外出", []string{"Precedence: bulk"}, OOO},
		{"Ann is on vacation next week", []string{"Auto-Submitted: auto-generated"}, AutoReply},
		{"AutoReply: Your ticket", []string{"Auto-Submitted: auto-replied"}, AutoReply},
		{"AutoReply: Your ticket", []string{"In-Reply-To: <a@b>"}, AutoReply},
		{"Out of office: Your ticket", []string{"X-Auto-Response-Suppress: OOF"}, OOO},
		{"Stock report", []string{"Auto-Submitted: auto-generated"}, AutoReply},
		{"Cvacation worded oddly", []string{"Auto-Submitted: auto-generated"}, AutoReply},
	} {
		in := mail(tc.header...)
		in.Subject = tc.subject
		if got := Classify(in); got.Kind != tc.kind {
			t.Errorf("%q %v: %+v, want %q", tc.subject, tc.header, got, tc.kind)
		}
	}
}

// TestOutOfOfficeByText: words in the text say much in what says that it answers by itself, and
// nothing in a person's mail, but for the sentence that QQ Mail puts before such an answer.
func TestOutOfOfficeByText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, header, kind string }{
		{"这是来自QQ邮箱的假期自动回复邮件。\n\n您好", "", OOO},
		{"这是来自QQ邮箱的假期自动回复邮件，怎么关闭？", "", Person},
		{"Hello,\n\nI am on annual leave.", "Auto-Submitted: auto-replied", OOO},
		{"您好！\n我正在休假。", "X-Autoreply: yes", OOO},
		{"Hello,\n\nI am on annual leave.", "In-Reply-To: <a@b>", Person},
		{"Hello,\n\nI am on annual leave.", "Auto-Submitted: auto-generated", AutoReply},
		{"We have your request.\n\n\n\nA\n\nB\n\nOn leave?", "X-Autoreply: yes", AutoReply},
	} {
		in := mail(tc.header)
		in.Subject, in.NewText = "Re: Printer", tc.text
		if got := Classify(in); got.Kind != tc.kind {
			t.Errorf("%q %q: %+v, want %q", tc.header, tc.text, got, tc.kind)
		}
	}
}

func TestSendersThatAnswerNobody(t *testing.T) {
	t.Parallel()
	for local, want := range map[string]bool{
		"no-reply": true, "noreply": true, "do_not_reply": true, "mailer-daemon": true,
		"alerts-noreply": true, "no-reply+42": true, "no.reply": true, "postmaster": true,
		"noreply-github": true, "ann": false, "reply": false, "norbert.plyer": false, "": false,
		"do": false, "notreply": false,
	} {
		if got := answersNobody(local); got != want {
			t.Errorf("answersNobody(%q) = %v", local, got)
		}
	}
}

func TestSuspicious(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header, subject, line, base string
		held, away                  bool
	}{
		"own words": {"", "Re: Printer", "It is mended.", "Printer", false, false},
		"suppress": {
			"X-Auto-Response-Suppress: All", "Re: Printer", "Hi", "Printer", true, false,
		},
		"subject":              {"", "自动回复: Printer", "您好", "Printer", true, true},
		"first line":           {"", "Re: Printer", "I am currently away.", "Printer", true, true},
		"behind a greeting":    {"", "Re: Printer", "Hi,\n\nI am on leave.", "Printer", true, true},
		"further down":         {"", "Re: Printer", "Done.\nBob is on leave.", "Printer", false, false},
		"the customer's words": {"", "Re: Out of office", "Done.", "Out of office", false, false},
	} {
		in := AgentInput{
			Suppressed: Classify(mail(tc.header)).Suppressed, Subject: tc.subject, NewText: tc.line,
			TicketSubject: tc.base,
		}
		if reason, away := Suspicious(in); (reason != "") != tc.held || away != tc.away {
			t.Errorf("%s: %q, %v", name, reason, away)
		}
	}
}

func FuzzClassify(f *testing.F) {
	f.Add("auto-replied; owner-email=x", "Re: 自动回复：x", "no-reply@x.example")
	f.Add("no (", "[a] [b] ooo:", "@")
	f.Add("\xff<", strings.Repeat("re: ", 50), "")
	f.Fuzz(func(t *testing.T, value, subject, from string) {
		got := Classify(Input{
			Header:  mail("Auto-Submitted:"+value, "List-Id:"+value, "Precedence:"+value).Header,
			From:    []string{from},
			Subject: subject, NewText: subject, ContentType: value, Text: value,
			Own:     func(string) bool { return false },
			OwnLoop: func(string) bool { return false },
			OwnList: func(string) bool { return false },
		})
		if got.Automatic && !got.NoAutoReply {
			t.Fatalf("automatic mail may be answered: %+v", got)
		}
		for _, s := range got.Signs {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\r\n\x00") {
				t.Fatalf("sign %q", s)
			}
		}
	})
}

// BenchmarkClassify judges a person's answer of 2 KB with the header of a real one.
func BenchmarkClassify(b *testing.B) {
	in := mail(
		"Return-Path: <ann@example.net>", "Received: by mx.example", "Received: by out.example",
		"Received: from laptop", "DKIM-Signature: v=1; a=rsa-sha256", "X-Google-Smtp-Source: AGHT",
		"Message-ID: <a@b>", "Date: Tue, 24 Nov 2026 09:12:44 +0100", "MIME-Version: 1.0",
		"User-Agent: Mozilla Thunderbird", "Subject: Re: hello", "Content-Language: en-US",
		"To: support@gate.example", "References: <c@d>", "From: Ann <ann@example.net>",
		"In-Reply-To: <c@d>", "Content-Type: text/plain; charset=UTF-8", "X-Spam-Status: No",
	)
	in.Subject, in.NewText = "Re: hello", strings.Repeat("Thank you, it works. ", 100)
	in.Text = in.NewText
	b.ReportAllocs()
	for b.Loop() {
		Classify(in)
	}
}

func BenchmarkAway(b *testing.B) {
	in := Input{
		Date: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
		NewText: "Hello,\n\nI am out of the office from 23 November to 4 December. " +
			strings.Repeat("For urgent matters please call the desk. ", 20),
	}
	b.ReportAllocs()
	for b.Loop() {
		Away(in)
	}
}

// BenchmarkAwayHostile is of a text that is nothing but dates without a year that are over.
func BenchmarkAwayHostile(b *testing.B) {
	in := Input{
		Date:    time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
		NewText: strings.Repeat("from 1/11 ", 1<<20),
	}
	b.ReportAllocs()
	for b.Loop() {
		Away(in)
	}
}

// TestPersonWhoForwardsABounceIsNoBounce: "please help, I get this back", with the report as a part
// of the mail.
func TestPersonWhoForwardsABounceIsNoBounce(t *testing.T) {
	t.Parallel()
	in := with(mail(), func(in *Input) {
		in.ContentType, in.Enclosed = "multipart/mixed", status("failed")
	})
	if got := Classify(in); got.Kind != Person {
		t.Errorf("a person's mail that carries a report: %+v", got)
	}
}
