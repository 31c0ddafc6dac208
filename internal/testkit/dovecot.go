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
	dir string
}

// Maildir is the user's inbox folder on disk.
func (d *Dovecot) Maildir(user string) string { return filepath.Join(d.dir, "mail", user) }

// StartDovecot runs a real Dovecot until the test ends. Users are full addresses; each has an inbox
// and MailPassword; LMTP refuses everyone else.
func StartDovecot(t testing.TB, users ...string) *Dovecot {
	t.Helper()
	return StartDovecotOfTokens(t, "", users...)
}

// StartDovecotOfTokens runs one that takes log-ins by access tokens too, which it asks for at the URL
// (RFC 7662).
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
		return startDovecot(t, path, introspection, users)
	})
}

func startDovecot(
	t testing.TB, path, introspection string, users []string,
) (*Dovecot, error) {
	l, err := newLeash("nobody")
	if err != nil {
		return nil, err
	}
	d := &Dovecot{MailServer: newMailServer(t), dir: l.dir}
	if err := d.configure(l, introspection, users); err != nil {
		return nil, errors.Join(err, os.RemoveAll(l.dir))
	}
	conf := filepath.Join(l.dir, "dovecot.conf")
	return d, d.start(t, l, path, "-F", "-c", conf)
}

// configure writes the configuration and the list of users.
func (d *Dovecot) configure(l *leash, introspection string, users []string) error {
	_, imapPort, _ := net.SplitHostPort(d.IMAP)
	_, lmtpPort, _ := net.SplitHostPort(d.LMTP)
	var config, passwd strings.Builder
	for _, address := range users {
		fmt.Fprintf(&passwd, "%s:{PLAIN}%s\n", address, MailPassword)
	}
	group, err := user.LookupGroupId(l.who.Gid)
	if err != nil {
		return fmt.Errorf("name the group of Dovecot: %w", err)
	}
	err = dovecotConfig.Execute(&config, map[string]string{
		"Dir": l.dir, "User": l.who.Username, "Group": group.Name,
		"IMAP": imapPort, "LMTP": lmtpPort, "Introspection": introspection,
	})
	if err != nil {
		return fmt.Errorf("write the configuration of Dovecot: %w", err)
	}
	tokens := fmt.Sprintf("introspection_mode = post\nintrospection_url = %s\n"+
		"username_attribute = username\nactive_attribute = active\nactive_value = true\n", introspection)
	return errors.Join(
		os.WriteFile(filepath.Join(l.dir, "tokens"), []byte(tokens), 0o644),
		os.WriteFile(filepath.Join(l.dir, "dovecot.conf"), []byte(config.String()), 0o644),
		os.WriteFile(filepath.Join(l.dir, "users"), []byte(passwd.String()), 0o644),
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
`))
