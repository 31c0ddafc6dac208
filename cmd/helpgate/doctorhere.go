package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"helpgate/internal/config"
	"helpgate/internal/doctor"
	"helpgate/internal/store"
	"helpgate/templates"
	"helpgate/tickets"
)

// What waits longer than this is asked about.
const (
	queueAge = time.Hour
	heldAge  = 2 * time.Hour // a lead hears of it then (RULES section 5)
	// queueMost is how many waiting mails are looked at one by one.
	queueMost = 10_000
)

// configured gives each fault and warning of the configuration.
func configured(
	cfg *config.Config, warnings []config.Warning, err error,
) (found []doctor.Finding) {
	var faulty *config.Error
	switch {
	case errors.As(err, &faulty):
		for _, f := range faulty.Faults {
			found = append(found, doctor.Finding{
				State: doctor.Fail, Seen: strings.TrimPrefix(f.Key+" "+f.What, " "), Mend: f.Do,
			})
		}
	case err != nil:
		found = append(found, doctor.Finding{
			State: doctor.Fail, Seen: err.Error(), Mend: "name the file with -c",
		})
	default:
		found = append(found, readWell(cfg))
		if _, err := templates.Load(cfg.Site.Templates); err != nil {
			found = append(found, doctor.Finding{
				State: doctor.Fail, Seen: err.Error(), Mend: "mend or remove that file of [site] templates",
			})
		}
		for _, name := range cfg.Unbuilt() {
			found = append(found, doctor.Finding{
				State: doctor.Warn, Seen: name + " is set, but this version does nothing with it",
				Mend: "remove it, or wait for the version that does",
			})
		}
	}
	for _, w := range warnings {
		found = append(found, doctor.Finding{
			State: doctor.Warn, Seen: w.Key + " " + w.What, Mend: w.Do,
		})
	}
	return found
}

func readWell(cfg *config.Config) doctor.Finding {
	if len(cfg.Mailboxes) == 0 {
		return doctor.Finding{
			State: doctor.Fail, Seen: "it has no mailbox",
			Mend: "add a [[mailbox]] with the address of your support",
		}
	}
	return doctor.Finding{
		State: doctor.OK, Seen: fmt.Sprintf("every key is right; mailboxes: %d", len(cfg.Mailboxes)),
	}
}

// files asks who may read what is secret, and for room on the disks.
func (e *exam) files() []doctor.Check {
	cfg := e.config
	secret := []string{cfg.DataDir, cfg.Site.SecretFile, cfg.SMTP.TLSKey}
	secret = append(secret, cfg.SecretFiles()...)
	for _, mb := range cfg.Mailboxes {
		if mb.DKIM != nil {
			secret = append(secret, mb.DKIM.KeyFile)
		}
	}
	disks := []string{cfg.DataDir} // where mails under way lie too
	if path, is := strings.CutPrefix(cfg.Database.URL.Reveal(), "sqlite:"); is {
		disks = append(disks, filepath.Dir(path))
	}
	if path, is := strings.CutPrefix(cfg.Blobs.URL.Reveal(), "file:"); is {
		disks = append(disks, path)
	}
	var checks []doctor.Check
	for _, path := range unique(secret) {
		checks = append(checks, doctor.Check{
			Area: "files", Name: path, Asked: "may others read or change it?",
			Run: func(context.Context) []doctor.Finding { return []doctor.Finding{doctor.Secret(path)} },
		})
	}
	for _, path := range unique(disks) {
		checks = append(checks, doctor.Check{
			Area: "disks", Name: path, Asked: "is there room for more?",
			Run: func(context.Context) []doctor.Finding { return []doctor.Finding{disk(path)} },
		})
	}
	return checks
}

// disk asks for the folder, or for where it will be made.
func disk(path string) doctor.Finding {
	for up := filepath.Dir(path); up != path; path, up = up, filepath.Dir(up) {
		if _, err := os.Stat(path); err == nil {
			break
		}
	}
	return doctor.Disk(path)
}

// unique gives each text that is not "" once, in their order.
func unique(texts []string) (once []string) {
	seen := map[string]bool{"": true}
	for _, t := range texts {
		if !seen[t] {
			seen[t] = true
			once = append(once, t)
		}
	}
	return once
}

// integrity reads the whole database.
func (e *exam) integrity() doctor.Check {
	return doctor.Check{
		Area: "database", Name: fmt.Sprint(e.config.Database.URL), Asked: "is it whole?",
		Run: func(ctx context.Context) []doctor.Finding {
			url := e.config.Database.URL.Reveal()
			if there, err := store.Exists(ctx, url); err == nil && !there {
				return nil // it was told
			}
			c, err := store.Examine(ctx, url)
			size := fmt.Sprintf("%s, %d MiB", c.Engine, c.Size>>20)
			switch {
			case ctx.Err() != nil:
				return []doctor.Finding{{
					State: doctor.Skipped, Seen: size + ": it is too large to be read in the time",
				}}
			case err != nil:
				c.Faults = append(c.Faults, err.Error())
			case len(c.Faults) == 0:
				return []doctor.Finding{{State: doctor.OK, Seen: size}}
			}
			return []doctor.Finding{{
				State: doctor.Fail, Seen: strings.Join(c.Faults, "; "),
				Mend: "see whether database and disk are well; then stop helpgate, put its backup back",
			}}
		},
	}
}

// ports asks for the listeners, and our own certificate.
func (e *exam) ports() []doctor.Check {
	c := e.config
	var checks []doctor.Check
	for _, l := range []struct{ section, address string }{
		{"smtp", c.SMTP.Listen},
		{"submission", c.Submission.Listen},
		{"lmtp", c.LMTP.Listen},
		{"metrics", c.Metrics.Listen},
	} {
		if l.address == "" {
			continue
		}
		checks = append(checks, doctor.Check{
			Area: "ports", Name: "[" + l.section + "]", Asked: "is it free, or ours?",
			Run: func(context.Context) []doctor.Finding {
				return []doctor.Finding{doctor.Port(l.address, e.serving)}
			},
		})
	}
	if c.SMTP.TLSCert == "" {
		return checks
	}
	return append(checks, doctor.Check{
		Area: "certificates", Name: c.SMTP.TLSCert, Asked: "is it good for our name, and for how long?",
		Run: func(context.Context) []doctor.Finding {
			return []doctor.Finding{doctor.OwnCertificate(c.SMTP.TLSCert, c.SMTP.TLSKey,
				c.Site.Hostname, nil, e.clock.Now())}
		},
	})
}

// work asks for what waits in the helpdesk.
func (e *exam) work() []doctor.Check {
	ask := func(name, asked string, run func(context.Context) (doctor.Finding, error)) doctor.Check {
		return doctor.Check{Area: "work", Name: name, Asked: asked, Run: func(
			ctx context.Context,
		) []doctor.Finding {
			return []doctor.Finding{e.stored(ctx, run)}
		}}
	}
	return []doctor.Check{
		ask("agents", "is there somebody to answer?", e.agents),
		ask("outbox", "does mail wait long?", e.waiting),
		ask("given up", "did mail not arrive?", e.failed),
		ask("held", "does somebody have to decide?", e.held),
	}
}

// stored asks what the store knows, where that is open.
func (e *exam) stored(
	ctx context.Context, run func(context.Context) (doctor.Finding, error),
) doctor.Finding {
	if !e.opened {
		return doctor.Finding{State: doctor.Skipped, Seen: e.away}
	}
	f, err := run(ctx)
	if err != nil {
		return doctor.Finding{
			State: doctor.Fail, Seen: err.Error(), Mend: "see what is said of the database",
		}
	}
	return f
}

func (e *exam) agents(ctx context.Context) (doctor.Finding, error) {
	all, err := e.world.desk.Agents(ctx)
	if err != nil {
		return doctor.Finding{}, err
	}
	for _, mb := range e.config.Mailboxes {
		serves := func(ag tickets.Agent) bool { return ag.Serves(mb.Team) }
		if !slices.ContainsFunc(all, serves) {
			return doctor.Finding{
				State: doctor.Fail, Seen: "nobody hears of mail to " + mb.Address,
				Mend: "`helpgate agent add` somebody, for the team of this mailbox if it has one",
			}, nil
		}
	}
	return doctor.Finding{State: doctor.OK, Seen: "each mailbox has somebody"}, nil
}

func (e *exam) waiting(ctx context.Context) (doctor.Finding, error) {
	rows, err := e.world.db.Rows().List(ctx, tickets.OutWaiting, queueMost)
	if err != nil || len(rows) == 0 {
		return doctor.Finding{State: doctor.OK, Seen: "nothing waits"}, err
	}
	oldest := rows[len(rows)-1]
	age := e.clock.Now().Sub(oldest.CreatedAt).Round(time.Minute)
	f := doctor.Finding{
		State: doctor.OK, Seen: fmt.Sprintf("%d mails wait, the oldest for %s", len(rows), age),
	}
	if age > queueAge || len(rows) == queueMost {
		f.State, f.Mend = doctor.Warn, "`helpgate queue list --status waiting` tells why"
		if oldest.LastReply != "" {
			f.Seen += "; last reply: " + oldest.LastReply
		}
	}
	return f, nil
}

func (e *exam) failed(ctx context.Context) (doctor.Finding, error) {
	outbox, _, err := e.world.db.Levels(ctx)
	if err != nil || outbox["failed"] == 0 {
		return doctor.Finding{State: doctor.OK, Seen: "no mail was given up"}, err
	}
	return doctor.Finding{
		State: doctor.Warn, Seen: fmt.Sprintf("%d mails were given up", outbox["failed"]),
		Mend: "`helpgate queue list --status failed` tells why; `queue retry` or `queue drop` each",
	}, nil
}

func (e *exam) held(ctx context.Context) (doctor.Finding, error) {
	list, err := e.world.desk.HeldList(ctx, 0)
	if err != nil || len(list) == 0 {
		return doctor.Finding{State: doctor.OK, Seen: "nothing is held"}, err
	}
	age := e.clock.Now().Sub(list[0].At).Round(time.Minute)
	f := doctor.Finding{
		State: doctor.OK, Seen: fmt.Sprintf("%d things are held, the oldest for %s", len(list), age),
	}
	if age > heldAge {
		f.State = doctor.Warn
		f.Mend = "`helpgate held list` names them; `held release` or `held drop` each"
	}
	return f, nil
}
