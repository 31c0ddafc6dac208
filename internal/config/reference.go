package config

import (
	"fmt"
	"strings"
)

const referenceHead = "# Configuration\n\n" +
	"<!-- Made from internal/config/table.go by " +
	"`go test ./internal/config -run Reference -update`; do not edit. -->\n\n" +
	"helpgate reads the TOML file that `-c FILE` or `HELPGATE_CONFIG` names, else " +
	"`./helpgate.toml`. `helpgate init` writes one to begin with. All of it is checked before " +
	"anything starts, and every fault is listed at once.\n\n" +
	"- `data_dir` is relative to the folder of the file (without one, to the working folder), " +
	"every other path to `data_dir`.\n" +
	"- Each key can also be given by the variable beside it, which stands over the file. Lists " +
	"are written with commas there. `N` is the number of the mailbox in the file, from 1; for " +
	"the first, `N_` may be left out; the number after the last adds a mailbox.\n" +
	"- A secret can be kept in a file of its own: `KEY_file = \"PATH\"`, or the variable with " +
	"`_FILE` added.\n" +
	"- A key that helpgate does not know is an error; a variable that it does not know, a " +
	"warning.\n" +
	"- Durations are written as `\"90s\"`, `\"4h\"`, `\"30d\"`; sizes as `\"50MiB\"` or a number of " +
	"bytes; business times in hours and minutes.\n"

// Reference is the text of docs/configuration.md: each key with its type, default, unit, variable
// and meaning.
func Reference() string {
	var out strings.Builder
	out.WriteString(referenceHead)
	for _, s := range sections {
		fmt.Fprintf(&out, "\n## %s\n", s.title())
		if s.meaning != "" {
			fmt.Fprintf(&out, "\n%s\n", s.meaning)
		}
		if len(s.keys) == 0 {
			continue
		}
		out.WriteString("\n| key | type | default | unit | meaning | variable |\n")
		out.WriteString("|---|---|---|---|---|---|\n")
		for _, k := range s.keys {
			out.WriteString(k.row(s.name))
		}
	}
	return out.String()
}

// title is how the file begins the section.
func (s section) title() string {
	switch s.name {
	case "":
		return "Top of the file"
	case mailbox:
		return "`[[mailbox]]`"
	default:
		return "`[" + s.name + "]`"
	}
}

func (k key) row(section string) string {
	kindName, names := k.kind.name, "`"+k.name+"`"
	if k.kind.secret {
		names += ", `" + k.name + fileSuffix + "`"
	}
	variable := variableName(join(section, k.name))
	if rest, ok := strings.CutPrefix(variable, variableName(mailbox)+"_"); ok {
		variable = variableName(mailbox) + "_N_" + rest
	}
	cells := []string{names, kindName, k.shownDefault(), k.unit, k.meaning, "`" + variable + "`"}
	return "| " + strings.Join(cells, " | ") + " |\n"
}

// shownDefault is the default as the file would hold it.
func (k key) shownDefault() string {
	if k.def == "" || k.def == required {
		return k.def
	}
	return "`" + k.literal(k.def) + "`"
}

// literal writes a value, given as a variable would hold it, in TOML.
func (k key) literal(text string) string {
	switch k.kind.shape {
	case numeric, logical:
		return text
	case listed:
		list := splitList(text)
		for i := range list {
			list[i] = fmt.Sprintf("%q", list[i])
		}
		return "[" + strings.Join(list, ", ") + "]"
	default:
		return fmt.Sprintf("%q", text)
	}
}
