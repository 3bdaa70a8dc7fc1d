package postgres

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"

	"app/internal/config"
)

// Seed gives an empty table some rows to look at.
func Seed(ctx context.Context, cfg *config.Config) error {
	pool := connect(cfg)
	if err := cfg.Err(); err != nil {
		return err
	}
	defer pool.Close()
	return seed(ctx, pool)
}

func seed(ctx context.Context, pool *pgxpool.Pool) error {
	result, err := pool.Exec(ctx, `
		insert into items (title)
		select title from unnest($1::text[]) title
		where not exists (select from items)`,
		[]string{"Read the runbook", "Restore a backup", "Ship it"})
	if err != nil {
		return err
	}
	slog.InfoContext(ctx, "seeded", "items", result.RowsAffected())
	return nil
}
