package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	gosmtp "github.com/emersion/go-smtp"

	"helpgate/internal/testkit"
	"helpgate/internal/testkit/sink"
)

// TestSwaksMailBecomesATicket sends as the README's reader does.
func TestSwaksMailBecomesATicket(t *testing.T) {
	t.Parallel()
	swaks := testkit.Need(t, "swaks", "swaks")
	g := start(t, options{})
	out, err := exec.Command(swaks, "--server", g.smtp, "--from", alice, "--to", support,
		"--header", "Subject: A question", "--body", "How do I change my password?",
	).CombinedOutput()
	if err != nil {
		t.Fatalf("swaks: %v\n%s", err, out)
	}
	g.sent(alice, 1)
	if tk := g.ticket(1); tk.Subject != "A question" || tk.Requester.Address != alice {
		t.Errorf("ticket: %+v", tk)
	}
}

// TestMuttOnDovecot lets both people answer by mutt's own reply function from real mailboxes: the
// agent above the quotation, the customer below it, as people do there.
func TestMuttOnDovecot(t *testing.T) {
	t.Parallel()
	onEachRoad(t, func(t *testing.T, tokens string) {
		testkit.Need(t, "mutt", "mutt")
		dovecot := testkit.StartDovecot(t, ann, alice)
		g := start(t, options{tokens: tokens, relay: sink.Options{
			OnMail: func(m sink.Mail) error { return deliver(t.Context(), dovecot.LMTP, m) },
		}})
		muttRound(t, g, dovecot)
	})
}

func muttRound(t *testing.T, g *gateway, dovecot *testkit.Dovecot) {
	g.accept(alice, []string{support}, mail{
		from: alice, to: support, subject: "Printer on fire", id: "q1@customer",
		text: "The printer is on fire.\nWhat shall I do?\n",
	}.String())
	g.sent(ann, 1)
	mutt(t, g, dovecot, muttReply{
		from: ann, name: "Ann Agent", signature: "Ann Agent, extension 42",
		edit: `{ printf 'Please use the water.\n\n'; cat "$1"; } >"$1.new" && mv "$1.new" "$1"`,
	})
	answer := g.sent(alice, 2)[1]
	checkAnswer(t, answer, "Please use the water.")
	if strings.Contains(answer.Text, "What shall I do?") {
		t.Errorf("the answer quotes the notification:\n%s", answer.Text)
	}

	mutt(t, g, dovecot, muttReply{
		from: alice, name: "Alice", signature: "Alice, who likes paper",
		edit: `sed -i 's/^-- $/It is out, but the paper is wet.\n\n-- /' "$1"`,
	})
	second := g.sent(ann, 2)[1]
	if !strings.Contains(second.Text, "the paper is wet") {
		t.Errorf("the agent reads:\n%s", second.Text)
	}
	tk := g.ticket(1)
	if len(tk.Messages) != 3 || len(g.tickets()) != 1 {
		t.Fatalf("%d messages on %d tickets", len(tk.Messages), len(g.tickets()))
	}
	for i, want := range []string{"Please use the water.", "It is out, but the paper is wet."} {
		if got := strings.TrimSpace(tk.Messages[i+1].ReplyText); got != want {
			t.Errorf("new text of message %d is %q, want %q", i+1, got, want)
		}
	}
}

// deliver hands a mail to a Dovecot for those of its recipients who have a mailbox there.
func deliver(ctx context.Context, lmtp string, m sink.Mail) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", lmtp)
	if err != nil {
		return err
	}
	client := gosmtp.NewClientLMTP(conn)
	defer client.Close()
	return client.SendMail(m.From, m.To, bytes.NewReader(m.Data))
}

// muttReply is what a person does in mutt: the newest mail is replied to, with quotation and
// signature, after a shell command changed the file "$1" that mutt gave to the editor.
type muttReply struct{ from, name, signature, edit string }

func mutt(t *testing.T, g *gateway, dovecot *testkit.Dovecot, r muttReply) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	editor := write("editor", "#!/bin/sh\n"+r.edit+"\n", 0o700)
	signature := write("signature", r.signature+"\n", 0o600)
	rc := write("muttrc", fmt.Sprintf(`set folder="imap://%[1]s/" spoolfile="+INBOX"
set imap_user=%[2]q imap_pass=%[3]q imap_authenticators="plain"
set ssl_starttls=no ssl_force_tls=no
set smtp_url="smtp://%[4]s/" smtp_authenticators="" record="" postponed=""
set from=%[2]q realname=%[5]q use_envelope_from=yes hostname="mutt.example"
set editor=%[6]q signature=%[7]q tmpdir=%[8]q
set include=yes fast_reply=yes reply_to=yes sort=date-received charset="utf-8"
unset mark_old confirmappend header_cache wait_key
push "<last-entry><reply><send-message><exit>y"
`, dovecot.IMAP, r.from, testkit.MailPassword, g.smtp, r.name, editor, signature, dir), 0o600)
	// mutt wants a terminal; script, of every Debian, gives it one.
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "script", "-qec", "mutt -n -F "+rc, "/dev/null")
	cmd.Env = append(os.Environ(), "HOME="+dir, "TERM=xterm", "LC_ALL=C.UTF-8")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("mutt: %v\n%s", err, out)
	}
}

// The pictures that a person puts into his words, and the logo in his signature.
var (
	picture = []byte("\x89PNG\r\n\x1a\nthe hose")
	logo    = []byte("\x89PNG\r\n\x1a\nthe logo")
)

// TestHTMLClients answers as the mail clients that write HTML do: each quotes and signs in a way
// of its own. The customer sees the words and the picture, nothing else.
func TestHTMLClients(t *testing.T) {
	t.Parallel()
	clients, err := filepath.Glob("testdata/clients/*.eml")
	if err != nil || len(clients) == 0 {
		t.Fatalf("no clients: %v", err)
	}
	for _, tokens := range roads {
		for _, client := range clients {
			t.Run(tokens+"/"+strings.TrimSuffix(filepath.Base(client), ".eml"), func(t *testing.T) {
				t.Parallel()
				htmlRound(t, start(t, options{tokens: tokens}), client)
			})
		}
	}
}

func htmlRound(t *testing.T, g *gateway, client string) {
	g.accept(alice, []string{support}, mail{
		from: "Alice <" + alice + ">", to: support, subject: "Printer on fire", id: "q1@customer",
		text: "What shall I do?\n", html: "<p>What shall <i>I</i> do?</p>",
	}.String())
	note := g.sent(ann, 1)[0]
	g.accept(ann, []string{note.replyTo()}, note.replyBy(t, client))
	answer := g.sent(alice, 2)[1]

	checkAnswer(t, answer, "Please use the water, as")
	for _, shape := range []string{answer.Text, answer.HTML} {
		if !strings.Contains(shape, "Take care!") {
			t.Errorf("the end of the words is missing:\n%s", shape)
		}
		for _, alien := range []string{"What shall", "Ann Agent", "Reply above", "Sent:", "logo"} {
			if strings.Contains(shape, alien) {
				t.Errorf("the customer sees %q:\n%s", alien, shape)
			}
		}
	}
	if !strings.Contains(answer.HTML, "<b>shown</b>") {
		t.Errorf("the HTML lost what was bold:\n%s", answer.HTML)
	}
	if len(answer.Attachments) != 1 || !bytes.Equal(answer.Attachments[0].Data, picture) {
		t.Fatalf("the answer has the files %+v, want the picture", answer.Attachments)
	}
	if f := answer.Attachments[0]; !f.Inline || !strings.Contains(answer.HTML, "cid:"+f.ContentID) {
		t.Errorf("the picture does not stand in the words:\n%s", answer.HTML)
	}
}

// replyBy fills the client's reply with what it quotes of the mail.
func (o out) replyBy(t *testing.T, client string) string {
	t.Helper()
	body := o.HTML
	if from, to := strings.Index(body, "<body"), strings.Index(body, "</body>"); from >= 0 && to >= 0 {
		body = body[from+strings.Index(body[from:], ">")+1 : to]
	}
	text := strings.TrimSpace(o.Text)
	var b strings.Builder
	err := template.Must(template.ParseFiles(client)).Execute(&b, map[string]string{
		"To": o.replyTo(), "Subject": o.Subject, "MessageID": o.MessageID,
		"References": "<" + strings.Join(append(o.References, o.MessageID), "> <") + ">",
		"HTML":       strings.TrimSpace(body), "Text": text,
		"TextQuoted": "> " + strings.ReplaceAll(text, "\n", "\n> "),
		"Picture":    base64.StdEncoding.EncodeToString(picture),
		"Logo":       base64.StdEncoding.EncodeToString(logo),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
