package testkit

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
)

// dovecotPath is where Debian keeps the server, out of PATH of those who are not root.
const dovecotPath = "/usr/sbin/dovecot"

// Dovecot is a MailServer with Maildirs of its own.
type Dovecot struct {
	MailServer
	path          string
	home          *leash // the folder, which outlives each process
	process       *leash
	users         []string
	introspection string
}

// File gives the path of a file of the test's own beside the mail, readable for Dovecot.
func (d *Dovecot) File(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(d.home.dir, name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Stop ends it as an operator does. Its mail stays.
func (d *Dovecot) Stop() { d.process.drop() }

// Restart ends it, if it runs, and starts it where it was, with settings in addition to its own, as
// lines of dovecot.conf. It keeps them until the next Restart.
func (d *Dovecot) Restart(t testing.TB, settings string) {
	t.Helper()
	d.Stop()
	if err := d.run(t, settings); err != nil {
		t.Fatal(err)
	}
}

// Maildir is the user's inbox folder on disk.
func (d *Dovecot) Maildir(user string) string { return filepath.Join(d.home.dir, "mail", user) }

// StartDovecot runs a real Dovecot until the test ends. Users are full addresses; each has an inbox
// and MailPassword; LMTP refuses everyone else.
func StartDovecot(t testing.TB, users ...string) *Dovecot {
	t.Helper()
	return StartDovecotOfTokens(t, "", users...)
}

// StartDovecotOfTokens runs one that takes log-ins by access tokens too, which it asks for at the
// URL (RFC 7662).
func StartDovecotOfTokens(t testing.TB, introspection string, users ...string) *Dovecot {
	t.Helper()
	path, err := exec.LookPath("dovecot")
	if err != nil {
		path = dovecotPath
	}
	if _, err := os.Stat(path); err != nil {
		missing(t, "Dovecot", "dovecot-imapd dovecot-lmtpd")
	}
	return started(t, func() (*Dovecot, error) {
		home, err := newLeash("nobody")
		if err != nil {
			return nil, err
		}
		if err := home.run("TERM"); err != nil {
			return nil, errors.Join(err, os.RemoveAll(home.dir))
		}
		t.Cleanup(home.drop)
		d := &Dovecot{
			MailServer: newMailServer(t), path: path, home: home,
			users: users, introspection: introspection,
		}
		return d, d.run(t, "")
	})
}

func (d *Dovecot) run(t testing.TB, settings string) error {
	if err := d.configure(settings); err != nil {
		return err
	}
	var err error
	if d.process, err = newLeash("nobody"); err != nil {
		return err
	}
	return d.start(t, d.process, d.path, "-F", "-c", filepath.Join(d.home.dir, "dovecot.conf"))
}

// configure writes the configuration and the list of users.
func (d *Dovecot) configure(settings string) error {
	_, imapPort, _ := net.SplitHostPort(d.IMAP)
	_, lmtpPort, _ := net.SplitHostPort(d.LMTP)
	var config, passwd strings.Builder
	for _, address := range d.users {
		fmt.Fprintf(&passwd, "%s:{PLAIN}%s\n", address, MailPassword)
	}
	who := d.home.who
	group, err := user.LookupGroupId(who.Gid)
	if err != nil {
		return fmt.Errorf("name the group of Dovecot: %w", err)
	}
	err = dovecotConfig.Execute(&config, map[string]string{
		"Dir": d.home.dir, "User": who.Username, "Group": group.Name,
		"IMAP": imapPort, "LMTP": lmtpPort, "Introspection": d.introspection, "Settings": settings,
	})
	if err != nil {
		return fmt.Errorf("write the configuration of Dovecot: %w", err)
	}
	tokens := fmt.Sprintf("introspection_mode = post\nintrospection_url = %s\n"+
		"username_attribute = username\nactive_attribute = active\nactive_value = true\n",
		d.introspection)
	dir := d.home.dir
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "tokens"), []byte(tokens), 0o644),
		os.WriteFile(filepath.Join(dir, "dovecot.conf"), []byte(config.String()), 0o644),
		os.WriteFile(filepath.Join(dir, "users"), []byte(passwd.String()), 0o644),
	)
}

// dovecotConfig lets Dovecot run whole as one ordinary user: no chroot, no other accounts.
var dovecotConfig = template.Must(template.New("dovecot.conf").Parse(`
base_dir = {{.Dir}}/run
state_dir = {{.Dir}}/state
log_path = /dev/stderr
protocols = imap lmtp
ssl = no
disable_plaintext_auth = no
default_internal_user = {{.User}}
default_internal_group = {{.Group}}
default_login_user = {{.User}}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:~
auth_username_format = %Lu
hostname = dovecot.test
postmaster_address = postmaster@dovecot.test
passdb {
  driver = passwd-file
  args = {{.Dir}}/users
}
{{if .Introspection}}
auth_mechanisms = plain xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {{.Dir}}/tokens
}
{{end}}
userdb {
  driver = static
  args = uid={{.User}} gid={{.Group}} home={{.Dir}}/mail/%u
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = {{.IMAP}}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = {{.LMTP}}
  }
}
{{.Settings}}
`))
