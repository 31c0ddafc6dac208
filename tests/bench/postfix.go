package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The programs of Debian's package.
const (
	postfixDaemons  = "/usr/lib/postfix/sbin"
	postfixCommands = "/usr/sbin"
)

// postfixMain is Postfix as it comes, with its own folders, no limits for the generator's one
// address, and the transport that throws away: a mail is durable in the queue before its 250, then
// read again and removed.
const postfixMain = `compatibility_level = 3.6
myhostname = postfix.bench.example
queue_directory = %[1]s/queue
data_directory = %[1]s/data
daemon_directory = ` + postfixDaemons + `
command_directory = ` + postfixCommands + `
maillog_file = %[1]s/maillog
maillog_file_prefixes = %[1]s
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
alias_maps =
local_recipient_maps =
relay_domains = desk.example
relay_transport = discard:
default_transport = discard:
smtpd_relay_restrictions = reject_unauth_destination
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
smtpd_client_recipient_rate_limit = 0
smtpd_peername_lookup = no
message_size_limit = 0
default_process_limit = 300
`

// postfixMaster is the part of Debian's master.cf that takes and throws away, on a port of ours.
const postfixMaster = `%s inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`

// postfix is a running Postfix of its own.
type postfix struct {
	*process
	dir  string
	addr string
}

// postfix starts it when a scenario first needs it; it idles while others have their turn.
func (b *bench) postfix(ctx context.Context) (*postfix, error) {
	if b.rival != nil {
		return b.rival, nil
	}
	if os.Getuid() != 0 {
		return nil, errors.New("only root can start Postfix; -only helpgate does without")
	}
	dir, err := b.folder("postfix")
	if err != nil {
		return nil, err
	}
	p := &postfix{dir: dir}
	if p.addr, err = freePort(); err != nil {
		return nil, err
	}
	if err := p.configure(); err != nil {
		return nil, err
	}
	out, err := exec.CommandContext(ctx, "postfix", "-c", dir, "check").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("set up Postfix: %w: %s", err, out)
	}
	cmd := exec.Command(filepath.Join(postfixDaemons, "master"), "-c", dir, "-s")
	cmd.SysProcAttr = &syscall.SysProcAttr{} // it makes a session of its own, and insists on it
	if p.process, err = start(cmd, dir); err != nil {
		return nil, err
	}
	b.rival = p
	return p, p.listens(p.addr)
}

// configure writes its files and gives the folder of data to the account that the package made.
func (p *postfix) configure() error {
	for name, text := range map[string]string{
		"main.cf":   fmt.Sprintf(postfixMain, p.dir),
		"master.cf": fmt.Sprintf(postfixMaster, p.addr),
	} {
		if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	owner, err := user.Lookup("postfix")
	if err != nil {
		return fmt.Errorf("find Postfix (apt-get install postfix): %w", err)
	}
	uid, _ := strconv.Atoi(owner.Uid)
	for _, name := range []string{"queue", "data"} {
		if err := os.Mkdir(filepath.Join(p.dir, name), 0o755); err != nil {
			return err
		}
	}
	return os.Chown(filepath.Join(p.dir, "data"), uid, -1)
}

// drain waits until no mail is left in the queue.
func (p *postfix) drain() error {
	return p.until(func() bool {
		empty := true
		for _, queue := range []string{"maildrop", "incoming", "active", "deferred"} {
			dir := filepath.Join(p.dir, "queue", queue)
			_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
				empty = empty && (err != nil || e.IsDir())
				return nil
			})
		}
		return empty
	})
}

// accepted gives how many mails its log says were thrown away, which is each that it took.
func (p *postfix) accepted() (int, error) {
	log, err := os.ReadFile(filepath.Join(p.dir, "maillog"))
	return strings.Count(string(log), "status=sent"), err
}

// stop ends it. Its processes end with their master.
func (p *postfix) stop() error {
	p.end(syscall.SIGTERM)
	select {
	case <-p.ended:
		return nil
	case <-time.After(patience):
		return errors.New("postfix does not end")
	}
}
