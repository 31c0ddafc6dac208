package main

import (
	"github.com/spf13/cobra"
)

func mailboxCommand(a *app) *cobra.Command {
	return group("mailbox", "Look after the mailboxes that customers write to",
		mailboxList(a), mailboxConnect(a), mailboxProbe(a))
}
