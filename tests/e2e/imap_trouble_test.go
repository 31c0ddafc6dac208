package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"

	"helpgate/internal/testkit"
)

// customers is the folder of these tests, in two scripts, with what names of folders stumble over.
const customers = "Saved Mail/Ü & 客户支持"

// namespaces lets folders have such names, and gives those of the archive a room of their own,
// which is for three mails.
const namespaces = `
mail_plugins = quota
namespace inbox {
  inbox = yes
  separator = /
}
namespace archive {
  prefix = Archive/
  separator = /
  location = maildir:~/archive
}
plugin {
  quota = maildir:Archive:ns=Archive/
  quota_rule = *:messages=3
}
`

// troubled is a Dovecot whose troubles a gateway has to outlive.
type troubled struct {
	*gateway
	dovecot *testkit.Dovecot
	mails   int // that customers sent
}

// write lays a customer's mail into the folder.
func (p *troubled) write(folder string) {
	p.t.Helper()
	p.mails++
	q := question(fmt.Sprintf("p%d@customer", p.mails))
	q.from = fmt.Sprintf("p%d@customer.example", p.mails)
	q.subject = fmt.Sprintf("Question %d", p.mails)
	q.text = fmt.Sprintf("What about number %d?\n", p.mails)
	hand := loggedIn(p.t, p.dovecot, support)
	defer hand.Close()
	put(p.t, hand, folder, q.String())
}

// taken waits until each mail is a ticket.
func (p *troubled) taken() {
	p.t.Helper()
	p.logsTimes("verdict=ticket", p.mails)
}

// checkOnce asks that each mail is one ticket, with one message.
func (p *troubled) checkOnce() {
	p.t.Helper()
	seen := map[string]int{}
	all := p.tickets()
	for _, tk := range all {
		seen[tk.Subject] += tk.MessageCount
	}
	for i := range p.mails {
		if n := seen[fmt.Sprintf("Question %d", i+1)]; n != 1 {
			p.t.Errorf("question %d is %d messages", i+1, n)
		}
	}
	if len(all) != p.mails {
		p.t.Errorf("%d tickets of %d mails", len(all), p.mails)
	}
}

// trouble is one of the provider's: how it begins, what the log says of it, and its end.
type trouble struct {
	name  string
	begin func()
	says  []string
	mend  func()
}

// TestAMailboxOutlivesItsProvidersTroubles: each is told with what mends it, and when it is mended
// all mails are there, each once.
func TestAMailboxOutlivesItsProvidersTroubles(t *testing.T) {
	t.Parallel()
	p, showing := encrypted(t)
	restart := func(name string) func() {
		return func() { p.dovecot.Restart(t, showing(name)) }
	}
	for _, trouble := range []trouble{
		{
			"stopped", p.dovecot.Stop,
			[]string{"the server ended the connection", "nothing answers at " + p.dovecot.IMAP},
			restart("good"),
		},
		{
			"certificate expired", restart("expired"),
			[]string{"expired", "certificate is not valid here: renew it there"},
			restart("good"),
		},
		{
			"certificate of another name", restart("other's"),
			[]string{"valid for 192.0.2.1", "write that name into address"},
			restart("good"),
		},
		{
			"folder renamed",
			func() {
				p.rename(customers, "Elsewhere")
				restart("good")() // seen at once, not within a minute
			},
			[]string{"no such folder", "Elsewhere", "or make the folder " + customers},
			func() { p.rename("Elsewhere", customers) },
		},
		{
			"index removed",
			func() {
				p.dovecot.Stop()
				p.forget()
				restart("good")()
			},
			[]string{"numbered the folder's mails anew", "fall as duplicates"},
			func() {},
		},
		{
			"plain IMAP4rev1",
			func() { p.dovecot.Restart(t, showing("good")+"imap_capability = IMAP4rev1\n") },
			[]string{"without=IDLE", "new mail is looked for every 15s"},
			func() {},
		},
	} {
		t.Log(trouble.name)
		p.write(customers)
		p.taken()
		trouble.begin()
		for _, words := range trouble.says {
			p.logs(words)
		}
		trouble.mend()
		p.write(customers)
		p.taken()
	}
	p.logsTimes("verdict=duplicate", 9) // what lay there when the index was lost
	p.mailed(ann, "numbered the mails of this mailbox anew (folder "+customers+")")
	p.checkOnce()
}

// encrypted gives a provider that asks for STARTTLS, and the settings with which it shows one of
// three certificates, all of an authority that the gateway trusts.
func encrypted(t *testing.T) (p *troubled, showing func(name string) string) {
	dovecot := testkit.StartDovecot(t, support)
	year := 365 * 24 * time.Hour
	settings, trusted := map[string]string{}, filepath.Join(t.TempDir(), "trusted.pem")
	var all []byte
	for name, c := range map[string]tls.Certificate{
		"good":    testkit.SelfSigned(t, time.Now().Add(year), "127.0.0.1"),
		"expired": testkit.SelfSigned(t, time.Now().Add(-time.Hour), "127.0.0.1"),
		"other's": testkit.SelfSigned(t, time.Now().Add(year), "192.0.2.1"),
	} {
		public, private := pemOf(t, c)
		all = append(all, public...)
		settings[name] = fmt.Sprintf("%sssl = yes\nssl_cert = <%s\nssl_key = <%s\n", namespaces,
			dovecot.File(t, name+".crt", public), dovecot.File(t, name+".key", private))
	}
	if err := os.WriteFile(trusted, all, 0o644); err != nil {
		t.Fatal(err)
	}
	showing = func(name string) string { return settings[name] }
	dovecot.Restart(t, showing("good"))
	if err := loggedIn(t, dovecot, support).Create(customers, nil).Wait(); err != nil {
		t.Fatal(err)
	}
	lines := imapOf(dovecot, support, testkit.MailPassword,
		fmt.Sprintf(", folder = [%q], after = \"flag\"", customers))
	p = &troubled{dovecot: dovecot, gateway: start(t, options{
		more: strings.Replace(lines, `"none"`, `"starttls"`, 1),
		env:  []string{"SSL_CERT_FILE=" + trusted},
	})}
	p.logs("first contact with the folder")
	return p, showing
}

func pemOf(t *testing.T, c tls.Certificate) (public, private []byte) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
}

// TestMailIsTakenOnceWhereItCannotBeMoved, and moved when there is room again.
func TestMailIsTakenOnceWhereItCannotBeMoved(t *testing.T) {
	t.Parallel()
	dovecot := testkit.StartDovecot(t, support)
	dovecot.Restart(t, namespaces)
	p := &troubled{dovecot: dovecot, gateway: start(t, options{
		more: imapOf(dovecot, support, testkit.MailPassword, ", after = \"move:Archive/Done\""),
	})}
	p.logs("first contact with the folder")
	for range 3 {
		p.write("INBOX")
	}
	p.taken()
	p.moved(0, 3)
	for range 2 {
		p.write("INBOX")
		p.taken()
	}
	p.logs("stored mails not filed")
	p.logs("make room in the mailbox at the provider")
	p.moved(2, 3)
	hand := loggedIn(t, dovecot, support)
	if _, err := hand.Select("Archive/Done", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	err := hand.Store(goimap.SeqSetNum(1, 2, 3), &goimap.StoreFlags{
		Op: goimap.StoreFlagsAdd, Flags: []goimap.Flag{goimap.FlagDeleted},
	}, nil).Close()
	if err == nil {
		err = hand.Expunge().Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	p.write("INBOX") // the next round files what the last could not
	p.taken()
	p.moved(0, 3)
	p.checkOnce()
	if strings.Contains(p.logged(), "verdict=duplicate") {
		t.Error("a mail was read twice")
	}
}

// TestSomebodyHearsOfAMailThatIsSetAside: of a new one like of any ticket, of history by an alert.
func TestSomebodyHearsOfAMailThatIsSetAside(t *testing.T) {
	t.Parallel()
	dovecot := testkit.StartDovecot(t, support)
	big := func(id string) string {
		q := question(id)
		q.from, q.subject = id+".example", "Subject of "+id
		q.text = strings.Repeat("A word or two.\n", 20<<10)
		return q.String()
	}
	(&gateway{t: t}).provide(dovecot, alice, big("old@customer"))
	p := &troubled{dovecot: dovecot, gateway: start(t, options{
		more: imapOf(dovecot, support, testkit.MailPassword, ""), smtp: "max_message_size = \"100KiB\"\n",
	})}
	alert := p.mailed(ann, "could not be taken, and no notification tells of it")
	if !strings.Contains(alert.Text, "INBOX, UID 1") {
		t.Errorf("the alert says %q", alert.Text)
	}
	p.write("INBOX") // what comes behind it does not wait
	p.logs("message_id=p1@customer")
	p.provide(dovecot, alice, big("new@customer"))
	note := p.mailed(ann, "lies a mail that helpgate could not take: it is larger")
	if !strings.Contains(note.Subject, "Subject of new@customer") {
		t.Errorf("the notification is of %q", note.Subject)
	}
	if n := len(p.tickets()); n != 3 {
		t.Errorf("%d tickets, want 3", n)
	}
}

// moved waits until so many mails are in the inbox, and in the folder they are moved to.
func (p *troubled) moved(inbox, done int) {
	p.t.Helper()
	p.eventually(fmt.Sprintf("%d mails in the inbox and %d moved", inbox, done), func() bool {
		return count(p.t, p.dovecot, "INBOX") == inbox && count(p.t, p.dovecot, "Archive/Done") == done
	})
}

func (p *troubled) rename(from, to string) {
	p.t.Helper()
	hand := loggedIn(p.t, p.dovecot, support)
	defer hand.Close()
	if err := hand.Rename(from, to, nil).Wait(); err != nil {
		p.t.Fatal(err)
	}
}

// forget removes what Dovecot knows of the support mailbox's folders, but the mails.
func (p *troubled) forget() {
	p.t.Helper()
	all := func(path string, e os.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(e.Name(), "dovecot") {
			err = os.Remove(path)
		}
		return err
	}
	err := filepath.WalkDir(p.dovecot.Maildir(support), all)
	if err != nil {
		p.t.Fatal(err)
	}
}
