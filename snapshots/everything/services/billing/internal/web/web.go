// Package web is what the handlers of this service have in common: JSON in and out, errors, logs and metrics.
package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"app/internal/events"
)

// maxBody is the most that a request may send.
const maxBody = 1 << 20

// Handler is an http.HandlerFunc that may fail. An *Error is answered as it says, any other error with 500.
type Handler func(w http.ResponseWriter, r *http.Request) error

func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h(w, r)
	if err == nil {
		return
	}
	problem := &Error{Status: http.StatusInternalServerError, Message: "internal error"}
	errors.As(err, &problem)
	if problem.Status >= http.StatusInternalServerError {
		slog.ErrorContext(r.Context(), "request failed", "error", err)
	}
	_ = JSON(w, problem.Status, problem)
}

// Error is an answer that tells the client what went wrong. Cause is for the log alone.
type Error struct {
	Status  int    `json:"-"`
	Message string `json:"message"`
	Cause   error  `json:"-"`
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Message + ": " + e.Cause.Error()
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Cause }

// JSON answers with value. It fails only when value cannot be encoded, and then nothing has been sent.
func JSON(w http.ResponseWriter, status int, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(content) // A client that has gone away needs no answer.
	return nil
}

// ReadJSON fills target from the body of the request.
func ReadJSON(w http.ResponseWriter, r *http.Request, target any) error {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(target)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return &Error{Status: http.StatusRequestEntityTooLarge, Message: "the body is too large"}
	case err != nil:
		return &Error{Status: http.StatusUnprocessableEntity, Message: "the body is not the JSON that is expected"}
	}
	return nil
}

// API is where the routes of the service are added.
type API struct {
	Events *events.Hub

	mux  *http.ServeMux
	base string
}

// NewAPI adds routes to mux, all of them below base.
func NewAPI(mux *http.ServeMux, base string, hub *events.Hub) *API {
	return &API{Events: hub, mux: mux, base: base}
}

// Handle adds a route; path is what follows the base path and may hold wildcards: "/items/{id}".
func (a *API) Handle(method, path string, handler Handler) {
	a.mux.Handle(method+" "+a.base+path, handler)
}
