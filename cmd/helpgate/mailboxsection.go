package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"helpgate/internal/config"
	"helpgate/internal/probe"
	"helpgate/internal/provider"
	"helpgate/mailin/imapin"
)

// settle sets what the findings decide. What was not found out is taken at its worst: a reply that
// needs no plus arrives everywhere.
func (c *connect) settle() {
	b := &c.box
	b.Tokens, b.ReturnPath = "headers", "mailbox"
	b.IMAP.Sent = folderOfSent(c.server)
	if k := c.relayOf(); k != nil {
		b.Relay.RatePerMinute, b.Relay.RatePerDay = k.RatePerMinute, k.RatePerDay
		b.Relay.Connections = k.Connections
	}
	if !slices.Contains(c.server.Capabilities, "MOVE") &&
		!slices.Contains(c.server.Capabilities, "UIDPLUS") {
		b.IMAP.After = "flag" // a moved mail would stay behind, marked as deleted
	}
	if c.learnt == nil {
		return
	}
	f := c.learnt.Findings
	if f.PlusRecipient == probe.Arrived && f.ReplyTo == probe.Kept {
		b.Tokens = "plus"
		if f.PlusSender == probe.Arrived && f.PlusReturnPath == probe.Kept {
			b.ReturnPath = "own"
		}
	}
	b.Group = f.Group
	if f.AuthPosition > 0 && plain(f.AuthID) {
		b.Authserv = &config.Authserv{ID: f.AuthID, Position: f.AuthPosition}
	}
}

// relayOf is whose the relay is; it may be another's than the mailbox.
func (c *connect) relayOf() *provider.Known {
	at := provider.Of([]provider.Server{{Address: c.box.Relay.Address}})
	if k := c.found.Known; at != nil && k != nil && at.Relay == k.Relay {
		return k // of several with the same relay
	}
	return at
}

// sentNames are those that providers give the folder of sent mail where they do not mark it.
var sentNames = []string{
	"sent", "sent items", "sent messages", "sent mail", "已发送", "已发送邮件", "已发邮件", "已发送消息",
	"gesendet", "gesendete objekte", "gesendete elemente", "envoyés", "enviados",
}

// folderOfSent gives the folder of sent mail, by its use, else by its name; "" for none.
func folderOfSent(r imapin.Report) string {
	for _, folder := range r.Folders {
		if r.Uses[folder] == `\Sent` && plain(folder) {
			return folder
		}
	}
	for _, folder := range r.Folders {
		name := folder[strings.LastIndexAny(folder, "/.")+1:]
		if slices.Contains(sentNames, strings.ToLower(name)) && plain(folder) {
			return folder
		}
	}
	return ""
}

// plain tells whether the configuration can hold a server's word.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// section writes the mailbox as the configuration has it.
func (c *connect) section() string {
	b, t := c.box, &table{}
	t.note(fmt.Sprintf("Connected by `helpgate mailbox connect` on %s: %s.",
		c.w.clock.Now().UTC().Format("2006-01-02"), c.providerName()))
	if c.learnt == nil {
		t.note("No probe mails were sent: what the provider does to mail is not known.")
	}
	t.head("[[mailbox]]")
	t.set("address", b.Address)
	c.notes(t, "delivery", "plus_recipient", "reply_to", "message_id", "references",
		"subject", "body", "fields")
	t.set("tokens", b.Tokens)
	c.notes(t, "from", "plus_sender", "refusal", "return_path", "plus_return_path")
	if c.learnt != nil && c.learnt.Findings.PlusReturnPath == probe.Kept && b.ReturnPath != "own" {
		t.note("It is \"mailbox\" all the same: reply addresses have no plus here.")
	}
	t.set("return_path", b.ReturnPath)
	if b.Group {
		c.notes(t, "group")
		t.set("group", true)
	}
	if b.Authserv == nil {
		c.notes(t, "auth_fields")
	}
	c.imapSection(t)
	c.relaySection(t)
	if b.Authserv != nil {
		t.head("[mailbox.authserv]")
		c.notes(t, "auth_fields", "auth_id", "auth_position", "auth_verdicts")
		if b.Authserv.ID != "" {
			t.set("id", b.Authserv.ID)
		}
		t.set("position", b.Authserv.Position)
	}
	return t.String()
}

func (c *connect) imapSection(t *table) {
	m := c.box.IMAP
	t.head("[mailbox.imap]")
	t.server(c.found.IMAP[0].Source, m.Address, m.TLS, m.Username)
	c.proof(t, m.OAuth2, ofPassword)
	c.notes(t, "junk", "size", "idle", "move", "uidplus", "special_use", "junk_folder")
	t.set("after", m.After)
	if m.Sent != "" {
		t.note("Answers that a colleague writes around helpgate are looked for there.")
		t.set("sent", m.Sent)
	}
}

func (c *connect) relaySection(t *table) {
	r := c.box.Relay
	t.head("[mailbox.relay]")
	t.server(c.found.Relay[0].Source, r.Address, r.TLS, r.Username)
	kind := ofPassword
	if c.secrets.path(ofRelay) != "" {
		kind = ofRelay
	}
	c.proof(t, r.OAuth2, kind)
	if c.offers.MaxSize > 0 && c.learnt == nil {
		t.note(fmt.Sprintf("The relay takes mails of up to %d bytes.", c.offers.MaxSize))
	}
	c.notes(t, "size_limit", "limits", "rate_limited")
	if r.RatePerMinute+r.RatePerDay+r.Connections > 0 {
		t.note("What " + c.relayOf().Name + " takes from one mailbox, by its own pages.")
	}
	for _, limit := range []struct {
		name string
		n    int
	}{
		{"rate_per_minute", r.RatePerMinute},
		{"rate_per_day", r.RatePerDay},
		{"connections", r.Connections},
	} {
		if limit.n > 0 {
			t.set(limit.name, limit.n)
		}
	}
}

// proof names the file of the password, or the tokens in its place.
func (c *connect) proof(t *table, o *config.OAuth2, kind string) {
	if o == nil {
		t.set("password_file", c.secrets.path(kind))
		return
	}
	parts := []string{"provider = " + literal(o.Provider)}
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+" = "+literal(value))
		}
	}
	add("tenant", o.Tenant)
	add("client_id", o.ClientID)
	if o.ClientSecret != "" {
		add("client_secret_file", c.secrets.path(ofClient))
	}
	if o.RefreshToken != "" {
		add("refresh_token_file", c.secrets.path(ofRefresh))
	}
	if o.ServiceAccount != "" {
		add("service_account_file", c.secrets.path(ofService))
	}
	if o.TokenURL != nil {
		add("token_url", o.TokenURL.String())
	}
	fmt.Fprintf(t, "oauth2 = { %s }\n", strings.Join(parts, ", "))
}

// notes are the findings of those names that there are.
func (c *connect) notes(t *table, names ...string) {
	if c.learnt == nil {
		return
	}
	for _, line := range c.learnt.Findings.Lines() {
		if slices.Contains(names, line.Name) {
			t.note(line.Text)
		}
	}
}

// table is TOML in the making.
type table struct{ bytes.Buffer }

// width is the longest line of a comment, in characters.
const width = 98

// note writes a comment. It may hold a server's words: nothing in it ends a line.
func (t *table) note(text string) {
	line := "#"
	for _, word := range strings.Fields(shown(text)) {
		if len(line)+len(word) >= width && line != "#" {
			t.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	t.WriteString(line + "\n")
}

func (t *table) head(name string) {
	if t.Len() > 0 && strings.HasPrefix(name, "[mailbox.") {
		t.WriteString("\n")
	}
	t.WriteString(name + "\n")
}

// server writes where one is, and who we are there.
func (t *table) server(source, address, tls, username string) {
	t.note("Found by " + source + ".")
	t.set("address", address)
	t.set("tls", tls)
	t.set("username", username)
}

func (t *table) set(name string, value any) {
	fmt.Fprintf(t, "%s = %s\n", name, literal(value))
}

// literal is a value in TOML: what JSON writes of texts and numbers is TOML too, but for DEL.
func literal(value any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		panic(err) // texts and numbers
	}
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\x7f", `\u007f`)
}
