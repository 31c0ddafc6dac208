package config

import "strings"

// unbuilt lists, in the table's order, the sections and keys whose part does not exist yet: they
// are checked and then do nothing. An issue that builds a part takes its line out.
var unbuilt = []string{
	"site.public_url",
	"site.organisations",
	"mailbox.business_hours",
	"mailbox.holidays",
	"mailbox.targets",
	"mailbox.authserv",
	"smtp.trusted_networks",
	"portal",
	"schedule",
	"policy.attach_limit",
	"policy.autoclose_days",
	"policy.keep_source",
	"policy.push_interval",
	"policy.undo_seconds",
}

// Unbuilt names what file or environment set without effect, for the log, such as "lmtp". A
// listener or job that was set to be off is not among them.
func (c *Config) Unbuilt() []string {
	var names []string
	for _, name := range unbuilt {
		for key := range c.set {
			if key == name || strings.HasPrefix(key, name+".") {
				names = append(names, name)
				break
			}
		}
	}
	return names
}
