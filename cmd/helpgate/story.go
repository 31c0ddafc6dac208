package main

import (
	"context"
	"fmt"
	"net/smtp"
	"strings"
	"time"

	"helpgate/internal/testkit/sink"
	"helpgate/mailin"
)

// roundTimeout bounds the demo's round: on a healthy machine it takes a second.
const roundTimeout = time.Minute

// story plays one round in the demo's world and tells it.
type story struct {
	*app
	world   *world
	gateway *gateway
	post    *postOffice
	config  string
}

// play sends what the two people send, waits for what they get, and tells both.
func (s *story) play(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, roundTimeout)
	defer cancel()
	s.say("1. %s writes to %s: \"The printer is on fire.\"", demoCustomer, demoSupport)
	text := "The printer is on fire.\n\nCarla\n"
	err := s.send(demoCustomer, demoSupport, "Printer on fire", "", text)
	if err != nil {
		return err
	}
	ack, err := s.post.next(ctx, demoCustomer, 0)
	if err != nil {
		return err
	}
	s.told("2. She gets an acknowledgement with the number of her ticket", ack)
	note, err := s.post.next(ctx, demoAgent, 0)
	if err != nil {
		return err
	}
	s.told("3. "+demoAgent+" gets her mail, and an address that answers for the helpdesk", note)
	s.say("4. Alex replies from the mail client, with quote and signature.")
	text = "Please use the water, not the foam.\n\n-- \nAlex, extension 42\n\n" + quote(note)
	if err := s.answer(demoAgent, note, text); err != nil {
		return err
	}
	answer, err := s.post.next(ctx, demoCustomer, 1)
	if err != nil {
		return err
	}
	s.told("5. Carla gets the answer of the helpdesk, without Alex's address or quote", answer)
	s.say("6. Carla answers: \"It is out. Thank you, but the paper is wet.\"")
	text = "It is out. Thank you, but the paper is wet.\n\n" + quote(answer)
	if err := s.answer(demoCustomer, answer, text); err != nil {
		return err
	}
	again, err := s.post.next(ctx, demoAgent, 1)
	if err != nil {
		return err
	}
	s.told("7. Alex gets it, in the same thread", again)
	shown, err := s.world.desk.Show(ctx, 1)
	if err != nil {
		return err
	}
	s.say("8. All of it stands on one ticket:\n")
	s.showTicket(shown)
	return nil
}

func (s *story) say(format string, args ...any) {
	fmt.Fprintf(s.out, format+"\n", args...)
}

// told prints what a person got: the headers that matter and the text.
func (s *story) told(what string, m sink.Mail) {
	mail := mailin.Read(m.Data).Mail
	s.say("%s:\n", what)
	for _, field := range []string{"From", "To", "Reply-To"} {
		if value := mail.Get(field); value != "" {
			s.say("   | %s: %s", field, value)
		}
	}
	s.say("   | Subject: %s\n   |", mail.Subject)
	for line := range strings.Lines(strings.TrimSpace(mail.Text)) {
		s.say("   | %s", strings.TrimRight(line, "\n"))
	}
	s.say("")
}

// answer replies to a mail as a mail client does.
func (s *story) answer(from string, to sink.Mail, text string) error {
	mail := mailin.Read(to.Data).Mail
	address := mail.From[0].Addr
	if len(mail.ReplyTo) > 0 {
		address = mail.ReplyTo[0].Addr
	}
	return s.send(from, address, "Re: "+strings.TrimPrefix(mail.Subject, "Re: "), mail.MessageID, text)
}

func (s *story) send(from, to, subject, inReplyTo, text string) error {
	now := s.world.clock.Now()
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\n", from, to, subject,
		now.Format(time.RFC1123Z))
	fmt.Fprintf(&b, "Message-ID: <%d@%s>\r\n", now.UnixNano(), from[strings.Index(from, "@")+1:])
	if inReplyTo != "" {
		fmt.Fprintf(&b, "In-Reply-To: <%s>\r\nReferences: <%[1]s>\r\n", inReplyTo)
	}
	b.WriteString("Content-Type: text/plain; charset=utf-8\r\n\r\n")
	b.WriteString(strings.ReplaceAll(text, "\n", "\r\n"))
	err := smtp.SendMail(s.gateway.smtpAddr, nil, from, []string{to}, []byte(b.String()))
	if err != nil {
		return fmt.Errorf("send mail of %s: %w", from, err)
	}
	return nil
}

// quote quotes a mail as mail clients do.
func quote(m sink.Mail) string {
	mail := mailin.Read(m.Data).Mail
	var b strings.Builder
	fmt.Fprintf(&b, "On %s, %s wrote:\n", mail.Date.Format(time.RFC1123), mail.From[0].Addr)
	for line := range strings.Lines(mail.Text) {
		b.WriteString("> " + line)
	}
	return b.String()
}

// guide tells how a person takes part.
func (s *story) guide() {
	smtpAddr := s.gateway.smtpAddr
	s.say(`
The world stays up; take part in it.

Write as a customer, with swaks from Debian's packages:

  swaks --server %[1]s --from %[2]s --to %[3]s \
        --header "Subject: A question" --body "How do I change my password?"

Read and answer with any mail client:

  IMAP %[4]s without TLS, user %[2]s or %[5]s, password %[6]s
  SMTP %[1]s without TLS and without log-in

Look inside from another terminal:

  bin/helpgate -c %[7]s ticket list
  bin/helpgate -c %[7]s ticket show 1
  bin/helpgate -c %[7]s queue list

Ctrl-C ends it and forgets everything.`,
		smtpAddr, demoCustomer, demoSupport, s.post.ln.Addr(), demoAgent, demoPassword, s.config)
}
