package main

import (
	"app/internal/stores"
	postgres "app/internal/stores/reports"
)

func init() {
	stores.Register("reports", postgres.Open)
	commands["seed"] = append(commands["seed"], postgres.Seed)
}
