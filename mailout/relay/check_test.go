package relay_test

import (
	"net"
	"strings"
	"testing"

	"helpgate/internal/testkit"
	"helpgate/mailout/relay"
)

func TestCheckLogsInAndSendsNothing(t *testing.T) {
	t.Parallel()
	heard := make(chan string, 10)
	address := testkit.Listen(t, func(conn net.Conn) {
		serveScript(conn, map[string]string{
			"EHLO": "250-here\r\n250-SIZE 26214400\r\n250-DSN\r\n250-LIMITS RCPTMAX=50\r\n250 AUTH PLAIN",
			"AUTH": "235 come in",
		}, heard)
		close(heard)
	})
	r, err := relay.Check(t.Context(), relay.Config{
		Address: address, TLS: relay.TLSNone, Username: "u", Password: "p",
	})
	want := relay.Report{
		MaxSize: 26214400, DSN: true, Extensions: "AUTH DSN LIMITS SIZE", Limits: "RCPTMAX=50",
	}
	if err != nil || r != want {
		t.Errorf("got %+v, %v; want %+v", r, err, want)
	}
	for line := range heard {
		if strings.HasPrefix(line, "MAIL") {
			t.Errorf("heard %q", line)
		}
	}
}

func TestASizeThatIsNoneTellsNothing(t *testing.T) {
	t.Parallel()
	for _, size := range []string{"99999999999999999999", "-5", "much"} {
		address := testkit.Listen(t, func(conn net.Conn) {
			serveScript(conn, map[string]string{"EHLO": "250-here\r\n250 SIZE " + size},
				make(chan string, 10))
		})
		r, err := relay.Check(t.Context(), relay.Config{Address: address, TLS: relay.TLSNone})
		if err != nil || r.MaxSize != 0 {
			t.Errorf("%s: %d, %v", size, r.MaxSize, err)
		}
	}
}

func TestCheckTellsARefusedPassword(t *testing.T) {
	t.Parallel()
	address := testkit.Listen(t, func(conn net.Conn) {
		serveScript(conn, map[string]string{
			"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 no",
		}, make(chan string, 10))
	})
	_, err := relay.Check(t.Context(), relay.Config{
		Address: address, TLS: relay.TLSNone, Username: "u", Password: "p",
	})
	fault(t, err, true, 535, "5.7.8")
}
