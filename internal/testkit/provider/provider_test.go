package provider_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"helpgate/internal/testkit/provider"
)

const (
	account = "support@desk.example"
	plus    = "support+x@desk.example"
	outside = "alice@customer.example"
)

// roots trusts the provider's certificate.
func roots(t *testing.T, s *provider.Server) *tls.Config {
	t.Helper()
	certificate, err := os.ReadFile(s.Roots)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificate)
	return &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}

// mailbox opens one as its owner, at a provider that takes passwords.
func mailbox(t *testing.T, s *provider.Server) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialTLS(s.IMAP, &imapclient.Options{TLSConfig: roots(t, s)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Login(account, provider.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

// submit sends a mail as the mailbox does, at a provider that takes passwords.
func submit(t *testing.T, s *provider.Server, envelope, from, to string) error {
	t.Helper()
	dial := smtp.DialStartTLS
	if s.Profile.Implicit {
		dial = smtp.DialTLS
	}
	c, err := dial(s.SMTP, roots(t, s))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	login := s.Profile.Login
	if login == "" {
		login = s.Profile.Account
	}
	if err := c.Auth(sasl.NewPlainClient("", login, provider.Password)); err != nil {
		t.Fatal(err)
	}
	raw := "From: Desk <" + from + ">\r\nTo: " + to + "\r\nMessage-ID: <m1@desk.example>\r\n" +
		"Subject: Hello\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello.\r\n"
	return c.SendMail(envelope, []string{to}, strings.NewReader(raw))
}

func TestSendersThatAreNotTheMailbox(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		profile            provider.Profile
		envelope, from     string
		code               int    // of the refusal; 0: it leaves
		leavesAs, leavesBy string // From, envelope sender
	}{
		{provider.Gmail(account), plus, plus, 0, account, account},
		{provider.Exmail(account), plus, account, 501, "", ""},
		{provider.Exmail(account), account, plus, 553, "", ""},
		{provider.CPanel(account), plus, plus, 0, plus, plus},
		{provider.SES(account), plus, account, 0, account, "@amazonses.com"},
	} {
		s := provider.Start(t, c.profile)
		err := submit(t, s, c.envelope, c.from, outside)
		var refusal *smtp.SMTPError
		if errors.As(err, &refusal) != (c.code != 0) || refusal != nil && refusal.Code != c.code {
			t.Errorf("%s, %s: %v, want %d", c.profile.Name, c.envelope, err, c.code)
		}
		mails := s.Outside.Mails()
		if c.code != 0 {
			if len(mails) != 0 {
				t.Errorf("%s: what was refused left", c.profile.Name)
			}
			continue
		}
		if len(mails) != 1 || !bytes.Contains(mails[0].Data, []byte(c.leavesAs)) ||
			!strings.HasSuffix(mails[0].From, c.leavesBy) {
			t.Errorf("%s: left as %+v", c.profile.Name, mails)
		}
		rewritten := !bytes.Contains(mails[0].Data, []byte("<m1@desk.example>"))
		if rewritten != (c.profile.Name == "ses") {
			t.Errorf("%s: the Message-ID is rewritten: %t", c.profile.Name, rewritten)
		}
	}
}

func TestPlusAddressesAsRecipients(t *testing.T) {
	t.Parallel()
	raw := []byte("From: " + outside + "\r\nTo: " + plus + "\r\n\r\nHello.\r\n")
	for _, c := range []struct {
		profile provider.Profile
		folder  string // "" is a refusal
	}{
		{provider.Microsoft365(account), "INBOX"},
		{provider.Exmail(account), ""},
		{provider.CPanel(account), "INBOX.x"},
	} {
		s := provider.Start(t, c.profile)
		if err := s.Receive(outside, plus, raw); (err == nil) != (c.folder != "") {
			t.Errorf("%s: %v", c.profile.Name, err)
		}
		if n := s.Count(c.folder); c.folder != "" && n != 1 {
			t.Errorf("%s: %d mails in %s", c.profile.Name, n, c.folder)
		}
	}
}

func TestAProviderShowsItsFace(t *testing.T) {
	t.Parallel()
	s := provider.Start(t, provider.Exmail(account))
	if err := s.Receive(outside, account, []byte("From: a@b.example\r\n\r\nHello.\r\n")); err != nil {
		t.Fatal(err)
	}
	c := mailbox(t, s)
	caps, err := c.Capability().Wait()
	if err != nil || caps.Has(imap.CapMove) || caps.Has(imap.CapIdle) || !caps.Has(imap.CapID) {
		t.Errorf("capabilities %v, %v", caps, err)
	}
	if _, err := c.ID(nil).Wait(); err != nil {
		t.Error(err)
	}
	folders, err := c.List("", "*", nil).Collect()
	if err != nil || !slices.ContainsFunc(folders, func(f *imap.ListData) bool {
		return f.Mailbox == "其他文件夹/已发送"
	}) {
		t.Errorf("folders %v, %v", folders, err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Idle(); err == nil {
		t.Error("IDLE is taken")
	}
	s.Expire()
	if err := c.Noop().Wait(); err == nil {
		t.Error("the session goes on behind its end")
	}
}

func TestStoredSizesAreNotThoseOfTheLiteral(t *testing.T) {
	t.Parallel()
	profile := provider.Gmail(account)
	profile.Stored = 1000
	s := provider.Start(t, profile)
	if err := s.Receive(outside, account, []byte("From: a@b.example\r\n\r\nHello.\r\n")); err != nil {
		t.Fatal(err)
	}
	c := mailbox(t, s)
	if _, err := c.Select("inbox", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	section := &imap.FetchItemBodySection{Peek: true}
	mails, err := c.Fetch(imap.SeqSetNum(1), &imap.FetchOptions{
		RFC822Size: true, BodySection: []*imap.FetchItemBodySection{section},
	}).Collect()
	if err != nil || len(mails) != 1 {
		t.Fatalf("%d mails, %v", len(mails), err)
	}
	if n := int64(len(mails[0].FindBodySection(section))); mails[0].RFC822Size != n+1000 {
		t.Errorf("size %d of %d bytes", mails[0].RFC822Size, n)
	}
}
