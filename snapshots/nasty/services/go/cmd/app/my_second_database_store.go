package main

import (
	"app/internal/stores"
	postgres "app/internal/stores/my_second_database"
)

func init() {
	stores.Register("my-second-database", postgres.Open)
	commands["migrate"] = append(commands["migrate"], postgres.Migrate)
	commands["seed"] = append(commands["seed"], postgres.Seed)
}
