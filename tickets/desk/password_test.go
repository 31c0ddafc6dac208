package desk

import (
	"context"
	"errors"
	"testing"

	"helpgate/internal/password"
	"helpgate/tickets"
)

// loggedIn makes the mail one that the agent handed in by submission.
func loggedIn(ag tickets.Agent) func(*tickets.Mail) {
	return func(m *tickets.Mail) { m.Agent = ag.ID }
}

func TestOnlyAnActiveAgentWithHisPasswordLogsIn(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), context.Background()
	const plain = "correct horse"
	for _, id := range []int64{o.ann.ID, o.ben.ID} {
		if err := o.SetPassword(ctx, id, plain); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.DisableAgent(ctx, o.ben.ID); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		address, plain string
		want           int64
	}{
		{ann, plain, o.ann.ID},
		{"Ann@HOME.example", plain, o.ann.ID}, // each address of hers
		{ann, plain + " ", 0},
		{ann, "", 0},
		{ben, plain, 0}, // not active
		{alice, plain, 0},
		{"", plain, 0},
		{"ann", plain, 0},
	} {
		ag, err := o.Login(ctx, c.address, c.plain)
		if ag.ID != c.want || (c.want == 0) != errors.Is(err, ErrLogin) {
			t.Errorf("%s, %q: agent %d, %v; want %d", c.address, c.plain, ag.ID, err, c.want)
		}
	}
	if err := o.RemovePassword(ctx, o.ann.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Login(ctx, ann, plain); !errors.Is(err, ErrLogin) {
		t.Errorf("logs in without a password: %v", err)
	}
}

func TestPasswordsThatAreNotKept(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), context.Background()
	if err := o.SetPassword(ctx, o.ann.ID, "short"); !errors.Is(err, password.ErrLength) {
		t.Errorf("short: %v", err)
	}
	if err := o.SetPassword(ctx, 99, "correct horse"); !errors.Is(err, ErrNobody) {
		t.Errorf("of nobody: %v", err)
	}
	if err := o.RemovePassword(ctx, 99); !errors.Is(err, ErrNobody) {
		t.Errorf("removed of nobody: %v", err)
	}
}

// TestALogInProvesItsOwnAddressesOnly: the message says whether its author is proven.
func TestALogInProvesItsOwnAddressesOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i, c := range []struct {
		from string
		want tickets.Verified
	}{
		{ann, tickets.VerifiedPass},
		{"ann@home.example", tickets.VerifiedPass},
		{alice, tickets.VerifiedNone},
		{ben, tickets.VerifiedNone},
	} {
		o.receive(o.mail(c.from, "The printer is on fire.", loggedIn(o.ann)))
		if got := o.show(int64(i + 1)).Messages[0].Verified; got != c.want {
			t.Errorf("%s: %s, want %s", c.from, got, c.want)
		}
	}
	o.receive(o.mail(ann, "The printer is on fire.", loggedIn(o.ann), func(m *tickets.Mail) {
		m.Untrusted, m.Verified = true, tickets.VerifiedUntrusted
	}))
	if got := o.show(5).Messages[0].Verified; got != tickets.VerifiedUntrusted {
		t.Errorf("two senders: %s", got)
	}
}
