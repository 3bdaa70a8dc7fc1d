package postgres

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"app/internal/web"
)

const maxTitle = 200

type item struct {
	ID        int64     `json:"id"`
	Title     string    `json:"title"`
	JobID     *string   `json:"job_id"`
	CreatedAt time.Time `json:"created_at"`
}

func (s *store) listItems(w http.ResponseWriter, r *http.Request) error {
	rows, err := s.pool.Query(r.Context(), `select id, title, job_id, created_at from items order by id desc limit 100`)
	if err != nil {
		return failed(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[item])
	if err != nil {
		return failed(err)
	}
	return web.JSON(w, http.StatusOK, found)
}

func (s *store) createItem(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Title string `json:"title"`
	}
	if err := web.ReadJSON(w, r, &body); err != nil {
		return err
	}
	if length := utf8.RuneCountInString(body.Title); length < 1 || length > maxTitle {
		return &web.Error{Status: http.StatusUnprocessableEntity, Message: "title must have 1 to 200 characters"}
	}
	// PostgreSQL has no way to store it.
	if strings.ContainsRune(body.Title, 0) {
		return &web.Error{Status: http.StatusUnprocessableEntity, Message: "title must not hold the character NUL"}
	}
	created, err := s.queryItem(r.Context(),
		`insert into items (title) values ($1) returning id, title, job_id, created_at`, body.Title)
	if err != nil {
		return failed(err)
	}
	s.events.Announce(r.Context(), map[string]any{"type": "item.created", "item": created})
	return web.JSON(w, http.StatusCreated, created)
}

func (s *store) showItem(w http.ResponseWriter, r *http.Request) error {
	missing := &web.Error{Status: http.StatusNotFound, Message: "no such item"}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return missing
	}
	found, err := s.queryItem(r.Context(), `select id, title, job_id, created_at from items where id = $1`, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return missing
	}
	if err != nil {
		return failed(err)
	}
	return web.JSON(w, http.StatusOK, found)
}

// queryItem runs a query that gives one item.
func (s *store) queryItem(ctx context.Context, query string, args ...any) (item, error) {
	rows, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return item{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[item])
}
