package redis

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"app/internal/web"
)

// keep is how long the state of a job can be asked for.
const keep = 24 * time.Hour

// kinds are the jobs that workers know.
var kinds = []string{"echo", "item"}

// createJob puts a job into the stream that the workers read, and its state beside it.
func (s *store) createJob(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Kind    string                     `json:"kind"`
		Payload map[string]json.RawMessage `json:"payload"`
	}
	if err := web.ReadJSON(w, r, &body); err != nil {
		return err
	}
	if !slices.Contains(kinds, body.Kind) {
		return &web.Error{Status: http.StatusUnprocessableEntity, Message: "kind must be echo or item"}
	}
	if body.Payload == nil {
		return &web.Error{Status: http.StatusUnprocessableEntity, Message: "payload must be an object"}
	}
	payload, err := json.Marshal(body.Payload)
	if err != nil {
		return err
	}

	id := rand.Text()
	_, err = s.client.TxPipelined(r.Context(), func(tx redis.Pipeliner) error {
		tx.HSet(r.Context(), stateOf(id),
			"kind", body.Kind, "status", "queued", "updated_at", time.Now().UTC().Format(time.RFC3339Nano))
		tx.Expire(r.Context(), stateOf(id), keep)
		tx.XAdd(r.Context(), &redis.XAddArgs{Stream: s.stream, Values: []string{
			"id", id, "kind", body.Kind, "payload", string(payload), "request_id", web.RequestID(r.Context()),
		}})
		return nil
	})
	if err != nil {
		return failed(err)
	}
	return web.JSON(w, http.StatusAccepted, map[string]string{"id": id, "status": "queued"})
}

func (s *store) showJob(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	state, err := s.client.HGetAll(r.Context(), stateOf(id)).Result()
	if err != nil {
		return failed(err)
	}
	if len(state) == 0 {
		return &web.Error{Status: http.StatusNotFound, Message: "no such job"}
	}
	answer := struct {
		ID     string          `json:"id"`
		Kind   string          `json:"kind"`
		Status string          `json:"status"`
		Result json.RawMessage `json:"result"`
	}{ID: id, Kind: state["kind"], Status: state["status"]}
	if result := state["result"]; result != "" {
		answer.Result = json.RawMessage(result)
	}
	return web.JSON(w, http.StatusOK, answer)
}

// stateOf is the key of the hash that tells how far a job is.
func stateOf(id string) string { return "job:" + id }
