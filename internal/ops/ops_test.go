package ops

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/health"
)

var now = clock.NewFake(time.Unix(1700000060, 0))

func noLevels(context.Context) (Levels, error) { return Levels{}, nil }

// registry has one polled folder of each sort.
func registry(levels func(context.Context) (Levels, error)) *Registry {
	board := health.NewBoard(now, health.Folder{Mailbox: "s@d", Folder: "INBOX"},
		health.Folder{Mailbox: "s@d", Folder: "New"})
	board.Polled("s@d", "INBOX", time.Unix(1700000000, 0).UTC())
	board.Backlog("s@d", "INBOX", 5)
	board.SetAside("s@d", "INBOX", 2)
	board.Trouble("s@d", "New", errors.New("refused"), "mend it")
	return New(levels, board, now)
}

func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestMetricsShowWhatWasCounted(t *testing.T) {
	t.Parallel()
	r := registry(func(context.Context) (Levels, error) {
		return Levels{Outbox: map[string]int64{"waiting": 4, "failed": 1}, HeldOpen: 3}, nil
	})
	r.MailAccepted("smtp")
	r.MailAccepted("smtp")
	r.Refused("recipient")
	r.Duplicate()
	r.TicketCreated()
	r.Delivered("sent")
	r.Panicked()
	w := get(t, r.Handler(), "/metrics")
	for _, want := range []string{
		`helpgate_mails_accepted_total{road="smtp"} 2`,
		`helpgate_refused_total{what="recipient"} 1`,
		`helpgate_duplicates_total 1`,
		`helpgate_tickets_created_total 1`,
		`helpgate_deliveries_total{result="sent"} 1`,
		`helpgate_panics_total 1`,
		`helpgate_outbox_rows{status="waiting"} 4`,
		`helpgate_outbox_rows{status="failed"} 1`,
		`helpgate_held_open 3`,
		`helpgate_imap_last_success_timestamp_seconds{folder="INBOX",mailbox="s@d"} 1.7e+09`,
		`helpgate_imap_backlog{folder="INBOX",mailbox="s@d"} 5`,
		`helpgate_imap_set_aside{folder="INBOX",mailbox="s@d"} 2`,
		`helpgate_imap_lag_seconds{folder="INBOX",mailbox="s@d"} 60`,
		`helpgate_imap_failing{folder="INBOX",mailbox="s@d"} 0`,
		`helpgate_imap_failing{folder="New",mailbox="s@d"} 1`,
		`go_goroutines `,
	} {
		if !strings.Contains(w.Body.String(), "\n"+want) {
			t.Errorf("/metrics lacks %q", want)
		}
	}
}

func TestMetricsFailWhenTheStoreCannotBeRead(t *testing.T) {
	t.Parallel()
	r := registry(func(context.Context) (Levels, error) { return Levels{}, errors.New("locked") })
	if w := get(t, r.Handler(), "/metrics"); w.Code != http.StatusInternalServerError {
		t.Errorf("status %d, want 500", w.Code)
	}
}

func TestReadyOnlyWhenEveryCheckPasses(t *testing.T) {
	t.Parallel()
	var smtp Switch
	const mailboxes = `],"mailboxes":[{"mailbox":"s@d","folder":"INBOX",` +
		`"last_success":"2023-11-14T22:13:20Z","lag_seconds":60,"backlog":5,"set_aside":2,` +
		`"error":"","mend":""},{"mailbox":"s@d","folder":"New","last_success":null,` +
		`"lag_seconds":0,"backlog":0,"set_aside":0,"error":"refused","mend":"mend it"}]}`
	fault := errors.New("connection refused")
	database := Check{"database", func(context.Context) error { return fault }}
	h := registry(noLevels).Handler(database, smtp.Check("smtp"))
	for _, step := range []struct {
		fault  error
		up     bool
		status int
		body   string
	}{
		{fault, false, 503, `{"ready":false,"checks":[` +
			`{"name":"database","ready":false,"error":"connection refused"},` +
			`{"name":"smtp","ready":false,"error":"not up"}` + mailboxes},
		{nil, false, 503, `{"ready":false,"checks":[{"name":"database","ready":true},` +
			`{"name":"smtp","ready":false,"error":"not up"}` + mailboxes},
		{nil, true, 200, `{"ready":true,"checks":[{"name":"database","ready":true},` +
			`{"name":"smtp","ready":true}` + mailboxes},
	} {
		fault = step.fault
		smtp.Set(step.up)
		w := get(t, h, "/readyz")
		if w.Code != step.status || strings.TrimSpace(w.Body.String()) != step.body {
			t.Errorf("got %d %s, want %d %s", w.Code, w.Body, step.status, step.body)
		}
		if w := get(t, h, "/healthz"); w.Code != http.StatusOK {
			t.Errorf("/healthz: %d, want 200 whatever the checks say", w.Code)
		}
	}
}

func TestReadyWithNoChecksIsAnEmptyList(t *testing.T) {
	t.Parallel()
	var answer map[string]any
	w := get(t, registry(noLevels).Handler(), "/readyz")
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer["checks"] == nil {
		t.Errorf("%s, %v", w.Body, err)
	}
}

func TestOtherMethodsAndPathsAreRefused(t *testing.T) {
	t.Parallel()
	h := registry(noLevels).Handler()
	if w := get(t, h, "/debug/pprof/"); w.Code != http.StatusNotFound {
		t.Errorf("/debug/pprof/: %d, want 404", w.Code)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/metrics", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST /metrics: %d, want 405", w.Code)
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, registry(noLevels).Handler()) }()
	res, err := http.Get("http://" + l.Addr().String() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusOK || string(body) != "ok\n" {
		t.Errorf("got %d %q", res.StatusCode, body)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if err := Serve(t.Context(), l, nil); !errors.Is(err, net.ErrClosed) {
		t.Errorf("on a closed listener: %v, want net.ErrClosed", err)
	}
}
