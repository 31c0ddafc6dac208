package ops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// The limits of the server: its answers are small, and those who ask are few and near.
const (
	requestTimeout  = 5 * time.Second  // to read a request
	answerTimeout   = 10 * time.Second // to write an answer, a slow scrape included
	idleTimeout     = 2 * time.Minute  // above the usual interval of scrapes
	maxHeaderBytes  = 16 << 10
	shutdownTimeout = 2 * time.Second // to finish running answers
)

// Handler answers /metrics, /healthz and /readyz; checks are what /readyz asks, in order.
func (r *Registry) Handler(checks ...Check) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(r.registry, promhttp.HandlerOpts{}))
	mux.Handle("GET /readyz", readyz(checks, r.folders))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "ok\n")
	})
	return mux
}

// Serve answers on l, which it closes, until ctx is done.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler:        h,
		ReadTimeout:    requestTimeout,
		WriteTimeout:   answerTimeout,
		IdleTimeout:    idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve metrics: %w", err)
	case <-ctx.Done():
	}
	bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(bound); err != nil {
		return fmt.Errorf("stop metrics: %w", errors.Join(err, server.Close()))
	}
	return nil
}
