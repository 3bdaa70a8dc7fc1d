package main

import (
	"app/internal/stores"
	"app/internal/stores/postgres"
)

func init() {
	stores.Register("postgres", postgres.Open)
	commands["migrate"] = append(commands["migrate"], postgres.Migrate)
	commands["seed"] = append(commands["seed"], postgres.Seed)
}
