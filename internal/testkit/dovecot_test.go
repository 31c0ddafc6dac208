package testkit_test

import (
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-smtp"

	"helpgate/internal/testkit"
)

func TestDovecotDeliversByLMTPWhatIMAPShows(t *testing.T) {
	t.Parallel()
	const user = "ann@example.org"
	d := testkit.StartDovecot(t, user)

	conn, err := net.Dial("tcp", d.LMTP)
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

	imap, err := imapclient.DialInsecure(d.IMAP, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer imap.Close()
	if err := imap.Login(user, testkit.DovecotPassword).Wait(); err != nil {
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
