package postgres

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"app/internal/config"
)

// A migration is a further file here; its number decides the order. While one is rolled out, the version of the
// service before still runs, so it may add but not take away what that version uses.
//
//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema up to date. Only one process does so at a time, others wait.
func Migrate(ctx context.Context, cfg *config.Config) error {
	pool := connect(cfg)
	if err := cfg.Err(); err != nil {
		return err
	}
	defer pool.Close()
	return migrate(ctx, pool)
}

func migrate(ctx context.Context, pool *pgxpool.Pool) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	database := stdlib.OpenDBFromPool(pool)
	defer func() { _ = database.Close() }()
	provider, err := goose.NewProvider(goose.DialectPostgres, database, files, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	applied, err := provider.Up(ctx)
	for _, migration := range applied {
		slog.InfoContext(ctx, "migrated", "file", migration.Source.Path, "took", migration.Duration.String())
	}
	if err != nil {
		return err
	}
	slog.InfoContext(ctx, "the schema is up to date")
	return nil
}
