package events

import (
	"context"
	"errors"
	"testing"
)

func TestEveryClientHearsAnEvent(t *testing.T) {
	var hub Hub
	first, cancelFirst := hub.Subscribe()
	second, cancelSecond := hub.Subscribe()
	defer cancelSecond()

	hub.Announce(t.Context(), map[string]int{"n": 1})
	for _, messages := range []<-chan []byte{first, second} {
		if got := string(<-messages); got != `{"n":1}` {
			t.Errorf("got %s", got)
		}
	}

	cancelFirst()
	cancelFirst()
	hub.Announce(t.Context(), "bye")
	if _, ok := <-first; ok {
		t.Error("a client that has left still gets messages")
	}
}

func TestSlowClientIsDropped(t *testing.T) {
	var hub Hub
	messages, cancel := hub.Subscribe()
	defer cancel()
	for range cap(messages) + 1 {
		hub.Announce(t.Context(), "x")
	}
	for range cap(messages) {
		<-messages
	}
	if _, ok := <-messages; ok {
		t.Error("the channel is still open")
	}
}

type fakeRelay struct {
	published [][]byte
	err       error
}

func (r *fakeRelay) Publish(_ context.Context, message []byte) error {
	r.published = append(r.published, message)
	return r.err
}

func (r *fakeRelay) Receive(_ context.Context, deliver func([]byte)) {
	for _, message := range r.published {
		deliver(message)
	}
}

func TestRelay(t *testing.T) {
	var hub Hub
	relay := &fakeRelay{}
	hub.Use(relay)
	messages, cancel := hub.Subscribe()
	defer cancel()

	hub.Announce(t.Context(), 1)
	if len(messages) != 0 {
		t.Error("the event did not take the way of the relay")
	}
	hub.Run(t.Context())
	if got := string(<-messages); got != "1" {
		t.Errorf("got %s from the relay", got)
	}

	relay.err = errors.New("away")
	hub.Announce(t.Context(), 2)
	if got := string(<-messages); got != "2" {
		t.Errorf("got %s without the relay", got)
	}
}
