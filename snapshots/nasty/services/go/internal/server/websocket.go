package server

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"app/internal/events"
)

const (
	// pingInterval keeps proxies from taking a quiet connection for a dead one, and finds the dead ones.
	pingInterval = 30 * time.Second
	// writeTimeout is how long a client may take to accept one message.
	writeTimeout = 10 * time.Second
)

// sockets are the open websockets. Each gets its own text frames back, and every event of the hub.
type sockets struct {
	hub     *events.Hub
	closing chan struct{}

	mu   sync.Mutex
	shut bool
	open sync.WaitGroup
}

func newSockets(hub *events.Hub) *sockets {
	return &sockets{hub: hub, closing: make(chan struct{})}
}

func (s *sockets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer s.open.Done()

	// Pages of this host may connect, whatever their port: a proxy in between may have another one.
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: []string{host, host + ":*"}})
	if err != nil {
		return // Accept has answered.
	}
	defer func() { _ = conn.CloseNow() }()

	messages, unsubscribe := s.hub.Subscribe()
	defer unsubscribe()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		echo(r.Context(), conn)
	}()
	ping := time.NewTicker(pingInterval)
	defer ping.Stop()
	for {
		var err error
		select {
		case <-gone:
			return
		case <-s.closing:
			_ = conn.Close(websocket.StatusGoingAway, "the service is shutting down")
			return
		case message, ok := <-messages:
			if !ok {
				_ = conn.Close(websocket.StatusTryAgainLater, "the client reads too slowly")
				return
			}
			err = write(r.Context(), conn, message)
		case <-ping.C:
			ctx, cancel := context.WithTimeout(r.Context(), writeTimeout)
			err = conn.Ping(ctx)
			cancel()
		}
		if err != nil {
			return
		}
	}
}

// Shutdown closes every websocket with 1001, so that clients connect again elsewhere.
func (s *sockets) Shutdown(ctx context.Context) {
	s.mu.Lock()
	s.shut = true
	close(s.closing)
	s.mu.Unlock()

	closed := make(chan struct{})
	go func() {
		s.open.Wait()
		close(closed)
	}()
	select {
	case <-closed:
	case <-ctx.Done():
	}
}

// enter counts one more websocket, unless the service is shutting down.
func (s *sockets) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.shut {
		s.open.Add(1)
	}
	return !s.shut
}

// echo sends back what the client sends until the connection ends.
func echo(ctx context.Context, conn *websocket.Conn) {
	for {
		kind, message, err := conn.Read(ctx)
		if err != nil {
			return
		}
		if kind != websocket.MessageText {
			_ = conn.Close(websocket.StatusUnsupportedData, "text frames only")
			return
		}
		if err := write(ctx, conn, message); err != nil {
			return
		}
	}
}

func write(ctx context.Context, conn *websocket.Conn, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return conn.Write(ctx, websocket.MessageText, message)
}
