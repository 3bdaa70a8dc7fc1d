package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type requestIDKey struct{}

// RequestID is the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// A client may choose the id of its request, but not forge lines of the log or fill it.
var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// methods are what the label of a metric may hold: a client can invent others without end.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// Middleware gives every request an id, a line in the log, its metrics, and an answer when its handler panics.
// Routes named in quiet are asked every few seconds: they are logged at debug only.
func Middleware(mux *http.ServeMux, registry prometheus.Registerer, quiet ...string) http.Handler {
	requests := promauto.With(registry).NewCounterVec(prometheus.CounterOpts{
		Name: "http_requests_total",
		Help: "Requests that were answered.",
	}, []string{"method", "route", "status"})
	durations := promauto.With(registry).NewHistogramVec(prometheus.HistogramOpts{
		Name:    "http_request_duration_seconds",
		Help:    "Time from the head of the request to the end of the answer.",
		Buckets: prometheus.DefBuckets,
	}, []string{"method", "route"})

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := r.Header.Get("X-Request-Id")
		if !saneID.MatchString(id) {
			id = rand.Text()
		}
		w.Header().Set("X-Request-Id", id)
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		answer := &recorder{ResponseWriter: w}

		defer func() {
			if reason := recover(); reason != nil {
				slog.ErrorContext(r.Context(), "panic", "error", fmt.Sprint(reason), "stack", string(debug.Stack()))
				if answer.status != 0 {
					// The client must not take half an answer for a whole one.
					defer panic(http.ErrAbortHandler)
				} else {
					_ = JSON(answer, http.StatusInternalServerError, &Error{Message: "internal error"})
				}
			}

			elapsed := time.Since(start)
			status := answer.status
			if status == 0 {
				status = http.StatusOK // which net/http sends for a handler that writes nothing
			}

			// The pattern, unlike the path, is one of few.
			_, route, _ := strings.Cut(r.Pattern, " ")
			if route == "" {
				route = "unmatched"
			}
			method := r.Method
			if !slices.Contains(methods, method) {
				method = "OTHER"
			}
			requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
			// How long a websocket stayed open says nothing about how quick the service is.
			if status != http.StatusSwitchingProtocols {
				durations.WithLabelValues(method, route).Observe(elapsed.Seconds())
			}

			level := slog.LevelInfo
			switch {
			case slices.Contains(quiet, route):
				level = slog.LevelDebug
			case status >= http.StatusInternalServerError:
				level = slog.LevelError
			}
			slog.LogAttrs(r.Context(), level, "request",
				slog.String("method", r.Method),
				slog.String("path", r.URL.Path),
				slog.Int("status", status),
				slog.Float64("duration_ms", float64(elapsed.Microseconds())/1000),
			)
		}()

		handler, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(answer, r)
			return
		}
		// The mux says 404 or 405, but in plain text.
		refusal := &muted{header: w.Header()}
		handler.ServeHTTP(refusal, r)
		message := strings.ToLower(http.StatusText(refusal.status))
		_ = JSON(answer, refusal.status, &Error{Message: message})
	})
}

// muted takes the head of an answer and throws away its body.
type muted struct {
	header http.Header
	status int
}

func (m *muted) Header() http.Header { return m.header }

func (m *muted) WriteHeader(status int) { m.status = status }

func (m *muted) Write(content []byte) (int, error) { return len(content), nil }

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	// Of the statuses below 200 only 101 is the last word.
	if r.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(content []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(content)
}

// Unwrap lets http.ResponseController reach what the recorder does not pass on: flushing, deadlines, hijacking.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
