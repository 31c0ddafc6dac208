package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write docs/cli.md anew")

func TestReferenceIsUpToDate(t *testing.T) {
	t.Parallel()
	page := filepath.Join("..", "..", "docs", "cli.md")
	want := reference()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/cli.md differs from the verbs: " +
			"run go test -tags sqlite_fts5 ./cmd/helpgate -run Reference -update")
	}
}

// reference makes the page of all verbs out of the tree that the program itself has.
func reference() string {
	root := newRoot(streams{})
	var b strings.Builder
	b.WriteString("# Command line\n\n<!-- Made from cmd/helpgate by `go test -tags sqlite_fts5 " +
		"./cmd/helpgate -run Reference -update`; do not edit. -->\n\n" + rootText + "\n" +
		strings.ReplaceAll(conventions, "'", "`"))
	fmt.Fprintf(&b, "\nEvery verb has these flags:\n\n```\n%s```\n",
		root.PersistentFlags().FlagUsages())
	for _, g := range root.Groups() {
		fmt.Fprintf(&b, "\n## %s\n", strings.TrimSuffix(g.Title, ":"))
		for _, c := range root.Commands() {
			if c.GroupID == g.ID {
				describe(&b, c)
			}
		}
	}
	return b.String()
}

// conventions hold for every verb (DESIGN section 11); ' stands for the mark of code.
const conventions = `
- Standard output carries the answer and nothing else; log, warnings and faults go to standard
  error. With '--json' the answer is JSON: a time is RFC 3339 in UTC or 'null', a person is
  '{name, address}' or 'null', an 'id' is a string, a 'number' a number, an empty list '[]', and
  a Message-ID stands without brackets.
- The exit code is 0 when it is done, 1 when it failed, 2 when the command line is wrong. 'inject'
  has the codes of 'sysexits.h', for a mail server's pipe: 0 taken, 64 wrong command line, 65 mail
  refused, 67 no such address, 75 come again.
- Verbs work beside a running server, which acts on what they change at once.
`

func describe(b *strings.Builder, c *cobra.Command) {
	if c.HasSubCommands() {
		fmt.Fprintf(b, "\n### %s\n\n%s.\n", c.CommandPath(), c.Short)
		for _, sub := range c.Commands() {
			describe(b, sub)
		}
		return
	}
	level := "###"
	if c.Parent().HasParent() {
		level = "####"
	}
	text := c.Short + "."
	if c.Long != "" {
		text = c.Long
	}
	fmt.Fprintf(b, "\n%s %s\n\n%s\n\n```\n%s\n", level, c.CommandPath(), text, c.UseLine())
	if flags := c.NonInheritedFlags().FlagUsages(); flags != "" {
		fmt.Fprintf(b, "\n%s", flags)
	}
	b.WriteString("```\n")
}
