package config

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	// environment is the source of what variables gave.
	environment = "environment"
	prefix      = "HELPGATE_"
	mailbox     = "mailbox"
	// configVariable names the file itself; cmd/helpgate reads it.
	configVariable = prefix + "CONFIG"
	// maxMailboxNumber bounds the N of HELPGATE_MAILBOX_N_….
	maxMailboxNumber = 10_000
)

// variable is a value that a variable gave. Its fields are exported because koanf copies values by
// reflection.
type variable struct {
	Name, Text string
}

// variables are the HELPGATE_… variables, by dotted key.
type variables struct {
	keys      map[string]any
	mailboxes map[int]map[string]any // by the mailbox's number in the file, from 1
	warnings  []Warning
}

// variableName is the variable of a key: "smtp.listen" is HELPGATE_SMTP_LISTEN. That of a mailbox's
// key stands for the first mailbox; HELPGATE_MAILBOX_2_ADDRESS is the second's.
func variableName(key string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// readEnviron sorts "NAME=value" strings. Of one name the last counts, as it does to a shell.
func readEnviron(environ []string) variables {
	keyOf := map[string]string{}
	for _, s := range sections {
		for _, k := range s.keys {
			for _, name := range k.names() {
				keyOf[variableName(join(s.name, name))] = join(s.name, name)
			}
		}
	}
	vars := variables{keys: map[string]any{}, mailboxes: map[int]map[string]any{}}
	for _, pair := range environ {
		name, text, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, prefix) || name == configVariable {
			continue
		}
		number, unnumbered := cutNumber(name)
		key, known := keyOf[unnumbered]
		inMailbox, isMailbox := strings.CutPrefix(key, mailbox+".")
		switch {
		case !known || number > 0 && !isMailbox:
			vars.warnings = append(vars.warnings, Warning{Fault{
				Source: environment, Key: name, What: "unknown variable",
				Do: fmt.Sprintf("did you mean %s?", nearestVariable(unnumbered)),
			}})
		case isMailbox:
			number = max(number, 1)
			if vars.mailboxes[number] == nil {
				vars.mailboxes[number] = map[string]any{}
			}
			vars.mailboxes[number][inMailbox] = variable{name, text}
		default:
			vars.keys[key] = variable{name, text}
		}
	}
	return vars
}

// cutNumber takes the number out of HELPGATE_MAILBOX_N_…; 0 when there is none.
func cutNumber(name string) (number int, without string) {
	head := variableName(mailbox) + "_"
	rest, ok := strings.CutPrefix(name, head)
	if !ok {
		return 0, name
	}
	digits, rest, _ := strings.Cut(rest, "_")
	number, err := strconv.Atoi(digits)
	if err != nil || number < 1 || number > maxMailboxNumber {
		return 0, name
	}
	return number, head + rest
}

func nearestVariable(name string) string {
	key := strings.ToLower(strings.TrimPrefix(name, prefix))
	best, least := "", -1
	for _, s := range sections {
		for _, k := range s.keys {
			candidate := variableName(join(s.name, k.name))
			d := distance(key, strings.ToLower(strings.TrimPrefix(candidate, prefix)))
			if least < 0 || d < least {
				best, least = candidate, d
			}
		}
	}
	return best
}
