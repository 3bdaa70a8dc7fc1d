package web

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"time"

	"app/internal/config"
)

// NewLogger writes one JSON object a line. What is logged with the context of a request bears its request_id.
func NewLogger(w io.Writer, cfg *config.Config) *slog.Logger {
	handler := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: cfg.LogLevel, ReplaceAttr: normalize})
	return slog.New(contextHandler{handler}).With("service", cfg.ServiceName)
}

// normalize gives time and level the form that the other services of the project use.
func normalize(groups []string, attr slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return attr
	}
	switch value := attr.Value.Any().(type) {
	case time.Time:
		return slog.Time(attr.Key, value.UTC())
	case slog.Level:
		if value == slog.LevelWarn {
			return slog.String(attr.Key, "warning")
		}
		return slog.String(attr.Key, strings.ToLower(value.String()))
	}
	return attr
}

type contextHandler struct{ slog.Handler }

func (h contextHandler) Handle(ctx context.Context, record slog.Record) error {
	if id := RequestID(ctx); id != "" {
		record.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, record)
}

func (h contextHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return contextHandler{h.Handler.WithAttrs(attrs)}
}

func (h contextHandler) WithGroup(name string) slog.Handler {
	return contextHandler{h.Handler.WithGroup(name)}
}
