package provider

import (
	"bytes"
	"fmt"

	"helpgate/internal/testkit/sink"
)

// Bounce reports (RFC 3464) that a mail which left did not arrive, to whom it was submitted by.
func (s *Server) Bounce(left sink.Mail) error {
	s.mu.Lock()
	to := left.From
	if own, ok := s.returns[left.From]; ok {
		to = own
	}
	s.mu.Unlock()
	head, _, _ := bytes.Cut(left.Data, []byte("\r\n\r\n"))
	raw := fmt.Sprintf("From: <%s>\r\nTo: <%s>\r\nDate: %s\r\nMessage-ID: <report%s@reports.test>\r\n"+
		"Subject: Delivery Status Notification (Failure)\r\nAuto-Submitted: auto-replied\r\n"+
		"X-Failed-Recipients: %[5]s\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"+
		"--b\r\nContent-Type: text/plain\r\n\r\n%[5]s could not be reached.\r\n"+
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"+
		"Final-Recipient: rfc822; %[5]s\r\nAction: failed\r\nStatus: 5.1.1\r\n"+
		"Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n"+
		"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n%[6]s\r\n\r\n--b--\r\n",
		s.Profile.Daemon, to, now(), s.next(), left.To[0], head)
	return s.deliver(newMail("", to, []byte(raw)))
}

// remember keeps whose return path the provider's own stands for.
func (s *Server) remember(own, submitted string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.returns[own] = submitted
}
