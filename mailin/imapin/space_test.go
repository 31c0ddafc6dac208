package imapin

import "testing"

// TestAFolderIsMadeWhereTheServerKeepsFolders: a host with cPanel refused "Processed", so that no
// mail ever left the inbox.
func TestAFolderIsMadeWhereTheServerKeepsFolders(t *testing.T) {
	t.Parallel()
	const below = `* NAMESPACE (("INBOX." ".")) (("user." ".")) NIL`
	for _, test := range []struct{ says, folder, heard string }{
		{below, "Done", `UID MOVE 1:3 "INBOX.Done"`},
		{below, "INBOX.Done", `UID MOVE 1:3 "INBOX.Done"`},
		{below, "user.ann.Done", `UID MOVE 1:3 "user.ann.Done"`},
		{`* NAMESPACE (("" "/")) NIL NIL`, "Done", `UID MOVE 1:3 "Done"`},
		{`* NAMESPACE NIL NIL NIL`, "Done", `UID MOVE 1:3 "Done"`},
		{"", "Done", `UID MOVE 1:3 "Done"`}, // it refuses to say
	} {
		s, d := &script{caps: "MOVE NAMESPACE"}, newDoor()
		s.on = func(c *talk, command string) bool {
			switch {
			case command != "NAMESPACE":
				return false
			case test.says == "":
				c.say("%s NO", c.tag)
			default:
				c.say("%s", test.says)
				c.ok()
			}
			return true
		}
		run(t, d.poller(t, s.serve(t), func(c *Config) { c.After.Move = test.folder }))
		d.subjects(t, 3)
		d.round(t)
		if !s.hears(test.heard) {
			t.Errorf("%s: the server never heard %q: %q", test.says, test.heard, s.commands())
		}
	}
}
