package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"app/internal/config"
	"app/internal/stores"
	"app/internal/web"
)

// fakeStore is away when told so, and answers /slow when it is released.
type fakeStore struct {
	away    atomic.Bool
	entered chan struct{}
	release chan struct{}
}

func (s *fakeStore) Ready(context.Context) error {
	if s.away.Load() {
		return errors.New("connection refused")
	}
	return nil
}

func (s *fakeStore) Routes(api *web.API) {
	api.Handle("GET", "/slow", func(w http.ResponseWriter, _ *http.Request) error {
		close(s.entered)
		<-s.release
		return web.JSON(w, http.StatusOK, "done")
	})
	api.Handle("POST", "/announce", func(w http.ResponseWriter, r *http.Request) error {
		api.Events.Announce(r.Context(), "news")
		return web.JSON(w, http.StatusOK, "done")
	})
}

func (s *fakeStore) Close() {}

type running struct {
	url   string
	store *fakeStore
	stop  context.CancelFunc
	ended chan error
}

func start(t *testing.T) *running {
	t.Helper()
	cfg := &config.Config{
		Environment: "test",
		ServiceName: "orders",
		BasePath:    "/base",

		WebsocketPath: "/live",
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	store := &fakeStore{entered: make(chan struct{}), release: make(chan struct{})}
	r := &running{url: "http://" + listener.Addr().String(), store: store, stop: stop, ended: make(chan error, 1)}
	server := New(cfg, stores.Set{"fake": store})
	go func() { r.ended <- server.Serve(ctx, listener) }()
	t.Cleanup(stop)
	return r
}

func (r *running) get(t *testing.T, path string, wantStatus int, wantBody string) {
	t.Helper()
	answer, err := http.Get(r.url + path)
	if err != nil {
		t.Error(err)
		return
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != wantStatus || (wantBody != "" && string(body) != wantBody) {
		t.Errorf("%s: got %d %s (%v), want %d %s", path, answer.StatusCode, body, err, wantStatus, wantBody)
	}
}

func TestEndpoints(t *testing.T) {
	r := start(t)
	r.get(t, "/health", 200, `{"status":"ok"}`)
	r.get(t, "/metrics", 200, "")
	r.get(t, "/base/info", 200, `{"environment":"test","service":"orders"}`)
	r.get(t, "/nowhere", 404, "")
}

func TestReadinessFollowsTheStore(t *testing.T) {
	r := start(t)
	r.get(t, "/ready", 200, `{"status":"ready","checks":{"fake":"ok"}}`)
	r.store.away.Store(true)
	r.get(t, "/ready", 503, `{"status":"unavailable","checks":{"fake":"unavailable"}}`)
	r.get(t, "/health", 200, "")
	r.store.away.Store(false)
	r.get(t, "/ready", 200, "")
}

func (r *running) dial(t *testing.T, origin string) (*websocket.Conn, error) {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), r.url+"/live", &websocket.DialOptions{
		HTTPHeader: http.Header{"Origin": {origin}},
	})
	if err == nil {
		t.Cleanup(func() { _ = conn.CloseNow() })
	}
	return conn, err
}

func TestWebsocket(t *testing.T) {
	r := start(t)
	if _, err := r.dial(t, "https://elsewhere.example"); err == nil {
		t.Error("a page of another host may connect")
	}
	conn, err := r.dial(t, "https://127.0.0.1:8443")
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Write(t.Context(), websocket.MessageText, []byte("ping ✓")); err != nil {
		t.Fatal(err)
	}
	if _, got, err := conn.Read(t.Context()); err != nil || string(got) != "ping ✓" {
		t.Errorf("got %s (%v)", got, err)
	}

	answer, err := http.Post(r.url+"/base/announce", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if _, got, err := conn.Read(t.Context()); err != nil || string(got) != `"news"` {
		t.Errorf("got %s (%v)", got, err)
	}
}

func TestShutdownFinishesWhatIsInHand(t *testing.T) {
	r := start(t)
	conn, err := r.dial(t, r.url)
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		r.get(t, "/base/slow", 200, `"done"`)
	}()
	<-r.store.entered

	r.stop()
	if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the websocket ended with %v", err)
	}
	for refused := false; !refused; time.Sleep(time.Millisecond) {
		probe, err := net.Dial("tcp", r.url[len("http://"):])
		if err == nil {
			_ = probe.Close()
		}
		refused = err != nil
	}
	close(r.store.release)
	<-answered
	if err := <-r.ended; err != nil {
		t.Errorf("the server ended with %v", err)
	}
}
