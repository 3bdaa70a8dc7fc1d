// Package config reads the settings of the service from its environment, once, at start.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
)

// ErrInvalid is matched by every error of Config.Err.
var ErrInvalid = errors.New("invalid configuration")

// Config holds the settings that every part of the service may use. A store reads its own with Parse and Secret.
type Config struct {
	Environment string
	LogLevel    slog.Level
	ServiceName string
	Port        int

	// BasePath comes before every route but the probes: "/api", or "" at the root.
	BasePath string

	// WebsocketPath is complete: BasePath is not put before it.
	WebsocketPath string

	// Quotes is QUOTES.
	Quotes string

	// Dollar is DOLLAR.
	Dollar string

	// Hash is HASH.
	Hash string

	// Empty is EMPTY.
	Empty string

	// Spaces is SPACES.
	Spaces string

	lookup   func(string) (string, bool)
	mistakes []error
}

// Load reads the environment through lookup, which is os.LookupEnv but in tests. Mistakes are in Err.
func Load(lookup func(string) (string, bool)) *Config {
	c := &Config{lookup: lookup}
	c.Environment = Parse(c, "ENVIRONMENT", oneOf("development", "test", "staging", "production"))
	c.LogLevel = Parse(c, "LOG_LEVEL", logLevel)
	c.ServiceName = Parse(c, "SERVICE_NAME", text)
	c.Port = Parse(c, "PORT", port)
	c.BasePath = Parse(c, "BASE_PATH", basePath)
	c.WebsocketPath = Parse(c, "WEBSOCKET_PATH", absolutePath)
	c.Quotes = Parse(c, "QUOTES", text)
	c.Dollar = Parse(c, "DOLLAR", text)
	c.Hash = Parse(c, "HASH", text)
	c.Empty = Parse(c, "EMPTY", text)
	c.Spaces = Parse(c, "SPACES", text)
	return c
}

// Err is nil, or every mistake that was found so far, one a line.
func (c *Config) Err() error {
	return errors.Join(c.mistakes...)
}

// Parse reads a variable that must be set to something that convert takes.
func Parse[T any](c *Config, name string, convert func(string) (T, error)) (value T) {
	raw, ok := c.lookup(name)
	if !ok {
		c.mistake(name, "is not set")
		return value
	}
	value, err := convert(raw)
	if err != nil {
		c.mistake(name, err.Error())
	}
	return value
}

// Secret reads the file that a variable names. In staging and production the secret must be there and must not be
// the stand-in of a development machine.
func (c *Config) Secret(name string) string {
	strict := c.Environment != "development" && c.Environment != "test"
	path, _ := c.lookup(name)
	if path == "" {
		if strict {
			c.mistake(name, "is not set")
		}
		return ""
	}
	content, err := os.ReadFile(path)
	if err != nil {
		c.mistake(name, err.Error())
		return ""
	}
	secret := strings.TrimSpace(string(content))
	if strict && secret == "" {
		c.mistake(name, path+" is empty")
	}
	if strict && strings.HasPrefix(secret, "development-only-") {
		c.mistake(name, path+" holds a secret that is for development only")
	}
	return secret
}

func (c *Config) mistake(name, problem string) {
	c.mistakes = append(c.mistakes, invalid{name, problem})
}

type invalid struct{ name, problem string }

func (i invalid) Error() string { return i.name + ": " + i.problem }

func (i invalid) Is(target error) bool { return target == ErrInvalid }

func text(raw string) (string, error) { return raw, nil }

func oneOf(choices ...string) func(string) (string, error) {
	return func(raw string) (string, error) {
		if !slices.Contains(choices, raw) {
			return "", fmt.Errorf("%q is none of %s", raw, strings.Join(choices, ", "))
		}
		return raw, nil
	}
}

func logLevel(raw string) (slog.Level, error) {
	switch raw {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warning":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	return 0, fmt.Errorf("%q is none of debug, info, warning, error", raw)
}

func port(raw string) (int, error) {
	number, err := strconv.Atoi(raw)
	if err != nil || number < 1 || number > 65535 {
		return 0, fmt.Errorf("%q is no port", raw)
	}
	return number, nil
}

func basePath(raw string) (string, error) {
	if raw != "" && (!strings.HasPrefix(raw, "/") || strings.HasSuffix(raw, "/")) {
		return "", fmt.Errorf("%q must be empty, or begin with a slash and not end with one", raw)
	}
	return raw, nil
}

func absolutePath(raw string) (string, error) {
	if !strings.HasPrefix(raw, "/") {
		return "", fmt.Errorf("%q must begin with a slash", raw)
	}
	return raw, nil
}
