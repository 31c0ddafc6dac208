package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// postfixDaemons is where Debian keeps Postfix's programs.
const postfixDaemons = "/usr/lib/postfix/sbin"

// postfixMain lets Postfix keep everything in its own folder, and come again at once.
const postfixMain = `compatibility_level = 3.6
myhostname = mx.postfix.example
queue_directory = %[1]s/queue
data_directory = %[1]s/data
daemon_directory = ` + postfixDaemons + `
maillog_file = %[1]s/log
maillog_file_prefixes = %[1]s
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
mydestination =
alias_maps =
local_recipient_maps =
notify_classes =
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
`

// postfixMaster is Debian's master.cf without what no test needs.
const postfixMaster = `%s inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`

// Postfix is a running Postfix with queue and log of its own.
type Postfix struct {
	// SMTP is "127.0.0.1:port"; who is on this machine may relay.
	SMTP string
	dir  string
}

// Log gives what Postfix wrote about its mails so far.
func (p *Postfix) Log() string {
	text, err := os.ReadFile(filepath.Join(p.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// StartPostfix runs a real Postfix until the test ends. main are further lines of main.cf, such as
// where mail goes. Postfix starts as root only, so that other users' tests are skipped.
func StartPostfix(t testing.TB, main ...string) *Postfix {
	t.Helper()
	if _, err := os.Stat(postfixDaemons); err != nil {
		missing(t, "Postfix", "postfix")
	}
	if os.Getuid() != 0 {
		t.Skip("only root can start Postfix")
	}
	return started(t, func() (*Postfix, error) { return startPostfix(t, strings.Join(main, "\n")) })
}

func startPostfix(t testing.TB, main string) (*Postfix, error) {
	l, err := newLeash("root")
	if err != nil {
		return nil, err
	}
	p := &Postfix{SMTP: freeAddress(t), dir: l.dir}
	if err := p.configure(l, main); err != nil {
		return nil, errors.Join(err, os.RemoveAll(l.dir))
	}
	master := filepath.Join(postfixDaemons, "master")
	if err := l.run("TERM", master, "-c", p.dir, "-d"); err != nil {
		return nil, errors.Join(err, os.RemoveAll(l.dir))
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := poll(ctx, func() error { return greeted(ctx, p.SMTP) }); err != nil {
		log := p.Log()
		l.drop()
		if strings.Contains(log, "Address already in use") {
			return nil, errPortTaken
		}
		return nil, fmt.Errorf("start Postfix: %w: %s", err, log)
	}
	t.Cleanup(l.drop)
	return p, nil
}

// configure writes the configuration and makes the folders.
func (p *Postfix) configure(l *leash, main string) error {
	account, err := user.Lookup("postfix")
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(account.Uid) // decimal on every Unix
	mainText := fmt.Appendf(nil, postfixMain+main+"\n", p.dir)
	masterText := fmt.Appendf(nil, postfixMaster, p.SMTP)
	err = errors.Join(
		os.Chmod(p.dir, 0o755), // for Postfix's own account
		os.WriteFile(filepath.Join(p.dir, "main.cf"), mainText, 0o644),
		os.WriteFile(filepath.Join(p.dir, "master.cf"), masterText, 0o644),
		os.Mkdir(filepath.Join(p.dir, "queue"), 0o755),
		os.Mkdir(filepath.Join(p.dir, "data"), 0o700),
		os.Chown(filepath.Join(p.dir, "data"), uid, -1),
	)
	if err != nil {
		return err
	}
	// It makes the folders of the queue.
	if out, err := l.command("postfix", "-c", p.dir, "check").CombinedOutput(); err != nil {
		return fmt.Errorf("set up Postfix: %w: %s", err, out)
	}
	return nil
}
