// Package server puts the parts of the service together and runs them.
package server

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"app/internal/config"
	"app/internal/events"
	"app/internal/stores"
	"app/internal/web"
)

const (
	// idleTimeout is longer than the proxy keeps a connection, so that it is the proxy that closes it: a request
	// never meets a connection that this side is about to close.
	idleTimeout = 75 * time.Second
	// drainTimeout is how long work in hand may take after SIGTERM.
	drainTimeout = 20 * time.Second
)

// Server answers the requests of this service.
type Server struct {
	cfg     *config.Config
	stores  stores.Set
	hub     *events.Hub
	sockets *sockets
	handler http.Handler
}

// New builds the server with all its routes.
func New(cfg *config.Config, opened stores.Set) *Server {
	s := &Server{cfg: cfg, stores: opened, hub: &events.Hub{}}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	// The probes are at the root of the port, where the proxy publishes nothing.
	mux := http.NewServeMux()
	mux.Handle("GET /health", web.Handler(s.health))
	mux.Handle("GET /ready", web.Handler(s.ready))
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	s.sockets = newSockets(s.hub)
	mux.Handle("GET "+cfg.WebsocketPath, s.sockets)

	api := web.NewAPI(mux, cfg.BasePath, s.hub)
	api.Handle("GET", "/info", s.info)
	for _, store := range opened {
		store.Routes(api)
	}
	s.handler = web.Middleware(mux, registry, "/health", "/ready", "/metrics")
	return s
}

// Serve answers requests until ctx ends, and then finishes those that are in hand.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	httpServer := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}
	// Events go on until the last client is gone.
	hubCtx, stopHub := context.WithCancel(context.WithoutCancel(ctx))
	defer stopHub()
	go s.hub.Run(hubCtx)

	failed := make(chan error, 1)
	go func() { failed <- httpServer.Serve(listener) }()
	slog.Info("listening", "address", listener.Addr().String(), "environment", s.cfg.Environment)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}

	slog.Info("shutting down")
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		s.sockets.Shutdown(drain)
	}()
	if err := httpServer.Shutdown(drain); err != nil {
		slog.Warn("requests were cut off", "error", err)
		_ = httpServer.Close()
	}
	<-closed
	slog.Info("stopped")
	return nil
}

// health tells that the process lives. It asks no store: a restart would not bring one back.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) error {
	return web.JSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// ready tells whether requests can be served, which takes every store.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) error {
	checks, ready := s.stores.Check(r.Context())
	answer := struct {
		Status string            `json:"status"`
		Checks map[string]string `json:"checks"`
	}{"ready", checks}
	if !ready {
		answer.Status = "unavailable"
		return web.JSON(w, http.StatusServiceUnavailable, answer)
	}
	return web.JSON(w, http.StatusOK, answer)
}

func (s *Server) info(w http.ResponseWriter, _ *http.Request) error {
	return web.JSON(w, http.StatusOK, map[string]string{
		"service":     s.cfg.ServiceName,
		"environment": s.cfg.Environment,
	})
}
