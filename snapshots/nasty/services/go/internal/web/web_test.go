package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"app/internal/config"
	"app/internal/events"
)

// start serves some routes below /api and returns what is logged meanwhile.
func start(t *testing.T) (handler http.Handler, log *bytes.Buffer) {
	t.Helper()
	log = &bytes.Buffer{}
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	slog.SetDefault(NewLogger(log, &config.Config{ServiceName: "test", LogLevel: slog.LevelInfo}))

	registry := prometheus.NewRegistry()
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	api := NewAPI(mux, "/api", &events.Hub{})
	api.Handle("POST", "/things/{id}", func(w http.ResponseWriter, r *http.Request) error {
		var body struct{ Name string }
		if err := ReadJSON(w, r, &body); err != nil {
			return err
		}
		return JSON(w, http.StatusCreated, map[string]string{"id": r.PathValue("id"), "name": body.Name})
	})
	api.Handle("GET", "/broken", func(http.ResponseWriter, *http.Request) error { return errors.New("disk is full") })
	api.Handle("GET", "/panic", func(http.ResponseWriter, *http.Request) error { panic("out of cheese") })
	api.Handle("GET", "/upgrade", func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusSwitchingProtocols)
		return nil
	})
	api.Handle("GET", "/silent", func(http.ResponseWriter, *http.Request) error { return nil })
	return Middleware(mux, registry, "/metrics"), log
}

func ask(handler http.Handler, method, path, body string, header ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

func TestAnswers(t *testing.T) {
	handler, _ := start(t)
	tests := []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/api/things/7", `{"name":"x"}`, 201, `{"id":"7","name":"x"}`},
		{"POST", "/api/things/7", `{"name":7}`, 422, `{"message":"the body is not the JSON that is expected"}`},
		{"POST", "/api/things/7", ``, 422, `{"message":"the body is not the JSON that is expected"}`},
		{"POST", "/api/things/7", `"` + strings.Repeat("x", maxBody) + `"`, 413, `{"message":"the body is too large"}`},
		{"GET", "/api/broken", ``, 500, `{"message":"internal error"}`},
		{"GET", "/api/panic", ``, 500, `{"message":"internal error"}`},
		{"GET", "/api/nowhere", ``, 404, `{"message":"not found"}`},
		{"GET", "/api/things/7", ``, 405, `{"message":"method not allowed"}`},
	}
	for _, test := range tests {
		answer := ask(handler, test.method, test.path, test.body)
		if answer.Code != test.status || answer.Body.String() != test.want {
			t.Errorf("%s %s: got %d %s, want %d %s", test.method, test.path, answer.Code, answer.Body, test.status, test.want)
		}
	}
}

func TestRequestID(t *testing.T) {
	handler, log := start(t)
	if got := ask(handler, "GET", "/nowhere", "", "X-Request-Id", "abc-1").Header().Get("X-Request-Id"); got != "abc-1" {
		t.Errorf("a sane id became %q", got)
	}
	for _, id := range []string{"", "a b", "a\nb", strings.Repeat("a", 65)} {
		if got := ask(handler, "GET", "/nowhere", "", "X-Request-Id", id).Header().Get("X-Request-Id"); got == id || got == "" {
			t.Errorf("id %q was answered with %q", id, got)
		}
	}

	var line map[string]any
	first, _, _ := strings.Cut(log.String(), "\n")
	if err := json.Unmarshal([]byte(first), &line); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"level": "info", "msg": "request", "service": "test", "request_id": "abc-1",
		"method": "GET", "path": "/nowhere", "status": float64(404),
	} {
		if line[name] != want {
			t.Errorf("%s is %v, want %v in %s", name, line[name], want, first)
		}
	}
	for _, name := range []string{"time", "duration_ms"} {
		if line[name] == nil {
			t.Errorf("no %s in %s", name, first)
		}
	}
}

func TestMetrics(t *testing.T) {
	handler, _ := start(t)
	ask(handler, "POST", "/api/things/1", `{}`)
	ask(handler, "POST", "/api/things/2", `{}`)
	ask(handler, "BREW", "/teapot", "")
	ask(handler, "GET", "/api/silent", "")
	ask(handler, "GET", "/api/upgrade", "")
	metrics := ask(handler, "GET", "/metrics", "").Body.String()
	for _, want := range []string{
		`http_requests_total{method="POST",route="/api/things/{id}",status="201"} 2`,
		`http_requests_total{method="OTHER",route="unmatched",status="404"} 1`,
		`http_requests_total{method="GET",route="/api/silent",status="200"} 1`,
		`http_requests_total{method="GET",route="/api/upgrade",status="101"} 1`,
		`http_request_duration_seconds_count{method="POST",route="/api/things/{id}"} 2`,
	} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("no %s in\n%s", want, metrics)
		}
	}
	if strings.Contains(metrics, `duration_seconds_count{method="GET",route="/api/upgrade"}`) {
		t.Error("the life of a websocket counts as a duration")
	}
}
