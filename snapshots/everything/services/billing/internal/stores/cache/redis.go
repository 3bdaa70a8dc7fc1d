// Package redis is the client of cache.
package redis

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"app/internal/config"
	"app/internal/stores"
	"app/internal/web"
)

type store struct {
	client *redis.Client
	stream string
}

// Open makes the store for the server. Its client connects when it is first used.
func Open(cfg *config.Config) stores.Store {
	redis.SetLogger(logger{})
	password := cfg.Secret("CACHE_PASSWORD_FILE")
	return config.Parse(cfg, "CACHE_URL", func(url string) (*store, error) {
		options, err := redis.ParseURL(url)
		if err != nil {
			return nil, err
		}
		if password != "" {
			options.Password = password
		}
		// A request must not wait long for a store that is away, and not at all when its client has given up.
		options.DialTimeout = 2 * time.Second
		options.DialerRetries = 1
		options.ContextTimeoutEnabled = true
		// Only hosted Redis announces its maintenance.
		options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
		return &store{client: redis.NewClient(options), stream: "jobs"}, nil
	})
}

func (s *store) Ready(ctx context.Context) error { return s.client.Ping(ctx).Err() }

func (s *store) Routes(api *web.API) {
	api.Events.Use(relay{s.client})
	api.Handle("POST", "/jobs", s.createJob)
	api.Handle("GET", "/jobs/{id}", s.showJob)
}

func (s *store) Close() { _ = s.client.Close() }

// failed is the answer when a command did not succeed.
func failed(err error) error {
	return &web.Error{Status: http.StatusServiceUnavailable, Message: "the store for jobs does not answer", Cause: err}
}

// logger takes what the library would write to stderr in a form of its own.
type logger struct{}

func (logger) Printf(ctx context.Context, format string, v ...any) {
	slog.WarnContext(ctx, fmt.Sprintf(format, v...))
}
