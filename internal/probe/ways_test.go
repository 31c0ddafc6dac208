package probe

import (
	"fmt"
	"strings"
	"testing"
)

// way is what a provider does, and what is found of it.
type way struct {
	name string
	loop loop
	want func(*Findings)
}

func (w way) test(t *testing.T) {
	t.Run(w.name, func(t *testing.T) {
		t.Parallel()
		want := plain
		w.want(&want)
		if got := w.loop.run(t).Findings; got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestWhatDoesNotGoIsLearnt(t *testing.T) {
	t.Parallel()
	for _, w := range []way{
		{"nothing", loop{}, func(*Findings) {}},
		{"plus refused", loop{refuse: func(m Mail) error {
			if strings.Contains(m.From+m.To, "+") {
				return fmt.Errorf("send: %w", reply{text: "553 no plus in <" + m.From + ">"})
			}
			return nil
		}}, func(f *Findings) {
			f.PlusRecipient, f.PlusSender, f.PlusReturnPath = Refused, Refused, ""
			f.Refusal = "553 no plus in <" + box + "> | 553 no plus in <support+TOKEN@desk.example>"
		}},
		{"too much", loop{refuse: func(m Mail) error {
			if m.Kind == PlusFrom {
				return reply{"452 4.7.0 Rate limit exceeded", true}
			}
			return nil
		}}, func(f *Findings) {
			f.PlusFrom, f.PlusFromKept = Failed, ""
			f.Refusal, f.RateLimited = "452 4.7.0 Rate limit exceeded", true
		}},
		{"plus swallowed", loop{change: func(m Mail, data string) string {
			if m.Kind == PlusRecipient {
				return ""
			}
			return data
		}}, func(f *Findings) { f.PlusRecipient = Missing }},
		{"plus bounced", loop{change: func(m Mail, data string) string {
			if m.Kind == PlusRecipient {
				return "From: MAILER-DAEMON@desk.example\r\n" +
					"Content-Type: multipart/report; boundary=b\r\n\r\n" +
					"--b\r\nContent-Type: message/delivery-status\r\n\r\n" +
					"Diagnostic-Code: smtp; 550 5.1.1\r\n no <" + m.To + ">\r\n--b\r\n" +
					"Content-Type: text/rfc822-headers\r\n\r\n" + data + "\r\n--b--\r\n"
			}
			return data
		}}, func(f *Findings) {
			f.PlusRecipient, f.Refusal = Bounced, "smtp; 550 5.1.1 no <support+TOKEN@desk.example>"
		}},
		{
			"too much for today, for good",
			loop{refuse: func(m Mail) error {
				if m.Kind == PlusRecipient {
					return reply{text: "550 max emails per hour"}
				}
				return nil
			}},
			func(f *Findings) {
				f.PlusRecipient, f.RateLimited, f.Refusal = Failed, true, "550 max emails per hour"
			},
		},
	} {
		w.test(t)
	}
}

func TestWhatChangesOnTheWayIsLearnt(t *testing.T) {
	t.Parallel()
	for _, w := range []way{
		{"Message-ID, sender and X- fields", loop{change: func(m Mail, data string) string {
			data = strings.Replace(data, "<"+m.Token+"@mx", "<"+m.Token+".new@other", 1)
			data = strings.Replace(data, Field+":", "X-Other:", 1)
			return strings.Replace(data, "Return-Path: <"+m.From, "Return-Path: <"+box, 1)
		}}, func(f *Findings) {
			f.MessageID, f.Fields, f.PlusReturnPath = Rewritten, Dropped, Rewritten
		}},
		{"banner, tag and name", loop{change: instead(
			"\r\n\r\nhelpgate", "\r\n\r\nCAUTION: external\r\n\r\nhelpgate",
			"Subject: ", "Subject: [EXT] ", "From: <support@", "From: Support <support@",
		)}, func(f *Findings) { f.Body, f.Subject = Added, Added }},
		{
			"references dropped",
			loop{change: instead("In-Reply-To:", "X-Old:")},
			func(f *Findings) { f.References = Dropped },
		},
		{
			"From of a list",
			loop{change: instead("From: <support", "From: S via G <group")},
			func(f *Findings) { f.From, f.PlusFromKept = Rewritten, Rewritten },
		},
	} {
		w.test(t)
	}
}

func TestWhereMailLiesAndWhatIsSaidOfItIsLearnt(t *testing.T) {
	t.Parallel()
	for _, w := range []way{
		{
			"plus in a folder of its own",
			loop{stray: PlusRecipient},
			func(f *Findings) { f.PlusRecipient = Astray },
		},
		{
			"stored sizes, and junk",
			loop{folder: Found{Size: 99, Junk: true}},
			func(f *Findings) { f.Size, f.Junk = Rewritten, true },
		},
		{
			"a group's address",
			loop{change: instead("Received:", "List-ID: <support.desk.example>\r\nReceived:")},
			func(f *Findings) { f.Group = true },
		},
		{
			"a verdict",
			loop{change: instead("Received:",
				"Authentication-Results: in.example; none\r\n"+
					"Authentication-Results: IN.example (x; y);\r\n spf=pass smtp.mailfrom=a;\r\n"+
					" dkim=none; dmarc=pass (p=none)\r\nReceived:")},
			func(f *Findings) {
				f.AuthFields, f.AuthID, f.AuthPosition = 2, "in.example", 2
				f.AuthVerdicts = "spf=pass dkim=none dmarc=pass"
			},
		},
		{
			"a verdict without a name",
			loop{change: instead("Received:",
				"Authentication-Results: spf=fail (x) smtp.mailfrom=a; dkim=none\r\nReceived:")},
			func(f *Findings) {
				f.AuthFields, f.AuthPosition, f.AuthVerdicts = 1, 1, "spf=fail dkim=none"
			},
		},
	} {
		w.test(t)
	}
}
