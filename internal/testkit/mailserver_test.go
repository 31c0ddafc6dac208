package testkit_test

import (
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-smtp"

	"helpgate/internal/testkit"
)

func TestMailServersShowByIMAPWhatCameByLMTP(t *testing.T) {
	t.Parallel()
	const user = "ann@example.org"
	for name, start := range map[string]func(*testing.T) testkit.MailServer{
		"dovecot": func(t *testing.T) testkit.MailServer {
			return testkit.StartDovecot(t, user).MailServer
		},
		"cyrus": func(t *testing.T) testkit.MailServer { return *testkit.StartCyrus(t, user) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t)
			deliver(t, server, user)
			checkInbox(t, server, user)
		})
	}
}

// deliver sends the user a mail, and one to a stranger, which is refused.
func deliver(t *testing.T, server testkit.MailServer, user string) {
	conn, err := net.Dial("tcp", server.LMTP)
	if err != nil {
		t.Fatal(err)
	}
	lmtp := smtp.NewClientLMTP(conn)
	defer lmtp.Close()
	mail := strings.NewReader("Subject: x\r\n\r\n")
	if err := lmtp.SendMail("a@b.test", []string{user}, mail); err != nil {
		t.Fatal(err)
	}
	if err := lmtp.Reset(); err != nil {
		t.Fatal(err)
	}
	if err := lmtp.SendMail("a@b.test", []string{"bob@b.test"}, strings.NewReader("")); err == nil {
		t.Error("LMTP took mail for a stranger")
	}
}

// checkInbox asks that the user has one mail, and that nobody else can log in for him.
func checkInbox(t *testing.T, server testkit.MailServer, user string) {
	imap, err := imapclient.DialInsecure(server.IMAP, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer imap.Close()
	if err := imap.Login(user, "guessed").Wait(); err == nil {
		t.Fatal("a wrong password is taken")
	}
	if err := imap.Login(user, testkit.MailPassword).Wait(); err != nil {
		t.Fatal(err)
	}
	inbox, err := imap.Select("INBOX", nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	if inbox.NumMessages != 1 {
		t.Errorf("inbox holds %d mails, want 1", inbox.NumMessages)
	}
}
