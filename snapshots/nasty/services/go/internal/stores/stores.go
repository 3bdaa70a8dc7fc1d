// Package stores is the seam between the service and what it keeps its data in.
//
// Each store has a folder below this one and registers itself from a file beside main.go, so adding or removing one
// leaves all other code as it is.
package stores

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"app/internal/config"
	"app/internal/web"
)

// A Store is a client of something outside of this process. It has to bear that the other side is away, at start
// as well as later, and to find back by itself.
type Store interface {
	// Ready returns nil when the store answers.
	Ready(ctx context.Context) error
	// Routes adds what the store offers to clients. It is called once, before the first request.
	Routes(api *web.API)
	// Close ends all connections. It is called after the last request.
	Close()
}

// Opener reads the settings of a store and makes its client, without waiting for the other side. Wrong settings are
// recorded in cfg; the result is then not used.
type Opener func(cfg *config.Config) Store

type registration struct {
	name string
	open Opener
}

var registrations []registration

// Register makes a store part of the service. Call it from an init function.
func Register(name string, open Opener) {
	registrations = append(registrations, registration{name, open})
}

// Set is the opened stores by name.
type Set map[string]Store

// Open opens every registered store.
func Open(cfg *config.Config) Set {
	set := Set{}
	for _, r := range registrations {
		set[r.name] = r.open(cfg)
	}
	return set
}

// Check asks all stores at once and tells for each whether it answered within two seconds.
func (s Set) Check(ctx context.Context) (checks map[string]string, ready bool) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()

	var (
		wg sync.WaitGroup
		mu sync.Mutex
	)
	checks, ready = map[string]string{}, true
	for name, store := range s {
		wg.Go(func() {
			err := store.Ready(ctx)
			mu.Lock()
			defer mu.Unlock()
			checks[name] = "ok"
			if err != nil {
				slog.WarnContext(ctx, "store is not ready", "store", name, "error", err)
				checks[name], ready = "unavailable", false
			}
		})
	}
	wg.Wait()
	return checks, ready
}

// Close closes every store.
func (s Set) Close() {
	for _, store := range s {
		store.Close()
	}
}
