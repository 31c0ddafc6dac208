package smtpd

import (
	"net/netip"
	"testing"
	"time"

	"helpgate/internal/clock"
)

func TestRateBoundsWhatAnAddressDoesInAMinute(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	r := newRate(4, c)
	one, other := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	took := func(from netip.Addr) int {
		n := 0
		for range 10 {
			if r.take(from) {
				n++
			}
		}
		return n
	}
	for _, step := range []struct {
		pass time.Duration
		from netip.Addr
		want int
	}{
		{0, one, 4},
		{30 * time.Second, one, 0},
		{0, other, 4},
		{30 * time.Second, one, 0}, // the four are a minute old, and not older
		{30 * time.Second, one, 2}, // half of them are forgotten
		{30 * time.Second, one, 2},
		{2 * time.Minute, one, 4},
		{time.Hour, one, 4},
	} {
		c.Advance(step.pass)
		if n := took(step.from); n != step.want {
			t.Errorf("%s: %s took %d, want %d", c.Now(), step.from, n, step.want)
		}
	}
}

func TestAddressesOfAnIPv6NetworkAreOne(t *testing.T) {
	t.Parallel()
	for peer, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::", "::1": "::",
		"fe80::1%eth0": "fe80::",
	} {
		if got := origin(netip.MustParseAddr(peer)); got != netip.MustParseAddr(want) {
			t.Errorf("%s counts as %s, want %s", peer, got, want)
		}
	}
	if got := origin(netip.Addr{}); got.IsValid() {
		t.Errorf("no address counts as %s", got)
	}
}

func TestConnectionsOfOneAddressInAMinuteAreLimited(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	w := serve(t, Config{ConnectionsPerMinute: 2, Clock: c}, &fakeDoor{})
	hello(t, w)
	hello(t, w)
	third := dial(t, w)
	third.expect("451 4.7.1")
	third.expectClosed()
	c.Advance(2 * time.Minute)
	hello(t, w)
}

func TestMailsOfOneAddressInAMinuteAreLimited(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	w := serve(t, Config{MailsPerMinute: 2, Clock: now}, &fakeDoor{})
	for range 2 {
		mailTo(t, w)
	}
	c := hello(t, w)
	c.say("MAIL FROM:<a@example.net>\r\n", "451 4.7.1")
	c.say("RCPT TO:<support@example.org>\r\n", "503 5.5.1")
	now.Advance(2 * time.Minute)
	c.say("MAIL FROM:<a@example.net>\r\n", "250")
}
