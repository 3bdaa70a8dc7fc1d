// Command app is the whole service: the server, its health check and, where it has a database, its migrations.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"app/internal/config"
	"app/internal/server"
	"app/internal/stores"
	"app/internal/web"
)

// command does its work until it is done or ctx ends. It reads what it needs from cfg and checks cfg.Err first.
type command func(ctx context.Context, cfg *config.Config) error

// commands is what `app <name>` can do. A store adds its own in the file that registers it;
// several of one name run one after another.
var commands = map[string][]command{
	"serve":       {serve},
	"healthcheck": {healthcheck},
}

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) (exitCode int) {
	if len(args) != 1 || commands[args[0]] == nil {
		fmt.Fprintf(os.Stderr, "usage: app %s\n", strings.Join(slices.Sorted(maps.Keys(commands)), "|"))
		return 2
	}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	// The first signal asks for an orderly end. From then on, another one ends the process at once.
	context.AfterFunc(ctx, stop)

	cfg := config.Load(os.LookupEnv)
	slog.SetDefault(web.NewLogger(os.Stdout, cfg))
	for _, step := range commands[args[0]] {
		err := step(ctx, cfg)
		if errors.Is(err, config.ErrInvalid) {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		if err != nil {
			slog.Error(args[0]+" failed", "error", err)
			return 1
		}
	}
	return 0
}

func serve(ctx context.Context, cfg *config.Config) error {
	opened := stores.Open(cfg)
	if err := cfg.Err(); err != nil {
		return err
	}
	defer opened.Close()
	listener, err := net.Listen("tcp", net.JoinHostPort("", strconv.Itoa(cfg.Port)))
	if err != nil {
		return err
	}
	return server.New(cfg, opened).Serve(ctx, listener)
}

// healthcheck asks the server in the same container, because the production image has no other HTTP client.
func healthcheck(ctx context.Context, cfg *config.Config) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	url := fmt.Sprintf("http://127.0.0.1:%d/health", cfg.Port)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", url, response.Status)
	}
	return nil
}
