package main

import (
	"app/internal/stores"
	"app/internal/stores/redis"
)

func init() {
	stores.Register("redis", redis.Open)
}
