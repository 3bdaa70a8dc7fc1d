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
check "api: info" http_json GET /api/info 200
check "api: websocket echoes" websocket_echo /ws
check "api: makes an item in db" http_json POST /api/items 201 '{"title": "smoke"}'
item=$(json_field id)
check "api: shows the item of db" http_json GET "/api/items/$item" 200
check "api: lists the items of db" http_json GET /api/items 200
check "api: refuses an empty title in db" http_json POST /api/items 422 '{"title": ""}'
check "api: queues a job in redis" http_json POST /api/jobs 202 '{"kind": "echo", "payload": {"text": "smoke"}}'
job=$(json_field id)
check "api: shows the job of redis" http_json GET "/api/jobs/$job" 200
check "api: refuses an unknown kind in redis" http_json POST /api/jobs 422 '{"kind": "no-such-kind"}'
check "agent: does a job of redis" in_service agent python -m app.queues.redis echo '{"text": "smoke"}'
check "frontend: page" http_page / '<h1>consensusnet</h1>'
check "frontend: info" http_json GET /info 200
check "frontend: page has the section of api" http_page / '<h2 id="api">'

checks_done
