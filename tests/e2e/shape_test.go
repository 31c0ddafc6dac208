package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// shape is the contract of a JSON object: of each member its kind, or the shape of the objects in
// its list. Members beyond it are allowed.
type shape map[string]any

// The kinds of members.
const (
	aNumber  = "number"
	aText    = "text"
	anID     = "id"     // a string of digits
	aTime    = "time"   // RFC 3339 in UTC
	mayTime  = "time?"  // or null
	aPerson  = "person" // {name, address}
	mayBe    = "person?"
	aFlag    = "flag"
	allTexts = "texts"
	bareIDs  = "message-ids" // without brackets
)

// The contract of DESIGN section 11, word for word.
var (
	personShape = shape{"name": aText, "address": aText}
	ticketShape = shape{
		"number": aNumber, "subject": aText, "status": aText, "priority": aText, "type": aText,
		"source": aText, "mailbox": aText, "requester": mayBe, "assignee": mayBe,
		"created_at": aTime, "accepted_at": mayTime, "assigned_at": mayTime,
		"first_response_at": mayTime, "updated_at": aTime, "solved_at": mayTime, "due_at": mayTime,
		"pushes": aNumber, "message_count": aNumber, "tags": allTexts,
	}
	fileShape = shape{
		"filename": aText, "content_type": aText, "size": aNumber, "sha256": aText, "inline": aFlag,
	}
	messageShape = shape{
		"id": anID, "kind": aText, "author": mayBe, "author_role": aText, "direction": aText,
		"at": aTime, "text": aText, "reply_text": aText, "message_id": aText, "rule": aText,
		"auto": aText, "verified": aText, "attachments": fileShape,
	}
	eventShape = shape{"at": aTime, "actor": aText, "verb": aText, "from": aText, "to": aText}
	linkShape  = shape{"number": aNumber, "kind": aText}
	shownShape = extended(ticketShape, shape{
		"participants": personShape, "messages": messageShape, "events": eventShape,
		"links": linkShape,
	})
	queueShape = shape{
		"id": anID, "kind": aText, "ticket": aNumber, "recipient": aText, "status": aText,
		"attempts": aNumber, "next_attempt_at": mayTime, "last_reply": aText, "message_id": aText,
	}
	inspectShape = shape{
		"from": mayBe, "to": personShape, "cc": personShape, "subject": aText, "date": mayTime,
		"message_id": aText, "in_reply_to": bareIDs, "references": bareIDs, "text": aText,
		"html": aText, "reply_text": aText, "signature": aText, "auto_kind": aText,
		"attachments": extended(fileShape, shape{"content_id": aText}), "tnef_names": allTexts,
		"language": aText, "warnings": allTexts, "error": aText,
	}
)

func extended(a, b shape) shape {
	all := shape{}
	for _, s := range []shape{a, b} {
		for name, kind := range s {
			all[name] = kind
		}
	}
	return all
}

// check compares one object with its contract.
func (s shape) check(t *testing.T, path string, v any) {
	t.Helper()
	object, ok := v.(map[string]any)
	if !ok {
		t.Errorf("%s is no object: %v", path, v)
		return
	}
	for name, kind := range s {
		v, there := object[name]
		switch at := path + "." + name; kind := kind.(type) {
		case shape:
			kind.checkList(t, at, v)
		case string:
			if !there || !fits(kind, v) {
				t.Errorf("%s is %#v, want a %s", at, v, kind)
			}
		}
	}
}

// checkList compares the objects of a list, which is never null.
func (s shape) checkList(t *testing.T, path string, v any) {
	t.Helper()
	list, ok := v.([]any)
	if !ok {
		t.Errorf("%s is no list: %#v", path, v)
	}
	for i, element := range list {
		s.check(t, fmt.Sprintf("%s[%d]", path, i), element)
	}
}

var digits = regexp.MustCompile(`^[1-9][0-9]*$`)

func fits(kind string, v any) bool {
	if kind, optional := strings.CutSuffix(kind, "?"); optional {
		return v == nil || fits(kind, v)
	}
	text, isText := v.(string)
	switch kind {
	case aNumber:
		_, ok := v.(float64)
		return ok
	case aFlag:
		_, ok := v.(bool)
		return ok
	case anID:
		return digits.MatchString(text)
	case aTime:
		at, err := time.Parse(time.RFC3339, text)
		return err == nil && at.Location() == time.UTC
	case aPerson:
		p, ok := v.(map[string]any)
		return ok && fits(aText, p["name"]) && fits(aText, p["address"])
	case allTexts, bareIDs:
		list, ok := v.([]any)
		return ok && !slices.ContainsFunc(list, func(v any) bool {
			return !fits(aText, v) || kind == bareIDs && strings.ContainsAny(v.(string), "<> ")
		})
	}
	return isText
}

// decode reads an answer of --json.
func decode(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("no JSON: %v\n%s", err, text)
	}
	return v
}
