package redis

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// channel is where all services of the project publish and hear events.
const channel = "events"

// relay lets the clients of every replica hear of an event.
type relay struct{ client *redis.Client }

func (r relay) Publish(ctx context.Context, message []byte) error {
	return r.client.Publish(ctx, channel, message).Err()
}

func (r relay) Receive(ctx context.Context, deliver func(message []byte)) {
	subscription := r.client.Subscribe(ctx, channel)
	defer func() { _ = subscription.Close() }()
	messages := subscription.Channel()
	for {
		select {
		case <-ctx.Done():
			return
		case message, ok := <-messages:
			if !ok {
				return
			}
			deliver([]byte(message.Payload))
		}
	}
}
