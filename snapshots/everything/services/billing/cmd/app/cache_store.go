package main

import (
	"app/internal/stores"
	redis "app/internal/stores/cache"
)

func init() {
	stores.Register("cache", redis.Open)
}
