package compose

import (
	"slices"
	"strings"

	"helpgate/templates"
	"helpgate/tickets"
)

// data gives the templates what the mail may show, and nothing else.
func (c *Composer) data(d draft) templates.Mail {
	m := templates.Mail{
		Number: d.Ticket, Signature: strings.Trim(d.box.Signature, "\n"),
	}
	if d.Agent != 0 || !d.Kind.ForAgents() { // an operator who is no agent cannot answer
		m.Marker = c.marker(d.box, d.Ticket, d.Agent)
	}
	if mayEcho(d) {
		m.Subject = clip(d.Facts.Subject)
	}
	if d.Kind == tickets.OutFollowUp {
		m.Other = d.Facts.Other
	}
	if d.Message != 0 {
		m.Words, m.WordsHTML, m.Rest = c.words(d)
	}
	if d.Kind.ForAgents() {
		c.addForAgents(d, &m)
	}
	return m
}

// addForAgents adds what only people of the helpdesk may see.
func (c *Composer) addForAgents(d draft, m *templates.Mail) {
	m.Status = string(d.Facts.Status)
	m.Mailbox = show(tickets.Person{Name: d.box.Name, Address: d.box.Address})
	m.Author = show(d.author())
	if d.requester.Address != "" && d.requester.Address != d.author().Address {
		m.Requester = show(d.requester.Person())
	}
	m.Others = c.others(d)
	m.Flags = c.flags(d)
	if d.Kind == tickets.OutNotification {
		for _, a := range d.message.Attachments {
			m.Files = append(m.Files, templates.File{Name: oneLine(a.Filename), Size: a.Blob.Size})
		}
	}
	m.Reason, m.Detail = d.Facts.Reason, oneLine(d.Facts.Detail)
	m.Final = !tickets.HeldReason(d.Facts.Reason).Releasable()
	m.Entries, m.Links = c.entries(d)
	m.Omitted = d.Facts.Omitted + len(d.Facts.Entries) - len(m.Entries)
}

// author is who wrote what the mail carries.
func (d draft) author() tickets.Person {
	if d.Facts.Author.Address != "" {
		return d.Facts.Author
	}
	return d.message.Author
}

// others are the people on the ticket beside author and requester, each once.
func (c *Composer) others(d draft) []string {
	people := slices.Concat(d.Facts.To, d.Facts.Cc)
	for _, p := range d.participants {
		people = append(people, p.Person)
	}
	seen := map[string]bool{"": true, d.author().Address: true, d.requester.Address: true}
	var others []string
	for _, p := range people {
		if !seen[p.Address] && !c.Mailboxes.Own(p.Address) {
			seen[p.Address] = true
			others = append(others, show(p))
		}
	}
	return others
}

// flags are what to mind, as sentences; of a flag that has none nothing is said.
func (c *Composer) flags(d draft) []string {
	keys := slices.Concat(d.Facts.Warnings, d.message.Flags)
	if d.message.Verified == tickets.VerifiedFail {
		keys = append(keys, "unverified")
	}
	var flags []string
	for _, key := range keys {
		key = "flag." + key
		text := c.Templates.Text(d.locale, key)
		if text != key && !slices.Contains(flags, text) {
			flags = append(flags, text)
		}
	}
	return flags
}

// entries are the lines of a list, each with the way to answer it. links tells that addresses
// carry the tokens.
func (c *Composer) entries(d draft) (entries []templates.Entry, links bool) {
	for _, e := range d.Facts.Entries[:min(len(d.Facts.Entries), tickets.MaxEntries)] {
		box, ok := c.Mailboxes.Find(e.Mailbox)
		if !ok {
			box = d.box
		}
		entry := templates.Entry{
			Number: e.Ticket, Author: show(e.Author), Subject: clip(e.Subject),
			Marker: c.marker(box, e.Ticket, d.Agent),
		}
		if entry.Marker == "" {
			entry.Address, links = c.agentAddress(box, e.Ticket, d.Agent), true
		}
		entries = append(entries, entry)
	}
	return entries, links
}
