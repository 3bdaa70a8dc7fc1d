#!/usr/bin/env bash
# Brings the schema of every database, or of those named, up to date.
# usage: scripts/migrate.sh [STORE...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
. scripts/lib/common.sh

(($#)) || set -- postgres my-second-database

for store in "$@"; do
  log "migrating $store"
  compose run --rm "migrate-$store"
done
