package main

import (
	"helpgate/internal/lifecycle"
	"helpgate/mailin/imapin"
)

// sentFolder gives the service that reads what a mailbox sent. It begins with what is sent from now
// on, whatever holds for mail that comes in, and touches nothing: the folder is its owner's.
func sentFolder(cfg imapin.Config, folder string) lifecycle.Service {
	cfg.Folder, cfg.Sent = folder, true
	cfg.From, cfg.After = "now", imapin.After{}
	return lifecycle.Service{
		Name: "imap " + cfg.Mailbox + " " + folder, Run: imapin.New(cfg).Run,
	}
}
