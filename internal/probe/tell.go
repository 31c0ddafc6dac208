package probe

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
)

// Line is one finding, for a person.
type Line struct {
	Name  string `json:"name"`  // of the finding, as in JSON
	Value string `json:"value"` // as in JSON, without quotes
	Text  string `json:"text"`  // one sentence: what it is, and what follows from it
}

// Lines tells each finding, in the order of Findings; what is not known has none.
func (f Findings) Lines() []Line {
	var lines []Line
	for _, v := range f.values() {
		if v.name != "refusal" && !f.knows(v.name) {
			continue
		}
		text := sentence(v.name, v.value)
		if v.name == "auth_id" && f.AuthFields > 0 && v.value == "" {
			text = sentences["auth_id=none"]
		}
		if text != "" {
			lines = append(lines, Line{v.name, v.value, text})
		}
	}
	return lines
}

// Change is a finding that is another one now.
type Change struct {
	Line
	Was string `json:"was"`
}

// Changes gives what differs, in the order of Findings. What one of the two does not know is none,
// nor are the words of a refusal.
func Changes(was, is Findings) []Change {
	var changes []Change
	before := was.values()
	for i, v := range is.values() {
		if v.value == before[i].value || !was.knows(v.name) || !is.knows(v.name) {
			continue
		}
		line := Line{v.name, v.value, cmp.Or(sentence(v.name, v.value), gone[v.name])}
		changes = append(changes, Change{line, before[i].value})
	}
	return changes
}

// knows tells whether the finding's value was learnt, where none is a value too.
func (f Findings) knows(name string) bool {
	switch name {
	case "auth_fields", "auth_id", "auth_position", "auth_verdicts", "junk", "group":
		return f.MessageID != "" // a mail arrived
	case "size_limit", "limits", "extensions":
		return f.Extensions != ""
	case "refusal":
		return false // many servers put a time and an id of their own into each
	case "sent", "junk_folder", "rate_limited", "idle", "move", "uidplus", "special_use":
		return true
	}
	for _, v := range f.values() {
		if v.name == name {
			return v.value != ""
		}
	}
	return false
}

// Over gives the findings with what they do not know from an earlier run, which may have sent more
// or seen more come round. The words of a refusal are each run's own.
func (f Findings) Over(was Findings) Findings {
	told := f
	var fill func(is, before reflect.Value)
	fill = func(is, before reflect.Value) {
		for i := range is.NumField() {
			field := is.Type().Field(i)
			name := field.Tag.Get("json")
			switch {
			case field.Anonymous:
				fill(is.Field(i), before.Field(i))
			case name != "refusal" && !told.knows(name):
				is.Field(i).Set(before.Field(i))
			}
		}
	}
	fill(reflect.ValueOf(&f).Elem(), reflect.ValueOf(was))
	return f
}

// value is a finding; kind is its type.
type value struct{ name, value, kind string }

// values gives all findings in their order, embedded ones too.
func (f Findings) values() []value {
	var all []value
	var add func(reflect.Value)
	add = func(s reflect.Value) {
		for i := range s.NumField() {
			field := s.Type().Field(i)
			if field.Anonymous {
				add(s.Field(i))
				continue
			}
			all = append(all, value{
				field.Tag.Get("json"), fmt.Sprint(s.Field(i).Interface()), field.Type.String(),
			})
		}
	}
	add(reflect.ValueOf(f))
	return all
}

// sentence tells one finding; "" where there is nothing to tell.
func sentence(name, value string) string {
	text, ok := sentences[name+"="+value]
	if !ok && value != "" && value != "0" {
		text = sentences[name]
	}
	if strings.Contains(text, "%s") {
		return fmt.Sprintf(text, oneLine(value)) // it is a server's
	}
	return text
}
