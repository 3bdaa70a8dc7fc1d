// Package events tells the clients of this service what happens, while it happens. Nothing is kept for later.
package events

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
)

// Relay carries messages between all replicas and services, this one included.
type Relay interface {
	Publish(ctx context.Context, message []byte) error
	// Receive hands over each message until ctx ends, and comes back by itself after a broken connection.
	Receive(ctx context.Context, deliver func(message []byte))
}

// Hub passes messages to the clients that are connected to this process. Its zero value is ready for use.
type Hub struct {
	relay Relay

	mu      sync.Mutex
	clients map[chan []byte]struct{}
}

// Use makes messages go through relay, so that clients of other replicas get them too. Call it before Run.
func (h *Hub) Use(relay Relay) { h.relay = relay }

// Run receives what others published until ctx ends.
func (h *Hub) Run(ctx context.Context) {
	if h.relay != nil {
		h.relay.Receive(ctx, h.deliver)
	}
}

// Announce sends event to every client. Clients are told when that is possible; what was done stays done when not.
func (h *Hub) Announce(ctx context.Context, event any) {
	message, err := json.Marshal(event)
	if err != nil {
		slog.ErrorContext(ctx, "event cannot be encoded", "error", err)
		return
	}
	if h.relay == nil {
		h.deliver(message)
		return
	}
	if err := h.relay.Publish(ctx, message); err != nil {
		slog.WarnContext(ctx, "event reaches the clients of this replica only", "error", err)
		h.deliver(message)
	}
}

// Subscribe returns the messages from now on. The channel is closed after cancel, or when its reader is too slow.
func (h *Hub) Subscribe() (messages <-chan []byte, cancel func()) {
	client := make(chan []byte, 16)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.clients == nil {
		h.clients = map[chan []byte]struct{}{}
	}
	h.clients[client] = struct{}{}
	return client, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.drop(client)
	}
}

func (h *Hub) deliver(message []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for client := range h.clients {
		select {
		case client <- message:
		default:
			h.drop(client)
		}
	}
}

func (h *Hub) drop(client chan []byte) {
	if _, ok := h.clients[client]; ok {
		delete(h.clients, client)
		close(client)
	}
}
