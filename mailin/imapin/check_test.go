package imapin

import (
	"reflect"
	"strings"
	"testing"
)

func TestCheckTellsWhatThereIs(t *testing.T) {
	t.Parallel()
	s := &script{caps: "IDLE MOVE SPECIAL-USE", on: func(c *talk, command string) bool {
		if !strings.HasPrefix(command, "LIST") {
			return false
		}
		c.say(`* LIST (\HasNoChildren) "/" INBOX`)
		c.say(`* LIST (\Noselect) "/" "[Gmail]"`)
		c.say(`* LIST (\NonExistent) "/" gone`)
		c.say(`* LIST (\HasNoChildren \Sent) "/" "[Gmail]/&XfJT0ZCuTvY-"`)
		c.ok()
		return true
	}}
	r, err := Check(t.Context(), s.serve(t), quick())
	if err != nil {
		t.Fatal(err)
	}
	want := Report{
		Capabilities: []string{"IDLE", "IMAP4rev1", "MOVE", "SPECIAL-USE"},
		Folders:      []string{"INBOX", "[Gmail]/已发邮件"},
		Uses:         map[string]string{"[Gmail]/已发邮件": `\Sent`},
	}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("got %+v, want %+v", r, want)
	}
	if s.hears("RETURN") {
		t.Error("RETURN was said to a server without LIST-EXTENDED")
	}
}

func TestCheckNamesARefusalWithItsMend(t *testing.T) {
	t.Parallel()
	s := &script{on: func(c *talk, command string) bool {
		if !strings.HasPrefix(command, "LOGIN") {
			return false
		}
		c.say("%s NO wrong", c.tag)
		return true
	}}
	at := s.serve(t)
	_, err := Check(t.Context(), at, quick())
	if !NotLoggedIn(err) || !strings.Contains(Mend(err, at), "password") {
		t.Errorf("got %v", err)
	}
}

// TestCheckPromisesNoFurtherTry: nobody makes one.
func TestCheckPromisesNoFurtherTry(t *testing.T) {
	t.Parallel()
	s := &script{on: func(c *talk, command string) bool {
		return strings.HasPrefix(command, "LIST") && c.Close() == nil
	}}
	at := s.serve(t)
	_, err := Check(t.Context(), at, quick())
	if got := Mend(err, at); got == "" || strings.Contains(got, byItself) {
		t.Errorf("%v; %s", err, got)
	}
}

func TestCheckTellsTheRoomWhereTheServerDoes(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]Quota{
		"%s OK done": {Used: 900, Limit: 1000},
		"%s NO no":   {},
	} {
		s := &script{caps: "QUOTA", on: func(c *talk, command string) bool {
			switch {
			case strings.HasPrefix(command, "LIST"):
				c.say(`* LIST () "/" INBOX`)
				c.ok()
			case strings.HasPrefix(command, "GETQUOTAROOT"):
				if want.Limit > 0 {
					c.say(`* QUOTAROOT INBOX ""`)
					c.say(`* QUOTA "" (STORAGE 900 1000)`)
				}
				c.say(answer, c.tag)
			default:
				return false
			}
			return true
		}}
		r, err := Check(t.Context(), s.serve(t), quick())
		if err != nil || r.Quota != want {
			t.Errorf("got %+v, %v, want %+v", r.Quota, err, want)
		}
	}
}
