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
check "api: makes an item in postgres" http_json POST /api/items 201 '{"title": "smoke"}'
item=$(json_field id)
check "api: shows the item of postgres" http_json GET "/api/items/$item" 200
check "api: lists the items of postgres" http_json GET /api/items 200
check "api: refuses an empty title in postgres" http_json POST /api/items 422 '{"title": ""}'
check "api: makes an item in reports" http_json POST /api/items-reports 201 '{"title": "smoke"}'
item=$(json_field id)
check "api: shows the item of reports" http_json GET "/api/items-reports/$item" 200
check "api: lists the items of reports" http_json GET /api/items-reports 200
check "api: refuses an empty title in reports" http_json POST /api/items-reports 422 '{"title": ""}'
check "api: queues a job in redis" http_json POST /api/jobs 202 '{"kind": "echo", "payload": {"text": "smoke"}}'
job=$(json_field id)
check "api: shows the job of redis" http_json GET "/api/jobs/$job" 200
check "api: refuses an unknown kind in redis" http_json POST /api/jobs 422 '{"kind": "no-such-kind"}'
check "api: queues a job in cache" http_json POST /api/jobs-cache 202 '{"kind": "echo", "payload": {"text": "smoke"}}'
job=$(json_field id)
check "api: shows the job of cache" http_json GET "/api/jobs-cache/$job" 200
check "api: refuses an unknown kind in cache" http_json POST /api/jobs-cache 422 '{"kind": "no-such-kind"}'
check "billing: info" http_json GET /billing/info 200
check "billing: websocket" websocket_echo /billing-ws
check "billing: an item is kept in reports" http_json POST /billing/items 201 '{"title":"smoke"}'
check "billing: the item can be read from reports" http_json GET "/billing/items/$(json_field id)" 200
check "billing: items are listed from reports" http_json GET /billing/items 200
check "billing: reports gets no item without a title" http_json POST /billing/items 422 '{}'
check "billing: a job is queued in cache" http_json POST /billing/jobs 202 '{"kind":"echo","payload":{"from":"smoke"}}'
check "billing: the job in cache can be asked for" http_json GET "/billing/jobs/$(json_field id)" 200
check "search: info" http_json GET /search/v1/info 200
check "search: websocket echoes" websocket_echo /search-ws
check "search: an item is kept in postgres" http_json POST /search/v1/items 201 '{"title": "smoke"}'
check "search: the item is found" http_json GET "/search/v1/items/$(json_field id)" 200
check "search: items are listed" http_json GET /search/v1/items 200
check "search: an empty title is refused" http_json POST /search/v1/items 422 '{"title": ""}'
check "search: a job is queued in redis" http_json POST /search/v1/jobs 202 '{"kind": "echo", "payload": {"from": "smoke"}}'
check "search: the job is found" http_json GET "/search/v1/jobs/$(json_field id)" 200
check "search: an unknown kind of job is refused" http_json POST /search/v1/jobs 422 '{"kind": "unknown", "payload": {}}'
check "worker: does a job of redis" in_service worker python -m app.queues.redis echo '{"text": "smoke"}'
check "shop: page" http_page / '<h1>everything</h1>'
check "shop: info" http_json GET /info 200
check "shop: page has the section of api" http_page / '<h2 id="api">'
check "shop: page has the section of billing" http_page / '<h2 id="billing">'
check "shop: page has the section of search" http_page / '<h2 id="search">'
check 'dashboard: page' http_page /dashboard/ '<div id="root">'
check 'docs: page' http_page /docs/ '<!doctype html>'

checks_done
