#!/usr/bin/env bash
# Uses the stack the way a client does: pages, requests, jobs, websockets. It
# writes, so it is not for production.
# usage: scripts/smoke.sh, or BASE_URL=https://staging.example.com scripts/smoke.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh
# shellcheck source=scripts/lib/http.sh
. scripts/lib/http.sh

check 'nginx: alive' http_page /healthz ok
check "go: info" http_json GET /a.b~c/D_e/info 200
check "go: websocket" websocket_echo /a.b~c/ws
check "go: an item is kept in postgres" http_json POST /a.b~c/D_e/items 201 '{"title":"smoke"}'
check "go: the item can be read from postgres" http_json GET "/a.b~c/D_e/items/$(json_field id)" 200
check "go: items are listed from postgres" http_json GET /a.b~c/D_e/items 200
check "go: postgres gets no item without a title" http_json POST /a.b~c/D_e/items 422 '{}'
check "go: an item is kept in my-second-database" http_json POST /a.b~c/D_e/items-my-second-database 201 '{"title":"smoke"}'
check "go: the item can be read from my-second-database" http_json GET "/a.b~c/D_e/items-my-second-database/$(json_field id)" 200
check "go: items are listed from my-second-database" http_json GET /a.b~c/D_e/items-my-second-database 200
check "go: my-second-database gets no item without a title" http_json POST /a.b~c/D_e/items-my-second-database 422 '{}'
check "go: a job is queued in redis" http_json POST /a.b~c/D_e/jobs 202 '{"kind":"echo","payload":{"from":"smoke"}}'
check "go: the job in redis can be asked for" http_json GET "/a.b~c/D_e/jobs/$(json_field id)" 200
check "fastapi: info" http_json GET /info 200
check "fastapi: makes an item in postgres" http_json POST /items 201 '{"title": "smoke"}'
item=$(json_field id)
check "fastapi: shows the item of postgres" http_json GET "/items/$item" 200
check "fastapi: lists the items of postgres" http_json GET /items 200
check "fastapi: refuses an empty title in postgres" http_json POST /items 422 '{"title": ""}'
check "fastapi: makes an item in my-second-database" http_json POST /items-my-second-database 201 '{"title": "smoke"}'
item=$(json_field id)
check "fastapi: shows the item of my-second-database" http_json GET "/items-my-second-database/$item" 200
check "fastapi: lists the items of my-second-database" http_json GET /items-my-second-database 200
check "fastapi: refuses an empty title in my-second-database" http_json POST /items-my-second-database 422 '{"title": ""}'
check "fastapi: queues a job in redis" http_json POST /jobs 202 '{"kind": "echo", "payload": {"text": "smoke"}}'
job=$(json_field id)
check "fastapi: shows the job of redis" http_json GET "/jobs/$job" 200
check "fastapi: refuses an unknown kind in redis" http_json POST /jobs 422 '{"kind": "no-such-kind"}'
check "node: info" http_json GET /node/info 200
check "node: an item is kept in postgres" http_json POST /node/items 201 '{"title": "smoke"}'
check "node: the item is found" http_json GET "/node/items/$(json_field id)" 200
check "node: items are listed" http_json GET /node/items 200
check "node: an empty title is refused" http_json POST /node/items 422 '{"title": ""}'
check "node: an item is kept in my-second-database" http_json POST /node/items-my-second-database 201 '{"title": "smoke"}'
check "node: the item is found" http_json GET "/node/items-my-second-database/$(json_field id)" 200
check "node: items are listed" http_json GET /node/items-my-second-database 200
check "node: an empty title is refused" http_json POST /node/items-my-second-database 422 '{"title": ""}'
check "node: a job is queued in redis" http_json POST /node/jobs 202 '{"kind": "echo", "payload": {"from": "smoke"}}'
check "node: the job is found" http_json GET "/node/jobs/$(json_field id)" 200
check "node: an unknown kind of job is refused" http_json POST /node/jobs 422 '{"kind": "unknown", "payload": {}}'
check "python-worker: does a job of redis" in_service python-worker python -m app.queues.redis echo '{"text": "smoke"}'

checks_done
