package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"helpgate/internal/config"
	"helpgate/internal/probe"
	"helpgate/internal/rfc"
)

// finish writes the secrets and the section, and tells what was done.
func (c *connect) finish() error {
	c.settle()
	files, failed := c.secrets.write(c.path)
	section := c.section()
	done := c.view(section, files)
	why := c.whyPrinted()
	if why == "" && failed == nil {
		if err := addSection(c.path, section, c.a.environ); err != nil {
			failed = fmt.Errorf("add section to the configuration: %w", err)
		} else {
			done.Config, done.Section = c.path, ""
		}
	}
	why = cmp.Or(why, "Add this section to the configuration by hand.")
	return errors.Join(c.a.print(done, func() { c.tell(done, why) }), failed)
}

// whyPrinted says why the section is printed and not added; "" when it is to be added.
func (c *connect) whyPrinted() string {
	if c.print {
		return "Add this section to the configuration."
	}
	for _, mb := range c.w.config.Mailboxes {
		for _, address := range append([]string{mb.Address}, mb.Aliases...) {
			if rfc.Key(address) == rfc.Key(c.box.Address) {
				return "The configuration has this address already: put this in place of its section."
			}
		}
	}
	return ""
}

// connected is what the verb did.
type connected struct {
	Address   string          `json:"address"`
	Provider  string          `json:"provider"`
	IMAP      string          `json:"imap"`
	Relay     string          `json:"relay"`
	Tokens    string          `json:"tokens"`
	Return    string          `json:"return_path"`
	Findings  *probe.Findings `json:"findings"`
	RoundTrip int64           `json:"round_trip_ms"`
	Files     []string        `json:"files"`   // that hold secrets
	Config    string          `json:"config"`  // to which the section was added; "" when it was not
	Section   string          `json:"section"` // where it was not added
}

func (c *connect) view(section string, files []string) connected {
	done := connected{
		Address: c.box.Address, Provider: c.providerName(), IMAP: c.box.IMAP.Address,
		Relay: c.box.Relay.Address, Tokens: c.box.Tokens, Return: c.box.ReturnPath,
		Files: append([]string{}, files...), Section: section,
	}
	if c.learnt != nil {
		done.Findings, done.RoundTrip = &c.learnt.Findings, c.learnt.RoundTrip
	}
	return done
}

func (c *connect) tell(done connected, why string) {
	for _, file := range done.Files {
		c.say("Kept in %s: a secret.", file)
	}
	if done.Config == "" {
		c.say("%s", why)
		fmt.Fprint(c.a.out, done.Section)
		return
	}
	fmt.Fprintf(c.a.out, "%s is connected: mail is read at %s and sent by %s.\n", done.Address,
		done.IMAP, done.Relay)
	if c.learnt != nil {
		for _, line := range c.learnt.Findings.Lines() {
			fmt.Fprintf(c.a.out, "- %s\n", line.Text)
		}
	}
	fmt.Fprintf(c.a.out, "Its section was added to %s. Restart the server to have it read.\n",
		done.Config)
}

// addSection adds the section behind the configuration's bytes, unless the whole would not load.
func addSection(path, section string, environ []string) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("find configuration: %w", err)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	whole := bytes.Clone(old)
	if len(whole) > 0 && whole[len(whole)-1] != '\n' {
		whole = append(whole, '\n')
	}
	whole = append(whole, "\n"+section...)
	if err := loads(path, whole, environ); err != nil {
		return err
	}
	return replaceFile(path, whole, path)
}

// loads tells what is wrong with a configuration, before it takes the place of the one at path.
func loads(path string, data []byte, environ []string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".helpgate-*.toml")
	if err != nil {
		return fmt.Errorf("try configuration: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.Write(data)
	if err = cmp.Or(err, f.Close()); err != nil {
		return fmt.Errorf("try configuration: %w", err)
	}
	if _, _, err = config.Load(f.Name(), environ); err != nil {
		return errors.New(strings.ReplaceAll(err.Error(), f.Name(), path))
	}
	return nil
}
