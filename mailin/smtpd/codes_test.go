package smtpd

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"helpgate/internal/mailerr"
)

func TestReply(t *testing.T) {
	t.Parallel()
	const unknown = "451 4.3.0 temporary trouble, try again later\r\n"
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"unknown", errors.New("SELECT secret"), unknown},
		{"end of file", io.EOF, unknown},
		{"wrapped", fmt.Errorf("op: %w", errTooBig), "552 5.3.4 message too big\r\n"},
		{"no enhanced code", &mailerr.Error{Code: 554, Public: "no"}, "554 5.0.0 no\r\n"},
		{"loop", fault(554, "5.4.6", "mail loop"), "554 5.4.6 mail loop\r\n"},
		{"no code", &mailerr.Error{Public: "no"}, unknown},
		{"success", &mailerr.Error{Code: 250, Public: "yes"}, unknown},
		{"temporary as final", &mailerr.Error{Temporary: true, Code: 550, Public: "no"}, unknown},
		{"other class", fault(550, "4.1.1", "no"), unknown},
		{"bad enhanced code", fault(550, "x", "no"), unknown},
		{"no words", fault(550, "5.1.1", ""), unknown},
		{"second line", fault(550, "5.1.1", "no\r\n250 yes"), unknown},
	} {
		if got := replyLine(test.err); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
