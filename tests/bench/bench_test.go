package main

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestEveryMailOfTheGeneratorReachesTheServerOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var subjects []string
	s, err := newSink(func(_ string, _ time.Time, head []byte) {
		_, rest, _ := strings.Cut(string(head), "Subject: ")
		subject, _, _ := strings.Cut(rest, "\r\n")
		mu.Lock()
		defer mu.Unlock()
		subjects = append(subjects, subject)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	const mails = 3*mailsPerConn + 7 // more than the connections take at once
	l := load{
		addr: s.addr(), conns: 2, mail: newTemplate(plain), mails: mails, next: &atomic.Int64{},
	}
	r, err := l.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.mails != mails || len(r.whole) != mails || len(r.done) != mails || r.elapsed <= 0 {
		t.Errorf("result of %d mails, %d times, %d stamps in %s, want %d", r.mails, len(r.whole),
			len(r.done), r.elapsed, mails)
	}
	slices.Sort(subjects)
	if n := len(slices.Compact(subjects)); n != mails {
		t.Errorf("the server got %d different mails, want %d", n, mails)
	}
	if _, err := s.wait(t.Context(), mails); err != nil {
		t.Error(err)
	}
}

func TestARefusalEndsTheRun(t *testing.T) {
	t.Parallel()
	l := load{addr: "127.0.0.1:1", conns: 3, mails: 3, next: &atomic.Int64{}}
	if _, err := l.run(t.Context()); err == nil {
		t.Error("no server, no error")
	}
}

func TestALoadHasItsSize(t *testing.T) {
	t.Parallel()
	for k, want := range map[kind]int{plain: 2 << 10, attached: 136_000} {
		mail := newTemplate(k)
		if d := len(mail.data) - want; d < -want/20 || d > want/20 {
			t.Errorf("a mail of load %s has %d bytes, want about %d", k, len(mail.data), want)
		}
		one, two := mail.clone().number(1, 1), mail.clone().number(2, 2)
		if bytes.Equal(one, two) || bytes.Contains(one, []byte(serial)) || len(one) != len(two) {
			t.Errorf("load %s: mails are not numbered", k)
		}
	}
}

func TestAReplyGoesWhereTheAcknowledgementSays(t *testing.T) {
	t.Parallel()
	head := "From: Desk <support@desk.example>\r\n" +
		"Reply-To: \"Desk\"\r\n <support+r1@desk.example>\r\n" +
		"Message-ID: <m1@desk.example>\r\nIn-Reply-To: <x@customer.example>\r\n\r\n"
	a, ok := answerTo(address(7), []byte(head))
	want := answer{address(7), "support+r1@desk.example", "m1@desk.example"}
	if !ok || a != want {
		t.Errorf("answer %+v, %v, want %+v", a, ok, want)
	}
	mail := string(a.mail(8))
	for _, line := range []string{"In-Reply-To: <m1@desk.example>\r\n", address(7), "00000000000008"} {
		if !strings.Contains(mail, line) {
			t.Errorf("the reply lacks %q", line)
		}
	}
	if _, ok := answerTo("x", []byte("Subject: none\r\n\r\n")); ok {
		t.Error("a mail without Message-ID can be answered")
	}
}

func TestWhatFollowsIsFoundByNumber(t *testing.T) {
	t.Parallel()
	a, at := newArrivals(), time.Now()
	done := []stamp{{1, at}, {2, at}}
	a.look(address(1), at.Add(time.Second), nil)
	a.look(agent, at.Add(3*time.Second), []byte("Subject: Order 00000000000001 did not arrive\r\n"))
	took, lost := a.after(done, a.acks)
	if len(took) != 1 || took[0] != time.Second || lost != 1 {
		t.Errorf("acknowledged after %v, %d lost", took, lost)
	}
	if took, _ := a.after(done, a.notes); len(took) != 1 || took[0] != 3*time.Second {
		t.Errorf("told after %v", took)
	}
	if p := a.pause(at, at.Add(4*time.Second)); p != 2*time.Second {
		t.Errorf("longest pause %s, want 2 s", p)
	}
}
