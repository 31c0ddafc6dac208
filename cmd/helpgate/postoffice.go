package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"helpgate/internal/testkit/sink"
)

// postOffice is the demo's IMAP server, on which the two people have their mailboxes. It forgets
// everything when it ends.
type postOffice struct {
	ln     net.Listener
	server *imapserver.Server
	users  map[string]*imapmemserver.User

	mu    sync.Mutex
	mails map[string][]sink.Mail
	came  chan struct{} // closed and made anew with each mail
}

func newPostOffice(ctx context.Context, address string) (*postOffice, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", freeOr(address))
	if err != nil {
		return nil, fmt.Errorf("listen for IMAP: %w", err)
	}
	p := &postOffice{
		ln: ln, users: map[string]*imapmemserver.User{}, mails: map[string][]sink.Mail{},
		came: make(chan struct{}),
	}
	memory := imapmemserver.New()
	for _, name := range []string{demoCustomer, demoAgent} {
		user := imapmemserver.NewUser(name, demoPassword)
		for _, folder := range []string{"INBOX", "Sent", "Drafts", "Trash"} {
			if err := user.Create(folder, nil); err != nil {
				return nil, errors.Join(fmt.Errorf("make folder %s: %w", folder, err), ln.Close())
			}
		}
		memory.AddUser(user)
		p.users[name] = user
	}
	p.server = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps: imap.CapSet{
			imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}, imap.CapUIDPlus: {}, imap.CapMove: {},
		},
		InsecureAuth: true, // it serves loopback only
	})
	return p, nil
}

// Run serves IMAP until ctx is done.
func (p *postOffice) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { p.server.Close() })
	defer stop()
	err := p.server.Serve(p.ln)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// Close gives the port back of a post office that never ran.
func (p *postOffice) Close() error { return p.ln.Close() }

// deliver puts a mail that the relay took into its recipients' mailboxes.
func (p *postOffice) deliver(m sink.Mail) error {
	for _, to := range m.To {
		user, ok := p.users[strings.ToLower(to)]
		if !ok {
			continue
		}
		if _, err := user.Append("INBOX", bytes.NewReader(m.Data), &imap.AppendOptions{}); err != nil {
			return fmt.Errorf("deliver to %s: %w", to, err)
		}
		p.mu.Lock()
		p.mails[strings.ToLower(to)] = append(p.mails[strings.ToLower(to)], m)
		close(p.came)
		p.came = make(chan struct{})
		p.mu.Unlock()
	}
	return nil
}

// next waits for the n-th mail of a person, counted from 0.
func (p *postOffice) next(ctx context.Context, who string, n int) (sink.Mail, error) {
	for {
		p.mu.Lock()
		mails, came := p.mails[who], p.came
		p.mu.Unlock()
		if len(mails) > n {
			return mails[n], nil
		}
		select {
		case <-came:
		case <-ctx.Done():
			return sink.Mail{}, fmt.Errorf("wait for mail %d of %s: %w", n+1, who, ctx.Err())
		}
	}
}
