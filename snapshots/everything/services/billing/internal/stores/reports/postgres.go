// Package postgres is the client of the database reports.
package postgres

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"app/internal/config"
	"app/internal/events"
	"app/internal/stores"
	"app/internal/web"
)

type store struct {
	pool   *pgxpool.Pool
	events *events.Hub
}

// Open makes the store for the server.
func Open(cfg *config.Config) stores.Store {
	return &store{pool: connect(cfg)}
}

// connect makes a pool, which opens a connection only when one is needed.
func connect(cfg *config.Config) *pgxpool.Pool {
	password := cfg.Secret("REPORTS_PASSWORD_FILE")
	return config.Parse(cfg, "REPORTS_URL", func(url string) (*pgxpool.Pool, error) {
		if url == "" {
			return nil, errors.New("is empty")
		}
		options, err := pgxpool.ParseConfig(url)
		if err != nil {
			return nil, err
		}
		if password != "" {
			options.ConnConfig.Password = password
		}
		options.ConnConfig.ConnectTimeout = 5 * time.Second
		options.ConnConfig.RuntimeParams["application_name"] = cfg.ServiceName
		return pgxpool.NewWithConfig(context.Background(), options)
	})
}

func (s *store) Ready(ctx context.Context) error { return s.pool.Ping(ctx) }

func (s *store) Routes(api *web.API) {
	s.events = api.Events
	api.Handle("GET", "/items", s.listItems)
	api.Handle("POST", "/items", s.createItem)
	api.Handle("GET", "/items/{id}", s.showItem)
}

func (s *store) Close() { s.pool.Close() }

// failed turns the error of a query into an answer: 503 when the database could not be asked, 500 otherwise.
func failed(err error) error {
	var answer *pgconn.PgError
	// An answer means that the database is there, unless it says (class 57) that it starts or stops.
	if errors.As(err, &answer) && !strings.HasPrefix(answer.Code, "57") {
		return err
	}
	return &web.Error{Status: http.StatusServiceUnavailable, Message: "the database does not answer", Cause: err}
}
