package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"app/internal/config"
	"app/internal/events"
	"app/internal/web"
)

// open connects to the real store, with a stream that no worker reads.
func open(t *testing.T) *store {
	t.Helper()
	if os.Getenv("REDIS_URL") == "" {
		t.Skip("REDIS_URL is not set")
	}
	s := Open(config.Load(os.LookupEnv)).(*store)
	if s == nil {
		t.Fatal("REDIS_URL cannot be used")
	}
	s.stream = fmt.Sprintf("test:%d", time.Now().UnixNano())
	t.Cleanup(func() {
		s.client.Del(context.Background(), s.stream)
		s.Close()
	})
	return s
}

func ask(handler http.Handler, method, path, body string) (status int, answer string) {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(method, path, strings.NewReader(body)))
	return recorder.Code, recorder.Body.String()
}

func TestJobs(t *testing.T) {
	s := open(t)
	mux := http.NewServeMux()
	s.Routes(web.NewAPI(mux, "", &events.Hub{}))

	for _, body := range []string{`{}`, `{"kind":"dance","payload":{}}`, `{"kind":"echo"}`, `{"kind":"echo","payload":[]}`} {
		if status, answer := ask(mux, "POST", "/jobs", body); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d %s", body, status, answer)
		}
	}

	status, answer := ask(mux, "POST", "/jobs", `{"kind":"echo","payload":{"n":12345678901234567890}}`)
	var job struct{ ID, Status string }
	if err := json.Unmarshal([]byte(answer), &job); err != nil || status != http.StatusAccepted || job.Status != "queued" {
		t.Fatalf("got %d %s (%v)", status, answer, err)
	}
	t.Cleanup(func() { s.client.Del(context.Background(), stateOf(job.ID)) })
	entries, err := s.client.XRange(t.Context(), s.stream, "-", "+").Result()
	if err != nil || len(entries) != 1 {
		t.Fatalf("the stream holds %v (%v)", entries, err)
	}
	if got := entries[0].Values; got["id"] != job.ID || got["kind"] != "echo" || got["payload"] != `{"n":12345678901234567890}` {
		t.Errorf("the stream holds %v", got)
	}

	path := "/jobs/" + job.ID
	if _, answer := ask(mux, "GET", path, ""); answer != `{"id":"`+job.ID+`","kind":"echo","status":"queued","result":null}` {
		t.Errorf("got %s", answer)
	}
	s.client.HSet(t.Context(), stateOf(job.ID), "status", "done", "result", `{"n":1}`)
	if _, answer := ask(mux, "GET", path, ""); answer != `{"id":"`+job.ID+`","kind":"echo","status":"done","result":{"n":1}}` {
		t.Errorf("got %s", answer)
	}
	if ttl := s.client.TTL(t.Context(), stateOf(job.ID)).Val(); ttl <= 0 || ttl > keep {
		t.Errorf("the state is kept for %s", ttl)
	}
	if status, answer := ask(mux, "GET", path+"x", ""); status != http.StatusNotFound {
		t.Errorf("got %d %s", status, answer)
	}
}

func TestEventsReachOtherReplicas(t *testing.T) {
	s := open(t)
	var here, there events.Hub
	for _, hub := range []*events.Hub{&here, &there} {
		hub.Use(relay{s.client})
		go hub.Run(t.Context())
	}
	messages, cancel := there.Subscribe()
	defer cancel()

	// Others may publish on the same channel, and the subscription takes a moment.
	event := fmt.Sprintf("event %d", time.Now().UnixNano())
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-t.Context().Done():
			t.Fatal("nothing arrived")
		case <-again.C:
			here.Announce(t.Context(), event)
		case message := <-messages:
			if string(message) == `"`+event+`"` {
				return
			}
		}
	}
}

func TestStoreIsAway(t *testing.T) {
	values := map[string]string{"ENVIRONMENT": "test"}
	values["REDIS_URL"] = "redis://127.0.0.1:1/0"
	away := Open(config.Load(func(name string) (string, bool) { return values[name], true }))
	defer away.Close()
	if err := away.Ready(t.Context()); err == nil {
		t.Error("ready without a store")
	}
	mux := http.NewServeMux()
	away.Routes(web.NewAPI(mux, "", &events.Hub{}))
	if status, answer := ask(mux, "GET", "/jobs/x", ""); status != http.StatusServiceUnavailable {
		t.Errorf("got %d %s", status, answer)
	}
}
