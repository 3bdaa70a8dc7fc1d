package postgres

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

	"github.com/jackc/pgx/v5/pgxpool"

	"app/internal/config"
	"app/internal/events"
	"app/internal/web"
)

// scratch is a pool whose tables are in a schema of their own, which is gone after the test.
func scratch(t *testing.T) *pgxpool.Pool {
	t.Helper()
	if os.Getenv("REPORTS_URL") == "" {
		t.Skip("REPORTS_URL is not set")
	}
	admin := connect(config.Load(os.LookupEnv))
	if admin == nil {
		t.Fatal("REPORTS_URL cannot be used")
	}
	t.Cleanup(admin.Close)
	schema := fmt.Sprintf("test_%d", time.Now().UnixNano())
	if _, err := admin.Exec(t.Context(), "create schema "+schema); err != nil {
		t.Fatal(err)
	}
	options := admin.Config()
	options.ConnConfig.RuntimeParams["search_path"] = schema
	pool, err := pgxpool.NewWithConfig(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		pool.Close()
		// The context of the test has ended by now.
		if _, err := admin.Exec(context.Background(), "drop schema "+schema+" cascade"); err != nil {
			t.Error(err)
		}
	})
	// Another service owns the migrations. This is the part of its schema that the queries here rely on.
	_, err = pool.Exec(t.Context(), `create table items (
		id bigint generated always as identity primary key,
		title text not null check (char_length(title) between 1 and 200),
		job_id text unique,
		created_at timestamptz not null default now()
	)`)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

func ask(handler http.Handler, method, path, body string) (status int, answer string) {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(method, path, strings.NewReader(body)))
	return recorder.Code, recorder.Body.String()
}

func TestItems(t *testing.T) {
	mux := http.NewServeMux()
	hub := &events.Hub{}
	messages, cancel := hub.Subscribe()
	defer cancel()
	(&store{pool: scratch(t)}).Routes(web.NewAPI(mux, "", hub))

	for _, body := range []string{`{}`, `{"title":""}`, `{"title":7}`, `{"title":"a\u0000b"}`, `[]`, `{"title":"` + strings.Repeat("ä", 201) + `"}`} {
		if status, answer := ask(mux, "POST", "/items", body); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d %s", body, status, answer)
		}
	}
	for _, title := range []string{"first", strings.Repeat("ä", 200)} {
		if status, answer := ask(mux, "POST", "/items", `{"title":"`+title+`"}`); status != http.StatusCreated {
			t.Fatalf("%s: got %d %s", title, status, answer)
		}
	}

	var found []item
	_, answer := ask(mux, "GET", "/items", "")
	if err := json.Unmarshal([]byte(answer), &found); err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || found[1].Title != "first" || found[0].ID <= found[1].ID {
		t.Errorf("not both items, newest first: %s", answer)
	}

	one := fmt.Sprintf("/items/%d", found[1].ID)
	status, answer := ask(mux, "GET", one, "")
	if status != http.StatusOK || !strings.Contains(answer, `"title":"first","job_id":null,"created_at":"2`) {
		t.Errorf("%s: got %d %s", one, status, answer)
	}
	for _, id := range []string{"0", "x", "99999999999999999999"} {
		if status, answer := ask(mux, "GET", "/items/"+id, ""); status != http.StatusNotFound {
			t.Errorf("%s: got %d %s", id, status, answer)
		}
	}
	if got := string(<-messages); got != `{"item":`+answer+`,"type":"item.created"}` {
		t.Errorf("announced %s", got)
	}
}

func TestSeedFillsAnEmptyTableOnly(t *testing.T) {
	pool := scratch(t)
	for range 2 {
		if err := seed(t.Context(), pool); err != nil {
			t.Fatal(err)
		}
	}
	var count int
	if err := pool.QueryRow(t.Context(), `select count(*) from items`).Scan(&count); err != nil || count != 3 {
		t.Errorf("%d rows (%v), want 3", count, err)
	}
}

func TestDatabaseIsAway(t *testing.T) {
	values := map[string]string{"ENVIRONMENT": "test"}
	values["REPORTS_URL"] = "postgresql://app@127.0.0.1:1/app"
	away := Open(config.Load(func(name string) (string, bool) { return values[name], true }))
	defer away.Close()
	if err := away.Ready(t.Context()); err == nil {
		t.Error("ready without a database")
	}
	mux := http.NewServeMux()
	away.Routes(web.NewAPI(mux, "", &events.Hub{}))
	if status, answer := ask(mux, "GET", "/items", ""); status != http.StatusServiceUnavailable {
		t.Errorf("got %d %s", status, answer)
	}
}
